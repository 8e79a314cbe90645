import { describe, expect, test } from 'vitest';
import {
  type AnyLayer,
  Attention,
  accuracy,
  Bidirectional,
  beamSearch,
  Conv1d,
  crossEntropy,
  Dense,
  Embedding,
  EncoderDecoder,
  type EncoderDecoderInput,
  type EncoderDecoderOptions,
  evaluate,
  float32,
  float64,
  GRUCell,
  type Indices,
  indices,
  OneHot,
  perplexity,
  Random,
  Sequence,
  SGD,
  sequential,
  type Tensor,
  tensor,
  train,
} from '../../src/index.ts';
import { type Checkable, checkGradients } from '../../src/testing.ts';
import { expectCloseValues } from '../laws/compare.ts';
import { classes, end, input, kinds, makeModel, start, targets } from './models.ts';

const backend = float64();

describe.each(kinds)('$name', (kind) => {
  const model = makeModel(kind, backend);

  test('gradients of every parameter match central differences', () => {
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

  test('gradients of source features match central differences', () => {
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

  test('infer equals forward, and its weights sum to 1', () => {
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

  test('padding changes nothing: a batch gives the results of its rows alone', () => {
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

  test('padding changes no gradient either, whatever its values', () => {
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

  test('float32 matches float64 up to rounding', () => {
    const single = makeModel(kind, float32());
    for (const [name, parameter] of single.parameters())
      parameter.write(model.parameters().get(name)!.read());
    expectCloseValues(single.infer(input).output.data, model.infer(input).output.data, 1e-5);
  });

  test('train follows the gradient of the loss, and evaluate computes metrics', async () => {
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

test('with a source of length 0, outputs are finite and attention weights 0', () => {
  const model = makeModel(kinds[1]!, backend);
  const { output, weights } = model.infer({
    source: indices([[2, 3]]),
    sourceLengths: [0],
    target: indices([[0, 2]]),
  });
  expect(output.data.every(Number.isFinite)).toBe(true);
  expect(Array.from(weights!.data)).toEqual([0, 0, 0, 0]);
});

test('a decoder without a bridge starts from its learned state, also when decoding', () => {
  const random = new Random(1);
  const place = { backend, random };
  const cell = new GRUCell({ inputSize: 3, hiddenSize: 4, ...place });
  const model = new EncoderDecoder({
    encoder: new Embedding({ classes, outputSize: 4, ...place }),
    decoder: sequential(
      new Embedding({ classes, outputSize: 3, ...place }),
      new Sequence(cell, { learnInitialState: true }),
    ),
    attention: new Attention({ score: 'dot', querySize: 4, keySize: 4, backend }),
    output: new Dense({ inputSize: 4, outputSize: classes, ...place }),
    start,
    end,
    random,
  });
  model.parameters().get('decoder.1.initial.h')!.write([3, -2, 1, -3]);
  const source = indices([[2, 3, 4]]);
  const [first] = beamSearch(model, source, { width: classes, results: classes, maxLength: 1 })[0]!;
  const token = first!.ended ? end : first!.tokens[0]!;
  const scores = model.infer({ source, target: indices([[start]]) }).output;
  const { value } = crossEntropy().measure(scores, indices([[token]]));
  expect(first!.logProbability).toBeCloseTo(-value, 12);
});

test('the attention weights have a column for each step of an encoder that shortens its source', () => {
  const model = new EncoderDecoder({
    encoder: new Conv1d({ inputSize: 2, outputSize: 3, kernelSize: 2, stride: 2, padding: 'valid' }),
    decoder: sequential(
      new OneHot({ classes: 2 }),
      new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 })),
    ),
    attention: new Attention({ score: 'dot', querySize: 3, keySize: 3 }),
    output: new Dense({ inputSize: 3, outputSize: 2 }),
    start: 0,
    end: 1,
  });
  const source = tensor([[1, 2, 3, 4, 5].map((x) => [x, -x])]);
  const { weights } = model.infer({ source, target: indices([[0, 1, 1]]) });
  expect(weights!.shape).toEqual([1, 3, 2]);
  expect(weights!.data.length).toBe(6);
});

test('backward without a gradient gives zeros', () => {
  const model = makeModel(kinds[1]!, backend, 1, true);
  const source = { data: new Float64Array(6), shape: [1, 2, 3] };
  const pass = model.forward({ source, target: indices([[0]]) } as unknown as EncoderDecoderInput);
  expect(pass.backward().input).toEqual(source);
});

describe('errors', () => {
  const embedding = () => new Embedding({ classes, outputSize: 2, backend });
  const gru = (hiddenSize = 3) => new GRUCell({ inputSize: 2, hiddenSize, backend });
  const options: EncoderDecoderOptions = {
    encoder: sequential(embedding(), new Sequence(gru())),
    decoder: sequential(embedding(), new Sequence(gru())),
    output: new Dense({ inputSize: 3, outputSize: classes, backend }),
    start,
    end,
  };
  const attention = (querySize: number, keySize: number) =>
    new Attention({ score: 'general', querySize, keySize, backend });

  test.each<[{ [option in keyof EncoderDecoderOptions]?: unknown }, string]>([
    [{ encoder: undefined }, 'encoder is undefined, expected a layer'],
    [{ decoder: gru() }, 'decoder is a value of type GRUCell, expected a layer'],
    [{ attention: 'dot' }, 'attention is "dot", expected an Attention'],
    [
      {
        output: new Dense({ inputSize: 3, outputSize: classes, backend: float32({ kernels: 'typescript' }) }),
      },
      'output computes in float32 (TypeScript), expected float64 (TypeScript), as encoder does',
    ],
    [
      { decoder: new Sequence(gru()) },
      'decoder takes features, expected a layer of tokens, such as a stack on an Embedding',
    ],
    [
      { decoder: sequential(embedding(), new Bidirectional(gru(), gru())) },
      'decoder has a Bidirectional that looks ahead, expected an output each step, from what came before',
    ],
    [
      { decoder: sequential(embedding(), new Sequence(gru(), { reverse: true })) },
      'decoder has a Sequence that looks ahead, expected an output each step, from what came before',
    ],
    [
      { decoder: sequential(embedding(), new Sequence(gru(), { outputs: 'last' })) },
      'decoder has a Sequence that keeps only the last output, expected an output each step, from what came before',
    ],
    [
      {
        decoder: sequential(
          embedding(),
          sequential(
            new Conv1d({ inputSize: 2, outputSize: 2, kernelSize: 2, backend }),
            new Sequence(gru()),
          ),
        ),
      },
      'decoder has a Conv1d that sees several steps at once, expected an output each step, from what came before',
    ],
    [
      { output: sequential(new Sequence(gru()), new Dense({ inputSize: 3, outputSize: classes, backend })) },
      'output has a state, expected layers that see only the step they are at',
    ],
    [
      {
        output: sequential(
          new Conv1d({ inputSize: 3, outputSize: 3, kernelSize: 2, backend }),
          new Dense({ inputSize: 3, outputSize: classes, backend }),
        ),
      },
      'output has a Conv1d that sees several steps at once, expected layers that see only the step they are at',
    ],
    [
      { decoder: sequential(embedding(), new Sequence(gru(), { learnInitialState: true })) },
      'decoder has a Sequence with learnInitialState, expected none: it begins from the encoder’s state',
    ],
    [{ attention: attention(2, 3) }, 'attention has querySize 2, expected 3, the decoder gives'],
    [{ attention: attention(3, 2) }, 'attention has keySize 2, expected 3, the encoder gives'],
    [
      { output: new Dense({ inputSize: 4, outputSize: classes, backend }) },
      'output has inputSize 4, expected 3, the decoder gives',
    ],
    [
      { output: new Dense({ inputSize: 3, outputSize: 4, backend }) },
      'output has outputSize 4, expected 5, the tokens the decoder takes',
    ],
    [
      { encoder: embedding() },
      'attention is missing, and no state goes from encoder to decoder, expected one of them: nothing would reach the decoder',
    ],
    [{ start: 5 }, 'start is 5, expected a token from 0 to 4'],
    [{ start: undefined }, 'start is undefined, expected a whole number of at least 0'],
    [{ end: -1 }, 'end is -1, expected a whole number of at least 0'],
    [
      { decoder: embedding() },
      'decoder has no state, expected recurrent layers, which know what came before',
    ],
  ])('in the constructor: %#', (changed, message) =>
    expect(() => new EncoderDecoder({ ...options, ...changed } as EncoderDecoderOptions)).toThrow(
      expect.objectContaining({ message: `EncoderDecoder: ${message}` }),
    ),
  );

  test('in missing options', () =>
    expect(() => new EncoderDecoder(undefined as never)).toThrow(
      new TypeError(
        'EncoderDecoder: options is undefined, expected an object such as { encoder, decoder, output, start, end }',
      ),
    ));

  const model = new EncoderDecoder({ ...options, attention: attention(3, 3) });

  test('in one tensor instead of a record', () =>
    expect(() => model.infer(indices([[1]]) as never)).toThrow(
      new TypeError('EncoderDecoder.infer: inputs is one tensor, expected an object { source, target }'),
    ));

  test.each<[{ [part in keyof EncoderDecoderInput]?: unknown }, string]>([
    [
      { source: tensor([[1]]) },
      'source has data that is a value of type Float64Array, expected indices { data, shape } of Int32Array data: indices(…) makes them, not tensor(…)',
    ],
    [{ target: undefined }, 'target is undefined, expected indices { data, shape } of Int32Array data'],
    [
      { target: indices([[0, 2]]), targetLengths: undefined },
      'target has shape [1, 2], expected 3 sequences, as source has',
    ],
    [
      { source: indices([[-1], [0], [0]]), sourceLengths: undefined },
      'source[0, 0] is -1, expected an index from 0 to 4 (classes is 5)',
    ],
    [{ sourceLengths: [4, 2] }, 'sourceLengths has 2 entries, expected 3, one for each sequence'],
    [{ targetLengths: [4, 1, 1] }, 'targetLengths[0] is 4, expected a whole number from 0 to 3'],
    [{ targetLengths: 3 }, 'targetLengths is 3, expected an array of whole numbers, one for each sequence'],
  ])('in the inputs: %#', (changed, message) =>
    expect(() => model.infer({ ...input, ...changed } as EncoderDecoderInput)).toThrow(
      expect.objectContaining({ message: `EncoderDecoder.infer: ${message}` }),
    ),
  );

  test('in an encoder without outputs for attention', () => {
    const last: AnyLayer = sequential(embedding(), new Sequence(gru(), { outputs: 'last' }));
    const blind = new EncoderDecoder({ ...options, encoder: last, attention: attention(3, 3) });
    expect(() => blind.infer(input)).toThrow(
      new RangeError(
        'EncoderDecoder: encoder gives [batch, 3], expected real features [batch, time, 3] for attention to look at',
      ),
    );
  });

  test('in an encoder with one-hot outputs', () => {
    const oneHot = new OneHot({ classes, backend });
    const blind = new EncoderDecoder({ ...options, encoder: oneHot, attention: attention(3, classes) });
    expect(() => blind.infer(input)).toThrow(
      new RangeError(
        'EncoderDecoder: encoder gives one-hot vectors, expected real features [batch, time, 5] for attention to look at',
      ),
    );
  });

  test('in lengths outside the inputs', async () => {
    const batch = { inputs: input, targets, lengths: [1, 1, 1] };
    const steps = train(model, [batch], { loss: crossEntropy(), optimizer: new SGD({ learningRate: 0.1 }) });
    await expect(steps.next()).rejects.toThrow(
      new RangeError(
        'train: step 0: lengths is given, expected inputs.targetLengths, and sourceLengths, in its place',
      ),
    );
  });
});
