/** Searches with a narrow beam: when they end, what they keep, and which of equal scores comes first. */
import { describe, expect, test, vi } from 'vitest';
import { Best } from '../../src/decoding/best.ts';
import { Steps } from '../../src/encoder-decoder/steps.ts';
import { beamSearch, ctcBeamSearch, greedy, indices, Random, tensor } from '../../src/index.ts';
import { markov } from './markov.ts';

/** The number of steps that the decoder takes. */
function stepsOf(search: () => unknown): number {
  const advance = vi.spyOn(Steps.prototype, 'advance');
  search();
  const { length } = advance.mock.calls;
  advance.mockRestore();
  return length;
}

const source = indices([[2]]);

describe('a search ends as soon as nothing can change its results', () => {
  const ends = [0, 1, 0];
  const twice = markov([[0, 0.1, 0.9], ends, [0, 0.55, 0.45]]);
  const half = markov([[0, 0.5, 0.5], ends, [0, 0.5, 0.5]]);
  const soon = markov([[0, 0.6, 0.4], ends, [0, 0.6, 0.4]]);

  test('the best finished sequence need not be the first', () => {
    // Two have ended, with 0.1 and 0.9 · 0.55; the rest has 0.9 · 0.45.
    const of = { width: 2, maxLength: 9 };
    expect(stepsOf(() => beamSearch(twice, source, of))).toBe(2);
    // The third, 0.9 · 0.45 · 0.55, is better than the first; the rest then has 0.9 · 0.45 · 0.45.
    expect(stepsOf(() => beamSearch(twice, source, { ...of, results: 2 }))).toBe(3);
  });

  test('the worst of the results counts, not the best', () => {
    const seldom = markov([[0, 0.6, 0.4], ends, [0, 0.1, 0.9]]);
    // 0.4 · 0.9 ^ 8 is still more than the second, 0.4 · 0.1.
    expect(stepsOf(() => beamSearch(seldom, source, { width: 2, results: 2, maxLength: 9 }))).toBe(9);
  });

  test('with equal scores', () => {
    expect(stepsOf(() => beamSearch(half, source, { width: 2, maxLength: 9 }))).toBe(1);
    expect(stepsOf(() => beamSearch(half, source, { width: 2, results: 2, maxLength: 9 }))).toBe(2);
  });

  test('a beam of one ends with its first hypothesis, whatever the length penalty', () => {
    expect(stepsOf(() => beamSearch(soon, source, { width: 1, lengthPenalty: 5, maxLength: 9 }))).toBe(1);
  });

  test('greedy decoding ends with its last sequence', () => {
    expect(stepsOf(() => greedy(soon, source, { maxLength: 9 }))).toBe(1);
  });

  test('it returns as many as requested', () => {
    const [found] = beamSearch(half, source, { width: 4, results: 2, maxLength: 9 });
    expect(found!.map(({ tokens }) => tokens)).toEqual([[], [2]]);
  });
});

test('greedy decoding takes the lowest of equal tokens', () => {
  const model = markov([
    [0, 0, 0.5, 0.5],
    [0, 1, 0, 0],
    [0, 1, 0, 0],
    [0, 1, 0, 0],
  ]);
  expect(greedy(model, source, { maxLength: 3 })[0]!.tokens).toEqual([2]);
});

describe('Best', () => {
  const kept = (count: number, scores: readonly number[]) => {
    const best = new Best<number>(count);
    scores.forEach((score, item) => {
      best.offer(item, score);
    });
    return best.items.map(({ item }) => item);
  };

  test.each<[number, number[], number[]]>([
    [2, [1, 3, 2, 0], [1, 2]],
    [9, [1, 3, 2], [1, 2, 0]],
    [1, [1, 1, 1], [0]],
    [3, [1, 2, 1, 2, 1], [1, 3, 0]],
  ])('the %d highest of %j, best first, equal ones in order', (count, scores, items) =>
    expect(kept(count, scores)).toEqual(items),
  );
});

/** Prefix beam search as Hannun et al. describe it, with probabilities by the text of a prefix. */
function prefixes(p: readonly (readonly number[])[], width: number): [string, number][] {
  let beam = new Map([['', { blank: 1, label: 0 }]]);
  for (const step of p) {
    const next = new Map<string, { blank: number; label: number }>();
    const at = (prefix: string) => {
      if (!next.has(prefix)) next.set(prefix, { blank: 0, label: 0 });
      return next.get(prefix)!;
    };
    for (const [prefix, { blank, label }] of beam) {
      const last = prefix.at(-1);
      at(prefix).blank += (blank + label) * step[0]!;
      if (last !== undefined) at(prefix).label += label * step[Number(last)]!;
      for (let k = 1; k < step.length; k++)
        at(prefix + k).label += (String(k) === last ? blank : blank + label) * step[k]!;
    }
    const ranked = [...next].sort(([, a], [, b]) => b.blank + b.label - a.blank - a.label);
    beam = new Map(ranked.slice(0, width));
  }
  return [...beam].map(([prefix, { blank, label }]) => [prefix, blank + label]);
}

test('a narrow prefix beam search keeps and finds the same as one by the text of prefixes', () => {
  const random = new Random(3);
  for (let run = 0; run < 200; run++) {
    const [time, classes, width] = [6 + (run % 4), 3 + (run % 2), 2 + (run % 5)];
    const rows = Array.from({ length: time }, () =>
      Array.from({ length: classes }, () => random.uniform(-3, 3)),
    );
    const p = rows.map((row) => {
      const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
      return row.map((logit) => Math.exp(logit) / sum);
    });
    const [found] = ctcBeamSearch(tensor([rows]), { width, results: width });
    const expected = prefixes(p, width);
    expect(found!.map(({ tokens }) => tokens.join(''))).toEqual(expected.map(([prefix]) => prefix));
    found!.forEach(({ logProbability }, i) => {
      expect(Math.exp(logProbability) / expected[i]![1]).toBeCloseTo(1, 10);
    });
  }
});

test('of equal classes, topK takes the lowest', () => {
  const [found] = ctcBeamSearch(tensor([[[0, 5, 5, 5, 5]]]), { width: 9, results: 9, topK: 2 });
  expect(found!.map(({ tokens }) => tokens)).toEqual([[1], [2]]);
});
