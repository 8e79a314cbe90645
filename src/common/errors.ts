/**
 * The format of every error message: where, which argument, what came, what was expected, in one sentence.
 *
 * The callers decide what is checked, and when.
 */

/** `Sequence.forward: inputs has shape [5, 2, 3], expected [batch, time, 4]` */
export function rangeError(where: string, argument: string, came: string, expected: string): RangeError {
  return new RangeError(`${where}: ${argument} ${came}, expected ${expected}`);
}

/** Like {@link rangeError}, for a value of the wrong type. */
export function typeError(where: string, argument: string, came: string, expected: string): TypeError {
  return new TypeError(`${where}: ${argument} ${came}, expected ${expected}`);
}

/** Formats a value for an error message: short, unambiguous, one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) {
    const name = Object.getPrototypeOf(value)?.constructor?.name;
    return name === undefined || name === '' || name === 'Object' ? 'an object' : `a value of type ${name}`;
  }
  return String(value);
}

/** Returns `value` if it is a number that `fits`; `expected` describes such numbers in the error. */
export function number(
  where: string,
  argument: string,
  value: unknown,
  expected: string,
  fits: (value: number) => boolean,
): number {
  if (typeof value === 'number' && fits(value)) return value;
  const error = typeof value === 'number' ? rangeError : typeError;
  throw error(where, argument, `is ${show(value)}`, expected);
}

/** Returns `value` if it is a whole number of at least `least`. */
export function wholeNumber(where: string, argument: string, value: unknown, least = 1): number {
  const fits = (value: number) => Number.isSafeInteger(value) && value >= least;
  return number(where, argument, value, `a whole number of at least ${least}`, fits);
}

/** Returns `value` if it is a number with `least` ≤ value ≤ `most`; the bounds may be infinite, NaN is refused. */
export function numberWithin(
  where: string,
  argument: string,
  value: unknown,
  least: number,
  most: number,
): number {
  const expected =
    most === Number.POSITIVE_INFINITY ? `a number of at least ${least}` : `a number from ${least} to ${most}`;
  return number(where, argument, value, expected, (value) => value >= least && value <= most);
}

/** Returns options if they are an object, for functions with required options. */
export function requiredOptions<Options extends object>(
  where: string,
  options: Options,
  example: string,
): Options {
  if (typeof options === 'object' && options !== null) return options;
  throw typeError(where, 'options', `is ${show(options)}`, `an object such as ${example}`);
}

/** Returns `value` if it is one of `choices`. */
export function oneOf<Choice extends string>(
  where: string,
  argument: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value as Choice)) return value as Choice;
  const list = choices.map((choice) => JSON.stringify(choice)).join(', ');
  throw rangeError(where, argument, `is ${show(value)}`, `one of ${list}`);
}

/** Returns the shape `[rows, columns]` of a weight if memory for it can be addressed. */
export function weightShape(where: string, name: string, rows: number, columns: number): [number, number] {
  // 4 GiB of float32, the limit of WebAssembly memory.
  if (rows * columns <= 2 ** 30) return [rows, columns];
  throw rangeError(where, name, `has shape [${rows}, ${columns}]`, 'at most 2³⁰ elements');
}
