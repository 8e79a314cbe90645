/**
 * Voice activity detection, frame by frame, with the pretrained Silero model.
 *
 *     npm run example voice-activity
 *
 * The npm package `@ricky0123/vad-web` contains it as an ONNX graph: a short-time Fourier transform as a convolution, four more
 * convolutions, an LSTM of 128 units with its state carried from frame to frame, and one probability. `fromOnnx` is compared with
 * ONNX Runtime in WebAssembly: probabilities, code size and time per frame.
 *
 * The sentence was synthesised by `espeak-ng -v en -s 140` and resampled to 16 kHz; noise is added here.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as Plot from '@observablehq/plot';
import { build } from 'esbuild';
import * as ort from 'onnxruntime-web';
import { Random, type Tensor } from 'recurrent-cells';
import { fromOnnx } from 'recurrent-cells/onnx';
import { picture } from './lib/picture.ts';
import { report } from './lib/result.ts';

const RATE = 16_000;
/** The samples that a frame adds, and the preceding ones that the model sees again. */
const FRAME = 512;
const CONTEXT = 64;
const SEED = 1;
const STATE = [2, 1, 128];
/** The speech threshold of the model's authors. */
const THRESHOLD = 0.5;

const require = createRequire(import.meta.url);
const folder = (name: string) => dirname(require.resolve(name));
const model = new Uint8Array(readFileSync(join(folder('@ricky0123/vad-web'), 'silero_vad_v5.onnx')));

/** The sentence with a little noise, from −1 to 1. */
const file = readFileSync(new URL('lib/speech.wav', import.meta.url));
const random = new Random(SEED);
const samples = Float32Array.from({ length: (file.length - 44) / 2 }, (_, i) => {
  return file.readInt16LE(44 + 2 * i) / 32768 + 0.004 * (random.next() - 0.5);
});
const frames = Array.from({ length: Math.floor(samples.length / FRAME) }, (_, i) => {
  const frame = new Float32Array(CONTEXT + FRAME);
  const from = i * FRAME - CONTEXT;
  frame.set(samples.subarray(Math.max(from, 0), from + frame.length), Math.max(-from, 0));
  return frame;
});

const ours = fromOnnx(model);
ort.env.wasm.numThreads = 1;
const theirs = await ort.InferenceSession.create(model);

/** Runs both over all frames, alternately; the probabilities, and milliseconds per frame. */
async function listen() {
  let state: Tensor = { data: new Float32Array(256), shape: STATE };
  let theirState: ort.Tensor = new ort.Tensor('float32', new Float32Array(256), STATE);
  const heard: { ours: number; theirs: number }[] = [];
  const times: { ours: number; theirs: number }[] = [];
  for (const data of frames) {
    const start = performance.now();
    const sr = { data: Int32Array.of(RATE), shape: [] };
    const result = ours.run({ input: { data, shape: [1, data.length] }, state, sr });
    const between = performance.now();
    const theirResult = await theirs.run({
      input: new ort.Tensor('float32', data, [1, data.length]),
      state: theirState,
      sr: new ort.Tensor('int64', BigInt64Array.of(BigInt(RATE)), []),
    });
    times.push({ ours: between - start, theirs: performance.now() - between });
    state = result.stateN!;
    theirState = theirResult.stateN!;
    heard.push({ ours: result.output!.data[0]!, theirs: Number(theirResult.output!.data[0]) });
  }
  return { heard, times };
}

// The least time of each frame, which other work does not lengthen, and the median over all frames.
const passes: Awaited<ReturnType<typeof listen>>[] = [];
for (let pass = 0; pass < 12; pass++) passes.push(await listen());
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const timeOf = (who: 'ours' | 'theirs') =>
  median(frames.map((_, i) => Math.min(...passes.map(({ times }) => times[i]![who]))));
const { heard } = passes[0]!;
const worst = Math.max(...heard.map(({ ours, theirs }) => Math.abs(ours - theirs)));
if (!(worst < 1e-5)) throw new Error(`the probabilities differ by ${worst}`);

/** Bundles a program that contains only its exports. */
async function bundle(contents: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]!.contents;
}
const code = await bundle("export { fromOnnx } from 'recurrent-cells/onnx';");
const layers = await bundle("export { Conv1d, LSTMCell, Sequence } from 'recurrent-cells';");
const wasm = readFileSync(join(folder('onnxruntime-web'), 'ort-wasm-simd-threaded.wasm'));
const kilobytes = (bytes: Uint8Array) => `${(bytes.length / 1000).toFixed(0)} kB`;
const sizeOf = (bytes: Uint8Array) => `${kilobytes(bytes)}, ${kilobytes(gzipSync(bytes))} gzip`;

const points = heard.map(({ ours }, i) => ({ seconds: ((i + 0.5) * FRAME) / RATE, probability: ours }));
const wave = Array.from({ length: Math.floor(samples.length / 160) }, (_, i) => {
  const piece = samples.subarray(160 * i, 160 * (i + 1));
  // In a band of its own, below the probabilities.
  const [low, high] = [Math.min(...piece), Math.max(...piece)].map((value) => 0.4 * value - 0.45);
  return { seconds: (160 * i) / RATE, low, high };
});
const svg = picture({
  width: 900,
  height: 260,
  x: { label: 'seconds' },
  y: { label: 'probability of speech', domain: [-0.9, 1], ticks: [0, 0.5, 1] },
  marks: [
    Plot.ruleX(wave, { x: 'seconds', y1: 'low', y2: 'high', strokeOpacity: 0.35 }),
    Plot.ruleY([THRESHOLD], { strokeDasharray: '3 3', strokeOpacity: 0.5 }),
    Plot.line(points, { x: 'seconds', y: 'probability', stroke: '#0c86d0', strokeWidth: 2 }),
  ],
});

report({
  example: 'voice-activity',
  title: 'Voice activity detection',
  structure: 'streaming, one probability per frame',
  data: `a sentence spoken by espeak-ng, ${(samples.length / RATE).toFixed(1)} s at 16 kHz, with noise`,
  split: `${frames.length} frames of ${FRAME} samples, no training`,
  seed: SEED,
  model: 'Silero v5 of @ricky0123/vad-web: five convolutions and an LSTM of 128, 0.3 million weights',
  measures: ['code', 'time per frame', 'frames of speech'],
  rows: [
    {
      system: 'ONNX Runtime, WebAssembly, one thread',
      kind: 'baseline',
      values: [
        sizeOf(wasm),
        `${timeOf('theirs').toFixed(2)} ms`,
        `${heard.filter(({ theirs }) => theirs > THRESHOLD).length}`,
      ],
    },
    {
      system: 'fromOnnx',
      kind: 'ours',
      values: [
        sizeOf(code),
        `${timeOf('ours').toFixed(2)} ms`,
        `${heard.filter(({ ours }) => ours > THRESHOLD).length}`,
      ],
    },
  ],
  notes: `The probabilities of the two differ by at most ${worst.toExponential(1)}. They run alternately in one process, ${passes.length} times over all frames; the time is the median, over all frames, of the least time of each. A frame is ${(FRAME / RATE) * 1000} ms of audio. Of the code, the layers of the model are ${kilobytes(gzipSync(layers))} gzip; the rest reads graphs and computes their other operators.`,
  picture: { svg, caption: 'The probability of speech, above the waveform' },
});
