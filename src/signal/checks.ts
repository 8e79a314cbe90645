/** Checks of public tensors, indices and lengths, with their error messages. Nothing is copied here. */
import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { elementsOf, isShape } from '../common/tensor.ts';
import { MOST_INDICES } from '../matrix/rows.ts';

/** The requirements of a layer on its input. */
export interface Expectation {
  /** The caller, named in errors, such as `Sequence.forward`. */
  readonly where: string;
  /** The argument, named in errors: default `inputs`. */
  readonly argument?: string | undefined;
  /** The number of features or classes; undefined if any is accepted. */
  readonly width: number | undefined;
  /** The name of the width in errors, such as `inputSize`. */
  readonly widthName: string;
  /** Whether a time axis is required or forbidden: default either. */
  readonly timed?: boolean | undefined;
  /** The name of the lengths in errors: default `lengths`. */
  readonly lengthsName?: string | undefined;
}

/** The batch and time of a shape that ends in `trailing`. */
export function extent(
  { where, argument = 'inputs', width, widthName, timed: expected }: Expectation,
  shape: readonly number[],
  trailing: readonly number[],
): { batch: number; time: number; timed: boolean } {
  const timed = shape.length === trailing.length + 2;
  const fits =
    (timed || shape.length === trailing.length + 1) &&
    (expected === undefined || timed === expected) &&
    trailing.every((dimension, i) => shape[shape.length - trailing.length + i] === dimension);
  const came = () => `has shape [${shape.join(', ')}]`;
  if (!fits) {
    const names = trailing.map(() => width ?? widthName);
    const form = (axes: string[]) => `[${[...axes, ...names].join(', ')}]`;
    const forms = [
      ...(expected === false ? [] : [form(['batch', 'time'])]),
      ...(expected === true ? [] : [form(['batch'])]),
    ];
    const note = trailing.length > 0 && width !== undefined ? ` (${widthName} is ${width})` : '';
    throw rangeError(where, argument, came(), `${forms.join(' or ')}${note}`);
  }
  const [batch, time] = shape;
  if (!(batch! > 0)) throw rangeError(where, argument, came(), 'at least one sequence');
  if (timed && batch! * time! > MOST_INDICES)
    throw rangeError(where, argument, came(), `at most ${MOST_INDICES} steps in all sequences together`);
  return { batch: batch!, time: timed ? time! : 1, timed };
}

const KINDS = {
  real: 'a tensor { data, shape } of floating-point data',
  index: 'indices { data, shape } of Int32Array data',
};

/** Checks that a value is a valid tensor or valid indices. */
export function checkTensor(where: string, argument: string, value: unknown, kind: keyof typeof KINDS): void {
  const { data, shape } = (value ?? {}) as { data?: unknown; shape?: unknown };
  const right =
    kind === 'real' ? isBuiltin(data, 'Float32Array', 'Float64Array') : isBuiltin(data, 'Int32Array');
  if (!right) {
    const came = data === undefined ? `is ${show(value)}` : `has data that is ${show(data)}`;
    throw typeError(where, argument, came, KINDS[kind] + hintOf(value, kind));
  }
  if (!Array.isArray(shape)) throw typeError(where, argument, `has shape ${show(shape)}`, KINDS[kind]);
  if (!isShape(shape))
    throw rangeError(where, argument, `has shape [${shape.join(', ')}]`, 'whole numbers of at least 0');
  const length = elementsOf(shape);
  const count = (data as ArrayLike<number>).length;
  if (count !== length)
    throw rangeError(where, argument, `has ${count} values`, `${length} for its shape [${shape.join(', ')}]`);
}

/** What else the caller may have meant. */
function hintOf(value: unknown, kind: keyof typeof KINDS): string {
  if (Array.isArray(value))
    return `: ${kind === 'real' ? 'tensor' : 'indices'}(…) makes one of nested arrays`;
  const { data, output } = (value ?? {}) as { data?: unknown; output?: { data?: unknown } | null };
  if (data === undefined && output?.data !== undefined) return ', such as its output';
  if (kind === 'real') return isBuiltin(data, 'Int32Array') ? ', such as tensor([[[1], [2]]])' : '';
  return isBuiltin(data, 'Float32Array', 'Float64Array') ? ': indices(…) makes them, not tensor(…)' : '';
}

/** The lengths of sequences; undefined if all are full. */
export function checkLengths(
  where: string,
  lengths: readonly number[] | undefined,
  batch: number,
  time: number,
  argument = 'lengths',
): readonly number[] | undefined {
  if (lengths === undefined) return undefined;
  if (!Array.isArray(lengths))
    throw typeError(
      where,
      argument,
      `is ${show(lengths)}`,
      'an array of whole numbers, one for each sequence',
    );
  if (lengths.length !== batch)
    throw rangeError(where, argument, `has ${lengths.length} entries`, `${batch}, one for each sequence`);
  for (const [b, length] of lengths.entries())
    if (!Number.isInteger(length) || length < 0 || length > time)
      throw rangeError(where, `${argument}[${b}]`, `is ${show(length)}`, `a whole number from 0 to ${time}`);
  return lengths.every((length) => length === time) ? undefined : [...lengths];
}
