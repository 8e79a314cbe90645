/** A heap's memory as a WebAssembly memory, shared with the kernels' binary. */
import type { Storage } from '../heap.ts';

const PAGE_ELEMENTS = 65536 / Float32Array.BYTES_PER_ELEMENT;
const MOST_PAGES = 65536;

/** Elements in a vector. The memory extends this far beyond the last block, so that a row's last vector can be loaded whole. */
const LANES = 4;

/** A WebAssembly memory of float32 elements; those below `base` belong to the kernels. */
export class MemoryStorage implements Storage {
  readonly base: number;
  readonly memory: WebAssembly.Memory;
  #values: Float32Array;

  constructor(base: number) {
    this.base = base;
    this.memory = new WebAssembly.Memory({ initial: pagesOf(base), maximum: MOST_PAGES });
    this.#values = valuesOf(this.memory);
  }

  get values(): Float32Array {
    return this.#values;
  }

  grow(length: number): void {
    const present = this.memory.buffer.byteLength / 65536;
    const needed = pagesOf(length) - present;
    if (present + needed > MOST_PAGES) throw new RangeError('a WebAssembly memory ends at 4 GiB');
    // Doubling makes growth rare, because an engine may copy the memory; near the limit it grows only as needed.
    const generous = Math.min(Math.max(needed, present), MOST_PAGES - present);
    try {
      this.memory.grow(generous);
    } catch {
      this.memory.grow(needed);
    }
    this.#values = valuesOf(this.memory);
  }
}

function valuesOf({ buffer }: WebAssembly.Memory): Float32Array {
  return new Float32Array(buffer, 0, buffer.byteLength / Float32Array.BYTES_PER_ELEMENT - LANES);
}

function pagesOf(length: number): number {
  return Math.ceil((length + LANES) / PAGE_ELEMENTS);
}
