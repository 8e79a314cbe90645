/** Starts the library's own worker script, which is built to lie beside the file that this becomes part of. */
import { nodeModules } from './port.ts';

/** A worker of Node or of a browser. */
export interface WorkerLike {
  /** Sends a message, and moves what is to be transferred. */
  // biome-ignore lint/suspicious/noExplicitAny: Node and browsers differ in what may be transferred
  postMessage(message: unknown, transfer: any): void;
  /** Ends it at once. */
  terminate(): unknown;
}

/** In CommonJS, the file that this is in. */
declare const __filename: string | undefined;

/** @throws Error if there are no workers here. */
export function spawn(): WorkerLike {
  const node = nodeModules();
  const path = node && typeof __filename === 'string' ? __filename : undefined;
  // Bundlers look for exactly this expression.
  if (typeof Worker === 'function' && path === undefined)
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  if (node === undefined)
    throw new Error('trainParallel: there are no workers here, expected some, or { threads: 1 }');
  const here = path === undefined ? import.meta.url : node.url.pathToFileURL(path);
  // Not a literal within the expression: bundlers would take it for a file to copy.
  const script = './worker.js';
  return new node.threads.Worker(new URL(script, here)) as WorkerLike;
}
