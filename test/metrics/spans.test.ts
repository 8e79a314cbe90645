import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  type Averaging,
  indices,
  type Span,
  type SpanOptions,
  spanF1,
  spanPrecision,
  spanRecall,
  spansOf,
  tensor,
} from '../../src/index.ts';

const tags = ['O', 'B-PER', 'I-PER', 'B-MISC', 'I-MISC', 'B-A-B', 'I-A-B'];

/** Scores whose largest is that of each tag. */
const scoresOf = (sequence: readonly string[]) =>
  sequence.map((tag) => tags.map((other) => (other === tag ? 1 : 0)));

/** The metrics of sequences, with one in each batch. */
function measured<A extends Averaging>(
  wanted: readonly string[][],
  found: readonly string[][],
  options: Partial<SpanOptions<A>> = {},
) {
  return [spanPrecision, spanRecall, spanF1].map((metric) => {
    const tally = metric({ tags, ...options }).begin();
    wanted.forEach((sequence, i) => {
      tally.add(tensor([scoresOf(found[i]!)]), indices([sequence.map((tag) => tags.indexOf(tag))]));
    });
    return tally.value();
  });
}

describe('spans of tags', () => {
  const spans = (...tags: string[]) =>
    spansOf(tags).map(({ label, start, end }) => `${label} ${start}-${end}`);
  test.each([
    [['O', 'B-PER', 'I-PER', 'I-PER', 'O'], ['PER 1-4']],
    [
      ['B-PER', 'B-PER', 'I-PER'],
      ['PER 0-1', 'PER 1-3'],
    ],
    // Lenient, as conlleval and seqeval: I- may begin a span.
    [['O', 'I-PER', 'I-PER'], ['PER 1-3']],
    [
      ['B-PER', 'I-MISC', 'I-MISC', 'I-PER'],
      ['PER 0-1', 'MISC 1-3', 'PER 3-4'],
    ],
    [['B-A-B', 'I-A-B'], ['A-B 0-2']],
    [['O', 'O'], []],
    [[], []],
  ])('%j', (tags, expected) => expect(spans(...tags)).toEqual(expected));

  /** conlleval's two questions, for each pair of neighbours: does a span end before this tag, does one start at it? */
  function byBoundaries(tags: readonly string[]): Span[] {
    const spans: Span[] = [];
    const parts = (tag: string) => [tag[0]!, tag.slice(2)] as const;
    let start = 0;
    for (let t = 0; t <= tags.length; t++) {
      const [before, label] = parts(tags[t - 1] ?? 'O');
      const [now, own] = parts(tags[t] ?? 'O');
      const ends = before !== 'O' && (now === 'B' || now === 'O' || own !== label);
      const starts = now === 'B' || (now === 'I' && (before === 'O' || own !== label));
      if (ends) spans.push({ label, start, end: t });
      if (starts) start = t;
    }
    return spans;
  }

  test.prop([fc.array(fc.constantFrom(...tags))])('agree with the boundaries of conlleval', (tags) => {
    expect(spansOf(tags)).toEqual(byBoundaries(tags));
  });
});

describe('precision, recall and F₁', () => {
  // The example of seqeval's README, whose classification report has these values.
  const wanted = [
    ['O', 'O', 'O', 'B-MISC', 'I-MISC', 'I-MISC', 'O'],
    ['B-PER', 'I-PER', 'O'],
  ];
  const found = [
    ['O', 'O', 'B-MISC', 'I-MISC', 'I-MISC', 'I-MISC', 'O'],
    ['B-PER', 'I-PER', 'O'],
  ];

  test("seqeval's example", () => {
    expect(measured(wanted, found)).toEqual([0.5, 0.5, 0.5]);
    expect(measured(wanted, found, { average: 'macro' })).toEqual([0.5, 0.5, 0.5]);
    const each = { PER: 1, MISC: 0, 'A-B': 0 };
    expect(measured(wanted, found, { average: 'none' })).toEqual([each, each, each]);
  });

  test('worked by hand: a right label at wrong ends and right ends with a wrong label are both wrong', () => {
    // Spans to find: PER 0-2, PER 3-4, MISC 5-6. Found: PER 0-2, MISC 3-4, PER 4-5, MISC 5-7.
    const wanted = [['B-PER', 'I-PER', 'O', 'B-PER', 'O', 'B-MISC', 'O']];
    const found = [['B-PER', 'I-PER', 'O', 'B-MISC', 'I-PER', 'B-MISC', 'I-MISC']];
    expect(measured(wanted, found)).toEqual([1 / 4, 1 / 3, 2 / 7]);
    expect(measured(wanted, found, { average: 'none' })).toEqual([
      { PER: 1 / 2, MISC: 0, 'A-B': 0 },
      { PER: 1 / 2, MISC: 0, 'A-B': 0 },
      { PER: 1 / 2, MISC: 0, 'A-B': 0 },
    ]);
    expect(measured(wanted, found, { average: 'macro' })).toEqual([0.25, 0.25, 0.25]);
  });

  test('nothing predicted gives 0, and no spans at all NaN', () => {
    expect(measured([['B-PER', 'O']], [['O', 'O']])).toEqual([0, 0, 0]);
    expect(measured([['O']], [['O']])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(measured([['O']], [['O']], { average: 'none' })[0]).toEqual({ PER: 0, MISC: 0, 'A-B': 0 });
  });
});

const sequences = fc.array(
  fc.array(fc.tuple(fc.constantFrom(...tags), fc.constantFrom(...tags)), { minLength: 1, maxLength: 8 }),
  { minLength: 1, maxLength: 5 },
);

test.prop([sequences])('padding changes nothing', (pairs) => {
  const longest = Math.max(...pairs.map((sequence) => sequence.length));
  const padded = pairs.map((sequence) =>
    Array.from({ length: longest }, (_, t) => sequence[t] ?? (['I-PER', 'I-PER'] as const)),
  );
  const tally = spanF1({ tags }).begin();
  const lengths = pairs.map((sequence) => sequence.length);
  tally.add(
    tensor(padded.map((sequence) => scoresOf(sequence.map(([found]) => found)))),
    indices(padded.map((sequence) => sequence.map(([, wanted]) => tags.indexOf(wanted)))),
    { lengths },
  );
  const apart = measured(
    pairs.map((sequence) => sequence.map(([, wanted]) => wanted)),
    pairs.map((sequence) => sequence.map(([found]) => found)),
  );
  expect(tally.value()).toEqual(apart[2]);
});

test('spans continue across ignored steps, whatever is predicted there', () => {
  const tally = spanF1({ tags, ignoreIndex: -100 }).begin();
  const found = scoresOf(['B-PER', 'B-MISC', 'I-PER', 'O']);
  tally.add(tensor([found]), indices([[1, -100, 2, 0]]));
  expect(tally.value()).toBe(1);
});

test('a NaN score is not a span', () => {
  const tally = spanRecall({ tags: ['O', 'B-X'] }).begin();
  tally.add(
    tensor([
      [
        [0, 1],
        [0, Number.NaN],
      ],
    ]),
    indices([[1, 1]]),
  );
  expect(tally.value()).toBe(0.5);
});

describe('errors', () => {
  test.each<[() => unknown, Error]>([
    [() => spansOf('B-PER' as never), new TypeError('spansOf: tags is "B-PER", expected an array of tags')],
    [
      () => spansOf(['O', 'S-PER']),
      new RangeError('spansOf: tags[1] is "S-PER", expected "O", or "B-" or "I-" with a label'),
    ],
    [
      () => spansOf(['B-']),
      new RangeError('spansOf: tags[0] is "B-", expected "O", or "B-" or "I-" with a label'),
    ],
    [
      () => spanF1({ tags: ['O', 1 as never] }),
      new TypeError('spanF1: tags[1] is 1, expected "O", or "B-" or "I-" with a label'),
    ],
    [
      () => spanRecall({} as never),
      new TypeError('spanRecall: tags is undefined, expected an array of tags'),
    ],
    [
      () => spanPrecision({ tags, average: 'weighted' as never }),
      new RangeError('spanPrecision: average is "weighted", expected one of "macro", "micro", "none"'),
    ],
    [
      () =>
        spanF1({ tags: ['O', 'B-X'] })
          .begin()
          .add(tensor([[[1, 2, 3]]]), indices([[0]])),
      new RangeError('spanF1.add: output has 3 classes, expected 2, one for each tag'),
    ],
  ])('%s', (call, error) => expect(call).toThrow(error));

  test('a batch that is refused is not counted', () => {
    const tally = spanF1({ tags: ['O', 'B-X'] }).begin();
    tally.add(tensor([[[0, 1]]]), indices([[1]]));
    expect(() =>
      tally.add(
        tensor([
          [
            [0, 1],
            [0, 1],
          ],
        ]),
        indices([[0, 2]]),
      ),
    ).toThrow(RangeError);
    expect(tally.value()).toBe(1);
  });
});
