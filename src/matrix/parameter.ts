/** A trained weight: its value, and the gradient that backward passes accumulate into. */

import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { isShape } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import type { Matrix } from './matrix.ts';
import { fill } from './operations.ts';
import { ownedMatrix } from './owned.ts';

// What parameters may take together while a file is loaded; undefined at all other times.
let room: number | undefined;

/**
 * Runs `build`, in which parameters are zero instead of drawn, and have no more than `elements` together.
 *
 * @throws RangeError where they have more, before memory is taken for them.
 */
export function withoutStart<Built>(elements: number, build: () => Built): Built {
  const before = room;
  room = elements;
  try {
    return build();
  } finally {
    room = before;
  }
}

/** Whatever has parameters. */
interface Model {
  parameters(): ReadonlyMap<string, Parameter>;
}

/** @throws TypeError if they are not parameters by name. */
export function checkParameters(where: string, parameters: unknown): void {
  const expected = 'parameters by name, such as model.parameters()';
  if (!isBuiltin(parameters, 'Map')) throw typeError(where, 'parameters', `is ${show(parameters)}`, expected);
  for (const parameter of parameters.values())
    if (typeof (parameter as Partial<Parameter> | null)?.clearGradient !== 'function')
      throw typeError(where, 'parameters', `has ${show(parameter)}`, expected);
}

/** Releases every parameter of a model. */
export function releaseParameters(model: Model): void {
  for (const parameter of model.parameters().values()) parameter.release();
}

/**
 * A weight of a cell or layer, with its gradient.
 *
 * @example
 * ```ts
 * import { Dense } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 2, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * weight.write([0.5, -0.5]);
 * weight.shape // → [1, 2]
 * Array.from(weight.read()) // → [0.5, -0.5]
 * Array.from(weight.readGradient()) // → [0, 0]
 * ```
 */
export class Parameter {
  /** The dimensions: `[rows, columns]`, `[length]` of a vector, `[rows, …]` of more dimensions. */
  readonly shape: readonly number[];
  /** The value in the heap, a vector as one row; of more than two dimensions, all but the first are in a row. */
  readonly value: Matrix;
  /**
   * Whether it stays as it is: backward passes leave its gradient out where that saves a product, and optimisers, norms and
   * clipping pass it by. Not saved with a model. Default `false`.
   */
  frozen = false;
  #gradient: Matrix | undefined;
  #version = 0;

  /** @param initial the starting values, or what gives them. */
  constructor(
    backend: Backend,
    shape: readonly number[],
    initial: ArrayLike<number> | (() => ArrayLike<number>),
  ) {
    if (!Array.isArray(shape) || !isShape(shape))
      throw typeError('Parameter', 'shape', `is ${show(shape)}`, 'an array of dimensions');
    backendOption('Parameter', 'backend', backend);
    this.shape = shape;
    const [rows, ...rest] = shape.length === 1 ? [1, ...shape] : shape;
    const columns = rest.reduce((product, dimension) => product * dimension, 1);
    if (room !== undefined) {
      if (rows! * columns > room)
        throw rangeError(
          'Parameter',
          'shape',
          `is [${shape.join(', ')}]`,
          `at most ${room} elements for a file of this size`,
        );
      room -= rows! * columns;
      this.value = ownedMatrix(backend, rows!, columns);
      return;
    }
    const values = typeof initial === 'function' ? initial() : initial;
    this.value = ownedMatrix(backend, rows!, columns);
    this.write(values);
  }

  /** Changes whenever the value does, so that what was derived from it can tell that it is stale. */
  get version(): number {
    return this.#version;
  }

  /** ∂L/∂value in the heap, as accumulated since it was last cleared. */
  get gradient(): Matrix {
    const { backend, rows, columns } = this.value;
    this.#gradient ??= ownedMatrix(backend, rows, columns);
    return this.#gradient;
  }

  /** A copy of the value, row by row. */
  read(): Values {
    return this.value.read();
  }

  /**
   * Overwrites the value, row by row.
   *
   * @throws RangeError if the number of values is not that of the shape; TypeError if one is no number.
   */
  write(values: ArrayLike<number>): void {
    const length = this.value.rows * this.value.columns;
    if (typeof values?.length !== 'number' || typeof values === 'string')
      throw typeError('Parameter.write', 'values', `is ${show(values)}`, 'an array of numbers');
    if (values.length !== length)
      throw rangeError(
        'Parameter.write',
        'values',
        `has length ${values.length}`,
        `${length} for shape [${this.shape.join(', ')}]`,
      );
    // Arrays of numbers alone cannot hold anything else.
    if (!ArrayBuffer.isView(values))
      for (let i = 0; i < length; i++)
        if (typeof values[i] !== 'number')
          throw typeError('Parameter.write', `values[${i}]`, `is ${show(values[i])}`, 'a number');
    this.value.write(values);
    this.changed();
  }

  /** A copy of the gradient, row by row. */
  readGradient(): Values {
    return this.gradient.read();
  }

  /** Sets the gradient to zero. */
  clearGradient(): void {
    if (this.#gradient !== undefined) fill(this.#gradient, 0);
  }

  /** Gives the memory of value and gradient back now, and not when they are collected; to use them afterwards is an error. */
  release(): void {
    this.value.owner?.release();
    this.#gradient?.owner?.release();
    // A gradient made after that would be memory that nobody gives back.
    this.#gradient ??= this.value;
  }

  /** To be called after changing `value` in place. */
  changed(): void {
    this.#version++;
  }
}
