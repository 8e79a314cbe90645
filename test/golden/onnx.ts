/** Golden graphs: imports and runs the file, and the layer that it was exported from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../../src/index.ts';
import { fromOnnx } from '../../src/onnx.ts';
import { compare, type GoldenCase, type TensorResult, take } from './case.ts';
import { runLayer } from './recurrent.ts';

export function runOnnx(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { onnx_file, graph_inputs, graph_outputs } = golden.json;
  const model = fromOnnx(new Uint8Array(readFileSync(join(golden.folder, onnx_file))), { backend });
  const feeds = (graph_inputs as string[]).map((name) => [name, take(golden, `in.${name}`)] as const);
  const outputs = model.run(Object.fromEntries(feeds));
  const names = Object.keys(outputs);
  if (names.join() !== graph_outputs.join())
    throw new Error(`the graph gives ${names}, not ${graph_outputs}`);
  return [
    ...names.map((name) => compare(golden, backend.dtype, `out.${name}`, outputs[name]!.data)),
    ...runLayer(golden, backend),
  ];
}
