/**
 * The adding problem, many-to-one: why gates were invented.
 *
 *     npm run example adding-problem
 *
 * Each sequence has T random numbers, two of them marked; the target is the sum of those two, known only at the end.
 * Whoever always says 1 errs by 0.167. A tanh RNN does hardly better, since the gradient that should tell it about the
 * first mark has vanished on the way back; an LSTM and a GRU carry it. After Hochreiter and Schmidhuber (1997).
 */
import { parseArgs } from 'node:util';
import {
  Adam,
  type Batch,
  type Cell,
  Dense,
  GRUCell,
  LSTMCell,
  meanSquaredError,
  Random,
  RNNCell,
  Sequence,
  sequential,
  type Tensor,
  train,
} from 'recurrent-cells';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '50' },
    batches: { type: 'string', default: '2400' },
    seed: { type: 'string', default: '1' },
  },
});
const [time, batches, seed] = [values.time, values.batches, values.seed].map(Number) as [
  number,
  number,
  number,
];

const HIDDEN = 32;
const BATCH = 32;
const POINTS = 12;

/** Sequences `[batch, time, 2]` of a number and a mark, and the sum of the two marked numbers `[batch, 1]`. */
function problem(random: Random, batch: number): Batch<Tensor, Tensor> {
  const inputs = new Float32Array(batch * time * 2);
  const targets = new Float32Array(batch);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < time; t++) inputs[(b * time + t) * 2] = random.next();
    // One mark in each half, so that neither is near the end for sure.
    const half = Math.floor(time / 2);
    for (const t of [random.integer(half), half + random.integer(time - half)]) {
      inputs[(b * time + t) * 2 + 1] = 1;
      targets[b]! += inputs[(b * time + t) * 2]!;
    }
  }
  return { inputs: { data: inputs, shape: [batch, time, 2] }, targets: { data: targets, shape: [batch, 1] } };
}

/** The mean squared error on fresh sequences, now and then during training. */
async function curve(makeCell: (random: Random) => Cell): Promise<number[]> {
  const random = new Random(seed);
  const model = sequential(
    new Sequence(makeCell(random), { outputs: 'last' }),
    new Dense({ inputSize: HIDDEN, outputSize: 1, random }),
  );
  const data = new Random(seed + 1);
  const test = problem(new Random(seed + 2), 1000);
  const error = () => meanSquaredError().measure(model.infer(test.inputs).output, test.targets).value;
  const stream = (function* () {
    for (let i = 0; i < batches; i++) yield problem(data, BATCH);
  })();
  const errors = [error()];
  const steps = train(model, stream, {
    loss: meanSquaredError(),
    optimizer: new Adam({ learningRate: 0.005 }),
    clipNorm: 1,
  });
  for await (const { step } of steps) if ((step + 1) % (batches / POINTS) === 0) errors.push(error());
  return errors;
}

const sizes = { inputSize: 2, hiddenSize: HIDDEN } as const;
const cells: { [name: string]: (random: Random) => Cell } = {
  'tanh RNN': (random) => new RNNCell({ ...sizes, random }),
  LSTM: (random) => new LSTMCell({ ...sizes, random }),
  GRU: (random) => new GRUCell({ ...sizes, random }),
};

console.log(
  `The adding problem, T = ${time}: ${HIDDEN} units, ${batches} batches of ${BATCH}, Adam, seed ${seed}.`,
);
console.log('Mean squared error on 1,000 fresh sequences; always saying 1 gives 0.167.\n');
const row = (name: string, cellsOfRow: string[]) =>
  console.log([name.padStart(8), ...cellsOfRow.map((cell) => cell.padStart(7))].join(''));
row(
  'batches',
  Array.from({ length: POINTS + 1 }, (_, i) => `${(i * batches) / POINTS}`),
);
for (const [name, make] of Object.entries(cells))
  row(
    name,
    (await curve(make)).map((error) => error.toFixed(4)),
  );
