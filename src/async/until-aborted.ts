/** Runs work or iterates until a signal is aborted; aborting also ends a pending wait. */
import { show, typeError } from '../common/errors.ts';
import type { Check } from '../common/options.ts';

/** The part of `AbortSignal` that is used. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** Registers `listener` to be called on abort. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Removes `listener`. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

export const signalOption: Check<AbortSignalLike> = (where, argument, value) => {
  const { addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignalLike>;
  if (typeof addEventListener === 'function' && typeof removeEventListener === 'function')
    return value as AbortSignalLike;
  throw typeError(where, argument, `is ${show(value)}`, 'an AbortSignal');
};

/** The result of `work`; undefined if the signal is aborted first. */
export async function unlessAborted<Result>(
  work: Promise<Result> | Result,
  signal: AbortSignalLike | undefined,
): Promise<Result | undefined> {
  if (signal === undefined) return work;
  let stop = () => {};
  // A new promise per call: a shared one would retain the result of every work that raced it.
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

/** Yields the items; ends without an error when the signal is aborted. */
export async function* untilAborted<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<Item, void, undefined> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  // An iterator that has ended or failed by itself is not closed.
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
        // Ignore a rejection after the end.
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

/** Closes an iterator. While `next` is pending, `return` may never settle, so it is not awaited. */
async function close(iterator: Iterator<unknown> | AsyncIterator<unknown>, waiting: boolean): Promise<void> {
  const closed = Promise.resolve(iterator.return?.());
  if (waiting) closed.catch(() => {});
  else await closed;
}
