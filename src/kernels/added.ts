/** Kernels from outside float32() and float64(), which prefer them to their built-in ones. */
import type { Backend } from './backend.ts';
import { instantiate } from './simd/instance.ts';

/** Backends that replace float32()'s own: one with fused multiply–adds, one with identical results everywhere. */
export interface Added {
  relaxed(): Backend;
  simd(): Backend;
}

/** The library that computes products, in the words of `useNativeProducts`. */
export interface Library {
  readonly library: string;
  readonly threads: number;
}

/** What another thread needs to make the same backend. */
export interface Shared {
  /** The name of the backend, apart from its products. */
  readonly name: string;
  /** Its compiled kernels, if another thread cannot compile them. */
  readonly module?: WebAssembly.Module | undefined;
  readonly library?: Library | undefined;
}

let added: Added | undefined;
let products: ((backend: Backend) => Backend) | undefined;
const shared = new WeakMap<Backend, Shared>();

/** A backend for `addKernels`. */
export function backendOf(name: string, module: WebAssembly.Module): Backend {
  const backend = instantiate(name, module);
  share(backend, { name, module });
  return backend;
}

/** Makes float32() use these kernels from now on. */
export function addKernels(kernels: Added): void {
  added = kernels;
}

/** The kernels added last. */
export function addedKernels(): Added | undefined {
  return added;
}

/** From now on, float32() and float64() return `make` of their backends; it must return the same at each call. */
export function addProducts(make: (backend: Backend) => Backend): void {
  products = make;
}

/** A backend with the added products, if there are any. */
export function withProducts(backend: Backend): Backend {
  return products === undefined ? backend : products(backend);
}

/** Notes what another thread needs to make this backend. */
export function share(backend: Backend, needed: Shared): void {
  shared.set(backend, needed);
}

/** What another thread needs to make this backend. */
export function sharedOf(backend: Backend): Shared {
  return shared.get(backend) ?? { name: backend.name };
}

/** Adds kernels compiled by another thread; later backends of this thread use them. */
export function adoptKernels(name: string, module: WebAssembly.Module): Backend {
  const present = added?.relaxed();
  if (present?.name === name) return present;
  const backend = backendOf(name, module);
  added = { relaxed: () => backend, simd: () => backend };
  return backend;
}
