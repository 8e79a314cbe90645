/** Import and export of random PyTorch models: from the fixtures and, if PyTorch is installed, newly drawn. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import {
  Dense,
  float64,
  GRUCell,
  type Indices,
  indices,
  LayerNormLSTMCell,
  Random,
  RNNCell,
  readSafetensors,
  Sequence,
  sequential,
  type Tensor,
  tensor,
  writeSafetensors,
} from '../../src/index.ts';
import { loadStateDict, readCheckpoint, recurrent, stateDict, type Tensors } from '../../src/pytorch.ts';
import { shakeParameters } from '../laws/subjects.ts';
import { type CaseConfig, modelOf, python, torch } from './torch.ts';

const folder = mkdtempSync(join(tmpdir(), 'pytorch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = new Uint8Array(
  readFileSync(fileURLToPath(new URL('../fixtures/formats/pytorch.pt', import.meta.url))),
);
const backend = float64();

function configsOf(tensors: Tensors): CaseConfig[] {
  return JSON.parse(String.fromCharCode(...tensors.get('configs')!.data));
}

/** The largest difference between values and a tensor. */
function difference(values: ArrayLike<number>, { data }: Tensor): number {
  expect(values.length).toBe(data.length);
  return Array.from(data).reduce((worst, value, i) => Math.max(worst, Math.abs(value - values[i]!)), 0);
}

/** The model's output for a case's input, and its final states in PyTorch's order. */
function compare(
  tensors: Tensors,
  at: string,
  config: CaseConfig,
  model: ReturnType<typeof modelOf>['model'],
): void {
  const input = tensors.get(`${at}.input`)!;
  const lengths = Array.from(tensors.get(`${at}.lengths`)!.data);
  const x: Tensor | Indices =
    config.front === 'embedding' ? indices(Array.from(input.data), input.shape) : input;
  const { output, state } = model.infer(x as Tensor, { lengths });
  expect(output.shape).toEqual([config.batch, config.time, 3]);
  // float64, from weights that are float32 in both.
  expect(difference(output.data, tensors.get(`${at}.output`)!)).toBeLessThan(1e-12);
  const leaves = Object.values(state).flatMap((of) => ('forward' in of ? Object.values(of) : [of])) as {
    h: Tensor;
    c?: Tensor;
  }[];
  expect(
    difference(
      leaves.flatMap(({ h }) => [...h.data]),
      tensors.get(`${at}.h_n`)!,
    ),
  ).toBeLessThan(1e-12);
  expect(
    difference(
      leaves.flatMap(({ c }) => [...(c?.data ?? [])]),
      tensors.get(`${at}.c_n`)!,
    ),
  ).toBeLessThan(1e-12);
}

const sources: [string, () => Uint8Array][] = [['fixtures', () => fixture]];
if (python !== undefined) {
  const seed = Date.now() % 2 ** 31;
  const path = join(folder, 'cases.pt');
  sources.push([
    `drawn by PyTorch with seed ${seed}`,
    () => {
      torch('make', path, `${seed}`, '24');
      return new Uint8Array(readFileSync(path));
    },
  ]);
}

describe.each(sources)('24 random models of PyTorch, %s', (_, bytes) => {
  test('give the same results, loaded by name', () => {
    const tensors = readCheckpoint(bytes());
    configsOf(tensors).forEach((config, k) => {
      const { model, names } = modelOf(config, backend);
      loadStateDict(model, tensors, { prefix: `cases.${k}.model`, names });
      compare(tensors, `cases.${k}`, config, model);
    });
  });

  test('are built from names and shapes', () => {
    const tensors = readCheckpoint(bytes());
    configsOf(tensors).forEach((config, k) => {
      const activation = { rnn_tanh: 'tanh', rnn_relu: 'relu', lstm: undefined, gru: undefined } as const;
      const built = recurrent(tensors, `cases.${k}.model.rnn`, {
        activation: activation[config.kind],
        backend,
      });
      expect(built.layers.length).toBe(config.layers);
      const { model, names } = modelOf(config, backend);
      loadStateDict(model, tensors, { prefix: `cases.${k}.model`, names });
      const at = config.front === 'none' ? 0 : 1;
      const types = model.layers.slice(at, at + config.layers).map((layer) => layer.architecture());
      expect(JSON.stringify(built.layers.map((layer) => layer.architecture()))).toBe(JSON.stringify(types));
      const weights = [...built.parameters()].map(([name, parameter]) => [name.slice(2), parameter.read()]);
      const theirs = [...model.parameters()]
        .filter(([name]) => /\.(cell|forward|reverse)\./.test(name))
        .map(([name, parameter]) => [name.slice(2), parameter.read()]);
      expect(weights).toEqual(theirs);
    });
  });
});

test.skipIf(python === undefined)(
  '24 random models are exported to PyTorch, which gives the same results',
  () => {
    const configs = configsOf(readCheckpoint(fixture));
    const random = new Random(7);
    const out = new Map<string, Tensor>();
    const wants = configs.map((config, k) => {
      const { model, names } = modelOf(config, backend);
      shakeParameters(model, random);
      for (const [name, value] of stateDict(model, { names, prefix: `${k}.model` })) out.set(name, value);
      const values = (count: number, draw: () => number) => Float64Array.from({ length: count }, draw);
      const { batch, time, input_size, classes, front } = config;
      const shape = front === 'embedding' ? [batch, time] : [batch, time, input_size];
      const draw =
        front === 'embedding' ? () => Math.floor(random.next() * classes) : () => random.next() * 4 - 2;
      const input = {
        data: values(
          shape.reduce((a, b) => a * b),
          draw,
        ),
        shape,
      };
      const lengths = Array.from({ length: batch }, () => 1 + Math.floor(random.next() * time));
      out.set(`${k}.input`, input).set(`${k}.lengths`, tensor(lengths));
      const x: Tensor | Indices = front === 'embedding' ? indices(Array.from(input.data), shape) : input;
      return model.infer(x as Tensor, { lengths }).output;
    });
    const [source, target] = [join(folder, 'ours.safetensors'), join(folder, 'theirs.pt')];
    writeFileSync(source, writeSafetensors(out, { metadata: { configs: JSON.stringify(configs) } }));
    torch('run', source, target);
    const results = readCheckpoint(new Uint8Array(readFileSync(target)));
    for (const [k, want] of wants.entries())
      expect(difference(want.data, results.get(`${k}.output`)!)).toBeLessThan(1e-12);
  },
);

describe('names', () => {
  const layer = () => new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 2 }));
  const dense = (outputSize = 1) => new Dense({ inputSize: 2, outputSize });

  test('are those of a single layer, a single cell, a reverse direction', () => {
    expect([...stateDict(layer()).keys()]).toEqual([
      'weight_ih_l0',
      'weight_hh_l0',
      'bias_ih_l0',
      'bias_hh_l0',
    ]);
    expect([
      ...stateDict(new RNNCell({ inputSize: 1, hiddenSize: 1, bias: false }), { prefix: 'a' }).keys(),
    ]).toEqual(['a.weight_ih', 'a.weight_hh']);
    const reverse = new Sequence(new RNNCell({ inputSize: 1, hiddenSize: 1, bias: false }), {
      reverse: true,
    });
    expect([...stateDict(reverse).keys()]).toEqual(['weight_ih_l0_reverse', 'weight_hh_l0_reverse']);
  });

  test('of nested layers follow the name of their container', () => {
    const model = sequential(sequential(dense(2), dense(2)), dense(2) as never);
    expect([...stateDict(model, { names: { 0: 'encoder', '0.1': 'last' } }).keys()]).toEqual([
      'encoder.0.weight',
      'encoder.0.bias',
      'last.weight',
      'last.bias',
      '1.weight',
      '1.bias',
    ]);
  });

  test('that are wrong are listed in one error, and nothing changes', () => {
    const model = sequential(layer(), dense());
    const before = [...model.parameters()].map(([, parameter]) => parameter.read());
    const tensors = new Map<string, Tensor>(stateDict(model, { prefix: 'm' }));
    tensors.delete('m.0.bias_hh_l0');
    tensors.set('m.1.weight', tensor([[1], [2]]));
    tensors.set('m.1.scale', tensor([1]));
    tensors.set('other', tensor([1]));
    tensors.set('__proto__', tensor([1]));
    expect(() => loadStateDict(model, tensors, { prefix: 'm' })).toThrow(
      new RangeError(
        'loadStateDict: tensors lacks "m.0.bias_hh_l0"; has "m.1.scale" besides; has "m.1.weight" of shape [2, 1] instead of [1, 2], expected the parameters of the model',
      ),
    );
    expect([...model.parameters()].map(([, parameter]) => parameter.read())).toEqual(before);
    expect(() => loadStateDict(model, stateDict(model))).not.toThrow();
    expect(() => loadStateDict(dense(), new Map([...stateDict(dense()), ['x', tensor([1])]]))).toThrow(
      'loadStateDict: tensors has "x" besides, expected the parameters of the model',
    );
    expect(() =>
      loadStateDict(dense(), new Map([...stateDict(dense()), ['x', tensor([1])]]), { strict: false }),
    ).not.toThrow();
  });

  test.each<[string, () => unknown, string]>([
    [
      'a cell that PyTorch lacks',
      () => stateDict(new Sequence(new LayerNormLSTMCell({ inputSize: 1, hiddenSize: 1 }))),
      'stateDict: model has a LayerNormLSTMCell at "", expected one of RNNCell, LSTMCell, GRUCell, ProjectedLSTMCell, Dense, Embedding, LayerNorm, Conv1d',
    ],
    [
      'the other form of a GRU',
      () =>
        stateDict(sequential(new Sequence(new GRUCell({ inputSize: 1, hiddenSize: 1, reset: 'before' })))),
      'stateDict: model has a GRUCell that resets before the product at "0", expected reset: \'after\', as PyTorch computes',
    ],
    [
      'a learned state',
      () =>
        stateDict(new Sequence(new RNNCell({ inputSize: 1, hiddenSize: 1 }), { learnInitialState: true })),
      'stateDict: model has a Sequence that learns its initial state at "", expected one that starts from zeros',
    ],
    [
      'a name without a layer',
      () => stateDict(sequential(dense()), { names: { 1: 'x' } }),
      'stateDict: names has "1", expected names of layers with parameters',
    ],
    [
      'one name for two',
      () => stateDict(sequential(dense(2), dense()), { names: { 0: 'x', 1: 'x' } }),
      'stateDict: names gives two layers "x", expected one each',
    ],
    [
      'an unknown option',
      () => stateDict(dense(), { name: {} } as never),
      'stateDict: option "name" is unknown, expected names',
    ],
    [
      'no map',
      () => loadStateDict(dense(), {} as never),
      'loadStateDict: tensors is an object, expected a Map of tensors by name',
    ],
    ['no name', () => recurrent(new Map(), 3 as never), 'recurrent: prefix is 3, expected a string'],
    [
      'a name with its dot',
      () => recurrent(new Map(), 'a.'),
      'recurrent: prefix is "a.", expected "a", the module\'s name',
    ],
    [
      'a prefix with its dot',
      () => stateDict(layer(), { prefix: 'a.' }),
      'stateDict: prefix is "a.", expected "a", the module\'s name',
    ],
    [
      'no such module',
      () => recurrent(stateDict(layer(), { prefix: 'a.b' }), 'a'),
      'recurrent: tensors has no a.weight_ih_l0, expected one of the modules "a.b"',
    ],
    [
      'a missing nonlinearity',
      () => recurrent(stateDict(new Sequence(new RNNCell({ inputSize: 1, hiddenSize: 2 }))), ''),
      "recurrent: activation is undefined, expected 'tanh' or 'relu': weight_hh_l0 is that of an nn.RNN",
    ],
    [
      'a superfluous nonlinearity',
      () => recurrent(stateDict(layer()), '', { activation: 'relu' }),
      'recurrent: activation is relu, expected none for weight_hh_l0 of shape [6, 2]',
    ],
    [
      'a shape of no cell',
      () =>
        recurrent(
          new Map([
            ['weight_ih_l0', { data: new Float32Array(10), shape: [10, 1] }],
            ['weight_hh_l0', { data: new Float32Array(20), shape: [10, 2] }],
          ]),
          '',
        ),
      'recurrent: tensors has weight_hh_l0 of shape [10, 2], expected 1, 3 or 4 rows for each column',
    ],
  ])('%s', (_, run, message) => expect(run).toThrow(message));

  test('shared parameters have both names, and are read from the first', () => {
    const shared = dense(2);
    const model = sequential(shared, shared as never);
    expect([...stateDict(model).keys()]).toEqual(['0.weight', '0.bias', '1.weight', '1.bias']);
  });

  test('a file of 16-bit weights is read', () => {
    const model = dense();
    const file = writeSafetensors(stateDict(model), { dtype: 'F16' });
    const other = dense();
    loadStateDict(other, readSafetensors(file).tensors);
    expect(difference(other.weight.read(), { data: model.weight.read(), shape: [] })).toBeLessThan(1e-3);
  });
});
