/** The expected results of exported models. */
import { expect } from 'vitest';
import { float64, type Tensor } from '../../src/index.ts';
import { fromOnnx, type OnnxFeeds } from '../../src/onnx.ts';
import { runtime } from './runtime.ts';
import { difference } from './tensors.ts';

interface Expected {
  readonly feeds: OnnxFeeds;
  /** By the names of the graph's outputs, in float64. */
  readonly want: { readonly [name: string]: Tensor };
  readonly bytes: Uint8Array;
}

/**
 * ONNX Runtime has these results: float32 against float64, through a few layers of weights near 1. Normalising rows that are
 * nearly constant enlarges the rounding of any float32, so 8 times the error of our own float32 is allowed as well.
 */
export async function expectInRuntime({ feeds, want, bytes }: Expected): Promise<void> {
  const got = await runtime(bytes, feeds);
  const own = fromOnnx(bytes).run(feeds);
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const [name, value] of Object.entries(want))
    expect(difference(value, got[name]!), name).toBeLessThan(2e-5 + 8 * difference(value, own[name]!));
}

/** The imported file has these results in float64, up to the float32 of its weights. */
export function expectImported({ feeds, want, bytes }: Expected): void {
  const model = fromOnnx(bytes, { backend: float64() });
  const got = model.run(feeds);
  expect(model.inputs.map(({ name }) => name).sort()).toEqual(Object.keys(feeds).sort());
  for (const [name, value] of Object.entries(want))
    expect(difference(value, got[name]!), name).toBeLessThan(2e-6);
}
