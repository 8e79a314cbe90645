/**
 * The copy problem, many-to-many: ten symbols must be remembered for a hundred steps.
 *
 *     npm run example copy-memory
 *     npm run example copy-memory -- --quick
 *
 * A sequence is 10 symbols out of 8, blanks for T steps, the last of them a signal to answer, and 10 more steps at which the
 * symbols must be repeated. Without memory, the best answer is blanks where they belong and random symbols, which costs
 * 10·ln 8/(T + 20) nats per step: 0.173 for T = 100. A tanh RNN gets no further. An LSTM and a GRU do better, and better still with
 * chrono initialisation: biases that make each unit initially hold its value for between 2 and T steps. The problem is
 * from Hochreiter and Schmidhuber (1997), in the form of Arjovsky et al. (2016), arXiv:1511.06464; the biases are from Tallec and
 * Ollivier (2018), arXiv:1804.11188.
 */
import { parseArgs } from 'node:util';
import {
  Adam,
  accuracy,
  type Batch,
  type CellKind,
  chrono,
  crossEntropy,
  evaluate,
  GRUCell,
  type Indices,
  LSTMCell,
  manyToMany,
  perplexity,
  Random,
  RNNCell,
  train,
} from 'recurrent-cells';
import { withProgress } from './lib/progress.ts';
import { type ResultRow, report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: {
    time: { type: 'string', default: '100' },
    batches: { type: 'string', default: '6000' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
  },
});
// A smoke test: too short to learn anything.
const [time, batches] = options.quick ? [20, 150] : [Number(options.time), Number(options.batches)];
const seed = Number(options.seed);

const SYMBOLS = 8;
const COPIED = 10;
const BLANK = SYMBOLS;
const SIGNAL = SYMBOLS + 1;
const HIDDEN = 96;
const BATCH = 16;
const TESTED = 500;

/** Sequences of symbols, blanks and the signal `[batch, T + 20]`, and the expected output of each step. */
function problem(random: Random, batch: number): Batch<Indices, Indices> {
  const steps = time + 2 * COPIED;
  const inputs = new Int32Array(batch * steps).fill(BLANK);
  const targets = new Int32Array(batch * steps).fill(BLANK);
  for (let start = 0; start < batch * steps; start += steps) {
    for (let i = 0; i < COPIED; i++) {
      const symbol = random.integer(SYMBOLS);
      inputs[start + i] = symbol;
      targets[start + steps - COPIED + i] = symbol;
    }
    inputs[start + steps - COPIED - 1] = SIGNAL;
  }
  const shape = [batch, steps];
  return { inputs: { data: inputs, shape }, targets: { data: targets, shape } };
}

/** Biases that make each unit hold its value for between 2 and T steps at first. */
const forgetBias = chrono(time);

const cells: { readonly [name: string]: CellKind } = {
  'tanh RNN': RNNCell,
  LSTM: LSTMCell,
  'LSTM with chrono initialisation': (options) => new LSTMCell({ ...options, forgetBias }),
  GRU: GRUCell,
  'GRU with chrono initialisation': (options) => new GRUCell({ ...options, forgetBias }),
};

/** Trains one network; returns its mean loss on fresh sequences and the share of symbols it repeats. */
async function learn(name: string, cell: CellKind): Promise<ResultRow> {
  const random = new Random(seed);
  const classes = SYMBOLS + 2;
  const model = manyToMany({ classes, cell, hiddenSize: HIDDEN, outputSize: classes, random });
  const data = new Random(seed + 1);
  const stream = (function* () {
    for (let i = 0; i < batches; i++) yield problem(data, BATCH);
  })();
  const steps = train(model, stream, {
    loss: crossEntropy(),
    optimizer: new Adam({ learningRate: 0.004 }),
    clipNorm: 1,
  });
  console.log(name);
  await withProgress(batches, async (progress) => {
    let average = Math.log(SYMBOLS + 2);
    for await (const { step, loss } of steps) {
      average = 0.98 * average + 0.02 * loss;
      progress(step + 1, { loss: `${average.toFixed(4)} nats` });
    }
  });
  const test = [problem(new Random(seed + 2), TESTED)];
  const found = await evaluate(model, test, [perplexity(), accuracy({ ignoreIndex: BLANK })]);
  return {
    system: name,
    kind: name === 'tanh RNN' ? 'baseline' : 'ours',
    values: [Math.log(found.perplexity!).toFixed(4), percent(found.accuracy!)],
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const guessing = (COPIED * Math.log(SYMBOLS)) / (time + 2 * COPIED);

console.log(
  `The copy problem, T = ${time}: a network without memory loses ${guessing.toFixed(4)} nats per step.\n`,
);
const rows: ResultRow[] = [];
for (const [name, cell] of Object.entries(cells)) rows.push(await learn(name, cell));

report({
  example: 'copy-memory',
  title: `The copy problem, T = ${time}`,
  structure: 'many-to-many, delayed',
  data: `${COPIED} random symbols of ${SYMBOLS}, to be repeated after ${time} steps`,
  split: `${(batches * BATCH).toLocaleString('en')} sequences for training, ${TESTED} fresh ones for testing`,
  seed,
  model: `one layer of ${HIDDEN} units, ${batches.toLocaleString('en')} batches of ${BATCH}, Adam`,
  measures: ['nats per step', 'symbols correct'],
  rows: [
    ...rows,
    { system: 'no memory', kind: 'baseline', values: [guessing.toFixed(4), percent(1 / SYMBOLS)] },
  ],
});
