/** The laws of a loss, on drawn outputs: gradients match differences of values, and terms add up. */
import { expect } from 'vitest';
import type { Indices, Loss, Reduction, Tensor } from '../../src/index.ts';

type AnyLoss = Loss<never, Reduction>;

/** A loss of each reduction. */
export type Make = (reduction: Reduction) => AnyLoss;

export interface Drawn {
  readonly output: Tensor;
  readonly target: Indices | Tensor;
  readonly lengths: readonly number[] | undefined;
}

const STEP = 6e-6;

/** Σ upstream·value; the value itself if it is a number. */
function weighted(value: number | Tensor, upstream: number | Tensor): number {
  if (typeof value === 'number') return value * (upstream as number);
  return Array.from(value.data).reduce((sum, term, i) => sum + term * (upstream as Tensor).data[i]!, 0);
}

/** The largest error of the gradient, relative to the largest derivative or, if that is larger, 10⁻³. */
export function gradientError(loss: AnyLoss, { output, target, lengths }: Drawn): number {
  const value = (data: Float64Array) =>
    loss.measure({ data, shape: output.shape }, target as never, { lengths }).value as number | Tensor;
  const pass = loss.forward(output, target as never, { lengths });
  const upstream =
    typeof pass.value === 'number'
      ? 0.75
      : { shape: pass.value.shape, data: pass.value.data.map((_, i) => Math.cos(i + 1)) };
  const gradient = pass.backward(upstream as never);
  expect(gradient.shape).toEqual(output.shape);
  let worst = 0;
  let largest = 1e-3;
  for (let i = 0; i < output.data.length; i++) {
    const moved = (by: number) => {
      const data = Float64Array.from(output.data);
      data[i]! += by;
      return weighted(value(data), upstream);
    };
    const numerical = (moved(STEP) - moved(-STEP)) / (2 * STEP);
    worst = Math.max(worst, Math.abs(numerical - gradient.data[i]!));
    largest = Math.max(largest, Math.abs(numerical));
  }
  return worst / largest;
}

/** The mean is sum / weight, and the terms add up to the sum; so do the gradients. */
export function expectReductionsToAgree(make: Make, { output, target, lengths }: Drawn): void {
  const forward = (reduction: Reduction) => make(reduction).forward(output, target as never, { lengths });
  const [mean, sum, none] = [forward('mean'), forward('sum'), forward('none')];
  const terms = none.value as Tensor;
  const total = Array.from(terms.data).reduce((so, term) => so + term, 0);
  expect(terms.shape).toEqual(target.shape);
  expect(sum.value).toBeCloseTo(total, 10);
  expect([sum.weight, none.weight]).toEqual([mean.weight, mean.weight]);
  expect(mean.value).toBe(mean.weight === 0 ? 0 : (sum.value as number) / mean.weight);
  const twos = { data: new Float64Array(terms.data.length).fill(2), shape: target.shape };
  const dSum = sum.backward(2).data;
  const dMean = mean.backward(2).data;
  const dNone = none.backward(twos).data;
  for (let i = 0; i < dSum.length; i++) {
    expect(dNone[i]).toBeCloseTo(dSum[i]!, 12);
    expect(dMean[i]).toBeCloseTo(mean.weight === 0 ? 0 : dSum[i]! / mean.weight, 12);
  }
}

/** Data beyond the lengths changes nothing, whatever its values, and has no gradient. */
export function expectPaddingToBeInert(make: Make, { output, target, lengths }: Drawn): void {
  const [batch, time] = output.shape as [number, number];
  const beyond = (data: ArrayLike<number>, value: number) => {
    const width = data.length / (batch * time);
    return Array.from(data, (element, i) => {
      const row = Math.floor(i / width);
      return row % time < (lengths?.[Math.floor(row / time)] ?? time) ? element : value;
    });
  };
  const spoilt = {
    output: { data: Float64Array.from(beyond(output.data, 1e6)), shape: output.shape },
    target:
      target.data instanceof Int32Array
        ? { data: Int32Array.from(beyond(target.data, -7)), shape: target.shape }
        : { data: Float64Array.from(beyond(target.data, Number.NaN)), shape: target.shape },
  };
  for (const reduction of ['mean', 'sum', 'none'] as const) {
    const loss = make(reduction);
    const clean = loss.forward(output, target as never, { lengths });
    const other = loss.forward(spoilt.output, spoilt.target as never, { lengths });
    expect(other.value).toEqual(clean.value);
    const gradient = Array.from(other.backward().data);
    expect(gradient).toEqual(Array.from(clean.backward().data));
    expect(gradient).toEqual(beyond(gradient, 0));
  }
}
