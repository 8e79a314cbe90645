/** A trainable weight: its value, and the gradient that backward passes accumulate. */

import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { elementsOf, isShape } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import type { Matrix } from './matrix.ts';
import { fill } from './operations.ts';
import { ownedMatrix } from './owned.ts';

// The total number of elements allowed for parameters while a file is loaded; otherwise undefined.
let room: number | undefined;

/**
 * Runs `build` with zero-initialised parameters of at most `elements` elements in total.
 *
 * @throws RangeError if they have more, before memory is allocated.
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

/** Anything with parameters. */
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
  /** The dimensions: `[rows, columns]`, `[length]` for a vector, `[rows, …]` for more dimensions. */
  readonly shape: readonly number[];
  /** The value in the heap: a vector is one row; with more than two dimensions, all but the first form a row. */
  readonly value: Matrix;
  /**
   * Whether it is excluded from training: backward passes skip its gradient if that saves a product, and optimisers, norms
   * and clipping ignore it. Not saved with a model. Default `false`.
   */
  frozen = false;
  #gradient: Matrix | undefined;
  #version = 0;

  /** @param initial the initial values, or a function that returns them. */
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
    const columns = elementsOf(rest);
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

  /** Changes whenever the value changes, so that data derived from it can detect that it is stale. */
  get version(): number {
    return this.#version;
  }

  /** ∂L/∂value in the heap, accumulated since it was last cleared. */
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
   * @throws RangeError if the number of values does not match the shape; TypeError if one is not a number.
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
    // A typed array holds numbers alone, or bigints alone.
    if (!ArrayBuffer.isView(values) || typeof values[0] !== 'number')
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

  /** Frees the memory of value and gradient immediately instead of at garbage collection; later use throws. */
  release(): void {
    this.value.owner?.release();
    this.#gradient?.owner?.release();
    // A gradient created later would never be freed.
    this.#gradient ??= this.value;
  }

  /** Call it after changing `value` in place. */
  changed(): void {
    this.#version++;
  }
}
