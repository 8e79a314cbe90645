import { describe, expect, test } from 'vitest';
import { unlessAborted, untilAborted } from '../../src/async/until-aborted.ts';

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

const never = () => new Promise<never>(() => {});

describe.each(['with', 'without'])('%s a signal', (how) => {
  const signal = how === 'with' ? new AbortController().signal : undefined;

  test('yields every item, of synchronous and asynchronous iterables', async () => {
    async function* later() {
      yield 1;
      yield 2;
    }
    expect(await all(untilAborted([1, 2, 3], signal))).toEqual([1, 2, 3]);
    expect(await all(untilAborted(later(), signal))).toEqual([1, 2]);
    expect(await all(untilAborted([Promise.resolve(4)], signal))).toEqual([4]);
    expect(await unlessAborted(never.length, signal)).toBe(0);
  });

  test('an error of the iterable is passed on, and the iterable is not used again', async () => {
    let returned = 0;
    const failing = {
      [Symbol.iterator]: () => ({
        next(): IteratorResult<number> {
          throw new Error('no more');
        },
        return(): IteratorResult<number> {
          returned++;
          return { done: true, value: undefined };
        },
      }),
    };
    await expect(all(untilAborted(failing, signal))).rejects.toThrow('no more');
    expect(returned).toBe(0);
  });

  test('an error while closing the iterable reaches the caller that ends the loop', async () => {
    const items = (function* () {
      try {
        yield 1;
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what is tested
        throw new Error('cannot be closed');
      }
    })();
    const run = async () => {
      for await (const _ of untilAborted(items, signal)) break;
    };
    await expect(run()).rejects.toThrow('cannot be closed');
  });
});

test('an abort ends a pending wait, and a later rejection is ignored', async () => {
  const controller = new AbortController();
  let returned = 0;
  const items = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), 20)),
      return: () => {
        returned++;
        return Promise.reject(new Error('later'));
      },
    }),
  };
  const found = all(untilAborted(items, controller.signal));
  setTimeout(() => controller.abort(), 5);
  expect(await found).toEqual([]);
  expect(returned).toBe(1);
  // An unhandled rejection would fail the run.
  await new Promise((resolve) => setTimeout(resolve, 40));
});

test('an abort between items ends the iteration before the next item is requested', async () => {
  const controller = new AbortController();
  const asked: number[] = [];
  const items = (function* () {
    for (let i = 0; ; i++) {
      asked.push(i);
      yield i;
    }
  })();
  for await (const item of untilAborted(items, controller.signal)) if (item === 2) controller.abort();
  expect(asked).toEqual([0, 1, 2]);
  expect(items.next().done).toBe(true);
});

test('listeners are removed when their wait ends', async () => {
  let listeners = 0;
  const signal = {
    aborted: false,
    addEventListener: () => listeners++,
    removeEventListener: () => listeners--,
  };
  expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
  for await (const _ of untilAborted([1, 2, 3], signal)) expect(listeners).toBe(0);
  expect(listeners).toBe(0);
});
