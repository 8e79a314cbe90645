/** Comparison of tensors and states in tests. */
import { expect } from 'vitest';
import type { State, Tensor } from '../../src/index.ts';

/** Expects two tensors to agree within `tolerance` times the largest magnitude, or times 1 if that is larger. */
export function expectClose(got: Tensor, want: Tensor, tolerance = 1e-12): void {
  expect(got.shape).toEqual(want.shape);
  expectCloseValues(got.data, want.data, tolerance);
}

export function expectCloseValues(got: ArrayLike<number>, want: ArrayLike<number>, tolerance = 1e-12): void {
  expect(got.length).toBe(want.length);
  const scale = Array.from(want).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i]! - want[i]!);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }
  expect(worst).toBeLessThanOrEqual(tolerance * scale);
}

export function expectCloseStates(got: State, want: State, tolerance = 1e-12): void {
  expect(Object.keys(got)).toEqual(Object.keys(want));
  for (const [name, node] of Object.entries(want)) {
    if ('data' in node) expectClose(got[name] as Tensor, node as Tensor, tolerance);
    else expectCloseStates(got[name] as State, node as State, tolerance);
  }
}

/** Steps `from` to `to` of `[batch, time, width]`. */
export function cut({ data, shape: [batch, time, width] }: Tensor, from: number, to: number): Tensor {
  const out = new Float64Array(batch! * (to - from) * width!);
  for (let b = 0; b < batch!; b++)
    out.set(data.subarray((b * time! + from) * width!, (b * time! + to) * width!), b * (to - from) * width!);
  return { data: out, shape: [batch!, to - from, width!] };
}

/** Sequences `from` to `to` of a batch. */
export function rows({ data, shape: [, ...rest] }: Tensor, from: number, to: number): Tensor {
  const length = rest.reduce((size, dimension) => size * dimension, 1);
  return { data: data.slice(from * length, to * length), shape: [to - from, ...rest] };
}

export function stateRows<S extends State>(state: S, from: number, to: number): S {
  return Object.fromEntries(
    Object.entries(state).map(([name, node]) => [
      name,
      'data' in node ? rows(node as Tensor, from, to) : stateRows(node as State, from, to),
    ]),
  ) as S;
}

/** a + factor · b */
export function plus(a: Tensor, b: Tensor, factor = 1): Tensor {
  return { data: Float64Array.from(a.data, (value, i) => value + factor * b.data[i]!), shape: a.shape };
}

export function statePlus<S extends State>(a: S, b: S, factor = 1): S {
  return Object.fromEntries(
    Object.entries(a).map(([name, node]) => [
      name,
      'data' in node
        ? plus(node as Tensor, b[name] as Tensor, factor)
        : statePlus(node as State, b[name] as State, factor),
    ]),
  ) as S;
}

/** The gradients of all parameters, one after another. */
export function parameterGradients(of: {
  parameters(): ReadonlyMap<string, { readGradient(): ArrayLike<number>; clearGradient(): void }>;
}): number[] {
  return [...of.parameters().values()].flatMap((parameter) => Array.from(parameter.readGradient()));
}

export function clearGradients(of: { parameters(): ReadonlyMap<string, { clearGradient(): void }> }): void {
  for (const parameter of of.parameters().values()) parameter.clearGradient();
}
