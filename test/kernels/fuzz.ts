/**
 * Random calls of every kernel. One seed makes the same calls on every backend, so that two of them can be compared bit for bit:
 * tails of any length, gaps between rows, odd addresses, results in place of inputs, and extreme numbers.
 */
import type { Backend } from '../../src/kernels/backend.ts';
import type { Kernels } from '../../src/kernels/kernels.ts';

const LENGTH = 2 ** 18;
const SPECIAL = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0],
  ...[2 ** -149, -(2 ** -149), 2 ** -126, 1e-39, 3.4e38, -3.4e38],
  ...[1, -1, 0.5, 17, -17, 1e-7, 9.01, 15, 88, -88, 89, -87.5, 104, -104],
];
const UNARY = [...(['copy', 'relu', 'sigmoid', 'tanh', 'exp', 'softplus', 'softmax', 'logSoftmax'] as const)];
const BINARY = [
  ...(['add', 'sub', 'mul', 'mulAdd', 'sigmoidBackward', 'tanhBackward', 'reluBackward'] as const),
];

/** The result of a call. */
export interface Outcome {
  /** The kernel and the shape. */
  readonly call: string;
  /** The bits of all blocks that the kernel may write; all NaNs count as equal. */
  readonly bits: Uint32Array;
  /** Its return value. */
  readonly result: number | undefined;
}

interface Block {
  readonly offset: number;
  readonly stride: number;
}

/** The calls of one seed on one backend, `rounds` of every kernel. */
export class Fuzz {
  readonly #backend: Backend;
  readonly #start: number;
  #end: number;
  #state: number;
  #kind = 0;

  constructor(backend: Backend, seed: number) {
    this.#backend = backend;
    this.#start = backend.heap.allocate(LENGTH);
    this.#end = this.#start;
    this.#state = seed >>> 0;
  }

  *run(rounds: number): Generator<Outcome> {
    for (let round = 0; round < rounds; round++) {
      this.#kind = round % 3;
      for (const name of [...UNARY, ...BINARY]) yield this.#elementwise(name);
      for (const name of ['fill', 'scale', 'clamp', 'addRow', 'transpose', 'columnSums'] as const)
        yield this.#rows(name);
      for (const name of ['gather', 'scatterAdd'] as const) yield this.#table(name);
      for (const name of ['sumOfSquares', 'maximumMagnitude'] as const) yield this.#reduction(name);
      for (const name of ['normalize', 'normalizeBackward'] as const) yield this.#normalization(name);
      for (const name of ['sgd', 'adam', 'rmsprop', 'adagrad'] as const) yield this.#update(name);
      for (const name of ['gemm', 'gemmPacked'] as const) yield this.#product(name);
    }
    this.#backend.heap.free(this.#start);
  }

  #elementwise(name: (typeof UNARY)[number] | (typeof BINARY)[number]): Outcome {
    const [rows, columns] = this.#shape();
    const [a, b] = [this.#block(rows, columns), this.#block(rows, columns)];
    const out = this.#chance(0.3) ? a : this.#block(rows, columns);
    const { kernels } = this.#backend;
    return this.#outcome(`${name} ${rows} × ${columns}`, () => {
      if (isBinary(name))
        kernels[name](out.offset, out.stride, a.offset, a.stride, b.offset, b.stride, rows, columns);
      else kernels[name](out.offset, out.stride, a.offset, a.stride, rows, columns);
    });
  }

  #rows(name: 'fill' | 'scale' | 'clamp' | 'addRow' | 'transpose' | 'columnSums'): Outcome {
    const [rows, columns] = this.#shape();
    const [a, out] = [this.#block(rows, columns), this.#block(rows, columns)];
    const across = this.#block(columns, rows);
    const [value, beta] = [this.#value(), this.#whole(2) as 0 | 1];
    const { kernels: k } = this.#backend;
    const calls = {
      fill: () => k.fill(out.offset, out.stride, value, rows, columns),
      scale: () => k.scale(out.offset, out.stride, a.offset, a.stride, value, rows, columns),
      clamp: () => k.clamp(out.offset, out.stride, a.offset, a.stride, -0.5, 0.7, rows, columns),
      addRow: () => k.addRow(out.offset, out.stride, a.offset, rows, columns),
      transpose: () => k.transpose(across.offset, across.stride, a.offset, a.stride, rows, columns),
      columnSums: () => k.columnSums(out.offset, a.offset, a.stride, rows, columns, beta),
    };
    return this.#outcome(`${name} ${rows} × ${columns}`, calls[name]);
  }

  #table(name: 'gather' | 'scatterAdd'): Outcome {
    const [entries, columns] = this.#shape();
    const rows = this.#whole(6);
    const [table, a] = [this.#block(entries, columns), this.#block(rows, columns)];
    const indices = this.#block(1, rows);
    for (let i = 0; i < rows; i++) this.#values[indices.offset + i] = this.#whole(entries + 1) - 1;
    const { kernels: k } = this.#backend;
    const [t, ts, o, os, at] = [table.offset, table.stride, a.offset, a.stride, indices.offset];
    return this.#outcome(`${name} ${rows} × ${columns} of ${entries}`, () => {
      if (name === 'gather') k.gather(o, os, t, ts, at, rows, columns);
      else k.scatterAdd(t, ts, o, os, at, rows, columns);
    });
  }

  #reduction(name: 'sumOfSquares' | 'maximumMagnitude'): Outcome {
    const [rows, columns] = this.#shape();
    const a = this.#block(rows, columns);
    const kernel = this.#backend.kernels[name];
    return this.#outcome(`${name} ${rows} × ${columns}`, () => kernel(a.offset, a.stride, rows, columns));
  }

  #normalization(name: 'normalize' | 'normalizeBackward'): Outcome {
    const [rows, columns] = this.#shape();
    const [a, b] = [this.#block(rows, columns), this.#block(rows, columns)];
    const out = this.#chance(0.3) ? a : this.#block(rows, columns);
    const d = this.#block(rows, 1);
    const { kernels: k } = this.#backend;
    const [o, os, x, xs] = [out.offset, out.stride, a.offset, a.stride];
    return this.#outcome(`${name} ${rows} × ${columns}`, () => {
      if (name === 'normalize') k.normalize(o, os, d.offset, d.stride, x, xs, 1e-5, rows, columns);
      else k.normalizeBackward(o, os, x, xs, d.offset, d.stride, b.offset, b.stride, rows, columns);
    });
  }

  #update(name: 'sgd' | 'adam' | 'rmsprop' | 'adagrad'): Outcome {
    const [, length] = this.#shape();
    const [w, g, x, y, z] = Array.from({ length: 5 }, () => this.#block(1, length).offset) as Five;
    const flag = this.#whole(2) as 0 | 1;
    const { kernels: k } = this.#backend;
    const calls = {
      sgd: () => k.sgd(w, g, x, length, 0.1, 0.9, flag, 0.01),
      adam: () => k.adam(w, g, x, y, length, 1e-3, 0.9, 0.999, 1.3, 1e-8, 0.01, 0.99),
      rmsprop: () => k.rmsprop(w, g, x, y, z, length, 0.01, 0.9, 1e-7, 0.5, flag, 0.01),
      adagrad: () => k.adagrad(w, g, x, length, 0.01, 1e-7, 0.02),
    };
    return this.#outcome(`${name} ${length}`, calls[name]);
  }

  #product(name: 'gemm' | 'gemmPacked'): Outcome {
    const m = this.#whole(this.#chance(0.8) ? 15 : 130);
    const n = this.#whole(71);
    const k = this.#chance(0.9) ? this.#whole(40) : 500 + this.#whole(560);
    const beta = this.#whole(2) as 0 | 1;
    const c = this.#block(m, n);
    const [a, aRow, aColumn] = this.#factor(m, k);
    const [b, bRow, bColumn] = this.#factor(k, n);
    const { kernels, heap } = this.#backend;
    return this.#outcome(`${name} ${m} × ${n} × ${k}, beta ${beta}`, () => {
      if (name === 'gemm') {
        kernels.gemm(c.offset, c.stride, a, aRow, aColumn, b, bRow, bColumn, m, n, k, beta);
        return;
      }
      // Compared elsewhere, since each backend packs in its own order.
      const packed = heap.allocate(kernels.packedLength(k, n));
      kernels.pack(packed, b, bRow, bColumn, k, n);
      kernels.gemmPacked(c.offset, c.stride, a, aRow, aColumn, packed, m, n, k, beta);
      heap.free(packed);
    });
  }

  /** The offset and both strides of a factor, which may be a transpose. */
  #factor(rows: number, columns: number): [number, number, number] {
    if (this.#chance(0.4)) {
      const { offset, stride } = this.#block(columns, rows);
      return [offset, 1, stride];
    }
    const { offset, stride } = this.#block(rows, columns);
    return [offset, stride, 1];
  }

  #outcome(call: string, act: () => unknown): Outcome {
    const returned = act();
    const result = typeof returned === 'number' ? returned : undefined;
    const values = this.#values.slice(this.#start, this.#end + 40);
    const bits = new Uint32Array(values.buffer);
    for (let i = 0; i < bits.length; i++) if (Number.isNaN(values[i])) bits[i] = 0x7fc00000;
    this.#values.fill(0, this.#start, this.#end + 40);
    this.#end = this.#start;
    return { call, bits, result };
  }

  get #values(): Float32Array {
    return this.#backend.heap.values as Float32Array;
  }

  #block(rows: number, columns: number): Block {
    const stride = columns + (this.#chance(0.5) ? 0 : this.#whole(9));
    const offset = this.#end + this.#whole(9);
    this.#end = offset + rows * stride;
    if (this.#end > this.#start + LENGTH - 40) throw new Error('the blocks of a call are too large');
    for (let i = offset; i < this.#end; i++) this.#values[i] = this.#value();
    return { offset, stride };
  }

  #shape(): [number, number] {
    return [this.#whole(5), this.#chance(0.9) ? this.#whole(71) : this.#whole(1200)];
  }

  /** Ordinary numbers; every third round includes special values, and every third all magnitudes. */
  #value(): number {
    if (this.#kind === 1 && this.#chance(0.15)) return SPECIAL[this.#whole(SPECIAL.length)]!;
    if (this.#kind === 2) return (this.#random() - 0.5) * 2 ** (this.#whole(250) - 125);
    return (this.#random() - 0.5) * (this.#chance(0.2) ? 40 : 2);
  }

  #whole(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #chance(of: number): boolean {
    return this.#random() < of;
  }

  #random(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }
}

type Five = [number, number, number, number, number];

function isBinary(name: keyof Kernels): name is (typeof BINARY)[number] {
  return (BINARY as readonly string[]).includes(name);
}

/** Throws at the first call of a seed whose bits differ between the backends; returns the number of compared calls. */
export function compare(seed: number, rounds: number, expected: Backend, actual: Backend): number {
  const other = new Fuzz(actual, seed).run(rounds);
  let calls = 0;
  for (const { call, bits, result } of new Fuzz(expected, seed).run(rounds)) {
    const got = other.next().value as Outcome;
    const at = bits.findIndex((bit, i) => bit !== got.bits[i]);
    if (got.call !== call || got.bits.length !== bits.length || at >= 0 || !Object.is(result, got.result))
      throw new Error(
        `seed ${seed}, call ${calls}, ${call} (${got.call}): differs at ${at}, ${result}, ${got.result}`,
      );
    calls++;
  }
  return calls;
}
