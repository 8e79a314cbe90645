/** Runs graphs in ONNX Runtime. */
import * as ort from 'onnxruntime-web';
import type { State, Tensor } from '../../src/index.ts';
import type { OnnxFeeds } from '../../src/onnx.ts';

ort.env.wasm.numThreads = 1;

/** The parts of a state by their path. */
export function flat(state: State | undefined, path = ''): [string, Tensor][] {
  return Object.entries(state ?? {}).flatMap(([name, part]) =>
    'data' in part ? [[`${path}${name}`, part as Tensor]] : flat(part as State, `${path}${name}.`),
  ) as [string, Tensor][];
}

/** The outputs of a graph by name. */
export async function runtime(bytes: Uint8Array, feeds: OnnxFeeds): Promise<Record<string, Tensor>> {
  const session = await ort.InferenceSession.create(bytes);
  const tensors = Object.entries(feeds).map(([name, { data, shape }]) => [
    name,
    data instanceof Int32Array || data instanceof BigInt64Array
      ? new ort.Tensor('int64', BigInt64Array.from(Array.from(data, BigInt)), shape)
      : new ort.Tensor('float32', Float32Array.from(data), shape),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => [
      name,
      { data: data as Float32Array, shape: dims },
    ]),
  );
}
