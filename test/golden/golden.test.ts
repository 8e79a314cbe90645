/** Every golden case of the fixtures, in float64 and on every float32 backend that runs here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Backend, float32, float64 } from '../../src/index.ts';
import { type GoldenCase, passed, readCase } from './case.ts';
import { runCase } from './runners.ts';

const root = fileURLToPath(new URL('../fixtures/golden', import.meta.url));
const { cases } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as { cases: { name: string }[] };
const backends = [
  ...new Set<Backend>([
    float64(),
    float32(),
    float32({ deterministic: true }),
    float32({ kernels: 'typescript' }),
  ]),
];

test('the fixtures have every case', () => expect(cases.length).toBe(120));

describe.each(cases)('$name', ({ name }) => {
  const golden = readCase(root, name);
  test.each(backends)('$name', (backend) => {
    expect(runCase(golden, backend).filter((result) => !passed(result))).toEqual([]);
  });
});

test('a wrong or missing number fails', () => {
  const golden = readCase(root, 'cell/lstm_cell_B3I4H5');
  golden.tensors.get('grad.weight_hh')!.data[7]! += 1e-8;
  golden.tensors.get('out.h_1')!.data[0] = Number.NaN;
  const failed = runCase(golden, float64()).filter((result) => !passed(result));
  expect(failed.map(({ tensor }) => tensor).sort()).toEqual(['grad.weight_hh', 'out.h_1']);
});

test('element weights are applied, one for all or one per feature', () => {
  const double = (golden: GoldenCase, shape: number[]) => {
    const data = new Float64Array(shape[0]!).fill(2);
    (golden.tensors as Map<string, unknown>).set('in.weight', { data, shape });
    const { tensors } = golden;
    for (const name of ['out.loss', 'grad.input'])
      tensors.get(name)!.data.set(tensors.get(name)!.data.map((value) => 2 * value));
    return runCase(golden, float64());
  };
  const name = 'loss/binary_cross_entropy_with_logits_mean';
  const width = readCase(root, name).tensors.get('in.input')!.shape.at(-1)!;
  for (const shape of [[1], [width]]) {
    const golden = readCase(root, name);
    expect(double(golden, shape).filter((result) => !passed(result))).toEqual([]);
  }
  expect(runCase(readCase(root, name), float64()).every(passed)).toBe(true);
});

describe('a case with unused data is refused by name', () => {
  const one = { data: Float64Array.of(1), shape: [1] };
  const refusals: [string, string, (golden: GoldenCase) => unknown, string][] = [
    [
      'weights that the loss does not have',
      'loss/mse_loss_mean',
      ({ tensors }) => (tensors as Map<string, unknown>).set('in.weight', one),
      'not used: tensor in.weight',
    ],
    [
      'a gradient that is not computed',
      'loss/mse_loss_mean',
      ({ tensors }) => (tensors as Map<string, unknown>).set('grad.target', one),
      'not used: tensor grad.target',
    ],
    [
      'an option of another loss',
      'loss/mse_loss_mean',
      ({ options }) => Object.assign(options, { delta: 2 }),
      'not used: options.delta',
    ],
    [
      'an option within another',
      'model/lstm_tagger',
      ({ options }) => Object.assign(options.adam, { amsgrad: true }),
      'not used: options.adam.amsgrad',
    ],
    [
      'dropout',
      'layer/gru_l3_uni_tb_zero_T6B2I5H4',
      ({ options }) => Object.assign(options, { dropout: 0.5 }),
      'option dropout is 0.5, only 0 is computed',
    ],
    [
      'a missing initial state',
      'layer/gru_l3_uni_tb_zero_T6B2I5H4',
      ({ options }) => Object.assign(options, { initial_state: 'given' }),
      'option initial_state is "given", only "zero" is computed',
    ],
    [
      'a setting of an optimizer',
      'optimizer/adam_default',
      ({ options }) => Object.assign(options, { decoupled: true }),
      'not used: options.decoupled',
    ],
    [
      'an unknown optimizer',
      'optimizer/adam_default',
      (golden) => Object.assign(golden, { op: 'Adamax' }),
      'unknown optimizer Adamax',
    ],
    [
      'an unknown kind',
      'clip/norm2',
      (golden) => Object.assign(golden, { kind: 'pool' }),
      'unknown kind pool',
    ],
    [
      'whole numbers',
      'module/linear_2d_I3O5',
      ({ ints }) => Object.assign(ints, { lengths: [1, 2] }),
      'not used: ints.lengths',
    ],
    [
      'a setting of a vectorizer',
      'text/count_default',
      ({ json }) => Object.assign(json.settings, { decode_error: 'ignore' }),
      'not used: settings.decode_error',
    ],
  ];
  test.each(refusals)('%s', (_, name, change, message) => {
    const golden = readCase(root, name);
    change(golden);
    expect(() => runCase(golden, float64())).toThrow(`${name}: ${message}`);
  });
});
