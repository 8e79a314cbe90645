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
  accuracy,
  type Batch,
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
import {
  LabelEncoder,
  type SeriesSplit,
  type SeriesWindows,
  SparseMatrix,
  StandardScaler,
  splitSeries,
  type WindowBatch,
} from 'recurrent-cells/text';
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
/** The column of the maximum temperature. */
const WARMEST = 1;

const file = new URL('node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url);
const days = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [date, rain, warmest, coldest, wind, kind] = line.trim().split(',');
    const measured = [Math.log1p(Number(rain)), Number(warmest), Number(coldest), Number(wind)];
    return { date: new Date(date!), measured, warmest: Number(warmest), kind: kind! };
  });
const encoder = LabelEncoder.fit(days.map(({ kind }) => kind));
const kinds = encoder.encode(days.map(({ kind }) => kind));

/** Windows of `length` days, and the temperature of the day after. */
const windowsOf = (series: Tensor, length: number): SeriesSplit =>
  splitSeries(series, { length, targets: [WARMEST], validation: 0.1, test: 0.2, inputs: 'past' });

// Scaled by the training days. Each day is its measurements, its kind, and the time of year.
const measured = tensor(days.map((day) => day.measured));
const learned = windowsOf(measured, DAYS).train.end;
const scaler = StandardScaler.fit(measured, { to: learned });
const scaled = scaler.transform(measured);
const series = tensor(
  days.map(({ date, measured: { length } }, day) => {
    const newYear = Date.UTC(date.getUTCFullYear(), 0, 1);
    const angle = (2 * Math.PI * (date.getTime() - newYear)) / (365.25 * 86_400_000);
    return [
      ...scaled.data.subarray(day * length, (day + 1) * length),
      ...encoder.classes.map((_, k) => (k === kinds[day] ? 1 : 0)),
      Math.sin(angle),
      Math.cos(angle),
    ];
  }),
);
const inputSize = series.shape[1]!;

/** All windows of a part as one batch. */
function whole(part: SeriesWindows): WindowBatch {
  const [batch] = part.batches({ batchSize: part.count });
  return batch!;
}

/** [batch, 1] How much warmer the next day is: a network starts from the baseline "same as today". */
function changes({ inputs, targets }: WindowBatch): Tensor {
  const [batch, length, width] = inputs.shape as [number, number, number];
  const today = (row: number) => inputs.data[((row + 1) * length - 1) * width + WARMEST]!;
  return { data: Float32Array.from(targets.data, (value, row) => value - today(row)), shape: [batch, 1] };
}

/** [batch] The kind of weather on the day after each window. */
const nextKinds = ({ inputs, starts }: WindowBatch): Indices =>
  indices(
    starts.map((start) => kinds[start + inputs.shape[1]!]!),
    [starts.length],
  );

/** What a network reads, and the network. */
interface Reader {
  readonly windows: SeriesSplit;
  inputs(batch: WindowBatch): Tensor;
  model(outputSize: number, random: Random): Sequential<Tensor>;
}
const weeks: Reader = {
  windows: windowsOf(series, DAYS),
  inputs: ({ inputs }) => inputs,
  model: (outputSize, random) =>
    manyToOne({ inputSize, cell: GRUCell, hiddenSize: HIDDEN, dropout: 0.3, outputSize, random }),
};
/** One-to-one: without memory. */
const lastDay: Reader = {
  windows: windowsOf(series, 1),
  inputs: ({ inputs }) => ({ data: inputs.data, shape: [inputs.shape[0]!, inputSize] }),
  model: (outputSize, random) => oneToOne({ inputSize, hiddenSize: HIDDEN, outputSize, random }),
};
const PARTS = ['validation', 'test'] as const;
/** The outputs of a network for each part. */
type Said = Record<(typeof PARTS)[number], Tensor>;

/** Trains a network for each seed and returns its outputs for the validation and test days. */
async function learn<Target extends Tensor | Indices>(
  { windows, inputs, model: build }: Reader,
  outputSize: number,
  loss: Loss<Target>,
  targets: (batch: WindowBatch) => Target,
): Promise<Said[]> {
  const said: Said[] = [];
  for (const seed of SEEDS) {
    const random = new Random(seed);
    const model = build(outputSize, random);
    const steps = EPOCHS * Math.ceil(windows.train.count / BATCH);
    const batches = (function* (): Generator<Batch<Tensor, Target>> {
      for (let epoch = 0; epoch < EPOCHS; epoch++)
        for (const batch of windows.train.batches({ batchSize: BATCH, random }))
          yield { inputs: inputs(batch), targets: targets(batch) };
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
    const [validation, test] = PARTS.map((part) => model.infer(inputs(whole(windows[part]))).output);
    said.push({ validation: validation!, test: test! });
  }
  return said;
}
const warmth = await learn(weeks, 1, smoothL1(), changes);
const classes = await learn(weeks, encoder.size, crossEntropy(), nextKinds);
const warmthAlone = await learn(lastDay, 1, smoothL1(), changes);
const classesAlone = await learn(lastDay, encoder.size, crossEntropy(), nextKinds);

const test = whole(weeks.windows.test);

/** A plot of a third of a year: the measurements, and the predictions of the day before. */
function forecasts(change: Tensor): string {
  const known = changes(test);
  const points = test.starts.slice(0, SHOWN).map((start, i) => {
    const { date, warmest } = days[start + DAYS]!;
    return { date, warmest, said: warmest + (change.data[i]! - known.data[i]!) * scaler.scales[WARMEST]! };
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
      Plot.text(last, { ...label, y: 'said', text: () => 'predicted', fill: '#0c86d0', dy: -8 }),
    ],
  });
}

/** The mean error in °C; without predictions, that of "same as today". */
function degrees(known: Tensor, said?: Tensor): number {
  const errors = Array.from(known.data, (change, i) => Math.abs(change - (said?.data[i] ?? 0)));
  return (errors.reduce((sum, error) => sum + error) / errors.length) * scaler.scales[WARMEST]!;
}

/** The share of windows whose kind of weather is right. */
function share(known: Indices, said: Tensor): number {
  const tally = accuracy().begin();
  tally.add(said, known);
  return tally.value();
}

/** Logistic regression of the last days: how many days, and the penalty, are chosen on the validation days. */
function regression(): number {
  const tried = [1, 3, 7].flatMap((length) => {
    const { train: training, validation, test: last } = windowsOf(series, length);
    const rows = ({ inputs: { data } }: WindowBatch) =>
      Array.from({ length: data.length / (length * inputSize) }, (_, row) => [
        ...data.subarray(row * length * inputSize, (row + 1) * length * inputSize),
      ]);
    const given = (part: SeriesWindows) => SparseMatrix.fromDense(rows(whole(part)));
    return [1, 10, 100].map((penalty) => {
      const labels = [...nextKinds(whole(training)).data];
      const model = logisticRegression(given(training), labels, { penalty });
      const right = (part: SeriesWindows) => {
        const known = nextKinds(whole(part)).data;
        return model.classify(given(part)).filter((kind, i) => kind === known[i]).length / known.length;
      };
      return { validated: right(validation), tested: right(last) };
    });
  });
  return tried.reduce((best, one) => (one.validated > best.validated ? one : best)).tested;
}

/** The mean over the seeds, and their standard deviation. */
function spread(values: readonly number[], digits: number, unit = ''): string {
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}${unit}`;
}

/** A row of the table: the error of the temperature, and the share of kinds. */
function figures(part: (typeof PARTS)[number], numbers: readonly Said[], kindsSaid: readonly Said[]) {
  const known = whole(weeks.windows[part]);
  const errors = numbers.map((said) => degrees(changes(known), said[part]));
  const shares = kindsSaid.map((said) => share(nextKinds(known), said[part]));
  return [spread(errors, 3, ' °C'), spread(shares, 3)];
}

const { train: training, validation } = weeks.windows;
const same = test.starts.filter((start) => kinds[start + DAYS] === kinds[start + DAYS - 1]).length;
console.log(`Validation: ${figures('validation', warmth, classes).join(', ')}`);
report({
  example: 'weather',
  title: 'Tomorrow’s weather in Seattle',
  structure: 'many-to-one, a number and a class',
  data: `Seattle, ${days.length} days of 2012–2015 (vega-datasets)`,
  split: `the first ${training.end} days for training, ${validation.end - validation.start} for validation, the last ${days.length - validation.end} for testing`,
  model: `two GRUs of ${HIDDEN} over ${DAYS} days, dropout 0.3, ${EPOCHS} epochs; mean and standard deviation over seeds 1 to ${SEEDS.length}`,
  measures: ['mean error of the maximum temperature', 'kind correct'],
  rows: [
    {
      system: 'same as the day before',
      kind: 'baseline',
      values: [`${degrees(changes(test)).toFixed(2)} °C`, (same / test.starts.length).toFixed(3)],
    },
    {
      system: 'the day before only: two networks without memory or dropout',
      kind: 'baseline',
      values: figures('test', warmthAlone, classesAlone),
    },
    {
      system: 'logistic regression of the last days',
      kind: 'baseline',
      values: ['–', regression().toFixed(3)],
    },
    { system: 'these GRUs', kind: 'ours', values: figures('test', warmth, classes) },
  ],
  notes: `The networks that read only the day before show what three weeks of memory add: nothing measurable for the temperature, and at most a point for the kind of weather. On ${test.starts.length} days, an accuracy has a standard error of 2.8 points. The number of days that the regression reads (one, three or seven) and its penalty are chosen on the validation days.`,
  picture: {
    svg: forecasts(warmth[0]!.test),
    caption: `The first ${SHOWN} days of the test part`,
  },
});
