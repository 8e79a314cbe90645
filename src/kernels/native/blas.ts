/** Opens a BLAS library by `node:ffi`, a module of Node 26.1 and later. */
import { rangeError, show } from '../../common/errors.ts';
import type { Library } from '../added.ts';
import type { DType } from '../backend.ts';

/** C ← β·C + A·B by the library: order, transposition of A and of B, m, n, k, α, A, its stride, B, its stride, β, C, its stride. */
export type Gemm = (
  order: number,
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: bigint,
  aStride: number,
  b: bigint,
  bStride: number,
  beta: number,
  c: bigint,
  cStride: number,
) => void;

/** A library that is open. It stays open until the process ends. */
export interface Blas {
  /** The library, such as `OpenBLAS 0.3.21, SkylakeX`. */
  readonly name: string;
  readonly gemm: Readonly<Record<DType, Gemm>>;
  /** The address of an array's memory. */
  addressOf(memory: ArrayBufferLike): bigint;
}

/** The parts of Node's `process` and `node:ffi` used here. */
interface Process {
  readonly platform: string;
  readonly versions: { readonly node?: string; readonly bun?: string; readonly deno?: string };
  getBuiltinModule?(name: 'node:ffi'): Ffi | undefined;
}
interface Ffi {
  readonly DynamicLibrary: new (path: string) => Dynamic;
  getRawPointer(memory: ArrayBufferLike): bigint;
  toString(pointer: bigint): string;
}
interface Dynamic {
  getFunction(name: string, signature: { arguments: readonly string[]; return: string }): unknown;
}

const WHERE = 'useNativeProducts';

/** Values of CBLAS: the order of elements, and whether a factor is transposed. */
export const ROW_MAJOR = 101;
export const AS_IS = 111;
export const TRANSPOSED = 112;

/** The libraries tried where none is named, by platform: OpenBLAS, and on macOS what the system has. */
const LIBRARIES: { readonly [platform: string]: readonly string[] } = {
  linux: ['libopenblas.so.0', 'libopenblas.so'],
  darwin: ['/System/Library/Frameworks/Accelerate.framework/Accelerate'],
};

/** The integers of a call; 64 bits are not supported. */
const INT = 'int32';

/**
 * Opens a library: the one named, or the first of the platform's that is installed.
 *
 * @throws RangeError if this engine has no `node:ffi`, or if a library is missing or does not compute what it should.
 */
export function openBlas(
  library: string | undefined,
  threads: number,
): { readonly opened: Library; readonly blas: Blas } {
  const { process } = globalThis as { process?: Process };
  const ffi = ffiOf(process);
  const names = library === undefined ? (LIBRARIES[process!.platform] ?? []) : [library];
  let reason = `no library of ${process!.platform} is known`;
  for (const name of names) {
    let dynamic: Dynamic;
    try {
      dynamic = new ffi.DynamicLibrary(name);
    } catch (error) {
      reason = (error as Error).message;
      continue;
    }
    return { opened: { library: name, threads }, blas: blasOf(ffi, dynamic, name, threads) };
  }
  throw refusal(library, `cannot be opened (${reason})`);
}

function ffiOf(process: Process | undefined): Ffi {
  const { node, bun, deno } = process?.versions ?? {};
  const isNode = node !== undefined && bun === undefined && deno === undefined;
  const ffi = isNode ? process!.getBuiltinModule?.('node:ffi') : undefined;
  if (ffi !== undefined) return ffi;
  const came = isNode ? `is Node ${node} without node:ffi` : 'is no Node';
  throw rangeError(WHERE, 'engine', came, 'Node 26.1 or later, with node:ffi');
}

function blasOf(ffi: Ffi, dynamic: Dynamic, library: string, threads: number): Blas {
  const find = <Type>(name: string, result: string, parameters: readonly string[] = []): Type | undefined => {
    try {
      return dynamic.getFunction(name, { arguments: parameters, return: result }) as Type;
    } catch {
      return undefined;
    }
  };
  const gemm = (name: string, real: string): Gemm => {
    const factor = ['pointer', INT];
    const signature = [INT, INT, INT, INT, INT, INT, real, ...factor, ...factor, real, ...factor];
    const found = find<Gemm>(name, 'void', signature);
    if (found === undefined) throw refusal(library, `has no function ${name}`);
    return found;
  };
  const textOf = (name: string): string => {
    const pointer = find<() => bigint>(name, 'pointer')?.();
    return pointer === undefined ? '' : ffi.toString(pointer);
  };
  const addressOf = (memory: ArrayBufferLike): bigint => ffi.getRawPointer(memory);
  const [float32, float64] = [gemm('cblas_sgemm', 'float'), gemm('cblas_dgemm', 'double')];
  const config = textOf('openblas_get_config');
  if (config.includes('USE64BITINT')) throw refusal(library, 'has integers of 64 bits');
  const setThreads = find<(threads: number) => void>('openblas_set_num_threads', 'void', [INT]);
  if (setThreads === undefined && threads > 1)
    throw rangeError(WHERE, 'threads', `is ${threads}`, `1, since ${show(library)} is not OpenBLAS`);
  setThreads?.(threads);
  if (!multiplies(float32, Float32Array, addressOf) || !multiplies(float64, Float64Array, addressOf))
    throw refusal(library, 'computes a wrong product');
  const version = /^OpenBLAS \S+/.exec(config)?.[0];
  const name = version === undefined ? library : `${version} ${textOf('openblas_get_corename')}`;
  return { name, gemm: { float32, float64 }, addressOf };
}

/** Whether a product is correct: a library may expect its arguments in other types. */
function multiplies(
  gemm: Gemm,
  Values: Float32ArrayConstructor | Float64ArrayConstructor,
  addressOf: Blas['addressOf'],
): boolean {
  const [a, b, c] = [Values.of(1, 2, 3, 4, 5, 6), Values.of(7, 8, 9, 10, 11, 12), Values.of(1, 1, 1, 1)];
  const [atA, atB, atC] = [a, b, c].map(({ buffer }) => addressOf(buffer)) as [bigint, bigint, bigint];
  // [1 2 3; 4 5 6] · [7 8; 9 10; 11 12] + 1
  gemm(ROW_MAJOR, AS_IS, AS_IS, 2, 2, 3, 1, atA, 3, atB, 2, 1, atC, 2);
  return c.join() === '59,65,140,155';
}

function refusal(library: string | undefined, came: string): RangeError {
  const expected =
    'a BLAS library with cblas_sgemm and integers of 32 bits, such as OpenBLAS (Debian: libopenblas0)';
  return rangeError(WHERE, library === undefined ? 'library' : `library ${show(library)}`, came, expected);
}
