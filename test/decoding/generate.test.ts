import { describe, expect, test, vi } from 'vitest';
import { checkOptions } from '../../src/common/options.ts';
import {
  crossEntropy,
  type Generated,
  type GenerateOptions,
  generate,
  indices,
  manyToMany,
  manyToOne,
  oneToOne,
  Random,
} from '../../src/index.ts';
import { sampler, samplingChecks } from '../../src/random/sampling.ts';

const logits = Float64Array.of(1, 3, 2, Number.NEGATIVE_INFINITY);
const share = (options: object, token: number, of: Float64Array | Float32Array = logits) => {
  const draw = sampler('test', options, new Random(1));
  let hits = 0;
  for (let i = 0; i < 4000; i++) if (draw(of).token === token) hits++;
  return hits / 4000;
};
/** Five standard deviations of 4,000 draws are at most 0.04. */
const TOLERANCE = 0.04;

describe('sampling', () => {
  const softmax = (temperature: number, kept: number[]) => {
    const weights = kept.map((token) => Math.exp(logits[token]! / temperature));
    return weights.map((weight) => weight / weights.reduce((a, b) => a + b));
  };

  test.each([0.5, 1, 2])('draws from the softmax at temperature %d', (temperature) =>
    softmax(temperature, [0, 1, 2]).forEach((probability, token) => {
      expect(Math.abs(share({ temperature }, token) - probability)).toBeLessThan(TOLERANCE);
    }),
  );

  test('a class without probability is never drawn', () => expect(share({ temperature: 100 }, 3)).toBe(0));

  test('temperature 0 takes the most probable class, the first of equal ones', () => {
    expect(share({ temperature: 0 }, 1)).toBe(1);
    expect(share({ temperature: 0 }, 1, Float32Array.of(0, 5, 5))).toBe(1);
  });

  test('drawing without filters equals drawing with the widest ones', () => {
    for (const token of [0, 1, 2])
      expect(Math.abs(share({}, token) - share({ topK: 9, topP: 1 }, token))).toBeLessThan(2 * TOLERANCE);
  });

  test('topK keeps k classes, topP the fewest that reach its sum', () => {
    expect(share({ topK: 1 }, 1)).toBe(1);
    expect(Math.abs(share({ topK: 2 }, 2) - softmax(1, [1, 2])[1]!)).toBeLessThan(TOLERANCE);
    expect(share({ topK: 2 }, 0)).toBe(0);
    // The most probable class has 0.665, the two most probable 0.910.
    expect(share({ topP: 0.66 }, 1)).toBe(1);
    expect(share({ topP: 0.67 }, 2)).toBeGreaterThan(0.2);
    expect(share({ topP: 0.9 }, 0)).toBe(0);
    expect(share({ topP: 0.92 }, 0)).toBeGreaterThan(0.05);
  });

  test('huge logits stay finite, and the log-probability is that of the model', () => {
    expect(share({}, 1, Float32Array.of(-3e38, 3e38))).toBe(1);
    const { token, logProbability } = sampler('test', { temperature: 0 }, new Random(1))(logits);
    const { value } = crossEntropy().measure(
      { data: logits.slice(0, 3), shape: [1, 3] },
      indices([token], [1]),
    );
    expect(logProbability).toBeCloseTo(-value, 12);
  });

  test('refuses invalid arguments', () => {
    const make = (options: object) => () => checkOptions('generate', options, samplingChecks);
    expect(make({ temperature: -1 })).toThrow(/^generate: temperature is -1, expected a number from 0 to/);
    expect(make({ temperature: Number.NaN })).toThrow(RangeError);
    expect(make({ topK: 0 })).toThrow(
      new RangeError('generate: topK is 0, expected a whole number of at least 1'),
    );
    expect(make({ topP: 0 })).toThrow(
      new RangeError('generate: topP is 0, expected more than 0: something must be left'),
    );
    const draw = sampler('generate', {}, new Random(1));
    expect(() => draw(Float32Array.of(1, Number.NaN, 2))).toThrow(
      new RangeError('generate: logits have NaN as the largest, expected finite scores'),
    );
    expect(() => draw(Float32Array.of(1, Number.POSITIVE_INFINITY))).toThrow(
      new RangeError('generate: logits have Infinity as the largest, expected finite scores'),
    );
    expect(() => draw(Float32Array.of())).toThrow(
      new RangeError('generate: logits have -Infinity as the largest, expected finite scores'),
    );
  });
});

describe('generate', () => {
  const model = manyToMany({ classes: 6, hiddenSize: [7, 5], outputSize: 6, random: new Random(2) });
  const run = async (options: GenerateOptions, of: Parameters<typeof generate>[0] = model) => {
    const all: Generated[] = [];
    for await (const generated of generate(of, options)) all.push(generated);
    return all;
  };
  const tokensOf = (all: Generated[]) => all.map(({ token }) => token);

  test('equals running the whole text, at one step per token', async () => {
    const infer = vi.spyOn(model, 'infer');
    const tokens = tokensOf(await run({ prompt: [0, 3, 1], length: 8, temperature: 0 }));
    expect(infer.mock.calls.map(([{ shape }]) => shape[1])).toEqual([3, 1, 1, 1, 1, 1, 1, 1]);
    infer.mockRestore();
    const text = [0, 3, 1];
    for (let i = 0; i < 8; i++) {
      const { output } = model.infer(indices([text]));
      const last = Array.from(output.data.slice(-6));
      text.push(last.indexOf(Math.max(...last)));
    }
    expect(tokens).toEqual(text.slice(3));
  });

  test('a model with only the last output works too', async () => {
    const last = manyToOne({ classes: 6, hiddenSize: 5, outputSize: 6, random: new Random(2) });
    const tokens = tokensOf(await run({ prompt: [0, 3], length: 4, temperature: 0 }, last));
    const text = [0, 3];
    for (let i = 0; i < 4; i++) {
      const scores = Array.from(last.infer(indices([text])).output.data);
      text.push(scores.indexOf(Math.max(...scores)));
    }
    expect(tokens).toEqual(text.slice(2));
  });

  test('the same generator gives the same tokens, and a state continues where it was saved', async () => {
    const whole = await run({ prompt: [2], length: 9, random: new Random(5) });
    expect(tokensOf(await run({ prompt: [2], length: 9, random: new Random(5) }))).toEqual(tokensOf(whole));
    const random = new Random(5);
    const first = await run({ prompt: [2], length: 4, random });
    const { token, state } = first.at(-1)!;
    const rest = await run({ prompt: [token], state, length: 5, random });
    expect(tokensOf([...first, ...rest])).toEqual(tokensOf(whole));
  });

  test('ends at a token, when a function returns true, and when aborted', async () => {
    const free = tokensOf(await run({ prompt: [0], length: 50, random: new Random(3) }));
    const stop = free[3]!;
    const ended = tokensOf(await run({ prompt: [0], stop, random: new Random(3) }));
    expect(ended).toEqual(free.slice(0, free.indexOf(stop) + 1));
    const either = tokensOf(
      await run({ prompt: [0], stop: new Set([stop, free[1]!]), random: new Random(3) }),
    );
    expect(either).toEqual(free.slice(0, 1 + Math.min(free.indexOf(stop), free.indexOf(free[1]!))));
    const listed = tokensOf(await run({ prompt: [0], stop: [stop, free[1]!], random: new Random(3) }));
    expect(listed).toEqual(either);
    const three = await run({ prompt: [0], stop: (tokens) => tokens.length === 3, random: new Random(3) });
    expect(tokensOf(three)).toEqual(free.slice(0, 3));
    const controller = new AbortController();
    let count = 0;
    for await (const _ of generate(model, { prompt: [0], signal: controller.signal }))
      if (++count === 5) controller.abort();
    expect(count).toBe(5);
    expect(await run({ prompt: [0], length: 0 })).toEqual([]);
  });

  test('a prompt may come from Vocabulary.encode, and a seed makes a generator', async () => {
    const seeded = tokensOf(await run({ prompt: Int32Array.of(0, 3), length: 8, seed: 7 }));
    expect(seeded).toEqual(tokensOf(await run({ prompt: [0, 3], length: 8, random: new Random(7) })));
  });

  test('refuses invalid arguments', async () => {
    const failing = (options: object) => run({ prompt: [0], length: 1, ...options } as GenerateOptions);
    await expect(failing({ prompt: [] })).rejects.toThrow(
      new RangeError('generate: prompt is empty, expected at least one index'),
    );
    await expect(failing({ prompt: '안녕' })).rejects.toThrow(
      new TypeError('generate: prompt is "안녕", expected an array of indices'),
    );
    await expect(failing({ prompt: [6] })).rejects.toThrow(
      new RangeError('Sequential.infer: inputs[0, 0] is 6, expected an index from 0 to 5 (classes is 6)'),
    );
    await expect(run(undefined as never)).rejects.toThrow(
      new TypeError('generate: options is undefined, expected an object such as { prompt }'),
    );
    await expect(failing({ random: 3 })).rejects.toThrow(
      new TypeError('generate: random is 3, expected a Random, such as new Random(1)'),
    );
    await expect(failing({ random: new Random(1), seed: 2 })).rejects.toThrow(
      new RangeError('generate: seed is 2 and random given, expected one of them'),
    );
    await expect(failing({ seed: -1 })).rejects.toThrow(
      new RangeError('generate: seed is -1, expected a whole number of at least 0'),
    );
    const wide = manyToMany({ classes: 6, hiddenSize: 3, outputSize: 7 });
    await expect(generate(wide, { prompt: [0] }).next()).rejects.toThrow(
      new RangeError(
        'generate: model scores 7 classes and reads 6, expected no more than it reads: what is drawn is read next',
      ),
    );
    await expect(failing({ length: -1 })).rejects.toThrow(
      new RangeError('generate: length is -1, expected a whole number of at least 0'),
    );
    await expect(failing({ stop: 0.5 })).rejects.toThrow(
      new RangeError('generate: stop is 0.5, expected a whole number of at least 0'),
    );
    await expect(failing({ stop: [99] })).rejects.toThrow(
      new RangeError('generate: stop is 99, expected a token from 0 to 5'),
    );
    await expect(failing({ stop: 6 })).rejects.toThrow(
      new RangeError('generate: stop is 6, expected a token from 0 to 5'),
    );
    await expect(failing({ stop: '.' })).rejects.toThrow(
      new TypeError(
        'generate: stop is ".", expected a token, an array or a Set of them, or a function of the tokens so far',
      ),
    );
    await expect(failing({ stop: new Set([2, -1]) })).rejects.toThrow(
      new RangeError('generate: stop is -1, expected a whole number of at least 0'),
    );
    const both = manyToMany({ classes: 6, hiddenSize: 3, bidirectional: true, outputSize: 6 });
    await expect(generate(both, { prompt: [0] }).next()).rejects.toThrow(
      new RangeError(
        'generate: model has a Bidirectional that looks ahead, expected a model that knows what came before from its state',
      ),
    );
    const pooled = manyToOne({ classes: 6, hiddenSize: 3, pooling: 'mean', outputSize: 6 });
    await expect(generate(pooled, { prompt: [0] }).next()).rejects.toThrow(
      new RangeError(
        'generate: model has a Pooling that sees several steps at once, expected a model that knows what came before from its state',
      ),
    );
    const dense = oneToOne({ inputSize: 1, outputSize: 1 }) as never;
    await expect(generate(dense, { prompt: [0] }).next()).rejects.toThrow(
      new TypeError('generate: model (Sequential) takes features, expected a model whose inputs are indices'),
    );
  });
});
