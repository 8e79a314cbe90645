import { describe, expect, test } from 'vitest';
import {
  Attention,
  type AttentionInput,
  type AttentionOptions,
  float32,
  float64,
  Random,
  type State,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { referenceBackend } from '../../src/kernels/reference/index.ts';
import { type Checkable, checkGradients } from '../../src/testing.ts';

const backend = float64();
const random = new Random(3);
const drawn = (...shape: number[]): Tensor => ({
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
  shape,
});

const kinds: readonly [string, AttentionOptions][] = [
  ['dot', { score: 'dot', querySize: 3, keySize: 3 }],
  ['scaled dot', { score: 'dot', querySize: 3, keySize: 3, scale: 0.25 }],
  ['general', { score: 'general', querySize: 3, keySize: 2 }],
  ['additive', { score: 'additive', querySize: 3, keySize: 2, attentionSize: 4 }],
];

function inputFor({ keySize }: AttentionOptions): AttentionInput {
  return {
    query: drawn(3, 2, 3),
    keys: drawn(3, 4, keySize),
    values: drawn(3, 4, 5),
    keyLengths: [4, 0, 3],
  };
}

/** Attention as a function of one input; the gradient of its weights counts as well. */
function subject(attention: Attention, input: AttentionInput, name: 'query' | 'keys' | 'values'): Checkable {
  return {
    type: 'Attention',
    backend,
    parameters: () => attention.parameters(),
    forward(changed: Tensor) {
      const pass = attention.forward({ ...input, [name]: changed });
      return {
        output: pass.output,
        state: { weights: pass.weights },
        release: () => pass.release(),
        backward: (dOutput: Tensor, dState: State) => ({
          input: pass.backward(dOutput, dState.weights as Tensor)[name],
          state: undefined,
        }),
      };
    },
  };
}

test('lists its parameters and can be rebuilt from its architecture', () => {
  const names = kinds.map(([, options]) => [...new Attention(options).parameters().keys()]);
  expect(names).toEqual([[], [], ['weight'], ['weightQuery', 'weightKey', 'v']]);
  expect(new Attention(kinds[1]![1]).architecture()).toEqual({
    type: 'Attention',
    options: { score: 'dot', querySize: 3, keySize: 3, attentionSize: undefined, scale: 0.25 },
  });
});

test('returns its memory as soon as the pass ends', () => {
  const own = referenceBackend('float64');
  const { heap } = own;
  const attention = new Attention({ score: 'additive', querySize: 3, keySize: 2, attentionSize: 4, backend: own }); // biome-ignore format: one line
  const input = { query: drawn(1, 2, 3), keys: drawn(1, 4, 2) };
  attention.forward(input).release();
  const { used } = heap;
  // If a pass kept its memory, none would be left for the next.
  for (let i = 0; i < 3; i++) {
    attention.forward(input).release();
    attention.forward(input)[Symbol.dispose]();
  }
  expect(heap.used).toBe(used);
  attention[Symbol.dispose]();
  expect(heap.used).toBeLessThan(used);
  expect(() => attention.infer(input)).toThrow('Matrix: its memory has been released');
});

describe.each(kinds)('%s', (_, options) => {
  const attention = new Attention({ ...options, backend, random });
  const input = inputFor(options);

  test.each(['query', 'keys', 'values'] as const)(
    'gradients of the parameters and of %s match central differences',
    (name) => {
      const { worst } = checkGradients(subject(attention, input, name), input[name]!, { state: {} });
      expect(worst.error).toBeLessThan(1e-6);
    },
  );

  test('keys that are also the values receive both gradients', () => {
    const { values, ...own } = input;
    const { worst } = checkGradients(subject(attention, own, 'keys'), own.keys, { state: {} });
    expect(worst.error).toBeLessThan(1e-6);
    expect(attention.forward(own).backward(undefined).values).toBeUndefined();
  });

  test('weights sum to 1 over the valid keys and are 0 beyond; without valid keys they are 0', () => {
    const { output, weights } = attention.infer(input);
    for (const [b, length] of [4, 0, 3].entries())
      for (let i = 0; i < 2; i++) {
        const row = Array.from(weights.data.slice((b * 2 + i) * 4, (b * 2 + i + 1) * 4));
        expect(row.reduce((sum, a) => sum + a, 0)).toBeCloseTo(length === 0 ? 0 : 1, 12);
        expect(row.slice(length).every((a) => a === 0)).toBe(true);
      }
    expect(Array.from(output.data.slice(10, 20))).toEqual(new Array(10).fill(0));
  });

  test('data beyond the lengths has no effect, not even NaN', () => {
    const { keys, values } = input;
    const spoiled = (of: Tensor) => {
      const data = of.data.slice();
      const width = of.shape[2]!;
      data.fill(Number.NaN, 4 * width, 8 * width);
      data.fill(Number.NaN, 11 * width, 12 * width);
      return { ...of, data };
    };
    expect(attention.infer({ ...input, keys: spoiled(keys), values: spoiled(values!) })).toEqual(
      attention.infer(input),
    );
  });

  test('a second backward gives the same gradients', () => {
    const pass = attention.forward(input);
    const once = pass.backward(pass.output, pass.weights, { retain: true });
    expect(pass.backward(pass.output, pass.weights)).toEqual(once);
  });

  test('a missing gradient of the weights counts as zero', () => {
    const pass = attention.forward(input);
    const alone = pass.backward(pass.output, undefined, { retain: true });
    const zeros = { data: new Float64Array(pass.weights.data.length), shape: pass.weights.shape };
    expect(alone).toEqual(pass.backward(pass.output, zeros));
    expect(alone.values!.data.some((value) => value !== 0)).toBe(true);
  });

  test('float32 matches float64 up to rounding', () => {
    const single = new Attention({ ...options, backend: float32() });
    for (const [name, parameter] of single.parameters())
      parameter.write(attention.parameters().get(name)!.read());
    const a = single.infer(input);
    const b = attention.infer(input);
    b.output.data.forEach((value, i) => {
      expect(a.output.data[i]).toBeCloseTo(value, 4);
    });
  });
});

describe('errors', () => {
  const make = (options: Partial<AttentionOptions>) => () =>
    new Attention({ score: 'dot', querySize: 2, keySize: 2, ...options } as AttentionOptions);

  test.each<[() => unknown, string]>([
    [
      () => new Attention(undefined as never),
      'Attention: options is undefined, expected an object such as { score, querySize, keySize }',
    ],
    [
      make({ score: 'cosine' as never }),
      'Attention: score is "cosine", expected one of "dot", "general", "additive"',
    ],
    [make({ querySize: 0 }), 'Attention: querySize is 0, expected a whole number of at least 1'],
    [
      make({ keySize: 3 }),
      'Attention: keySize is 3, expected 2, the querySize, for score "dot" ("general" and "additive" take any)',
    ],
    [
      make({ score: 'additive' }),
      'Attention: attentionSize is undefined, expected a whole number of at least 1',
    ],
    [make({ attentionSize: 3 }), 'Attention: attentionSize is 3, expected none for score "dot"'],
    [make({ scale: Number.NaN }), 'Attention: scale is NaN, expected a finite number'],
    [make({ scale: true as never }), 'Attention: scale is true, expected a number'],
    [make({ score: 'general', scale: 2 }), 'Attention: scale is 2, expected none for score "general"'],
  ])('in the constructor: %#', (act, message) => expect(act).toThrow(expect.objectContaining({ message })));

  const attention = new Attention({ score: 'dot', querySize: 2, keySize: 2 });
  const query = tensor([[[1, 2]]]);
  const keys = tensor([
    [
      [1, 2],
      [3, 4],
    ],
  ]);

  test.each<[Partial<AttentionInput>, string]>([
    [{ query: tensor([[1, 2]]) }, 'query has shape [1, 2], expected [batch, time, 2] (querySize is 2)'],
    [{ keys: tensor([[[1]]]) }, 'keys has shape [1, 1, 1], expected [batch, time, 2] (keySize is 2)'],
    [
      { keys: undefined as never },
      'keys is undefined, expected a tensor { data, shape } of floating-point data',
    ],
    [{ query: tensor([[[1, 2]], [[1, 2]]]) }, 'keys has shape [1, 2, 2], expected 2 sequences, as query has'],
    [{ values: query }, 'values has shape [1, 1, 2], expected [1, 2, valueSize], as keys has'],
    [{ keyLengths: [3] }, 'keyLengths[0] is 3, expected a whole number from 0 to 2'],
    [{ keyLengths: [1, 1] }, 'keyLengths has 2 entries, expected 1, one for each sequence'],
  ])('in the inputs: %#', (changed, message) =>
    expect(() => attention.infer({ query, keys, ...changed })).toThrow(
      expect.objectContaining({ message: `Attention.infer: ${message}` }),
    ),
  );

  test('in the options of forward, and in the values', () => {
    expect(() => attention.forward({ query, keys, values: null as never })).toThrow(
      'Attention.forward: values is null, expected a tensor { data, shape } of floating-point data',
    );
    expect(() => attention.infer({ query, keys, values: tensor([1, 2]) })).toThrow(
      'Attention.infer: values has shape [2], expected [batch, time, valueSize]',
    );
    expect(() =>
      attention.infer({
        query,
        keys,
        values: tensor([
          [[1], [2]],
          [[1], [2]],
        ]),
      }),
    ).toThrow('Attention.infer: values has shape [2, 2, 1], expected [1, 2, valueSize], as keys has');
  });

  test('in the weights, and in an initializer', () => {
    const many = 2 ** 16;
    const sizes = { querySize: many, keySize: many };
    for (const [options, name] of [
      [{ score: 'general', ...sizes }, 'weight'],
      [{ score: 'additive', querySize: many, keySize: 1, attentionSize: many }, 'weightQuery'],
      [{ score: 'additive', querySize: 1, keySize: many, attentionSize: many }, 'weightKey'],
    ] as const)
      expect(() => new Attention(options)).toThrow(
        new RangeError(`Attention: ${name} has shape [65536, 65536], expected at most 2³⁰ elements`),
      );
    const initializer = () => new Float64Array(3);
    expect(() => new Attention({ score: 'general', querySize: 2, keySize: 2, initializer })).toThrow(
      /^Attention: initializer /,
    );
  });

  test('in backward', () => {
    const pass = attention.forward({ query, keys });
    expect(() => pass.backward(undefined, keys)).toThrow(
      new RangeError("Attention.backward: dWeights has shape [1, 2, 2], expected [1, 1, 2], the weights'"),
    );
    for (const [dWeights, message] of [
      [{ data: [1, 2], shape: [1, 1, 2] }, 'dWeights has data that is an array of 2, expected a tensor'],
      [{ data: Float64Array.of(1), shape: [1, 1, 2] }, 'dWeights has 1 values, expected 2 for its shape'],
    ] as const)
      expect(() => pass.backward(undefined, dWeights as never)).toThrow(`Attention.backward: ${message}`);
  });
});
