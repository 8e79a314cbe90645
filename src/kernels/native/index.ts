/** Products by the system's BLAS, in the memory where the other kernels work. */
import { rangeError, show } from '../../common/errors.ts';
import { type Check, type Checks, checkOptions, size, text } from '../../common/options.ts';
import { addProducts, type Library, share, sharedOf } from '../added.ts';
import type { Backend } from '../backend.ts';
import { float32 } from '../index.ts';
import type { ProductKernels } from '../kernels.ts';
import { AS_IS, type Blas, openBlas, ROW_MAJOR, TRANSPOSED } from './blas.ts';

/** Options of {@link useNativeProducts}. */
export interface NativeProductsOptions {
  /**
   * The name or path of a BLAS library with the functions `cblas_sgemm` and `cblas_dgemm` and integers of 32 bits. Default:
   * `libopenblas.so.0` on Linux, Accelerate on macOS.
   */
  library?: string | undefined;
  /** The threads of a product, if the library is OpenBLAS. Default 1. */
  threads?: number | undefined;
}

/** OpenBLAS takes 32 bits. */
const MOST_THREADS = 2 ** 31 - 1;

const threadsOption: Check<number> = (where, argument, value) => {
  const threads = size(where, argument, value);
  if (threads > MOST_THREADS) throw rangeError(where, argument, `is ${threads}`, `at most ${MOST_THREADS}`);
  return threads;
};

const checks: Checks<NativeProductsOptions> = { library: text, threads: threadsOption };

let present: Library | undefined;
const made = new WeakMap<Backend, Backend>();

/**
 * The number of rows of A from which on the library computes. In float32, WebAssembly is faster with fewer: a library
 * rearranges B at every call, whereas a packed B is already arranged. In float64 the alternative is plain TypeScript.
 */
const FEWEST_ROWS = { float32: 16, float64: 1 };

/**
 * Makes `float32()` and `float64()`, and so every layer created from now on, compute matrix products by the system's BLAS
 * library: faster than WebAssembly where a processor has wider instructions than AVX2, and the only fast products in float64.
 *
 * The library works in the memory of the other kernels; nothing is copied. Products of fewer than 16 rows in float32 and all
 * other operations stay where they were, so call `useWideKernels()` as well, before or after. The order of summation is the
 * library's: results differ in the last bits from those of other kernels, and a row's may depend on the size of its batch.
 * `float32({ deterministic: true })` remains without the library, as does every choice of kernels by name. Existing models keep
 * their backend. `trainParallel` makes its workers open the library too. `node:ffi` is experimental: Node warns when it is
 * loaded.
 *
 * @param options the library and its threads
 * @returns the backend that `float32()` returns from now on; its `name` contains the library's
 * @throws RangeError if this is not Node 26.1 or later, if the library is missing or unsuitable, or if another one is in use
 * @example
 * ```ts
 * import { float64 } from 'recurrent-cells';
 * import { useNativeProducts } from 'recurrent-cells/node';
 *
 * try {
 *   useNativeProducts();
 * } catch (error) {
 *   // The message gives the reason. float32() and float64() are unchanged.
 * }
 * float64().dtype; // → 'float64'
 * ```
 */
export function useNativeProducts(options: NativeProductsOptions = {}): Backend {
  const { library, threads } = checkOptions('useNativeProducts', options, checks);
  if (present === undefined) {
    const { opened, blas } = openBlas(library, threads ?? 1);
    present = opened;
    addProducts((backend) => madeOf(backend, blas, opened));
  } else {
    unchanged('library', library, present.library);
    unchanged('threads', threads, present.threads);
  }
  return float32();
}

/** @throws RangeError if an option is given and contradicts what is in use. */
function unchanged(argument: string, value: unknown, present: unknown): void {
  if (value !== undefined && value !== present)
    throw rangeError('useNativeProducts', argument, `is ${show(value)}`, `${show(present)}, which is in use`);
}

function madeOf(backend: Backend, blas: Blas, library: Library): Backend {
  const shared = sharedOf(backend);
  if (shared.library !== undefined) return backend;
  let native = made.get(backend);
  if (native === undefined) {
    native = nativeBackend(backend, blas);
    made.set(backend, native);
    share(native, { ...shared, library });
  }
  return native;
}

/** The backend with products by the library, in the same heap. */
export function nativeBackend(base: Backend, blas: Blas): Backend {
  const { name, dtype, heap } = base;
  const kernels = { ...base.kernels, ...nativeProducts(base, blas) };
  return { name: `${name.replace(/\)$/, '')}, products by ${blas.name})`, dtype, heap, kernels };
}

function nativeProducts({ dtype, heap, kernels: base }: Backend, blas: Blas): ProductKernels {
  const library = blas.gemm[dtype];
  const fewest = FEWEST_ROWS[dtype];
  const { BYTES_PER_ELEMENT } = heap.values;
  let values = heap.values;
  let start = blas.addressOf(values.buffer);
  const address = (offset: number): bigint => {
    // Growth may have moved the memory.
    if (heap.values !== values) {
      values = heap.values;
      start = blas.addressOf(values.buffer);
    }
    return start + BigInt(offset * BYTES_PER_ELEMENT);
  };
  /** The kernels' own packed form for few rows, then B row by row for the library. */
  const ownLength = (k: number, n: number): number => (fewest > 1 ? base.packedLength(k, n) : 0);

  const gemm: ProductKernels['gemm'] = (c, cStride, a, aRow, aColumn, b, bRow, bColumn, m, n, k, beta) => {
    const aStride = strideOf(aRow, aColumn, m, k);
    const bStride = strideOf(bRow, bColumn, k, n);
    if (m < fewest || n === 0 || k === 0 || aStride === 0 || bStride === 0)
      return base.gemm(c, cStride, a, aRow, aColumn, b, bRow, bColumn, m, n, k, beta);
    library(
      ROW_MAJOR,
      aStride > 0 ? AS_IS : TRANSPOSED,
      bStride > 0 ? AS_IS : TRANSPOSED,
      m,
      n,
      k,
      1,
      address(a),
      Math.abs(aStride),
      address(b),
      Math.abs(bStride),
      beta,
      address(c),
      Math.max(cStride, n),
    );
  };
  return {
    gemm,
    packedLength: (k, n) => ownLength(k, n) + k * n,
    pack(out, b, bRow, bColumn, k, n) {
      if (fewest > 1) base.pack(out, b, bRow, bColumn, k, n);
      const plain = out + ownLength(k, n);
      if (bColumn === 1) base.copy(plain, n, b, bRow, k, n);
      else if (bRow === 1) base.transpose(plain, n, b, bColumn, n, k);
      else for (let l = 0; l < k; l++) base.transpose(plain + l * n, n, b + l * bRow, bColumn, n, 1);
    },
    gemmPacked(c, cStride, a, aRow, aColumn, packed, m, n, k, beta) {
      if (m < fewest) base.gemmPacked(c, cStride, a, aRow, aColumn, packed, m, n, k, beta);
      else gemm(c, cStride, a, aRow, aColumn, packed + ownLength(k, n), n, 1, m, n, k, beta);
    },
  };
}

/** The library's stride of a factor: positive for rows one after another, negative for columns, 0 if it cannot read it. */
function strideOf(row: number, column: number, rows: number, columns: number): number {
  if ((column === 1 || columns === 1) && (row >= columns || rows === 1)) return Math.max(row, columns);
  if ((row === 1 || rows === 1) && (column >= rows || columns === 1)) return -Math.max(column, rows);
  return 0;
}
