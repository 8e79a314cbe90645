/**
 * The working memory of a pass, a stack.
 *
 * A pass borrows an arena, allocates matrices without freeing any, and returns the arena at its end.
 * All layers of a backend reuse its arenas, so memory use depends only on the passes under way, not on the number
 * of layers or on earlier shapes.
 */
import type { Backend } from '../kernels/backend.ts';
import { roundUp } from '../kernels/heap.ts';
import { Matrix } from './matrix.ts';

interface Chunk {
  readonly offset: number;
  readonly length: number;
}

/** A stack of matrices in a backend's heap. */
export class Arena {
  readonly backend: Backend;
  #chunks: Chunk[] = [];
  /** The current chunk, and the number of its elements in use. */
  #current = 0;
  #taken = 0;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** A new, uninitialised matrix. */
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
    const size = roundUp(length);
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
    // One chunk per request; `reset` joins them into one of exactly the total length for the next pass.
    const offset = this.backend.heap.allocate(size);
    this.#chunks.push({ offset, length: size });
    this.#taken = size;
    return offset;
  }

  /** Runs `work`, then frees what it allocated. Anything that outlives `work` must be allocated before. */
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

  /** Frees everything for the next pass, and joins the chunks. */
  reset(): void {
    if (this.#chunks.length > 1) {
      const chunks = this.#chunks;
      // Done before anything can fail: freed chunks must not be used again.
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

/** An arena for exclusive use until it is returned. */
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
