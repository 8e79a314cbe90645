/**
 * The memory of the kernels: one growing run of elements, handed out in blocks.
 *
 * It tracks the blocks in use. The storage defines the element type and grows the run.
 */
import { rangeError, wholeNumber } from '../common/errors.ts';

/** The element arrays of the two precisions. */
export type Values = Float32Array | Float64Array;

/** A run of elements that can grow. Growing keeps the contents and may replace `values`. */
export interface Storage {
  readonly values: Values;
  /** The first offset that may be handed out. */
  readonly base: number;
  /** Makes room for at least `length` elements. */
  grow(length: number): void;
}

// A cache line of float32: no two blocks share one, and SIMD loads of a block's first row are aligned.
const GRANULE = 16;

// The advice in the error: the garbage collector runs on its own schedule, and memory it finds is freed only between tasks.
const WITHIN_REACH =
  'no more than the engine has left; models and passes give theirs back at once with release() or `using`, and else ' +
  'when the program next awaits after they were collected';

/** Hands out blocks of a {@link Storage}: the first freed block that fits, or a new one at the end. */
export class Heap {
  readonly #storage: Storage;
  readonly #lengths = new Map<number, number>();
  // Sorted by offset; adjacent free blocks are merged.
  readonly #free: { offset: number; length: number }[] = [];
  #end: number;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#end = roundUp(storage.base);
  }

  /** The elements. Do not keep the array: growth may replace it. */
  get values(): Values {
    return this.#storage.values;
  }

  /** The number of elements in use. */
  get used(): number {
    let used = 0;
    for (const length of this.#lengths.values()) used += length;
    return used;
  }

  /**
   * Returns the offset of a new block of at least `length` elements, aligned to 64 bytes and uninitialised.
   *
   * @throws RangeError if the length is not a whole number, or the storage cannot grow that far.
   */
  allocate(length: number): number {
    const size = Math.max(roundUp(wholeNumber('Heap.allocate', 'length', length, 0)), GRANULE);
    const offset = this.#fromFree(size) ?? this.#fromEnd(size);
    this.#lengths.set(offset, size);
    return offset;
  }

  /** Frees a block. */
  free(offset: number): void {
    const length = this.#lengths.get(offset);
    if (length === undefined)
      throw rangeError('Heap.free', 'offset', `is ${offset}`, 'the offset of a block in use');
    this.#lengths.delete(offset);
    const free = this.#free;
    let at = free.findIndex((block) => block.offset > offset);
    if (at < 0) at = free.length;
    free.splice(at, 0, { offset, length });
    this.#join(at);
    if (at > 0) this.#join(at - 1);
  }

  #join(at: number): void {
    const block = this.#free[at]!;
    const next = this.#free[at + 1];
    if (next === undefined || block.offset + block.length !== next.offset) return;
    block.length += next.length;
    this.#free.splice(at + 1, 1);
  }

  #fromFree(size: number): number | undefined {
    const at = this.#free.findIndex((block) => block.length >= size);
    if (at < 0) return undefined;
    const block = this.#free[at]!;
    const offset = block.offset;
    block.offset += size;
    block.length -= size;
    if (block.length === 0) this.#free.splice(at, 1);
    return offset;
  }

  #fromEnd(size: number): number {
    const offset = this.#end;
    if (offset + size > this.#storage.values.length) this.#grow(offset + size, size);
    this.#end = offset + size;
    return offset;
  }

  #grow(end: number, size: number): void {
    try {
      this.#storage.grow(end);
    } catch (cause) {
      const mebibytes = (length: number): string =>
        `${((length * this.values.BYTES_PER_ELEMENT) / 2 ** 20).toFixed(1)} MiB`;
      const came = `asks for ${mebibytes(size)} while ${mebibytes(this.used)} are in use`;
      const error = rangeError('Heap.allocate', 'length', came, WITHIN_REACH);
      error.cause = cause;
      throw error;
    }
  }
}

/** The next multiple of {@link GRANULE}: blocks of such lengths stay aligned side by side. */
export function roundUp(length: number): number {
  return Math.ceil(length / GRANULE) * GRANULE;
}
