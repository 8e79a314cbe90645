import { describe, expect, test } from 'vitest';
import {
  type Batch,
  type EncoderDecoderInput,
  float64,
  type Indices,
  indices,
  Random,
  type ScheduledSamplingOptions,
  scheduledSampling,
} from '../../src/index.ts';
import { classes, input, kinds, makeModel, targets } from '../encoder-decoder/models.ts';

const model = makeModel(kinds[1]!, float64(), 4);
const batch = { inputs: input, targets };
type AnyBatch = Batch<EncoderDecoderInput, Indices>;

async function mixed(
  options: Partial<ScheduledSamplingOptions>,
  batches: readonly AnyBatch[] = [batch],
): Promise<AnyBatch[]> {
  const found = [];
  const given = { probability: () => 1, random: new Random(1), ...options };
  for await (const one of scheduledSampling(model, batches, given)) found.push(one);
  return found;
}

test('with probability 0 nothing is replaced', async () =>
  expect(await mixed({ probability: () => 0 })).toEqual([batch]));

test('with probability 1 every token but the first is the model’s, continuing from its own tokens', async () => {
  const [own] = await mixed({ temperature: 0 });
  const told = own!.inputs.target.data;
  expect(own!.targets).toEqual(targets);
  const { data } = model.infer(own!.inputs).output;
  input.targetLengths!.forEach((length, b) => {
    expect(told[b * 3]).toBe(0);
    for (let t = 1; t < length; t++) {
      const at = b * 3 + t;
      const scores = Array.from(data.slice((at - 1) * classes, at * classes));
      expect(told[at]).toBe(scores.indexOf(Math.max(...scores)));
    }
  });
});

test('padding may have any values, and keeps them', async () => {
  const data = Int32Array.of(0, 2, -7, 0, 4, 3, 0, -7, -7);
  const [own] = await mixed({}, [{ ...batch, inputs: { ...input, target: { data, shape: [3, 3] } } }]);
  expect([2, 7, 8].map((at) => own!.inputs.target.data[at])).toEqual([-7, -7, -7]);
});

test('replaces tokens with the given probability, by tokens drawn from the model’s probabilities', async () => {
  const many = { source: indices(Array(4000).fill([2, 3])), target: indices(Array(4000).fill([0, 4])) };
  const [own] = await mixed({ probability: () => 0.5 }, [
    { inputs: many, targets: indices(Array(4000).fill([4, 1])) },
  ]);
  const one = model.infer({ source: indices([[2, 3]]), target: indices([[0]]) }).output.data;
  const total = Array.from(one).reduce((sum, score) => sum + Math.exp(score), 0);
  for (let token = 0; token < classes; token++) {
    const share = own!.inputs.target.data.filter((told, i) => i % 2 === 1 && told === token).length / 4000;
    const expected = 0.5 * (Math.exp(one[token]!) / total) + (token === 4 ? 0.5 : 0);
    // Five standard deviations.
    expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / 4000));
  }
});

test('the same seed gives the same tokens, and the schedule receives the step', async () => {
  const asked: number[] = [];
  const probability = (step: number) => {
    asked.push(step);
    return 0.5;
  };
  const a = await mixed({ probability, firstStep: 7 }, [batch, batch, batch]);
  expect(asked).toEqual([7, 8, 9]);
  expect(await mixed({ probability }, [batch, batch, batch])).toEqual(a);
});

describe('errors', () => {
  test.each<[Partial<Record<keyof ScheduledSamplingOptions, unknown>>, string]>([
    [{ probability: 0.5 }, 'probability is 0.5, expected a function of the step'],
    [{ probability: () => 2 }, 'probability(0) is 2, expected a number from 0 to 1'],
    [{ probability: () => Number.NaN }, 'probability(0) is NaN, expected a number from 0 to 1'],
    [{ topK: 0 }, 'topK is 0, expected a whole number of at least 1'],
    [{ firstStep: -1 }, 'firstStep is -1, expected a whole number of at least 0'],
  ])('%#', async (options, message) =>
    expect(mixed(options as Partial<ScheduledSamplingOptions>)).rejects.toThrow(
      expect.objectContaining({ message: `scheduledSampling: ${message}` }),
    ),
  );

  test('a token outside the classes is refused', async () => {
    const wrong = { ...input, target: { data: new Int32Array(9).fill(9), shape: [3, 3] } };
    await expect(mixed({}, [{ ...batch, inputs: wrong }])).rejects.toThrow(
      new RangeError('scheduledSampling: target[0, 0] is 9, expected an index from 0 to 4 (classes is 5)'),
    );
  });
});
