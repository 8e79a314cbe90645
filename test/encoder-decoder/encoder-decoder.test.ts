import { describe, expect, test } from 'vitest';
import {
  accuracy,
  crossEntropy,
  type EncoderDecoderInput,
  evaluate,
  float32,
  float64,
  type Indices,
  perplexity,
  Random,
  SGD,
  type Tensor,
  train,
} from '../../src/index.ts';
import { type Checkable, checkGradients } from '../../src/testing/index.ts';
import { expectCloseValues } from '../laws/compare.ts';
import { classes, input, kinds, makeModel, targets } from './models.ts';

const backend = float64();

describe.each(kinds)('$name', (kind) => {
  const model = makeModel(kind, backend);

  test('gradients of every parameter', () => {
    const subject: Checkable = {
      type: model.type,
      backend,
      parameters: () => model.parameters(),
      forward: () => model.forward(input),
    };
    const { errors, worst } = checkGradients(subject, input.source);
    expect(worst).toMatchObject({ error: expect.toSatisfy((error: number) => error < 1e-6) });
    expect(errors.length).toBe(model.parameters().size);
  });

  test('gradients of source features', () => {
    const ofFeatures = makeModel(kind, backend, 2, true);
    const random = new Random(5);
    const source: Tensor = {
      data: Float64Array.from({ length: 36 }, () => random.normal()),
      shape: [3, 4, 3],
    };
    const subject: Checkable = {
      type: model.type,
      backend,
      parameters: () => ofFeatures.parameters(),
      forward: (changed: Tensor) =>
        ofFeatures.forward({ ...input, source: changed } as unknown as EncoderDecoderInput),
    };
    expect(checkGradients(subject, source).worst.error).toBeLessThan(1e-6);
  });

  test('infer gives what forward gives, and weights that sum to 1', () => {
    const { output, weights, lengths } = model.infer(input);
    const pass = model.forward(input);
    expect(output).toEqual(pass.output);
    expect(output.shape).toEqual([3, 3, classes]);
    expect(lengths).toEqual(input.targetLengths);
    expect(weights?.shape).toEqual(kind.score === 'none' ? undefined : [3, 3, 4]);
    if (weights !== undefined)
      expect(Array.from(weights.data.slice(0, 4)).reduce((sum, a) => sum + a, 0)).toBeCloseTo(1, 12);
    pass.release();
  });

  test('padding changes nothing: a batch gives what its rows give alone', () => {
    const whole = model.infer(input).output;
    const row = (of: Indices, b: number, length: number): Indices => {
      const time = of.shape[1]!;
      return { data: of.data.slice(b * time, b * time + length), shape: [1, length] };
    };
    for (let b = 0; b < 3; b++) {
      const [sourceLength, targetLength] = [input.sourceLengths![b]!, input.targetLengths![b]!];
      const alone = model.infer({
        source: row(input.source, b, sourceLength),
        target: row(input.target, b, targetLength),
      }).output;
      const from = b * 3 * classes;
      expectCloseValues(whole.data.slice(from, from + targetLength * classes), alone.data, 1e-12);
    }
  });

  test('padding changes nothing, whatever stands there, for gradients either', () => {
    const gradients = (of: EncoderDecoderInput) => {
      for (const parameter of model.parameters().values()) parameter.clearGradient();
      const pass = model.forward(of);
      pass.backward(pass.output);
      return [...model.parameters()].map(([name, parameter]) => [name, parameter.readGradient()]);
    };
    const filled = (of: Indices, lengths: readonly number[], token: number): Indices => {
      const time = of.shape[1]!;
      return {
        ...of,
        data: of.data.map((own, i) => (i % time < lengths[Math.floor(i / time)]! ? own : token)),
      };
    };
    const other = {
      ...input,
      source: filled(input.source, input.sourceLengths!, 4),
      target: filled(input.target, input.targetLengths!, -7),
    };
    expect(gradients(other)).toEqual(gradients(input));
  });

  test('float32 is float64, rounded', () => {
    const single = makeModel(kind, float32());
    for (const [name, parameter] of single.parameters())
      parameter.write(model.parameters().get(name)!.read());
    expectCloseValues(single.infer(input).output.data, model.infer(input).output.data, 1e-5);
  });

  test('train takes the gradient of the loss, evaluate its metrics', async () => {
    const trained = makeModel(kind, backend);
    const reference = makeModel(kind, backend);
    const pass = reference.forward(input);
    const lengths = input.targetLengths;
    const loss = crossEntropy().forward(pass.output, targets, { lengths });
    pass.backward(loss.backward());
    const batch = { inputs: input, targets };
    const before = await evaluate(trained, [batch, batch], [accuracy(), perplexity()]);
    expect(before.perplexity).toBeCloseTo(Math.exp(loss.value), 10);
    for await (const step of train(trained, [batch], {
      loss: crossEntropy(),
      optimizer: new SGD({ learningRate: 0.1 }),
    }))
      expect(step.loss).toBeCloseTo(loss.value, 12);
    for (const [name, parameter] of reference.parameters()) {
      const gradient = parameter.readGradient();
      const expected = parameter.read().map((weight, i) => weight - 0.1 * gradient[i]!);
      expectCloseValues(trained.parameters().get(name)!.read(), expected, 1e-12);
    }
  });
});
