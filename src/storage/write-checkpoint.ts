/** Checkpoint files in Node, replaced atomically. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { saveCheckpoint, type TrainingParts } from './checkpoint.ts';

interface FileHandle {
  writeFile(data: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The part of Node's `fs/promises` in use. */
interface FileSystem {
  open(path: string, flags: string): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
}

/** Avoids an import that would fail in browsers or bundlers. */
function fileSystem(): FileSystem | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.('node:fs/promises') as FileSystem | undefined;
}

/**
 * Writes a checkpoint to a file in Node. It writes and syncs a temporary file, then renames it, so that a complete file exists
 * even if the program is killed at any moment. The training is captured at the time of the call.
 *
 * Elsewhere, store the bytes of `saveCheckpoint`.
 *
 * @param step as for `saveCheckpoint`.
 * @throws The errors of `saveCheckpoint`; Node's error if the file cannot be written, or an Error without a file system. The old file is then unchanged.
 *
 * @example
 * ```ts
 * import type { TrainingParts, TrainingStep } from 'recurrent-cells';
 * import { writeCheckpoint } from 'recurrent-cells/node';
 *
 * // In a training loop: `if (step.step % 1000 === 999) await keep(parts, step)`
 * const keep = (parts: TrainingParts, step: TrainingStep) => writeCheckpoint('training.safetensors', parts, step);
 * keep.length // → 2
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

/** Syncs the rename itself. Some systems cannot open folders; they sync it eventually. */
async function syncFolder(files: FileSystem, path: string): Promise<void> {
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) || '.';
  try {
    const handle = await files.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The checkpoint is complete either way.
  }
}
