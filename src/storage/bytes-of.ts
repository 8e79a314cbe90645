/** The bytes of a file in Node, readable from any offset. */
import { show, typeError } from '../common/errors.ts';

/** The part of Node's `fs` in use. */
interface FileSystem {
  statSync(path: string): { readonly size: number };
  createReadStream(
    path: string,
    options: { readonly start: number; readonly end: number; readonly highWaterMark: number },
  ): AsyncIterable<Uint8Array>;
}

// Larger than Node's default of 64 kB: fewer events for each gigabyte.
const CHUNK = 2 ** 18;

/**
 * The bytes of a file in Node, for `linesOfPart` of `recurrent-cells/text`.
 *
 * @throws TypeError if `path` is not a string; Node's error if there is no such file, or an Error without a file system.
 *
 * @example
 * ```ts
 * import { bytesOf } from 'recurrent-cells/node';
 * import { linesOfPart } from 'recurrent-cells/text';
 *
 * // The third of 16 parts of a file of any size.
 * const third = (path: string) => linesOfPart(bytesOf(path), 2, 16);
 * third.length // → 1
 * ```
 */
export function bytesOf(path: string): {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` up to `end`, exclusive. */
  open(start: number, end: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
} {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const files = process?.getBuiltinModule?.('node:fs') as FileSystem | undefined;
  if (typeof path !== 'string') throw typeError('bytesOf', 'path', `is ${show(path)}`, 'the path of a file');
  if (files === undefined) throw new Error('bytesOf: there is no file system here, expected Node');
  return {
    size: files.statSync(path).size,
    open: (start, end) =>
      start < end ? files.createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK }) : [],
  };
}
