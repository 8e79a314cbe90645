/** Kernels that are not made by float32() itself: where there are some, it takes them before its own. */
import type { Backend } from './backend.ts';
import { instantiate } from './simd/instance.ts';

/** Backends in place of those that float32() makes: of fused multiply–adds, and of those that are the same everywhere. */
export interface Added {
  relaxed(): Backend;
  simd(): Backend;
}

let added: Added | undefined;
const modules = new WeakMap<Backend, WebAssembly.Module>();

/** A backend to be added. */
export function backendOf(name: string, module: WebAssembly.Module): Backend {
  const backend = instantiate(name, module);
  modules.set(backend, module);
  return backend;
}

/** Takes these from now on. */
export function addKernels(kernels: Added): void {
  added = kernels;
}

/** Those that were added last. */
export function addedKernels(): Added | undefined {
  return added;
}

/** What another thread needs to have the kernels of an added backend, which it cannot compile itself; undefined of any other. */
export function sharedKernels(backend: Backend): WebAssembly.Module | undefined {
  return modules.get(backend);
}

/** Adds kernels that another thread compiled: whatever this one makes computes with them. */
export function adoptKernels(name: string, module: WebAssembly.Module): Backend {
  const present = added?.relaxed();
  if (present?.name === name) return present;
  const backend = backendOf(name, module);
  added = { relaxed: () => backend, simd: () => backend };
  return backend;
}
