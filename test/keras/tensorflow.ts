/** TensorFlow.js itself, bundled, because its packages find each other's operations only in one bundle. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Indices, Tensor } from '../../src/index.ts';
import type { Files } from '../../src/keras.ts';

const entry = `
  export * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
  import '@tensorflow/tfjs-backend-cpu';
  export { loadLayersModel } from '@tensorflow/tfjs-layers';
`;

/** Computes the outputs of a saved model. */
export type Predict = (files: Files, input: Tensor | Indices) => Promise<Tensor>;

export async function tensorflow(): Promise<Predict> {
  const folder = mkdtempSync(join(tmpdir(), 'tensorflow-'));
  const outfile = join(folder, 'tensorflow.cjs');
  await build({
    stdin: { contents: entry, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    format: 'cjs',
    logLevel: 'error',
    outfile,
  });
  const { tf, loadLayersModel } = createRequire(import.meta.url)(outfile);
  // It recommends its native package otherwise.
  tf.env().set('IS_TEST', true);
  rmSync(folder, { recursive: true });
  return async (files, { data, shape }) => {
    const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files['model.json']));
    const weightData = files['weights.bin']!.slice().buffer;
    const weightSpecs = weightsManifest[0].weights;
    const model = await loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
    const input = tf.tensor(Array.from(data), shape, data instanceof Int32Array ? 'int32' : 'float32');
    const output = model.predict(input);
    const result = { data: output.dataSync() as Float32Array, shape: output.shape as number[] };
    model.dispose();
    tf.dispose([input, output]);
    return result;
  };
}
