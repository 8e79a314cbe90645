/**
 * Whether a value is of a class of this library.
 *
 * A program has each class twice if it both imports and requires the library, or depends on two versions of it. What one copy
 * made is nothing to the other, and an error says so.
 */
import { show, typeError } from './errors.ts';

/** A class, also one that is abstract or whose constructor is private. */
interface ClassOf<Instance> {
  readonly name: string;
  readonly prototype: Instance;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** Passes `value` on if it is an instance of `type`. */
export function instanceOf<Instance>(
  where: string,
  argument: string,
  value: unknown,
  type: ClassOf<Instance>,
  expected: string,
): Instance {
  if (value instanceof type) return value as Instance;
  if (!isCopy(value, type)) throw typeError(where, argument, `is ${show(value)}`, expected);
  throw otherCopy(where, argument, expected);
}

/** The error of a value that another copy of the library made. */
export function otherCopy(where: string, argument: string, expected: string): TypeError {
  return typeError(
    where,
    argument,
    'comes from another copy of recurrent-cells',
    `${expected} of this copy: import and require give one each, and so do two versions`,
  );
}

/** Whether a value, or a prototype, is of a class that has the name of `type` and is another. */
export function isCopy(value: unknown, type: ClassOf<unknown>): boolean {
  if (typeof value !== 'object' || value === null || value instanceof type) return false;
  for (let at = value; at !== null; at = Object.getPrototypeOf(at) as object)
    if (at.constructor?.name === type.name) return true;
  return false;
}
