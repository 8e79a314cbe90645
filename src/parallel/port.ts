/** Where a worker meets the thread that started it, in Node and in browsers. */

/** A worker's end of the line. */
export interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}

/** What is needed of Node's modules. */
export interface NodeModules {
  readonly threads: { readonly Worker: new (script: URL) => unknown; readonly parentPort: Port | null };
  readonly url: { pathToFileURL(path: string): URL };
}

/** Node's modules, without an import that a browser or a bundler would stumble over; undefined elsewhere. */
export function nodeModules(): NodeModules | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const threads = process?.getBuiltinModule?.('node:worker_threads');
  const url = process?.getBuiltinModule?.('node:url');
  return threads && url ? ({ threads, url } as NodeModules) : undefined;
}

/** The end of the line of the worker that this runs in; undefined where it is none. */
export function ownPort(): Port | undefined {
  const parent = nodeModules()?.threads.parentPort;
  if (parent) return parent;
  const scope = globalThis as { WorkerGlobalScope?: unknown };
  return scope.WorkerGlobalScope === undefined ? undefined : (globalThis as unknown as Port);
}
