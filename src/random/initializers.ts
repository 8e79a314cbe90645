/** Weight initialisers. Each fills a matrix of `rows` (outputs) × `columns` (inputs), row by row. */
import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import { count, magnitude } from '../common/options.ts';
import { logarithm } from '../math/elementary.ts';
import { orthonormal } from './orthogonal.ts';
import { generatorOf, type Random, randomOption } from './random.ts';

/** Returns the `rows · columns` initial values of a weight matrix. */
export type Initializer = (rows: number, columns: number, random: Random) => Float64Array;

/** Checks that an option is an initialiser. */
export const initializerOption = (
  where: string,
  argument: string,
  value: unknown,
  expected = 'an initialiser, such as glorotUniform',
): Initializer => {
  if (typeof value === 'function') return value as Initializer;
  throw typeError(where, argument, `is ${show(value)}`, expected);
};

/** The initial values of a weight, from the option `name` of `where` and an optional generator. */
export function startingValues(
  where: string,
  name: string,
  initializer: Initializer,
  rows: number,
  columns: number,
  random: Random | undefined,
): Float64Array {
  const values = initializer(rows, columns, generatorOf(where, random));
  if (values?.length !== rows * columns)
    throw rangeError(where, name, `gave ${values?.length} values`, `${rows * columns}`);
  const strange = values.find((value) => !Number.isFinite(value));
  if (strange !== undefined) throw rangeError(where, name, `gave ${show(strange)}`, 'finite numbers');
  return values;
}

function checkSizes(where: string, rows: unknown, columns: unknown, random: unknown): void {
  count(where, 'rows', rows);
  count(where, 'columns', columns);
  randomOption(where, 'random', random);
}

function drawn(length: number, draw: () => number): Float64Array {
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = draw();
  return values;
}

/**
 * All zeros.
 *
 * @example
 * ```ts
 * import { Random, zeros } from 'recurrent-cells';
 *
 * Array.from(zeros(1, 2, new Random(0))) // → [0, 0]
 * ```
 */
export const zeros: Initializer = (rows, columns, random) => {
  checkSizes('zeros', rows, columns, random);
  return new Float64Array(rows * columns);
};

/**
 * Uniform within ±√(6 / (rows + columns)) (Glorot and Bengio 2010): keeps the variance of signals and gradients.
 *
 * @example
 * ```ts
 * import { glorotUniform, Random } from 'recurrent-cells';
 *
 * glorotUniform(3, 3, new Random(0)).every((value) => Math.abs(value) <= 1) // → true
 * ```
 */
export const glorotUniform: Initializer = (rows, columns, random) => {
  checkSizes('glorotUniform', rows, columns, random);
  const bound = Math.sqrt(6 / (rows + columns));
  return drawn(rows * columns, () => random.uniform(-bound, bound));
};

/**
 * An initialiser uniform within ±bound: default 1/√rows, which PyTorch's recurrent layers use for every weight and bias.
 *
 * @example
 * ```ts
 * import { Random, uniform } from 'recurrent-cells';
 *
 * uniform(0.5)(2, 2, new Random(0)).every((value) => Math.abs(value) <= 0.5) // → true
 * ```
 */
export function uniform(bound?: number): Initializer {
  if (bound !== undefined) magnitude('uniform', 'bound', bound);
  return (rows, columns, random) => {
    const most = bound ?? 1 / Math.sqrt(rows);
    return drawn(rows * columns, () => random.uniform(-most, most));
  };
}

/**
 * An initialiser of forget biases for dependencies of up to `steps` steps: ln u, u uniform from 1 to `steps` − 1. A unit of an
 * LSTM or a GRU then keeps its state for between 2 and `steps` steps (Tallec and Ollivier 2018, arXiv:1804.11188).
 *
 * @param steps a whole number of at least 2.
 *
 * @example
 * ```ts
 * import { chrono, LSTMCell } from 'recurrent-cells';
 *
 * const cell = new LSTMCell({ inputSize: 1, hiddenSize: 8, forgetBias: chrono(400) });
 * const [inputGate, forgetGate] = [cell.biasIh!.read()[0]!, cell.biasIh!.read()[8]!];
 * forgetGate > 0 && inputGate === -forgetGate // → true
 * ```
 */
export function chrono(steps: number): Initializer {
  wholeNumber('chrono', 'steps', steps, 2);
  return (rows, columns, random) => drawn(rows * columns, () => logarithm(random.uniform(1, steps - 1)));
}

/**
 * An initialiser drawing from the normal distribution with mean 0 and the given standard deviation.
 *
 * @example
 * ```ts
 * import { normal, Random } from 'recurrent-cells';
 *
 * normal(0.1)(2, 2, new Random(0)).length // → 4
 * ```
 */
export function normal(deviation: number): Initializer {
  magnitude('normal', 'deviation', deviation);
  return (rows, columns, random) => drawn(rows * columns, () => deviation * random.normal());
}

/**
 * A random matrix with orthonormal rows, or columns if there are fewer of them (Saxe, McClelland and Ganguli 2013,
 * arXiv:1312.6120). A square one preserves the length of vectors, which keeps a recurrence stable.
 *
 * @example
 * ```ts
 * import { orthogonal, Random } from 'recurrent-cells';
 *
 * const [a, b, c, d] = orthogonal(2, 2, new Random(0)) as unknown as number[];
 * Math.abs(a! * c! + b! * d!) < 1e-12 // → true
 * ```
 */
export const orthogonal: Initializer = (rows, columns, random) => {
  checkSizes('orthogonal', rows, columns, random);
  const vectors = orthonormal(Math.min(rows, columns), Math.max(rows, columns), random);
  const values = new Float64Array(rows * columns);
  vectors.forEach((vector, v) => {
    if (rows <= columns) values.set(vector, v * columns);
    else for (let i = 0; i < rows; i++) values[i * columns + v] = vector[i]!;
  });
  return values;
};

/**
 * Ones on the diagonal, zeros elsewhere: a recurrence that initially keeps its state (Le, Jaitly and Hinton 2015,
 * arXiv:1504.00941).
 *
 * @example
 * ```ts
 * import { identity, Random } from 'recurrent-cells';
 *
 * Array.from(identity(2, 2, new Random(0))) // → [1, 0, 0, 1]
 * ```
 */
export const identity: Initializer = (rows, columns, random) => {
  checkSizes('identity', rows, columns, random);
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = 1;
  return values;
};
