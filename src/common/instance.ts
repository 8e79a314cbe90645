/**
 * Checks that a value is an instance of a class of this library.
 *
 * A program has each class twice if it both imports and requires the library, or depends on two versions of it. One copy
 * cannot use objects of the other; the error says so.
 */
import { show, typeError } from './errors.ts';

/** A class, including one that is abstract or has a private constructor. */
interface ClassOf<Instance> {
  readonly name: string;
  readonly prototype: Instance;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** Returns `value` if it is an instance of `type`. */
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

/** The error for a value made by another copy of the library. */
export function otherCopy(where: string, argument: string, expected: string): TypeError {
  return typeError(
    where,
    argument,
    'comes from another copy of recurrent-cells',
    `${expected} of this copy: import and require give one each, and so do two versions`,
  );
}

/** Whether a value or prototype belongs to a different class with the same name as `type`. */
export function isCopy(value: unknown, type: ClassOf<unknown>): boolean {
  if (typeof value !== 'object' || value === null || value instanceof type) return false;
  for (let at = value; at !== null; at = Object.getPrototypeOf(at) as object)
    if (at.constructor?.name === type.name) return true;
  return false;
}

/** The first argument of constructors that only the library calls. A program in JavaScript can call them too. */
export const own: unique symbol = /* @__PURE__ */ Symbol('own');

/** @throws TypeError unless `key` is {@link own}. */
export function checkOwn(type: string, key: unknown, expected: string): void {
  if (key !== own) throw typeError(type, 'constructor', 'was called', expected);
}
