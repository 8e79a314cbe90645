/** A heap's memory as an ordinary typed array, for the plain TypeScript kernels. */
import type { DType } from '../backend.ts';
import type { Storage, Values } from '../heap.ts';

/** A typed array, replaced by a longer one to grow. */
export class ArrayStorage implements Storage {
  readonly base = 0;
  #values: Values;

  constructor(dtype: DType) {
    this.#values = dtype === 'float32' ? new Float32Array(1024) : new Float64Array(1024);
  }

  get values(): Values {
    return this.#values;
  }

  grow(length: number): void {
    // Doubling makes the total cost of all copies linear in the final length.
    const capacity = Math.max(length, 2 * this.#values.length);
    const grown =
      this.#values instanceof Float32Array ? new Float32Array(capacity) : new Float64Array(capacity);
    grown.set(this.#values);
    this.#values = grown;
  }
}
