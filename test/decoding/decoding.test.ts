import { describe, expect, test } from 'vitest';
import {
  beamSearch,
  type EncoderDecoder,
  type EncoderDecoderInput,
  float64,
  greedy,
  type Hypothesis,
  indices,
  Random,
  sample,
} from '../../src/index.ts';
import { classes, end, input, kinds, makeModel, start } from '../encoder-decoder/models.ts';
import { markov } from './markov.ts';

const backend = float64();
const { source, sourceLengths } = input;

/** ln p of tokens after a source, computed from the whole target at once. */
function logProbability(model: EncoderDecoder, b: number, tokens: readonly number[]): number {
  const one: EncoderDecoderInput = {
    source: { data: source.data.slice(b * 4, b * 4 + sourceLengths![b]!), shape: [1, sourceLengths![b]!] },
    target: indices([[start, ...tokens.slice(0, -1)]]),
  };
  const { data } = model.infer(one).output;
  return tokens.reduce((sum, token, t) => {
    const row = Array.from(data.slice(t * classes, (t + 1) * classes));
    const most = Math.max(...row);
    const total = row.reduce((all, score) => all + Math.exp(score - most), 0);
    return sum + row[token]! - most - Math.log(total);
  }, 0);
}

/** Every sequence that ends within `maxLength`, or is cut off there. */
function allSequences(maxLength: number): number[][] {
  const grow = (beginnings: number[][], left: number): number[][] =>
    left === 0
      ? beginnings
      : beginnings.flatMap((beginning) =>
          Array.from({ length: classes }, (_, token) => token).flatMap((token) =>
            token === end ? [[...beginning, token]] : grow([[...beginning, token]], left - 1),
          ),
        );
  return grow([[]], maxLength);
}

const emitted = ({ tokens, ended }: Hypothesis) => (ended ? [...tokens, end] : [...tokens]);

describe.each(kinds)('$name', (kind) => {
  const model = makeModel(kind, backend, 4);
  const options = { lengths: sourceLengths, maxLength: 6 };

  test('greedy takes the most probable token at each step', () => {
    const all = greedy(model, source, options);
    expect(all.length).toBe(3);
    all.forEach((found, b) => {
      const tokens = emitted(found);
      expect(found.logProbability).toBeCloseTo(logProbability(model, b, tokens), 10);
      expect(tokens.length).toBe(found.ended ? found.tokens.length + 1 : 6);
      tokens.forEach((token, t) => {
        const scores = Array.from({ length: classes }, (_, other) =>
          logProbability(model, b, [...tokens.slice(0, t), other]),
        );
        expect(scores[token]).toBe(Math.max(...scores));
      });
    });
  });

  test('a beam of width 1 equals greedy decoding, whatever the length penalty', () => {
    for (const lengthPenalty of [0, 1]) {
      const beams = beamSearch(model, source, { ...options, width: 1, lengthPenalty });
      expect(beams.map(([best]) => ({ ...best, score: undefined }))).toEqual(
        greedy(model, source, options).map((of) => ({ ...of, score: undefined })),
      );
    }
  });

  test.each([0, 0.7])('a beam wide enough for all sequences finds the best, α = %d', (alpha) => {
    const maxLength = 3;
    const all = allSequences(maxLength);
    const found = beamSearch(model, source, {
      ...options,
      maxLength,
      width: all.length,
      results: all.length,
      lengthPenalty: alpha,
    });
    expect(found.length).toBe(3);
    found.forEach((results, b) => {
      const ranked = all
        .map((tokens) => {
          const value = logProbability(model, b, tokens);
          return { tokens, value, score: value / ((5 + tokens.length) / 6) ** alpha };
        })
        .sort((x, y) => y.score - x.score);
      expect(results.map(emitted)).toEqual(ranked.map(({ tokens }) => tokens));
      results.forEach(({ score, logProbability: value }, i) => {
        expect(score).toBeCloseTo(ranked[i]!.score, 10);
        expect(value).toBeCloseTo(ranked[i]!.value, 10);
      });
      expect(results.reduce((sum, { logProbability: value }) => sum + Math.exp(value), 0)).toBeCloseTo(1, 10);
    });
  });

  test('a batch gives the results of its rows alone', () => {
    const wide = { ...options, width: 3, results: 3, lengthPenalty: 0.5, weights: true };
    const together = beamSearch(model, source, wide);
    for (let b = 0; b < 3; b++) {
      const length = sourceLengths![b]!;
      const [alone] = beamSearch(
        model,
        { data: source.data.slice(b * 4, b * 4 + length), shape: [1, length] },
        { ...wide, lengths: undefined },
      );
      expect(together[b]!.map(emitted)).toEqual(alone!.map(emitted));
      together[b]!.forEach(({ score, weights }, i) => {
        expect(score).toBeCloseTo(alone![i]!.score, 10);
        expect(alone![i]!.weights === undefined).toBe(model.attention === undefined);
        alone![i]!.weights?.data.forEach((a, at) => {
          expect(weights!.data[Math.floor(at / length) * 4 + (at % length)]).toBeCloseTo(a, 10);
        });
      });
    }
  });

  test('attention weights equal those of the whole target at once', () => {
    const found = beamSearch(model, source, { ...options, width: 4, weights: true })[0]![0]!;
    const { weights } = model.infer({
      source,
      sourceLengths,
      target: indices([0, 1, 2].map(() => [start, ...found.tokens])),
    });
    if (kind.score === 'none') expect(found.weights).toBeUndefined();
    else {
      expect(found.weights!.shape).toEqual([found.tokens.length, 4]);
      found.weights!.data.forEach((a, i) => {
        expect(a).toBeCloseTo(weights!.data[i]!, 10);
      });
    }
    expect(greedy(model, source, options)[0]!.weights).toBeUndefined();
  });
});

describe('the search continues while an unfinished hypothesis can still win', () => {
  test.each([1, 2, 3, 4])('width %d', (width) => {
    // A B, 0.9 · 0.95 · 0.95, is the most probable; the empty sequence, 0.1, ends first.
    const model = markov([
      [0, 0.1, 0.9, 0],
      [0, 1, 0, 0],
      [0, 0.05, 0, 0.95],
      [0, 0.95, 0.05, 0],
    ]);
    const [best] = beamSearch(model, indices([[2]]), { width, maxLength: 6 })[0]!;
    expect(best!.tokens).toEqual([2, 3]);
    expect(best!.logProbability).toBeCloseTo(Math.log(0.9 * 0.95 * 0.95), 10);
  });

  test('a beam is no worse than greedy on 300 random tables', () => {
    const random = new Random(1);
    let better = 0;
    for (let table = 0; table < 300; table++) {
      const p = Array.from({ length: 5 }, () => {
        const row = Array.from({ length: 5 }, () => (-Math.log(random.next())) ** 3);
        const sum = row.reduce((total, value) => total + value, 0);
        return row.map((value) => value / sum);
      });
      const model = markov(p);
      const of = { maxLength: 8 };
      const plain = greedy(model, indices([[2]]), of)[0]!;
      const [best] = beamSearch(model, indices([[2]]), { ...of, width: 4 })[0]!;
      expect(best!.logProbability).toBeGreaterThan(plain.logProbability - 1e-9);
      if (best!.logProbability > plain.logProbability + 1e-9) better++;
    }
    expect(better).toBeGreaterThan(10);
  });
});

describe('sampling', () => {
  const model = makeModel(kinds[1]!, backend, 4);

  test('draws sequences by their probability, reproducibly for each seed', () => {
    const maxLength = 2;
    const count = 4000;
    const sources = indices(Array(count).fill([2, 3, 4, 2]));
    const draw = () => sample(model, sources, { maxLength, random: new Random(6) });
    const found = draw();
    expect(draw()).toEqual(found);
    for (const tokens of allSequences(maxLength)) {
      const probability = Math.exp(logProbability(model, 0, tokens));
      const times = found.filter((one) => emitted(one).join() === tokens.join()).length;
      // Five standard deviations, and one.
      expect(Math.abs(times - count * probability)).toBeLessThan(
        1 + 5 * Math.sqrt(count * probability * (1 - probability)),
      );
    }
    const [first] = found;
    expect(first!.logProbability).toBeCloseTo(logProbability(model, 0, emitted(first!)), 10);
  });

  test.each([{ temperature: 0 }, { temperature: 1e-6 }, { topK: 1 }, { topP: 1e-9 }])(
    'equals greedy decoding with %o',
    (sampling) => {
      const options = { lengths: sourceLengths, maxLength: 6, weights: true };
      expect(sample(model, source, { ...options, ...sampling, random: new Random(1) })).toEqual(
        greedy(model, source, options),
      );
    },
  );
});

test('a seed makes a new generator', () => {
  const model = makeModel(kinds[0]!, backend, 4);
  const options = { lengths: sourceLengths, maxLength: 6 };
  expect(sample(model, source, { ...options, seed: 7 })).toEqual(
    sample(model, source, { ...options, random: new Random(7) }),
  );
});

describe('errors', () => {
  const model = makeModel(kinds[1]!, backend);

  test.each<[() => unknown, string]>([
    [
      () => greedy(model, source, undefined as never),
      'greedy: options is undefined, expected an object such as { maxLength }',
    ],
    [
      () => beamSearch('안녕' as never, source, { width: 1, maxLength: 1 }),
      'beamSearch: model is "안녕", expected an EncoderDecoder, such as encoderDecoder(…) makes',
    ],
    [
      () => greedy(model, source, { maxLength: 0 }),
      'greedy: maxLength is 0, expected a whole number of at least 1',
    ],
    [
      () => greedy(model, [[2, 3]] as never, { maxLength: 2 }),
      'greedy: source is an array of 1, expected indices { data, shape } of Int32Array data: indices(…) makes one of nested arrays',
    ],
    [
      () => greedy(model, '안녕' as never, { maxLength: 2 }),
      'greedy: source is "안녕", expected indices { data, shape } of Int32Array data',
    ],
    [
      () => greedy(model, indices([[2, 9]]), { maxLength: 2 }),
      'greedy: source[0, 1] is 9, expected an index from 0 to 4 (classes is 5)',
    ],
    [
      () => greedy(model, source, { maxLength: 2, sourceLengths: [1] } as never),
      'greedy: option "sourceLengths" is unknown, expected lengths',
    ],
    [
      () => greedy(model, indices([[2, 3]]), { maxLength: 2, lengths: [3] }),
      'greedy: lengths[0] is 3, expected a whole number from 0 to 2',
    ],
    [
      () => sample(model, source, {} as never),
      'sample: maxLength is undefined, expected a whole number of at least 1',
    ],
    [
      () => sample(model, source, { maxLength: 2, topP: 0 }),
      'sample: topP is 0, expected more than 0: something must be left',
    ],
    [
      () => beamSearch(model, source, { maxLength: 2 } as never),
      'beamSearch: width is undefined, expected a whole number of at least 1',
    ],
    [
      () => beamSearch(model, source, { maxLength: 2, width: 2, results: 3 }),
      'beamSearch: results is 3, expected at most 2, the width',
    ],
    [
      () => beamSearch(model, source, { maxLength: 2, width: 2, lengthPenalty: -1 }),
      'beamSearch: lengthPenalty is -1, expected a number from 0 to 10',
    ],
  ])('%#', (act, message) => expect(act).toThrow(expect.objectContaining({ message })));

  test('attention weights must be numbers', () => {
    const broken = makeModel(kinds[1]!, backend);
    broken.parameters().get('output.bias')!.write([0, 0, Number.NaN, 0, 0]);
    expect(() => greedy(broken, source, { maxLength: 2 })).toThrow(
      new Error(
        'EncoderDecoder: the probabilities after step 0 are not numbers, expected finite weights and inputs',
      ),
    );
  });
});
