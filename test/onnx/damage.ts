/** Real graphs and inputs for them, to be damaged, loaded and run. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AnyLayer,
  Bidirectional,
  Conv1d,
  concatenate,
  Dense,
  EachStep,
  Embedding,
  encoderDecoder,
  GRUCell,
  graph,
  indices,
  input,
  LayerNorm,
  LSTMCell,
  PeepholeLSTMCell,
  Pooling,
  Random,
  Repeat,
  Residual,
  RNNCell,
  Sequence,
  Sequential,
  type Tensor,
} from '../../src/index.ts';
import { fields } from '../../src/onnx/protobuf.ts';
import { fromOnnx, type GraphValue, type OnnxFeeds, toOnnx } from '../../src/onnx.ts';
import { readCase, take } from '../golden/case.ts';

export interface Subject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly feeds: OnnxFeeds;
}

/** Inputs of the declared shapes: 2 for the batch, 3 for every other open size, and indices below 2. */
function feedsOf(inputs: readonly GraphValue[]): OnnxFeeds {
  return Object.fromEntries(
    inputs.map(({ name, kind, shape }): [string, OnnxFeeds[string]] => {
      const sizes = shape!.map((size) => (typeof size === 'number' ? size : size === 'batch' ? 2 : 3));
      const count = sizes.reduce((a, b) => a * b, 1);
      const index = (i: number) => (name.startsWith('lengths') ? 3 - (i % 2) : i % 2);
      return kind === 'real'
        ? [name, { data: Float32Array.from({ length: count }, (_, i) => Math.sin(i)), shape: sizes }]
        : [name, { data: Int32Array.from({ length: count }, (_, i) => index(i)), shape: sizes }];
    }),
  );
}

function golden(): Subject[] {
  const root = fileURLToPath(new URL('../fixtures/golden', import.meta.url));
  const { cases } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as {
    cases: { name: string }[];
  };
  return cases
    .filter(({ name }) => name.startsWith('onnx/'))
    .map(({ name }) => {
      const found = readCase(root, name);
      const feeds = (found.json.graph_inputs as string[]).map((each) => [each, take(found, `in.${each}`)]);
      const bytes = new Uint8Array(readFileSync(join(found.folder, found.json.onnx_file)));
      return { name, bytes, feeds: Object.fromEntries(feeds) };
    });
}

/** The detector in front of one frame of 512 samples, after 64 of the frame before. */
export function detector(): Subject {
  const folder = dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web'));
  return {
    name: 'detector',
    bytes: new Uint8Array(readFileSync(join(folder, 'silero_vad_v5.onnx'))),
    feeds: {
      input: { data: Float32Array.from({ length: 576 }, (_, i) => Math.sin(i * i)), shape: [1, 576] },
      state: { data: new Float32Array(256), shape: [2, 1, 128] },
      sr: indices(Int32Array.of(16_000), []),
    },
  };
}

function exports(): Subject[] {
  const random = new Random(1);
  const sizes = { inputSize: 3, hiddenSize: 2, random };
  const convolved = new Sequential([
    new Conv1d({ inputSize: 3, outputSize: 3, kernelSize: 2, stride: 2, padding: [1, 2], random }),
    new Residual(new Sequence(new GRUCell({ ...sizes, hiddenSize: 3 })) as AnyLayer) as AnyLayer,
    new LayerNorm({ inputSize: 3 }),
    new Bidirectional(new RNNCell(sizes), new RNNCell(sizes), { merge: 'mean', outputs: 'last' }) as AnyLayer,
    new Repeat({ steps: 4 }),
    new Sequence(new PeepholeLSTMCell({ ...sizes, inputSize: 2 })) as AnyLayer,
    new Pooling({ kind: 'max' }),
  ]);
  const mirrored = new Sequential([
    new Conv1d({
      inputSize: 3,
      outputSize: 2,
      kernelSize: 3,
      dilation: 2,
      padding: 1,
      paddingMode: 'reflect',
    }),
    new Dense({ inputSize: 2, outputSize: 2, random }),
  ]);
  const spelled = input('characters').to(
    new EachStep(
      new Sequential([
        new Embedding({ classes: 4, outputSize: 3, random }),
        new Sequence(new GRUCell(sizes), { outputs: 'last' }) as AnyLayer,
      ]) as never,
    ) as never,
    'spelling',
  );
  const words = input('words').to(new Embedding({ classes: 3, outputSize: 2, random }), 'word');
  const joined = graph({
    tag: concatenate(words, spelled as never)
      .to(new Sequence(new LSTMCell({ ...sizes, inputSize: 4 })) as never, 'context')
      .to(new Dense({ inputSize: 2, outputSize: 2, random }) as never),
  });
  const attending = encoderDecoder({
    sourceClasses: 3,
    targetClasses: 3,
    hiddenSize: 2,
    attention: 'additive',
    start: 0,
    end: 1,
    random,
  });
  const files: [string, Uint8Array][] = [
    ['convolutions', toOnnx(convolved, { lengths: true })],
    ['mirrored', toOnnx(mirrored)],
    ['graph', toOnnx(joined as never, { lengths: true })],
    ['encoder–decoder', toOnnx(attending, { lengths: true })],
    ['decoder', toOnnx(attending, { lengths: true, half: 'decoder' })],
    ['step', toOnnx(new Sequence(new LSTMCell(sizes)) as AnyLayer, { streaming: true })],
  ];
  return files.map(([name, bytes]) => ({ name, bytes, feeds: feedsOf(fromOnnx(bytes).inputs) }));
}

/** The small graphs: those of PyTorch's exporter, and our own. */
export const subjects = (): Subject[] => [...golden(), ...exports()];

/** The outcome of a file. */
export type Outcome = 'refused' | 'failed' | 'ran';

/** An error of the library: it says where, what came, and what was expected. */
const OWN = /^(fromOnnx|OnnxModel\.run): .*, expected /s;

/**
 * Loads a file and runs it.
 *
 * @throws the error, if it is not one of the library.
 */
export function attempt(bytes: Uint8Array, feeds: OnnxFeeds): Outcome {
  let outcome: Outcome = 'refused';
  try {
    const model = fromOnnx(bytes);
    outcome = 'failed';
    const outputs: { [name: string]: Tensor } = model.run(feeds);
    for (const { data, shape } of Object.values(outputs))
      if (shape.reduce((a, b) => a * b, 1) !== data.length)
        throw new Error(`an output has ${data.length} elements of shape [${shape}]`);
    return 'ran';
  } catch (error) {
    if (OWN.test((error as Error).message)) return outcome;
    throw error;
  }
}

/** The positions in a file outside its larger tensors: sizes, names, attributes. */
export function structureOf(bytes: Uint8Array): number[] {
  const plain = new Uint8Array(bytes.length).fill(1);
  const visit = (message: Uint8Array) => {
    for (const { number, bytes: content } of fields(message)) {
      if (content.length < 256) continue;
      const from = content.byteOffset - bytes.byteOffset;
      if (number === RAW) plain.fill(0, from, from + content.length);
      else visit(content);
    }
  };
  visit(bytes);
  return Array.from(bytes.keys()).filter((at) => plain[at] === 1);
}

// The field of a tensor's elements.
const RAW = 9;
