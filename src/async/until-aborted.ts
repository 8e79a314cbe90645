/** Work, and the items of an iterable, until a signal is aborted, which also ends the waiting for what does not come. */
import { show, typeError } from '../common/errors.ts';
import type { Check } from '../common/options.ts';

/** What is needed of an `AbortSignal`. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** Calls `listener` when it is aborted. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** No longer calls `listener`. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

export const signalOption: Check<AbortSignalLike> = (where, argument, value) => {
  const { addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignalLike>;
  if (typeof addEventListener === 'function' && typeof removeEventListener === 'function')
    return value as AbortSignalLike;
  throw typeError(where, argument, `is ${show(value)}`, 'an AbortSignal');
};

/** What `work` resolves to; undefined if the signal is aborted before. */
export async function unlessAborted<Result>(
  work: Promise<Result> | Result,
  signal: AbortSignalLike | undefined,
): Promise<Result | undefined> {
  if (signal === undefined) return work;
  let stop = () => {};
  // A promise for this work alone: one for the whole signal would keep the result of every work that raced it.
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop);
  });
  try {
    return await (signal.aborted ? undefined : Promise.race([work, aborted]));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Yields the items; ends, without an error, when the signal is aborted. */
export async function* untilAborted<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<Item, void, undefined> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  // An iterator that has ended by itself, or failed, is not asked to end.
  let state = 'idle' as 'idle' | 'waiting' | 'over';
  const next = async () => {
    state = 'waiting';
    try {
      const result = await iterator.next();
      state = result.done ? 'over' : 'idle';
      return result;
    } catch (error) {
      state = 'over';
      throw error;
    }
  };
  try {
    while (!signal?.aborted) {
      const asked = next();
      const result = await unlessAborted(asked, signal);
      if (result === undefined) {
        // What comes after the end concerns nobody.
        asked.catch(() => {});
        return;
      }
      if (result.done || signal?.aborted) return;
      yield result.value;
    }
  } finally {
    if (state !== 'over') await close(iterator, state === 'waiting');
  }
}

/** Lets an iterator tidy up. One that hangs in `next` would hang here too, so that one is not waited for. */
async function close(iterator: Iterator<unknown> | AsyncIterator<unknown>, waiting: boolean): Promise<void> {
  const closed = Promise.resolve(iterator.return?.());
  if (waiting) closed.catch(() => {});
  else await closed;
}
