/** The optimisers' updates: every length, several steps, against the formulas in float64. */
import { describe, test } from 'vitest';
import { type Block, backends, numbers, Sandbox } from './sandbox.ts';

type Vector = number[];
const STEPS = 3;

describe.each(backends)('$name', (backend) => {
  const sandbox = new Sandbox(backend);
  const { kernels } = backend;

  /** Runs a kernel and its formula on the same weights, gradients and zeroed states, for several steps. */
  function check(
    states: number,
    kernel: (w: number, g: number, state: (index: number) => number, length: number) => void,
    formula: (w: Vector, g: Vector, states: readonly Vector[], i: number) => void,
  ): void {
    const random = numbers(21);
    for (let length = 0; length <= 70; length++) {
      sandbox.clear();
      const w = sandbox.block(1, length, length, random);
      const g = sandbox.block(1, length, length, random);
      const kept = Array.from({ length: states }, () => sandbox.block(1, length, length, () => 0));
      const copy = (block: Block): Vector => Array.from({ length }, (_, i) => sandbox.at(block, 0, i));
      const expected = { w: copy(w), g: copy(g), states: kept.map(copy) };
      for (let step = 0; step < STEPS; step++) {
        sandbox.run(() => kernel(w.offset, g.offset, (index) => kept[index]!.offset, length), w, ...kept);
        for (let i = 0; i < length; i++) formula(expected.w, expected.g, expected.states, i);
      }
      const tolerance = backend.dtype === 'float32' ? 2e-6 : 1e-14;
      const near = (): number => tolerance;
      sandbox.expect(w, (_i, j) => expected.w[j]!, near);
      kept.forEach((block, index) => {
        sandbox.expect(block, (_i, j) => expected.states[index]![j]!, near);
      });
    }
  }

  test.each([
    [0, 0, 0],
    [0.9, 0, 0],
    [0.9, 1, 0.1],
  ] as const)('sgd: momentum %d, nesterov %d, decay %d', (momentum, nesterov, decay) =>
    check(
      1,
      (w, g, state, length) => kernels.sgd(w, g, state(0), length, 0.05, momentum, nesterov, decay),
      (w, g, [velocity], i) => {
        const gradient = g[i]! + decay * w[i]!;
        velocity![i] = momentum * velocity![i]! + gradient;
        w[i] = w[i]! - 0.05 * (nesterov ? gradient + momentum * velocity![i]! : velocity![i]!);
      },
    ),
  );

  test.each([
    [0, 1],
    [0.1, 0.99],
  ])('adam: decay %d, shrink %d', (decay, shrink) =>
    check(
      2,
      (w, g, state, length) =>
        kernels.adam(w, g, state(0), state(1), length, 0.05, 0.9, 0.99, 1.25, 0.01, decay, shrink),
      (w, g, [mean, square], i) => {
        const gradient = g[i]! + decay * w[i]!;
        mean![i] = 0.9 * mean![i]! + 0.1 * gradient;
        square![i] = 0.99 * square![i]! + 0.01 * gradient ** 2;
        w[i] = shrink * w[i]! - (0.05 * mean![i]!) / (Math.sqrt(square![i]!) * 1.25 + 0.01);
      },
    ),
  );

  test.each([
    [0, 0, 0],
    [0.5, 1, 0.1],
  ] as const)('rmsprop: momentum %d, centered %d, decay %d', (momentum, centered, decay) =>
    check(
      3,
      (w, g, state, length) =>
        kernels.rmsprop(
          ...([w, g, state(0), state(1), state(2), length] as const),
          ...([0.01, 0.9, 0.1, momentum, centered, decay] as const),
        ),
      (w, g, [square, mean, velocity], i) => {
        const gradient = g[i]! + decay * w[i]!;
        square![i] = 0.9 * square![i]! + 0.1 * gradient ** 2;
        mean![i] = 0.9 * mean![i]! + 0.1 * gradient;
        const divisor = Math.sqrt(square![i]! - centered * mean![i]! ** 2) + 0.1;
        velocity![i] = momentum * velocity![i]! + gradient / divisor;
        w[i] = w[i]! - 0.01 * velocity![i]!;
      },
    ),
  );

  test('adagrad', () =>
    check(
      1,
      (w, g, state, length) => kernels.adagrad(w, g, state(0), length, 0.05, 0.1, 0.1),
      (w, g, [square], i) => {
        const gradient = g[i]! + 0.1 * w[i]!;
        square![i] = square![i]! + gradient ** 2;
        w[i] = w[i]! - (0.05 * gradient) / (Math.sqrt(square![i]!) + 0.1);
      },
    ));
});
