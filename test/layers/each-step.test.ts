/** A sequence at each step: what it computes, and what it refuses. Graphs test it among other branches. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  batches,
  Dense,
  Dropout,
  EachStep,
  Embedding,
  float64,
  GRUCell,
  type Indices,
  indices,
  LSTMCell,
  Pooling,
  Random,
  Sequence,
  Sequential,
  sequential,
  tensor,
} from '../../src/index.ts';
import { checkGradients } from '../../src/testing.ts';
import { expectCloseValues, parameterGradients } from '../laws/compare.ts';
import { drawn } from '../laws/subjects.ts';
import { errorOf } from '../message.ts';

const backend = float64();
const encoder = (random: Random) =>
  sequential(
    new Embedding({ classes: 5, outputSize: 2, backend, random }),
    new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 3, backend, random }), { outputs: 'last' }),
  );

/** Words of a few letters, many of them the same. */
function drawnWords(random: Random, batch: number, time: number, steps: number) {
  const data = new Int32Array(batch * time * steps).fill(-1);
  for (let at = 0; at < batch * time; at++)
    for (let l = 0, length = random.integer(steps + 1); l < length; l++)
      data[at * steps + l] = random.integer(2);
  return { data, shape: [batch, time, steps] };
}

const problem = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  time: fc.integer({ min: 1, max: 3 }),
  steps: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});

/** Indices of a shape, all 0. */
const zeros = (...shape: number[]) => ({ data: new Int32Array(shape.reduce((a, b) => a * b)), shape });

describe('EachStep', () => {
  test('applies the inner layer to each sequence alone, with zeros beyond each length', () => {
    fc.assert(
      fc.property(problem, ({ batch, time, steps, seed }) => {
        const random = new Random(seed);
        const inner = encoder(random);
        const words = drawnWords(random, batch, time, steps);
        const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
        const { output } = new EachStep(inner).infer(words, { lengths });
        expect(output.shape).toEqual([batch, time, 3]);
        for (let at = 0; at < batch * time; at++) {
          const word = words.data.slice(at * steps, (at + 1) * steps);
          const length = word.indexOf(-1) < 0 ? steps : word.indexOf(-1);
          const alone = inner.infer({ data: word, shape: [1, steps] }, { lengths: [length] }).output.data;
          const valid = at % time < lengths[Math.floor(at / time)]!;
          expectCloseValues(output.data.slice(at * 3, (at + 1) * 3), valid ? alone : [0, 0, 0]);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('the gradients match central differences, for indices and for features', () => {
    fc.assert(
      fc.property(problem, ({ batch, time, steps, seed }) => {
        const random = new Random(seed);
        const lengths = Array.from({ length: batch }, () => random.integer(time + 1));
        const words = drawnWords(random, batch, time, steps);
        const options = { lengths, random: new Random(seed) };
        expect(checkGradients(new EachStep(encoder(random)), words, options).worst.error).toBeLessThan(1e-6);
        const gru = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3, backend, random }), {
          outputs: 'last',
        });
        const chain = sequential(
          new EachStep(gru),
          new Dense({ inputSize: 3, outputSize: 2, backend, random }),
        );
        const { worst, errors } = checkGradients(chain, drawn(random, [batch, time, steps, 2]), options);
        expect(worst.error, JSON.stringify(worst)).toBeLessThan(1e-6);
        expect(errors.map(({ name }) => name)).toContain('input');
      }),
      { numRuns: 15 },
    );
  });

  test('equal sequences are computed once, unless the inner layer draws', () => {
    const counts: number[] = [];
    class Counted extends Pooling {
      override record(...[arena, input]: Parameters<Pooling['record']>) {
        counts.push(input.batch);
        return super.record(arena, input);
      }
    }
    const pool = new Counted({ kind: 'mean', backend });
    const make = (rate?: number) =>
      new EachStep(
        new Sequential<Indices>([
          new Embedding({ classes: 5, outputSize: 8, backend, random: new Random(1) }),
          ...(rate === undefined ? [] : [new Dropout({ rate, backend, random: new Random(2) })]),
          pool,
        ]),
      );
    const words = indices([
      [
        [1, 2],
        [1, 2],
        [3, -1],
      ],
      [
        [3, -1],
        [4, 4],
        [0, 0],
      ],
    ]);
    const lengths = [3, 1];
    const [once, dropped] = [make().forward(words, { lengths }), make(0.5).forward(words, { lengths })];
    expect(counts).toEqual([2, 4]);
    const row = ({ output }: typeof once, at: number) => [...output.data.slice(8 * at, 8 * at + 8)];
    expect(row(once, 0)).toEqual(row(once, 1));
    expect(row(dropped, 0)).not.toEqual(row(dropped, 1));
    expect([...once.output.data.slice(32)]).toEqual(new Array(16).fill(0));
  });

  test('a layer of any width may make the vectors', () => {
    const x = tensor([
      [
        [
          [1, 8],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 2],
        ],
      ],
    ]);
    const { output } = new EachStep(new Pooling({ kind: 'max' })).infer(x);
    expect([output.shape, [...output.data]]).toEqual([
      [1, 2, 2],
      [3, 8, 7, 6],
    ]);
  });

  test('a batch without a valid step gives zeros and no gradient', () => {
    const layer = new EachStep(encoder(new Random(1)));
    const pass = layer.forward(indices([[[1, 2]]]), { lengths: [0] });
    expect([...pass.output.data]).toEqual([0, 0, 0]);
    pass.backward(tensor([[[1, 1, 1]]]));
    expect(parameterGradients(layer).every((value) => value === 0)).toBe(true);
  });

  test('batches pad sequences of Int32Arrays with −1', () => {
    const inputs = [
      [Int32Array.of(1, 2, 3), Int32Array.of()],
      [Int32Array.of(4)],
      [Int32Array.of(0), Int32Array.of(2, 2), Int32Array.of(1)],
    ];
    const [first, second] = batches({ inputs, targets: [[1, 1], [0], [1, 0, 1]] }, { batchSize: 2 });
    expect(first!.inputs.shape).toEqual([2, 2, 3]);
    expect([...first!.inputs.data]).toEqual([1, 2, 3, -1, -1, -1, 4, -1, -1, -1, -1, -1]);
    expect([first!.lengths, second!.lengths]).toEqual([[2, 1], [3]]);
    expect([...second!.inputs.data]).toEqual([0, -1, 2, 2, 1, -1]);
    expect(() =>
      batches(
        { inputs: [[Int32Array.of(1), [2] as unknown as Int32Array]], targets: [[1, 1]] },
        { batchSize: 1 },
      ),
    ).toThrow(
      new TypeError('batches: inputs[0][1] is an array of 1, expected an Int32Array, as the first is'),
    );
  });

  test('accepts 2²⁴ steps in all, and no more, also of empty sequences', () => {
    const layer = new EachStep(encoder(new Random(1)));
    // Lengths that do not fit are found only after the shape.
    const given =
      (...shape: number[]) =>
      () =>
        layer.infer(zeros(...shape), { lengths: [] });
    for (const shape of [
      [2 ** 12, 2 ** 12 + 1, 0],
      [1, 2 ** 23 + 1, 2],
    ])
      expect(given(...shape)).toThrow(
        new RangeError(
          `EachStep.infer: inputs has shape [${shape.join(', ')}], expected at most 16777216 steps in all sequences together`,
        ),
      );
    expect(given(2 ** 12, 2 ** 12, 0)).toThrow(
      new RangeError('EachStep.infer: lengths has 0 entries, expected 4096, one for each sequence'),
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      'itself inside',
      () => new EachStep(new EachStep(encoder(new Random(1))) as never),
      'EachStep: layer (EachStep) takes a sequence at each step, expected one sequence',
    ],
    [
      'no layer',
      () => new EachStep(3 as never),
      'EachStep: layer is 3, expected a layer that makes a vector of a sequence',
    ],
    [
      'a layer that gives sequences',
      () => new EachStep(new Dense({ inputSize: 2, outputSize: 2 })).infer(tensor([[[[1, 2]]]])),
      'EachStep: layer (Dense) gives [batch, time, 2], expected one vector for each sequence, as with outputs "last" or a Pooling',
    ],
    [
      'no inner axis',
      () => new EachStep(encoder(new Random(1))).infer(indices([[1, 2]])),
      'EachStep.infer: inputs has shape [1, 2], expected [batch, time, steps], a sequence at each step',
    ],
    [
      'another width',
      () => new EachStep(new Dense({ inputSize: 2, outputSize: 2 })).infer(tensor([[[[1]]]])),
      'EachStep.infer: inputs has shape [1, 1, 1, 1], expected [batch, time, steps, 2], a sequence at each step',
    ],
    [
      'no batch',
      () => new EachStep(encoder(new Random(1))).infer({ data: new Int32Array(), shape: [0, 1, 1] }),
      'EachStep.infer: inputs has shape [0, 1, 1], expected at least one sequence',
    ],
    [
      'a class too high',
      () => new EachStep(encoder(new Random(1))).infer(indices([[[1, 5]]])),
      'EachStep.infer: inputs[0, 0, 1] is 5, expected an index from 0 to 4 (classes is 5), or −1 after the end',
    ],
    [
      'an index after the end',
      () => new EachStep(encoder(new Random(1))).infer(indices([[[1, -1, 2]]])),
      'EachStep.infer: inputs[0, 0, 2] is 2, expected −1, since the sequence has ended',
    ],
    [
      'a length too high',
      () => new EachStep(encoder(new Random(1))).infer(indices([[[1, 2]]]), { lengths: [2] }),
      'EachStep.infer: lengths[0] is 2, expected a whole number from 0 to 1',
    ],
    [
      'a position after another layer',
      () =>
        sequential(
          new Dense({ inputSize: 2, outputSize: 2 }),
          new EachStep(new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 2 }), { outputs: 'last' })),
        ).infer(tensor([[[1, 2]]])),
      'EachStep: its input comes from another layer, expected the input of a model: a sequence at each step',
    ],
  ])('refuses %s', (_, call, message) => {
    expect(errorOf(call)).toHaveProperty('message', message);
  });
});
