/**
 * Tomorrow's weather, many-to-one: the next day's temperature and kind of weather from three weeks in Seattle.
 *
 *     npm run example weather
 *
 * There is one network for a number and one for a class, which differ only in the last layer and the loss. "Same as today" is a
 * strong baseline for weather. One-to-one networks that read only the day before show what memory adds.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as Plot from '@observablehq/plot';
import {
  AdamW,
  type Batch,
  classesOf,
  cosineDecay,
  crossEntropy,
  GRUCell,
  type Indices,
  indices,
  type Loss,
  manyToOne,
  oneToOne,
  Random,
  type Sequential,
  smoothL1,
  type Tensor,
  tensor,
  train,
} from 'recurrent-cells';
import { SparseMatrix } from 'recurrent-cells/text';
import { logisticRegression } from './lib/logistic-regression.ts';
import { picture } from './lib/picture.ts';
import { withProgress } from './lib/progress.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({ options: { seeds: { type: 'string', default: '6' } } });
const SEEDS = Array.from({ length: Number(options.seeds) }, (_, i) => i + 1);
const DAYS = 21;
const HIDDEN = 24;
const EPOCHS = 30;
const BATCH = 32;
/** The days shown in the plot. */
const SHOWN = 120;
const KINDS = ['drizzle', 'fog', 'rain', 'snow', 'sun'];

interface Day {
  readonly date: Date;
  readonly measured: readonly number[];
  readonly warmest: number;
  readonly kind: number;
}

const file = new URL('node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url);
const days = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line): Day => {
    const [date, rain, warmest, coldest, wind, kind] = line.trim().split(',');
    return {
      date: new Date(date!),
      measured: [Math.log1p(Number(rain)), Number(warmest), Number(coldest), Number(wind)],
      warmest: Number(warmest),
      kind: KINDS.indexOf(kind!),
    };
  });
const testFrom = days.length - Math.ceil(days.length / 5);
const validateFrom = testFrom - Math.ceil(days.length / 10);

// Scaled by the statistics of the training days.
const learned = days.slice(0, validateFrom);
const scales = learned[0]!.measured.map((_, i) => {
  const mean = learned.reduce((sum, { measured }) => sum + measured[i]!, 0) / learned.length;
  const variance =
    learned.reduce((sum, { measured }) => sum + (measured[i]! - mean) ** 2, 0) / learned.length;
  return { mean, deviation: Math.sqrt(variance) };
});

/** The input for a day: the measurements, the kind of weather, and the time of year. */
function features({ date, measured, kind }: Day): number[] {
  const angle =
    (2 * Math.PI * (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1))) / (365.25 * 86_400_000);
  return [
    ...measured.map((value, i) => (value - scales[i]!.mean) / scales[i]!.deviation),
    ...KINDS.map((_, k) => (k === kind ? 1 : 0)),
    Math.sin(angle),
    Math.cos(angle),
  ];
}
const seen = days.map(features);

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const training = range(DAYS, validateFrom);
const validation = range(validateFrom, testFrom);
const test = range(testFrom, days.length);

/** The inputs before each of `targets`, and the network. */
interface Reader {
  inputs(targets: readonly number[]): Tensor;
  model(outputSize: number, random: Random): Sequential<Tensor>;
}
const inputSize = seen[0]!.length;
const weeks: Reader = {
  inputs: (targets) => tensor(targets.map((day) => seen.slice(day - DAYS, day))),
  model: (outputSize, random) =>
    manyToOne({ inputSize, cell: GRUCell, hiddenSize: HIDDEN, dropout: 0.3, outputSize, random }),
};
/** One-to-one: without memory. */
const lastDay: Reader = {
  inputs: (targets) => tensor(targets.map((day) => seen[day - 1]!)),
  model: (outputSize, random) => oneToOne({ inputSize, hiddenSize: HIDDEN, outputSize, random }),
};

/** The predictions of a network for the validation and test days. */
interface Said {
  readonly validated: Tensor;
  readonly tested: Tensor;
}

/** Trains a network and returns its predictions for the validation and test days. */
async function learn<Target extends Tensor | Indices>(
  reader: Reader,
  seed: number,
  outputSize: number,
  loss: Loss<Target>,
  targetsOf: (targets: readonly number[]) => Target,
): Promise<Said> {
  const random = new Random(seed);
  const model = reader.model(outputSize, random);
  const steps = EPOCHS * Math.ceil(training.length / BATCH);
  const batches = (function* (): Generator<Batch<Tensor, Target>> {
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const order = random.shuffle([...training]);
      for (let from = 0; from < order.length; from += BATCH) {
        const chosen = order.slice(from, from + BATCH);
        yield { inputs: reader.inputs(chosen), targets: targetsOf(chosen) };
      }
    }
  })();
  await withProgress(steps, async (show) => {
    for await (const { step, loss: value } of train(model, batches, {
      loss,
      optimizer: new AdamW({ learningRate: 0.003, weightDecay: 0.02 }),
      schedule: cosineDecay({ steps }),
      clipNorm: 1,
    }))
      show(step + 1, { loss: value.toFixed(3) });
  });
  const [validated, tested] = [validation, test].map((part) => model.infer(reader.inputs(part)).output);
  return { validated: validated!, tested: tested! };
}

// The network predicts the change from today, so it starts from the baseline of yesterday's value.
const { deviation } = scales[1]!;
const change = (day: number) => (days[day]!.warmest - days[day - 1]!.warmest) / deviation;
const warmthOf = (reader: Reader, seed: number) =>
  learn(reader, seed, 1, smoothL1(), (targets) => tensor(targets.map((day) => [change(day)])));
const kindsOf = (reader: Reader, seed: number) =>
  learn(reader, seed, KINDS.length, crossEntropy(), (targets) =>
    indices(
      targets.map((day) => days[day]!.kind),
      [targets.length],
    ),
  );
/** The predictions of one network for each seed. */
async function eachSeed(
  reader: Reader,
  learnOne: (reader: Reader, seed: number) => Promise<Said>,
): Promise<Said[]> {
  const said: Said[] = [];
  for (const seed of SEEDS) said.push(await learnOne(reader, seed));
  return said;
}
const [warmth, kinds] = [await eachSeed(weeks, warmthOf), await eachSeed(weeks, kindsOf)];
const [warmthAlone, kindsAlone] = [await eachSeed(lastDay, warmthOf), await eachSeed(lastDay, kindsOf)];

/** A plot of a third of a year: the measurements, and the predictions of the day before. */
function forecasts(part: readonly number[], { data }: Tensor): string {
  const points = part.map((day, at) => {
    const { date, warmest } = days[day]!;
    return { date, warmest, said: days[day - 1]!.warmest + data[at]! * deviation };
  });
  const last = [points.at(-1)!];
  const label = { x: 'date', textAnchor: 'start', dx: 8, fontWeight: 'bold' } as const;
  return picture({
    width: 900,
    height: 320,
    marginRight: 165,
    marginBottom: 40,
    x: { label: null },
    y: { label: 'warmest, °C', grid: true },
    marks: [
      Plot.line(points, { x: 'date', y: 'warmest', stroke: 'currentColor', strokeOpacity: 0.55 }),
      Plot.line(points, { x: 'date', y: 'said', stroke: '#0c86d0', strokeWidth: 2.5 }),
      Plot.text(last, { ...label, y: 'warmest', text: () => 'measured', fillOpacity: 0.7, dy: 8 }),
      Plot.text(last, { ...label, y: 'said', text: () => 'said the day before', fill: '#0c86d0', dy: -8 }),
    ],
  });
}

const meanOf = (part: readonly number[], of: (day: number, at: number) => number) =>
  part.reduce((sum, day, at) => sum + of(day, at), 0) / part.length;
const warmthError = (part: readonly number[], { data }: Tensor) =>
  meanOf(part, (day, at) => Math.abs(data[at]! * deviation - (days[day]!.warmest - days[day - 1]!.warmest)));
const kindAccuracy = (part: readonly number[], classes: ArrayLike<number>) =>
  meanOf(part, (day, at) => (classes[at] === days[day]!.kind ? 1 : 0));

/** The kinds that logistic regression of the last days expects: how many days, and the penalty, are chosen on the validation days. */
function regression(): number[] {
  const given = (part: readonly number[], length: number) =>
    SparseMatrix.fromDense(part.map((day) => seen.slice(day - length, day).flat()));
  const tried = [1, 3, 7].flatMap((length) =>
    [1, 10, 100].map((penalty) => {
      const labels = training.map((day) => days[day]!.kind);
      const model = logisticRegression(given(training, length), labels, { penalty });
      const classes = (part: readonly number[]) => model.classify(given(part, length));
      return { classes, right: kindAccuracy(validation, classes(validation)) };
    }),
  );
  return tried.reduce((best, one) => (one.right > best.right ? one : best)).classes(test);
}

/** The mean over the seeds, and their standard deviation. */
function spread(values: readonly number[], digits: number, unit = ''): string {
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}${unit}`;
}
const degrees = (said: readonly Said[], of: 'validated' | 'tested') =>
  spread(
    said.map((one) => warmthError(of === 'tested' ? test : validation, one[of])),
    3,
    ' °C',
  );
const shares = (said: readonly Said[], of: 'validated' | 'tested') =>
  spread(
    said.map((one) => kindAccuracy(of === 'tested' ? test : validation, classesOf(one[of]).data)),
    3,
  );

console.log(`Validation: ${degrees(warmth, 'validated')}, ${shares(kinds, 'validated')}`);
report({
  example: 'weather',
  title: 'Tomorrow’s weather in Seattle',
  structure: 'many-to-one, a number and a class',
  data: `Seattle, ${days.length} days of 2012–2015 (vega-datasets)`,
  split: `the first ${validateFrom} days for training, ${validation.length} for validation, the last ${test.length} for testing`,
  model: `two GRUs of ${HIDDEN} over ${DAYS} days, dropout 0.3, ${EPOCHS} epochs; mean and standard deviation over seeds 1 to ${SEEDS.length}`,
  measures: ['mean error of the maximum temperature', 'kind correct'],
  rows: [
    {
      system: 'same as the day before',
      kind: 'baseline',
      values: [
        `${meanOf(test, (day) => Math.abs(days[day]!.warmest - days[day - 1]!.warmest)).toFixed(2)} °C`,
        meanOf(test, (day) => (days[day]!.kind === days[day - 1]!.kind ? 1 : 0)).toFixed(3),
      ],
    },
    {
      system: 'the day before only: two networks without memory or dropout',
      kind: 'baseline',
      values: [degrees(warmthAlone, 'tested'), shares(kindsAlone, 'tested')],
    },
    {
      system: 'logistic regression of the last days',
      kind: 'baseline',
      values: ['–', kindAccuracy(test, regression()).toFixed(3)],
    },
    {
      system: 'these GRUs',
      kind: 'ours',
      values: [degrees(warmth, 'tested'), shares(kinds, 'tested')],
    },
  ],
  notes:
    'The networks that read only the day before show what three weeks of memory add: to the temperature nothing that is seen, to the kind of weather a point at most, on 293 days, whose accuracy has a standard error of 2.8 points. How many days the regression reads, one, three or seven, and its penalty are chosen on the validation days.',
  picture: {
    svg: forecasts(test.slice(0, SHOWN), warmth[0]!.tested),
    caption: `The first ${SHOWN} days of the test part`,
  },
});
