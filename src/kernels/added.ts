/** Kernels from outside float32(), which prefers them to its built-in ones. */
import type { Backend } from './backend.ts';
import { instantiate } from './simd/instance.ts';

/** Backends that replace float32()'s own: one with fused multiply–adds, one with identical results everywhere. */
export interface Added {
  relaxed(): Backend;
  simd(): Backend;
}

let added: Added | undefined;
const modules = new WeakMap<Backend, WebAssembly.Module>();

/** A backend for `addKernels`. */
export function backendOf(name: string, module: WebAssembly.Module): Backend {
  const backend = instantiate(name, module);
  modules.set(backend, module);
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

/** The compiled module of an added backend, for another thread that cannot compile it; undefined for any other backend. */
export function sharedKernels(backend: Backend): WebAssembly.Module | undefined {
  return modules.get(backend);
}

/** Adds kernels compiled by another thread; later backends of this thread use them. */
export function adoptKernels(name: string, module: WebAssembly.Module): Backend {
  const present = added?.relaxed();
  if (present?.name === name) return present;
  const backend = backendOf(name, module);
  added = { relaxed: () => backend, simd: () => backend };
  return backend;
}
