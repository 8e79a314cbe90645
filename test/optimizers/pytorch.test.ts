/** Compares with PyTorch for the same settings: `test/fixtures/pytorch/training.py`. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  Adagrad,
  Adam,
  AdamW,
  float32,
  float64,
  NAdam,
  type Optimizer,
  oneCycle,
  PlateauDecay,
  RMSProp,
  SGD,
} from '../../src/index.ts';
import { Parameter } from '../../src/matrix/parameter.ts';

interface Fixture {
  readonly start: number[];
  readonly gradients: number[][];
  readonly optimizers: { readonly [name: string]: number[][] };
  readonly oneCycle: { readonly default: number[]; readonly other: number[] };
  readonly plateau: { readonly [name: string]: number[] };
}

const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../fixtures/pytorch/training.json', import.meta.url), 'utf8'),
);

const shared = { learningRate: 0.1, weightDecay: 0.1 };
const makers: { readonly [name: string]: () => Optimizer } = {
  'Adam amsgrad': () => new Adam({ ...shared, amsgrad: true }),
  'AdamW amsgrad': () => new AdamW({ ...shared, amsgrad: true }),
  'Adam maximize': () => new Adam({ ...shared, maximize: true }),
  'SGD dampening': () => new SGD({ ...shared, momentum: 0.9, dampening: 0.3 }),
  'SGD maximize': () => new SGD({ learningRate: 0.1, momentum: 0.9, nesterov: true, maximize: true }),
  'RMSProp maximize': () => new RMSProp({ ...shared, maximize: true }),
  'Adagrad all': () =>
    new Adagrad({ learningRate: 0.5, learningRateDecay: 0.1, initialAccumulator: 0.3, weightDecay: 0.1 }),
  NAdam: () => new NAdam(shared),
  'NAdam decay': () => new NAdam({ learningRate: 0.1, beta1: 0.8, beta2: 0.99, momentumDecay: 0.1 }),
};

test('every case of the fixture is computed', () => {
  expect(Object.keys(makers).sort()).toEqual(Object.keys(fixture.optimizers).sort());
});

describe.each([
  [float64(), 1e-12],
  [float32(), 1e-5],
] as const)('on backend %#', (backend, tolerance) => {
  test.each(Object.entries(makers))('%s', (name, make) => {
    const weight = new Parameter(backend, [4], fixture.start);
    const optimizer = make();
    fixture.gradients.forEach((gradient, step) => {
      weight.gradient.write(gradient);
      optimizer.step(new Map([['w', weight]]));
      weight.read().forEach((value, i) => {
        expect(Math.abs(value - fixture.optimizers[name]![step]![i]!)).toBeLessThan(tolerance);
      });
    });
  });
});

describe('schedules', () => {
  test.each([
    ['default', () => oneCycle({ steps: 20 })],
    ['other', () => oneCycle({ steps: 17, rise: 0.5, start: 0.1, end: 1e-3 })],
  ] as const)('oneCycle, %s', (name, make) => {
    const schedule = make();
    const want = fixture.oneCycle[name];
    expect(want.length).toBeGreaterThan(10);
    want.forEach((rate, step) => {
      expect(schedule(step)).toBeCloseTo(rate, 12);
    });
  });

  test.each([
    ['patient', { patience: 1, factor: 0.5 }],
    ['cooling', { patience: 0, factor: 0.1, cooldown: 2, threshold: 0.01 }],
    ['higher', { patience: 2, factor: 0.2, better: 'higher' }],
  ] as const)('PlateauDecay, %s', (name, options) => {
    const plateau = new PlateauDecay(options);
    const found = fixture.plateau.values!.map((value) => {
      plateau.observe(value);
      return plateau.schedule(0);
    });
    found.forEach((factor, i) => {
      expect(factor).toBeCloseTo(fixture.plateau[name]![i]!, 12);
    });
    expect(new Set(found).size).toBeGreaterThan(1);
  });
});
