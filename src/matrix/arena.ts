/**
 * The working memory of one pass, used like a stack.
 *
 * A pass borrows an arena, takes matrices from it without ever giving one back, and returns the whole at its end.
 * Arenas of a backend are shared by all its layers, one after another, so the memory in use is that of the passes
 * under way, whatever the number of layers and whatever shapes came before.
 */
import type { Backend } from '../kernels/backend.ts';
import { Matrix } from './matrix.ts';

interface Chunk {
  readonly offset: number;
  readonly length: number;
}

// 64 bytes of float32: every matrix starts on a cache line.
const GRANULE = 16;

/** A stack of matrices in a backend's heap. */
export class Arena {
  readonly backend: Backend;
  #chunks: Chunk[] = [];
  /** Which chunk is being taken from, and how many of its elements are taken. */
  #current = 0;
  #taken = 0;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** A new matrix of arbitrary contents. */
  matrix(rows: number, columns: number): Matrix {
    return new Matrix(this.backend, this.allocate(rows * columns), rows, columns);
  }

  /** A new matrix of zeros. */
  zeros(rows: number, columns: number): Matrix {
    const matrix = this.matrix(rows, columns);
    this.backend.kernels.fill(matrix.offset, columns, 0, rows, columns);
    return matrix;
  }

  /** The offset of `length` new elements. */
  allocate(length: number): number {
    const size = Math.ceil(length / GRANULE) * GRANULE;
    while (this.#current < this.#chunks.length) {
      const chunk = this.#chunks[this.#current]!;
      if (this.#taken + size <= chunk.length) {
        const offset = chunk.offset + this.#taken;
        this.#taken += size;
        return offset;
      }
      this.#current++;
      this.#taken = 0;
    }
    // A chunk for each request: the next pass finds them joined into one of exactly the length that was needed.
    const offset = this.backend.heap.allocate(size);
    this.#chunks.push({ offset, length: size });
    this.#taken = size;
    return offset;
  }

  /** Runs `work`, then gives back what it took. What `work` keeps must have been taken before. */
  scope<Result>(work: () => Result): Result {
    const current = this.#current;
    const taken = this.#taken;
    try {
      return work();
    } finally {
      this.#current = current;
      this.#taken = taken;
    }
  }

  /** Gives everything back, for the next pass; joins the chunks. */
  reset(): void {
    if (this.#chunks.length > 1) {
      const chunks = this.#chunks;
      // Before anything can fail: what is given back must not be used again.
      this.#chunks = [];
      let length = 0;
      for (const chunk of chunks) {
        length += chunk.length;
        this.backend.heap.free(chunk.offset);
      }
      this.#chunks = [{ offset: this.backend.heap.allocate(length), length }];
    }
    this.#current = 0;
    this.#taken = 0;
  }
}

const idle = /* @__PURE__ */ new WeakMap<Backend, Arena[]>();

/** An arena that nobody else uses until it is returned. */
export function borrowArena(backend: Backend): Arena {
  return idle.get(backend)?.pop() ?? new Arena(backend);
}

/** Ends the use of an arena and of every matrix taken from it. */
export function returnArena(arena: Arena): void {
  arena.reset();
  const arenas = idle.get(arena.backend);
  if (arenas === undefined) idle.set(arena.backend, [arena]);
  else arenas.push(arena);
}

/** Runs `work` with a borrowed arena. */
export function withArena<Result>(backend: Backend, work: (arena: Arena) => Result): Result {
  const arena = borrowArena(backend);
  try {
    return work(arena);
  } finally {
    returnArena(arena);
  }
}
