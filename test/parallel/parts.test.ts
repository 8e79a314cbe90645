import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Dropout, float64, Random, sequential } from '../../src/index.ts';
import { serve, sharedBackend } from '../../src/parallel/serve.ts';
import { rangesOf } from '../../src/parallel/shards.ts';
import type { WorkerLike } from '../../src/parallel/workers.ts';
import { Remote } from '../../src/parallel/workers.ts';
import { randomsOf } from '../../src/random/randoms.ts';

describe('shards', () => {
  const whole = { min: 1, max: 200 };
  test.prop([fc.integer(whole), fc.integer(whole)])('cover the batch evenly, in order', (batch, shards) => {
    const ranges = rangesOf(batch, shards);
    expect(ranges).toHaveLength(shards);
    let at = 0;
    for (const { start, end } of ranges) {
      expect(start).toBe(at);
      at = end;
    }
    expect(at).toBe(batch);
    const sizes = ranges.map(({ start, end }) => end - start);
    expect(sizes[0]).toBe(Math.max(...sizes));
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });
});

/** A stand-in for a browser's worker. */
class PageWorker extends EventTarget implements WorkerLike {
  readonly sent: unknown[] = [];
  ended = false;

  postMessage(message: unknown): void {
    this.sent.push(message);
  }

  terminate(): void {
    this.ended = true;
  }

  emit(type: string, properties: object): void {
    this.dispatchEvent(Object.assign(new Event(type), properties));
  }
}

describe('a browser’s worker', () => {
  const request = { assign: { weights: new Float32Array(1), tasks: [] } };
  const answer = { weights: new Float32Array(1), outcomes: [] };

  test('answers, and is terminated', async () => {
    const page = new PageWorker();
    const remote = new Remote(page);
    const answered = remote.ask(request, []);
    expect(page.sent).toEqual([request]);
    page.emit('message', { data: { answer } });
    expect(await answered).toBe(answer);
    remote.end();
    expect(page.ended).toBe(true);
  });

  test.each([
    ['error', { message: 'Uncaught RangeError: no' }, 'Uncaught RangeError: no'],
    ['error', {}, 'its script could not be loaded'],
    ['messageerror', {}, 'sent a message that cannot be read'],
    ['message', { data: { failure: new Error('no') } }, 'no'],
  ])('fails by %s %j, immediately and from then on', async (type, properties, message) => {
    const page = new PageWorker();
    const remote = new Remote(page);
    const answered = remote.ask(request, []);
    page.emit(type, properties);
    await expect(answered).rejects.toThrow(message);
    await expect(remote.ask(request, [])).rejects.toThrow(message);
    expect(page.sent).toHaveLength(1);
  });
});

describe('random generators', () => {
  test('are found in every part, once for each part that has one', () => {
    const random = new Random(1);
    const one = new Dropout({ rate: 0.1, random });
    const other = new Dropout({ rate: 0.2, random });
    expect(randomsOf(sequential(one, sequential(other, one)))).toEqual([random, random]);
  });
});

test('only backends of the library are found by name', () => {
  expect(sharedBackend('here', { name: 'float64 (TypeScript)' })).toBe(float64());
  for (const name of ['float16', 'toString'])
    expect(() => sharedBackend('here', { name })).toThrow(
      `here: model computes in "${name}", expected a backend of the library`,
    );
});

test('serve throws outside a worker', () => {
  expect(() => serve()).toThrow('serve: was called outside a worker, expected in the script of one');
});
