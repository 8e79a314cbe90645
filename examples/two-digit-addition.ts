/**
 * Addition of two numbers below 100, many-to-many: the model reads "37+58=" and answers "95", digit by digit.
 *
 *     npm run example two-digit-addition
 *     npm run example two-digit-addition -- --quick
 *
 * The answer starts from the units, "590", as in addition on paper: each digit then depends only on two digits and a carry. The
 * test sums do not occur in training in either order, since 58+37 gives away 37+58, so memorising the examples does not help.
 * After Zaremba and Sutskever (2014), arXiv:1410.4615.
 */
import { parseArgs } from 'node:util';
import {
  Adam,
  type Batch,
  cosineDecay,
  crossEntropy,
  GRUCell,
  type Indices,
  manyToMany,
  Random,
  train,
} from 'recurrent-cells';
import { Alphabet } from './lib/character-text.ts';
import { withProgress } from './lib/progress.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: {
    batches: { type: 'string', default: '4000' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
  },
});
const batches = options.quick ? 300 : Number(options.batches);
const seed = Number(options.seed);

const HIDDEN = 96;
const BATCH = 64;
// The third digit of the answer is 0 or 1.
const ANSWER = 3;
// There is no target while the model reads.
const NOTHING = -1;

const alphabet = new Alphabet([...'0123456789+=_']);
const random = new Random(seed);

/** A sum, such as 37 + 58. */
type Sum = readonly [a: number, b: number];

/** All sums of two numbers below 100, a tenth of them held out together with their mirror images. */
function split(): { training: Sum[]; test: Sum[] } {
  const training: Sum[] = [];
  const test: Sum[] = [];
  for (let a = 0; a < 100; a++)
    for (let b = a; b < 100; b++) {
      const part = random.next() < 0.1 ? test : training;
      part.push([a, b]);
      if (a !== b) part.push([b, a]);
    }
  return { training, test };
}

const padded = (number: number, digits: number) => String(number).padStart(digits, '0');
const reversed = (text: string) => [...text].reverse().join('');

/** "37+58=___" as indices, and the answer "590" at the last three steps. */
function batchOf(sums: readonly Sum[]): Batch<Indices, Indices> {
  const questions = sums.map(([a, b]) => `${padded(a, 2)}+${padded(b, 2)}=${'_'.repeat(ANSWER)}`);
  const steps = questions[0]!.length;
  const targets = new Int32Array(sums.length * steps).fill(NOTHING);
  sums.forEach(([a, b], i) => {
    targets.set(alphabet.encode(reversed(padded(a + b, ANSWER))), (i + 1) * steps - ANSWER);
  });
  return {
    inputs: { data: alphabet.encode(questions.join('')), shape: [sums.length, steps] },
    targets: { data: targets, shape: [sums.length, steps] },
  };
}

const model = manyToMany({
  classes: alphabet.size,
  cell: GRUCell,
  hiddenSize: HIDDEN,
  outputSize: 10,
  random,
});

/** The model's answers to sums. */
function answers(sums: readonly Sum[]): number[] {
  const { output } = model.infer(batchOf(sums).inputs);
  const [, steps, digits] = output.shape;
  return sums.map((_, i) => {
    const digitAt = (t: number) => {
      const from = (i * steps + t) * digits;
      const logits = output.data.subarray(from, from + digits);
      return logits.indexOf(Math.max(...logits));
    };
    return digitAt(steps - 3) + 10 * digitAt(steps - 2) + 100 * digitAt(steps - 1);
  });
}

const exact = (sums: readonly Sum[], given: readonly number[]) =>
  sums.filter(([a, b], i) => given[i] === a + b).length / sums.length;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const { training, test } = split();
const stream = (function* () {
  for (let i = 0; i < batches; i++)
    yield batchOf(Array.from({ length: BATCH }, () => training[random.integer(training.length)]!));
})();
const steps = train(model, stream, {
  loss: crossEntropy({ ignoreIndex: NOTHING }),
  optimizer: new Adam({ learningRate: 0.005 }),
  schedule: cosineDecay({ steps: batches }),
  clipNorm: 1,
});
let held = 0;
await withProgress(batches, async (progress) => {
  for await (const { step, loss } of steps) {
    if (step % 100 === 0) held = exact(test, answers(test));
    progress(step + 1, { loss: loss.toFixed(4), 'held out': percent(held) });
  }
});

const sample = [...test.keys()].filter((i) => i % Math.ceil(test.length / 6) === 0).map((i) => test[i]!);
answers(sample).forEach((answer, i) => {
  const [a, b] = sample[i]!;
  console.log(`${a} + ${b} = ${answer}${answer === a + b ? '' : `, which is wrong: ${a + b}`}`);
});

/** The baseline: the answer to the nearest known sum, with the same first number and the nearest second. */
function nearest(sums: readonly Sum[]): number[] {
  return sums.map(([a, b]) => {
    const seconds = training.filter(([first]) => first === a).map(([, second]) => second);
    const second = seconds.reduce((best, next) => (Math.abs(next - b) < Math.abs(best - b) ? next : best));
    return a + second;
  });
}

const digitsRight = (sums: readonly Sum[], given: readonly number[]) =>
  sums
    .map(([a, b], i) => {
      const [right, said] = [padded(a + b, ANSWER), padded(given[i]!, ANSWER)];
      return [...right].filter((digit, at) => digit === said[at]).length / ANSWER;
    })
    .reduce((sum, share) => sum + share, 0) / sums.length;

const row = (system: string, kind: 'ours' | 'baseline', given: number[]) => ({
  system,
  kind,
  values: [percent(exact(test, given)), percent(digitsRight(test, given))],
});
report({
  example: 'two-digit-addition',
  title: 'Addition of two-digit numbers',
  structure: 'many-to-many, delayed',
  data: 'all 10,000 sums of two numbers from 0 to 99',
  split: `${training.length} sums for training, ${test.length} held out in both orders`,
  seed,
  model: `GRU of ${HIDDEN} units, ${batches} batches of ${BATCH}, Adam`,
  measures: ['exact', 'digits correct'],
  rows: [
    row('GRU', 'ours', answers(test)),
    row('nearest known sum', 'baseline', nearest(test)),
    row(
      'always 99, the most common sum',
      'baseline',
      test.map(() => 99),
    ),
  ],
});
