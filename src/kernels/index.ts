/** The public backends. Each is created at its first use and then shared. */
import { rangeError, show } from '../common/errors.ts';
import { type Checks, checkOptions, flag } from '../common/options.ts';
import { addedKernels, withProducts } from './added.ts';
import type { Backend } from './backend.ts';
import { referenceBackend } from './reference/index.ts';
import { type SimdKind, simdBackend } from './simd/index.ts';

export type { Backend, DType } from './backend.ts';

/** Options of {@link float32}. */
export interface Float32Options {
  /**
   * `auto` selects the fastest kernels that the engine runs; `relaxed` is WebAssembly with relaxed SIMD, `simd` WebAssembly with
   * SIMD, `typescript` plain TypeScript; `wide` the kernels added by `useWideKernels()` of `recurrent-cells/node`, which `auto`
   * includes. Products added by `useNativeProducts()` are part of `auto` only. Default `auto`.
   */
  kernels?: 'auto' | 'wide' | 'relaxed' | 'simd' | 'typescript' | undefined;
  /**
   * Whether results must be identical, bit for bit, on every engine and machine. Only the `simd` kernels and their wide
   * counterparts guarantee this, so `auto` selects only them. Default `false`.
   */
  deterministic?: boolean | undefined;
}

const checks: Checks<Float32Options> = {
  kernels: ['auto', 'wide', 'relaxed', 'simd', 'typescript'],
  deterministic: flag,
};

// An undefined backend is one that the engine does not support.
const made = new Map<SimdKind | 'typescript' | 'float64', Backend | undefined>();

/**
 * The double-precision backend: plain TypeScript, for gradient checks and small models.
 *
 * @returns the same backend at each call
 * @example
 * ```ts
 * import { float64 } from 'recurrent-cells';
 *
 * float64().dtype; // → 'float64'
 * float64().name; // → 'float64 (TypeScript)'
 * float64() === float64(); // → true
 * ```
 */
export function float64(): Backend {
  return withProducts(once('float64', () => referenceBackend('float64')));
}

/**
 * The single-precision backend: WebAssembly with SIMD if the engine supports it, otherwise plain TypeScript.
 *
 * By default the fastest supported kernels are selected silently; the backend's `name` shows which. Even a current engine may
 * lack WebAssembly: a page's content security policy must allow `'wasm-unsafe-eval'`.
 *
 * @param options the choice of kernels
 * @returns the same backend for the same choice
 * @throws RangeError if the engine does not support the chosen kernels, or if `deterministic` contradicts `kernels`
 * @example
 * ```ts
 * import { float32 } from 'recurrent-cells';
 *
 * float32().dtype; // → 'float32'
 * float32({ kernels: 'typescript' }).name; // → 'float32 (TypeScript)'
 * float32({ deterministic: true }).name; // → 'float32 (SIMD)'
 * ```
 */
export function float32(options: Float32Options = {}): Backend {
  const { kernels = 'auto', deterministic = false } = checkOptions('float32', options, checks);
  if (deterministic && kernels !== 'auto' && kernels !== 'wide' && kernels !== 'simd')
    throw rangeError(
      'float32',
      'deterministic',
      `is true with kernels ${show(kernels)}`,
      '"auto", "wide" or "simd"',
    );
  const added = addedKernels();
  switch (kernels) {
    case 'auto':
      if (deterministic) return added?.simd() ?? required('simd', 'deterministic', 'is true');
      return withProducts(added?.relaxed() ?? simdOnce('relaxed') ?? simdOnce('simd') ?? typescript());
    case 'wide':
      if (added === undefined)
        throw rangeError(
          'float32',
          'kernels',
          'is "wide"',
          'useWideKernels() of recurrent-cells/node to be called before',
        );
      return deterministic ? added.simd() : added.relaxed();
    case 'relaxed':
    case 'simd':
      return required(kernels, 'kernels', `is ${show(kernels)}`);
    case 'typescript':
      return typescript();
  }
}

function once<Made extends Backend | undefined>(
  kind: SimdKind | 'typescript' | 'float64',
  make: () => Made,
): Made {
  if (!made.has(kind)) made.set(kind, make());
  return made.get(kind) as Made;
}

function simdOnce(kind: SimdKind): Backend | undefined {
  return once(kind, () => simdBackend(kind));
}

function typescript(): Backend {
  return once('typescript', () => referenceBackend('float32'));
}

function required(kind: SimdKind, argument: string, came: string): Backend {
  const backend = simdOnce(kind);
  if (backend !== undefined) return backend;
  const instructions = kind === 'simd' ? 'SIMD' : 'relaxed SIMD';
  const expected = `an engine that runs WebAssembly with ${instructions}, which this one does not`;
  throw rangeError('float32', argument, came, expected);
}
