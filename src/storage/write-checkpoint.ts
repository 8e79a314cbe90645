/** Checkpoints as files, in Node: at no moment is the last one gone before the next is whole. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { saveCheckpoint, type TrainingParts } from './checkpoint.ts';

interface FileHandle {
  writeFile(data: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What is needed of Node's `fs/promises`. */
interface FileSystem {
  open(path: string, flags: string): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
}

/** Without an import that a browser or a bundler would stumble over. */
function fileSystem(): FileSystem | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.('node:fs/promises') as FileSystem | undefined;
}

/**
 * Writes a checkpoint to a file, in Node: beside it first, to the disk, and then in its place, so that whenever the
 * program is killed there is a whole one. What is written is the training at the moment of the call.
 *
 * Elsewhere, keep the bytes of `saveCheckpoint`.
 *
 * @param step as for `saveCheckpoint`.
 * @throws Error if the file cannot be written, as Node says it, and where there is no file system. The file is then as it was.
 *
 * @example
 * ```ts
 * import type { TrainingParts } from 'recurrent-cells';
 * import { writeCheckpoint } from 'recurrent-cells/node';
 *
 * // In a training: `if (step.step % 1000 === 999) await keep(parts)`
 * const keep = (parts: TrainingParts) => writeCheckpoint('training.safetensors', parts);
 * keep.length // → 1
 * ```
 */
export async function writeCheckpoint(
  path: string,
  parts: TrainingParts,
  step?: Parameters<typeof saveCheckpoint>[1],
): Promise<void> {
  if (typeof path !== 'string')
    throw typeError('writeCheckpoint', 'path', `is ${show(path)}`, 'the path of a file');
  if (path === '') throw rangeError('writeCheckpoint', 'path', 'is ""', 'the path of a file');
  const files = fileSystem();
  if (files === undefined)
    throw new Error(
      'writeCheckpoint: there is no file system here, expected Node; keep the bytes of saveCheckpoint',
    );
  const bytes = saveCheckpoint(parts, step);
  const beside = `${path}.part`;
  try {
    const file = await files.open(beside, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await files.rename(beside, path);
  } catch (error) {
    await files.rm(beside, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(files, path);
}

/** The rename itself to the disk. Some systems open no folders; there it is on the disk when they see fit. */
async function syncFolder(files: FileSystem, path: string): Promise<void> {
  const folder = path.replace(/[^/\\]*$/, '') || '.';
  try {
    const handle = await files.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The checkpoint is whole either way.
  }
}
