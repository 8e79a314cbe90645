/**
 * What a page loads in order to train an LSTM with a dense layer on top, or to run one if the library does not train: esbuild
 * bundles and minifies a small program for each library, and gzip packs it; WebAssembly files are counted with it. After `npm run
 * build` here and `npm ci --ignore-scripts` in this folder:
 *
 *     node bench/sizes.mjs
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const { build } = createRequire(import.meta.url)('esbuild');

const programs = {
  'recurrent-cells': {
    code: `
      import { Adam, crossEntropy, Dense, LSTMCell, OneHot, Sequence, sequential, train } from '../dist/index.js';
      console.log(Adam, crossEntropy, Dense, LSTMCell, OneHot, Sequence, sequential, train);`,
  },
  'recurrent-cells, running only': {
    code: `
      import { Dense, LSTMCell, loadWeights, OneHot, Sequence, sequential } from '../dist/index.js';
      console.log(Dense, LSTMCell, loadWeights, OneHot, Sequence, sequential);`,
  },
  'TensorFlow.js, wasm': {
    code: `
      import '@tensorflow/tfjs-backend-wasm';
      import { layers, sequential } from '@tensorflow/tfjs-layers';
      import { oneHot, setBackend, train } from '@tensorflow/tfjs-core';
      console.log(layers.lstm, layers.dense, sequential, oneHot, setBackend, train.adam);`,
    files: ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'],
  },
  'TensorFlow.js, cpu': {
    code: `
      import '@tensorflow/tfjs-backend-cpu';
      import { layers, sequential } from '@tensorflow/tfjs-layers';
      import { oneHot, train } from '@tensorflow/tfjs-core';
      console.log(layers.lstm, layers.dense, sequential, oneHot, train.adam);`,
  },
  'brain.js': {
    code: `
      import brain from 'brain.js';
      console.log(brain.recurrent.LSTM);`,
  },
  'jax-js': {
    code: `
      import { init, jit, nn, numpy, valueAndGrad } from '@jax-js/jax';
      console.log(init, jit, nn, numpy, valueAndGrad);`,
  },
  'ONNX Runtime Web': {
    code: `
      import { InferenceSession, Tensor } from 'onnxruntime-web/wasm';
      console.log(InferenceSession, Tensor);`,
    files: ['onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
  },
};

const kB = (bytes) => Math.round(bytes / 100) / 10;
for (const [name, { code, files = [] }] of Object.entries(programs)) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: here },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: here,
    external: [
      'gpu.js',
      'fs',
      'path',
      'module',
      'node:*',
      'util',
      'worker_threads',
      'perf_hooks',
      'os',
      'url',
      'crypto',
    ],
    logLevel: 'error',
  });
  const parts = [
    ...outputFiles.map(({ contents }) => contents),
    ...files.map((file) => readFileSync(join(here, 'node_modules', file))),
  ];
  const raw = parts.reduce((sum, part) => sum + part.length, 0);
  const packed = parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0);
  console.log(`${name}: ${kB(raw)} kB, ${kB(packed)} kB gzip`);
}
