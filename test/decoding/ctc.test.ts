import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  type CtcHypothesis,
  ctc,
  ctcBeamSearch,
  ctcGreedy,
  indices,
  Random,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { labellings } from '../losses/paths.ts';

interface Drawn {
  readonly logits: { readonly data: Float64Array; readonly shape: [number, number, number] };
  readonly lengths: number[];
  readonly blank: number;
}

const draws = (mostTime: number): fc.Arbitrary<Drawn> =>
  fc
    .record({
      batch: fc.integer({ min: 1, max: 3 }),
      time: fc.integer({ min: 0, max: mostTime }),
      classes: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(1e6),
    })
    .map(({ batch, time, classes, seed }) => {
      const random = new Random(seed);
      const data = Float64Array.from({ length: batch * time * classes }, () => random.uniform(-3, 3));
      const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
      return { logits: { data, shape: [batch, time, classes] }, lengths, blank: random.integer(classes) };
    });

/** A beam wider than the number of labellings of five steps and three labels. */
const WIDE = 400;

/** ln p of labels, computed by the loss. */
function exact({ logits, lengths, blank }: Drawn, b: number, tokens: readonly number[]): number {
  const [batch] = logits.shape;
  const target = indices(Array.from({ length: batch }, () => tokens).flat(), [batch, tokens.length]);
  return -ctc({ blank, reduction: 'none' }).measure(logits, target, { lengths }).value.data[b]!;
}

describe('prefix beam search', () => {
  test.prop([draws(5)])('a wide beam finds all labellings and their probabilities, in order', (drawn) => {
    const { logits, lengths, blank } = drawn;
    const found = ctcBeamSearch(logits, { width: WIDE, results: WIDE, lengths, blank });
    expect(found.length).toBe(lengths.length);
    found.forEach((results, b) => {
      const all = labellings(logits, b, lengths[b]!, blank);
      expect(results.map(({ tokens }) => tokens.join()).sort()).toEqual([...all.keys()].sort());
      results.forEach(({ tokens, logProbability }, i) => {
        expect(Math.exp(logProbability)).toBeCloseTo(all.get(tokens.join())!, 12);
        expect(logProbability).toBeCloseTo(exact(drawn, b, tokens), 10);
        if (i > 0) expect(logProbability).toBeLessThanOrEqual(results[i - 1]!.logProbability);
      });
    });
  });

  test.prop([draws(9), fc.integer({ min: 1, max: 4 }), fc.option(fc.integer({ min: 1, max: 5 }))])(
    'a narrow beam loses alignments, and counts none twice',
    (drawn, width, topK) => {
      const { logits, lengths, blank } = drawn;
      const found = ctcBeamSearch(logits, { width, results: width, lengths, blank, topK: topK ?? undefined });
      expect(found.length).toBe(lengths.length);
      found.forEach((results, b) => {
        expect(results.length).toBeGreaterThan(0);
        expect(results.length).toBeLessThanOrEqual(width);
        expect(new Set(results.map(({ tokens }) => tokens.join())).size).toBe(results.length);
        for (const { tokens, logProbability } of results)
          expect(logProbability).toBeLessThanOrEqual(exact(drawn, b, tokens) + 1e-10);
      });
      const one = ctcBeamSearch(logits, { width, lengths, blank, topK: topK ?? undefined });
      expect(one).toEqual(found.map((results) => results.slice(0, 1)));
    },
  );

  test('a prefix that returns to the beam continues as the same prefix, and so do its extensions', () => {
    // With these logits a prefix leaves the beam while an extension of it stays, and then returns.
    const random = new Random(15);
    const data = Float64Array.from({ length: 8 * 3 }, () => random.uniform(-3, 3));
    const [results] = ctcBeamSearch({ data, shape: [1, 8, 3] }, { width: 6, results: 6 });
    expect(new Set(results!.map(({ tokens }) => tokens.join())).size).toBe(6);
  });

  test.prop([draws(5), fc.integer({ min: 1, max: 4 })])(
    'with topK, only alignments of the k most probable classes count',
    ({ logits, lengths, blank }, topK) => {
      const [, , classes] = logits.shape;
      const data = logits.data.slice();
      const most = Float64Array.from(logits.data);
      for (let from = 0; from < data.length; from += classes) {
        const least = [...data.subarray(from, from + classes)].sort((x, y) => y - x)[topK - 1] ?? -9;
        for (let i = from; i < from + classes; i++) if (data[i]! < least) most[i] = -1000;
      }
      // The remaining probabilities are too large, because others are left out; their order is the same.
      const pruned = ctcBeamSearch(logits, { width: WIDE, results: WIDE, lengths, blank, topK });
      const masked = ctcBeamSearch({ data: most, shape: logits.shape }, { width: WIDE, results: WIDE, lengths, blank }); // biome-ignore format: one call
      expect(pruned.length).toBe(lengths.length);
      pruned.forEach((results, b) => {
        const possible = masked[b]!.filter(({ logProbability }) => logProbability > -500);
        expect(results.map(({ tokens }) => tokens)).toEqual(possible.map(({ tokens }) => tokens));
      });
    },
  );

  test.prop([draws(6)])(
    'with one class per step, it equals greedy decoding',
    ({ logits, lengths, blank }) => {
      const found = ctcBeamSearch(logits, { width: 3, results: 3, lengths, blank, topK: 1 });
      const path = ctcGreedy(logits, { lengths, blank });
      expect(found.length).toBe(lengths.length);
      found.forEach((results, b) => {
        expect(results.map(({ tokens }) => tokens)).toEqual([path[b]!.tokens]);
        expect(results[0]!.logProbability).toBeCloseTo(path[b]!.logProbability, 12);
      });
    },
  );

  test('among equal scores, the unextended prefix comes first, then the lower class', () => {
    const logits = { data: new Float64Array(6), shape: [1, 2, 3] };
    const all = ctcBeamSearch(logits, { width: 9, results: 9 })[0]!;
    expect(all.map(({ tokens }) => tokens)).toEqual([[1], [2], [], [1, 2], [2, 1]]);
    expect(all.map(({ logProbability }) => Math.round(9 * Math.exp(logProbability)))).toEqual([
      3, 3, 1, 1, 1,
    ]);
    expect(ctcBeamSearch(logits, { width: 2, results: 2, topK: 2 })[0]!.map(({ tokens }) => tokens)).toEqual([
      [1],
      [],
    ]);
  });

  test('among equal scores the lower class comes first, even if topK includes all classes', () => {
    const [two, three] = [Math.log(2), Math.log(3)];
    const logits = tensor([[[0, two, 0], [two, two, two], [0, 0, three]]]); // biome-ignore format: steps
    for (const topK of [undefined, 3, 4]) {
      const [found] = ctcBeamSearch(logits, { width: 4, results: 4, topK });
      expect(found!.map(({ tokens }) => tokens)).toEqual([[1, 2], [2], [1], [2, 1]]);
    }
  });

  test('impossible labels are not returned', () => {
    const never = Number.NEGATIVE_INFINITY;
    const logits = tensor([
      [
        [0, never],
        [0, never],
      ],
    ]);
    expect(ctcBeamSearch(logits, { width: 5, results: 5 })).toEqual([[{ tokens: [], logProbability: 0 }]]);
  });

  test('a thousand steps neither under- nor overflow', () => {
    const logits = { data: new Float64Array(2000), shape: [1, 1000, 2] };
    const [best] = ctcBeamSearch(logits, { width: 1200 })[0]!;
    expect(best!.logProbability).toBeLessThan(0);
    const target = indices([Array(best!.tokens.length).fill(1)]);
    expect(-ctc({ reduction: 'sum' }).measure(logits, target).value).toBeCloseTo(best!.logProbability, 8);
  });
});

test.prop([draws(6)])(
  'greedy takes the most probable class of each step and merges repetitions',
  ({ logits, lengths, blank }) => {
    const [, time, classes] = logits.shape;
    const found = ctcGreedy(logits, { lengths, blank });
    expect(found.length).toBe(lengths.length);
    found.forEach(({ tokens, logProbability }, b) => {
      let ln = 0;
      const path = Array.from({ length: lengths[b]! }, (_, t) => {
        const row = [...logits.data.subarray((b * time + t) * classes, (b * time + t + 1) * classes)];
        const largest = Math.max(...row);
        ln -= Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
        return row.indexOf(largest);
      });
      expect(tokens).toEqual(path.filter((k, t) => k !== blank && k !== path[t - 1]));
      expect(logProbability).toBeCloseTo(ln, 10);
      expect(logProbability).toBeLessThanOrEqual(exact({ logits, lengths, blank }, b, tokens) + 1e-10);
    });
  },
);

const decoders: [name: string, decode: (logits: Tensor, options: object) => CtcHypothesis[]][] = [
  ['ctcGreedy', ctcGreedy],
  [
    'ctcBeamSearch',
    (logits, options) => ctcBeamSearch(logits, { width: 3, results: 3, topK: 3, ...options }).flat(),
  ],
];

describe.each(decoders)('%s', (name, decode) => {
  test.prop([draws(6)])('padding changes nothing, whatever its values', ({ logits, lengths, blank }) => {
    const [batch, time, classes] = logits.shape;
    const data = logits.data.slice();
    for (let b = 0; b < batch; b++)
      data.fill(Number.NaN, (b * time + lengths[b]!) * classes, (b + 1) * time * classes);
    const spoilt = { data, shape: logits.shape };
    expect(decode(spoilt, { lengths, blank })).toEqual(decode(logits, { lengths, blank }));
  });

  test.prop([draws(6)])('a batch gives the results of its rows alone', ({ logits, lengths, blank }) => {
    const [batch, time, classes] = logits.shape;
    const alone = Array.from({ length: batch }, (_, b) => {
      const from = b * time * classes;
      const data = logits.data.subarray(from, from + lengths[b]! * classes);
      return decode({ data, shape: [1, lengths[b]!, classes] }, { blank });
    });
    expect(alone.flat()).toEqual(decode(logits, { lengths, blank }));
  });

  test('float32 logits are read unchanged', () => {
    const random = new Random(5);
    const data = Float32Array.from({ length: 60 }, () => random.uniform(-3, 3));
    const shape = [2, 10, 3];
    expect(decode({ data, shape }, {})).toEqual(decode({ data: Float64Array.from(data), shape }, {}));
  });

  test.each<[unknown, object, string]>([
    [
      [[[0, 1]]],
      {},
      'logits is an array of 1, expected a tensor { data, shape } of floating-point data: tensor(…) makes one of nested arrays',
    ],
    ['안녕', {}, 'logits is "안녕", expected a tensor { data, shape } of floating-point data'],
    [tensor([[0, 1]]), {}, 'logits has shape [1, 2], expected [batch, time, classes]'],
    [tensor([[[0, 1]]]), { blank: 2 }, 'blank is 2, expected a class from 0 to 1'],
    [tensor([[[0, 1]]]), { blank: -1 }, 'blank is -1, expected a whole number of at least 0'],
    [tensor([[[0, 1]]]), { lengths: [2] }, 'lengths[0] is 2, expected a whole number from 0 to 1'],
    [tensor([[[0, Number.NaN]]]), {}, 'logits[0, 0] have NaN as the largest, expected finite scores'],
    [
      tensor([
        [
          [0, 1],
          [Number.POSITIVE_INFINITY, 1],
        ],
      ]),
      {},
      'logits[0, 1] have Infinity as the largest, expected finite scores',
    ],
  ])('%#', (logits, options, message) =>
    expect(() => decode(logits as Tensor, options)).toThrow(
      expect.objectContaining({ message: `${name}: ${message}` }),
    ),
  );
});

test.each<[object | undefined, string]>([
  [undefined, 'options is undefined, expected an object such as { width }'],
  [{}, 'width is undefined, expected a whole number of at least 1'],
  [{ width: 2, results: 3 }, 'results is 3, expected at most 2, the width'],
  [{ width: 2, topK: 0 }, 'topK is 0, expected a whole number of at least 1'],
])('ctcBeamSearch with options %o', (options, message) =>
  expect(() => ctcBeamSearch(tensor([[[0, 1]]]), options as never)).toThrow(
    expect.objectContaining({ message: `ctcBeamSearch: ${message}` }),
  ),
);
