import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutZipf, fitZipf, plotZipf, RankFrequency, TokenCounts } from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

function lawOf(exponent: number, types = 200): RankFrequency {
  const counts = new TokenCounts();
  for (let rank = 1; rank <= types; rank++) counts.add(`w${rank}`, Math.round(1e12 * rank ** -exponent));
  return RankFrequency.of(counts);
}

describe('RankFrequency', () => {
  property.prop([fc.array(fc.array(fc.nat(20).map(String)), { minLength: 1 })])(
    'ranks tokens and reports coverage',
    (documents) => {
      fc.pre(documents.flat().length > 0);
      const table = RankFrequency.of(TokenCounts.of(documents));
      expect([...table.counts]).toEqual([...table.counts].sort((a, b) => b - a));
      expect(table.coverage(table.types)).toBe(1);
      for (const share of [0, 0.3, 0.5, 1]) {
        const types = table.typesFor(share);
        expect(table.coverage(types)).toBeGreaterThanOrEqual(share);
        if (types > 0) expect(table.coverage(types - 1)).toBeLessThan(share);
      }
    },
  );
});

describe('fitZipf', () => {
  test.each([0.5, 1, 1.7])('finds the exponent %d where the law holds', (exponent) => {
    for (const method of ['least-squares', 'maximum-likelihood'] as const) {
      for (const [from, to] of [
        [1, 200],
        [10, 100],
      ]) {
        // biome-ignore format: pairs
        const fit = fitZipf(lawOf(exponent), { method, from: from!, to: to! });
        expect(fit.exponent).toBeCloseTo(exponent, 6);
        expect(fit.scale / 1e12).toBeCloseTo(1, 5);
        expect(fit.rSquared).toBeCloseTo(1, 8);
        expect(fit.standardError).toBeLessThan(1e-5);
      }
    }
  });

  test('has the standard error of the formulas, on numbers worked by hand', () => {
    const counts = new TokenCounts();
    for (const [i, count] of [8, 5, 2].entries()) counts.add(`w${i}`, count);
    const table = RankFrequency.of(counts);
    const x = [0, Math.log(2), Math.log(3)];
    const y = [Math.log(8), Math.log(5), Math.log(2)];
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const spread = x.reduce((sum, value) => sum + (value - mean(x)) ** 2, 0);
    const slope = x.reduce((sum, value, i) => sum + (value - mean(x)) * (y[i]! - mean(y)), 0) / spread;
    const residual = x.reduce((sum, value, i) => sum + (y[i]! - mean(y) - slope * (value - mean(x))) ** 2, 0);
    const line = fitZipf(table);
    expect(line.exponent).toBeCloseTo(-slope, 12);
    expect(line.standardError).toBeCloseTo(Math.sqrt(residual / 1 / spread), 12);
    const fit = fitZipf(table, { method: 'maximum-likelihood' });
    const likelihood = (s: number) =>
      [8, 5, 2].reduce(
        (sum, n, i) =>
          sum - n * s * x[i]! - n * Math.log(x.reduce((z, value) => z + Math.exp(-s * value), 0)),
        0,
      );
    // At the maximum, and as sharp as the standard error says: −1 / √ of the second derivative.
    const step = 1e-4;
    const [below, at, above] = [-step, 0, step].map((change) => likelihood(fit.exponent + change)) as [
      number,
      number,
      number,
    ];
    expect(at).toBeGreaterThan(Math.max(below, above));
    expect(fit.standardError).toBeCloseTo(1 / Math.sqrt((2 * at - below - above) / step ** 2), 4);
  });
});

describe('cutZipf', () => {
  test('removes head and tail', () => {
    const table = RankFrequency.of(TokenCounts.of([['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'd']]));
    const cut = cutZipf(table, { head: 1, minCount: 2 });
    expect([cut.head, cut.kept, cut.tail, cut.firstRank, cut.lastRank]).toEqual([
      ['a'],
      ['b', 'c'],
      ['d'],
      2,
      3,
    ]);
    expect(cut.coverage.head + cut.coverage.kept + cut.coverage.tail).toBeCloseTo(1, 12);
    expect(cut.coverage.head).toBe(0.4);
    expect(cutZipf(table, { lastRank: 2 }).kept).toEqual(['a', 'b']);
    expect(cutZipf(table).kept.length).toBe(4);
  });
});

describe('plotZipf', () => {
  test('draws axes, points, fit and cuts', () => {
    const table = lawOf(1, 5000);
    const svg = plotZipf(table, {
      fit: fitZipf(table, { from: 10, to: 1000 }),
      cut: cutZipf(table, { head: 20, lastRank: 3000 }),
      title: 'A & B <"\0"',
    });
    expect(svg).toContain('slope −1.00 ±');
    // The axes' names: centred below the frame, and left of it, reading upwards.
    expect(svg).toContain('<text x="334" y="430" text-anchor="middle">rank</text>');
    expect(svg).toContain(
      '<text transform="translate(16 214) rotate(-90)" text-anchor="middle">count</text>',
    );
    expect(svg).toContain(
      '<text x="320" y="22" text-anchor="middle" font-weight="bold" font-size="15">A &amp; B',
    );
    expect(svg).toContain('ranks 10–1,000');
    expect(svg).toContain('head: 20 types');
    expect(svg).toContain('tail: 2,000 types');
    expect(svg).toContain('A &amp; B &lt;&quot;\uFFFD&quot;');
    expect(svg.match(/<circle/g)!.length).toBeGreaterThan(100);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(plotZipf(RankFrequency.of(TokenCounts.of([['one']])))).not.toMatch(/NaN|Infinity|undefined/);
  });

  test.each([
    ['in the middle', { head: 20, lastRank: 3000 }],
    ['near the left edge', { head: 1, lastRank: 4 }],
    ['near the right edge', { head: 4000, lastRank: 4900 }],
  ])('draws cuts %s as lines, labelled in the removed zone if it has room', (_, bounds) => {
    const table = lawOf(1, 5000);
    const cut = cutZipf(table, bounds);
    const svg = plotZipf(table, { cut });
    const lines = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)V([\d.]+)"[^>]*dasharray/g)].map((m) =>
      m.slice(1).map(Number),
    );
    const [head, tail] = lines as [number[], number[]];
    for (const [, top, bottom] of [head, tail]) expect(bottom! - top!).toBeGreaterThan(300);
    const labelOf = (what: string) => {
      const found = new RegExp(
        `<text x="([\\d.]+)"[^>]*text-anchor="(\\w+)"[^>]*>([^<]*${what}: [^<]*)`,
      ).exec(svg)!;
      const width = 6.2 * found[3]!.length;
      const x = Number(found[1]);
      return {
        text: found[3]!,
        ...(found[2] === 'end' ? { from: x - width, to: x } : { from: x, to: x + width }),
      };
    };
    const [left, right] = [64, 640 - 36];
    const [ofHead, ofTail] = [labelOf('head'), labelOf('tail')];
    if (head[0]! - left > 250) expect(ofHead.to).toBeLessThan(head[0]!);
    else if (head[0]! - left < 100) expect(ofHead.text).toMatch(/^← head/);
    if (right - tail[0]! > 250) expect(ofTail.from).toBeGreaterThan(tail[0]!);
    else if (right - tail[0]! < 100) expect(ofTail.text).toMatch(/% →$/);
    for (const { from, to } of [ofHead, ofTail]) {
      expect(from).toBeGreaterThanOrEqual(left);
      expect(to).toBeLessThanOrEqual(640);
    }
  });
});

const table = lawOf(1, 5);
test.each<[string, () => unknown, string]>([
  ['no counts', () => RankFrequency.of([] as never), 'TypeError: RankFrequency.of: counts is an array of 0, expected TokenCounts or HeavyHitters'],
  ['empty counts', () => RankFrequency.of(new TokenCounts()), 'RangeError: RankFrequency.of: counts has no tokens, expected at least one'],
  ['a share above 1', () => table.typesFor(1.5), 'RangeError: RankFrequency.typesFor: share is 1.5, expected a number from 0 to 1'],
  ['half a type', () => table.coverage(0.5), 'RangeError: RankFrequency.coverage: types is 0.5, expected a whole number of at least 0'],
  ['ranks outside', () => fitZipf(table, { to: 9 }), 'RangeError: fitZipf: to is 9, expected at most 5, the number of types'],
  ['two ranks', () => fitZipf(table, { from: 4 }), 'RangeError: fitZipf: the ranks are 4 to 5, expected at least three'],
  ['a method', () => fitZipf(table, { method: 'eye' as never }), 'RangeError: fitZipf: method is "eye", expected one of "least-squares", "maximum-likelihood"'],
  ['a cut of everything', () => cutZipf(table, { head: 5 }), 'RangeError: cutZipf: the cut keeps none of 5 types, expected bounds that leave at least one'],
  ['no table', () => plotZipf([] as never), 'TypeError: plotZipf: table is an array of 0, expected a RankFrequency'],
  ['a tiny picture', () => plotZipf(table, { width: 10 }), 'RangeError: plotZipf: width is 10, expected a number from 200 to 10000'],
  ['counts instead of a table', () => fitZipf([3, 2, 1] as never), 'TypeError: fitZipf: table is an array of 3, expected a RankFrequency'],
  ['a plot without a real fit', () => plotZipf(table, { fit: {} as never }), 'TypeError: plotZipf: fit is an object, expected what fitZipf gave'],
  ['a plot of a null cut', () => plotZipf(table, { cut: null as never }), 'TypeError: plotZipf: cut is null, expected what cutZipf gave'],
  ['a plot with options null', () => plotZipf(table, null as never), 'TypeError: plotZipf: options is null, expected an object such as { fit }'],
  ['a fit with options null', () => fitZipf(table, null as never), 'TypeError: fitZipf: options is null, expected an object such as { from }'],
  ['a cut with options null', () => cutZipf(table, null as never), 'TypeError: cutZipf: options is null, expected an object such as { head }'],
  ['a cut of counts instead of a table', () => cutZipf([3, 2, 1] as never), 'TypeError: cutZipf: table is an array of 3, expected a RankFrequency'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
