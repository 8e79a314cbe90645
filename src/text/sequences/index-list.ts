/**
 * A growing list of indices in a typed array.
 *
 * Plain JavaScript arrays crash the process at about 10⁸ numbers.
 */
import { rangeError } from '../../common/errors.ts';
import { MOST_INT32 } from '../../common/tensor.ts';

export class IndexList {
  readonly #where: string;
  readonly #most: number;
  #indices: Int32Array; // [length], with spare capacity
  #length = 0;

  constructor(where: string, capacity: number = 1024, most: number = MOST_INT32) {
    this.#where = where;
    this.#most = most;
    this.#indices = new Int32Array(Math.max(1, capacity));
  }

  push(index: number): void {
    if (this.#length === this.#indices.length) this.#grow(1);
    this.#indices[this.#length++] = index;
  }

  append(indices: ArrayLike<number>): void {
    if (this.#length + indices.length > this.#indices.length) this.#grow(indices.length);
    this.#indices.set(indices, this.#length);
    this.#length += indices.length;
  }

  /** The indices, without the spare capacity. */
  toArray(): Int32Array {
    return this.#length === this.#indices.length ? this.#indices : this.#indices.slice(0, this.#length);
  }

  /** Makes room for more. @throws RangeError beyond 2³¹ − 1 indices. */
  #grow(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#most)
      throw rangeError(this.#where, 'the result', `has more than ${this.#most} indices`, 'fewer, in parts');
    const bigger = new Int32Array(Math.min(Math.max(2 * this.#indices.length, needed), this.#most));
    bigger.set(this.#indices);
    this.#indices = bigger;
  }
}
