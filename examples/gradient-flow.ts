/**
 * What gates are for, in one plot: how much gradient from step 100 reaches step 1.
 *
 *     npm run example gradient-flow
 *     npm run example gradient-flow -- --quick
 *
 * A tanh RNN, a GRU and an LSTM learn the adding problem. Before and after training, the gradient of the loss with respect to
 * the hidden state of every step is measured and plotted; the thin line is the LSTM's cell state c. A network can learn from its first
 * steps only through the gradient that reaches them. After Hochreiter (1991) and Bengio, Simard and Frasconi (1994).
 */
import { parseArgs } from 'node:util';
import * as Plot from '@observablehq/plot';
import {
  Adam,
  type CellKind,
  GRUCell,
  gradientFlow,
  LSTMCell,
  manyToOne,
  meanSquaredError,
  Random,
  RNNCell,
  train,
} from 'recurrent-cells';
import { addingProblem } from './lib/adding.ts';
import { picture } from './lib/picture.ts';
import { withProgress } from './lib/progress.ts';
import { type ResultRow, report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: {
    batches: { type: 'string', default: '2400' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
  },
});
const batches = options.quick ? 60 : Number(options.batches);
const seed = Number(options.seed);

const TIME = 100;
const HIDDEN = 32;
const BATCH = 32;
const PANELS = ['before training', 'after training'] as const;
// The step at which the lines are labelled.
const LABELLED = 12;
// Below this ratio, `gradientFlow` reports vanishing.
const VANISHED = 1e-3;

const cells: { readonly [name: string]: CellKind } = { 'tanh RNN': RNNCell, GRU: GRUCell, LSTM: LSTMCell };

/** A point of the plot: ‖∂L/∂h_t‖ relative to the last step. */
interface Point {
  readonly name: string;
  readonly when: string;
  readonly t: number;
  readonly gradient: number;
  /** Whether it shows another part of the state than h_t: c_t, the LSTM's cell state. */
  readonly beside: boolean;
  /** The label of the line. */
  readonly label: string;
}

/** Trains a network on the adding problem, and measures its gradient flow before and after. */
async function learn(
  name: string,
  cell: CellKind,
): Promise<{ readonly points: Point[]; readonly row: ResultRow }> {
  const random = new Random(seed);
  const model = manyToOne({ inputSize: 2, cell, hiddenSize: HIDDEN, outputSize: 1, random });
  const loss = meanSquaredError();
  const test = addingProblem(new Random(seed + 2), 256, TIME);
  const measure = (when: string) => {
    const flow = gradientFlow(model, test, { loss });
    console.log(`\n${name}, ${when}: mean squared error ${flow.loss.toFixed(4)}\n${flow}\n`);
    const { norms: ofH, states, ratio, verdict } = flow.layers[0]!;
    const label = `${name}: ${verdict}${when === PANELS[1] ? `, error ${flow.loss.toFixed(4)}` : ''}`;
    const points = Object.values(states).flatMap(({ norms }, part) =>
      norms.map(
        (norm, t): Point => ({
          name,
          when,
          t: t + 1,
          gradient: norm / ofH.at(-1)!,
          beside: part > 0,
          label,
        }),
      ),
    );
    return { points, values: [ratio.toExponential(0), verdict, flow.loss.toFixed(4)] };
  };

  const before = measure(PANELS[0]);
  const data = new Random(seed + 1);
  const stream = (function* () {
    for (let i = 0; i < batches; i++) yield addingProblem(data, BATCH, TIME);
  })();
  const steps = train(model, stream, { loss, optimizer: new Adam({ learningRate: 0.005 }), clipNorm: 1 });
  await withProgress(batches, async (progress) => {
    for await (const { step, loss } of steps) progress(step + 1, { loss: loss.toFixed(4) });
  });
  const after = measure(PANELS[1]);
  return {
    points: [...before.points, ...after.points],
    row: {
      system: name,
      kind: name === 'tanh RNN' ? 'baseline' : 'ours',
      values: [...before.values.slice(0, 2), ...after.values],
    },
  };
}

/** Two panels with a common axis: before and after training. */
function panels(points: readonly Point[]): string {
  const lines = points.filter(({ beside }) => !beside);
  // No gradient enters the cell state directly after the last step.
  const memory = points.filter(({ beside, gradient }) => beside && gradient > 0);
  const lowest = Math.min(...lines.map(({ gradient }) => gradient));
  const named = lines.filter(({ t }) => t === LABELLED);
  const isTop = ({ when, gradient }: Point) =>
    named.every((other) => other.when !== when || other.gradient <= gradient);
  const channels = { x: 't', y: 'gradient', fx: 'when' } as const;
  const label = {
    ...channels,
    text: 'label',
    fill: 'name',
    fontWeight: 'bold',
    textAnchor: 'start',
  } as const;
  return picture({
    width: 900,
    height: 460,
    marginLeft: 56,
    marginRight: 16,
    marginTop: 60,
    marginBottom: 44,
    x: { label: 'time step t', labelAnchor: 'center', labelArrow: 'none', ticks: [1, 25, 50, 75, 100] },
    y: {
      type: 'log',
      label: 'gradient of the error after the last step, at the hidden state of step t, relative to t = 100',
      domain: [10 ** Math.floor(Math.log10(lowest)), 10],
      tickFormat: power,
      ticks: 8,
      grid: true,
    },
    fx: { label: null, domain: PANELS, padding: 0.06 },
    color: { domain: Object.keys(cells), range: ['#d55e00', '#009e73', '#0c86d0'] },
    marks: [
      Plot.axisFx({ fontSize: 15, fontWeight: 'bold' }),
      Plot.ruleY([VANISHED], { stroke: 'currentColor', strokeDasharray: '4 4', strokeOpacity: 0.6 }),
      Plot.line(lines, { ...channels, stroke: 'name', strokeWidth: 2.5 }),
      Plot.line(memory, { ...channels, stroke: 'name', strokeWidth: 1.2 }),
      Plot.text(named.filter(isTop), { ...label, dy: -24 }),
      Plot.text(
        named.filter((point) => !isTop(point)),
        { ...label, dx: 6, dy: 16 },
      ),
    ],
  });
}

/** A power of ten in typographic form: 10⁻⁶. */
function power(value: number): string {
  const digits = [...String(Math.round(Math.log10(value)))];
  return `10${digits.map((digit) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(digit)]).join('')}`;
}

console.log(
  `The adding problem, T = ${TIME}: one of the two numbers to be added is in the first half, the loss at the end.`,
);
const found: Awaited<ReturnType<typeof learn>>[] = [];
for (const [name, cell] of Object.entries(cells)) found.push(await learn(name, cell));
report({
  example: 'gradient-flow',
  title: `How much gradient from step ${TIME} reaches step 1`,
  structure: 'many-to-one',
  data: `the adding problem, T = ${TIME}`,
  split: `${(batches * BATCH).toLocaleString('en')} sequences for training, 256 others for measurement`,
  seed,
  model: `one layer of ${HIDDEN} units, ${batches.toLocaleString('en')} batches of ${BATCH}, Adam`,
  measures: ['before training', 'verdict', 'after training', 'verdict', 'squared error'],
  rows: found.map(({ row }) => row),
  notes: `The norm of the gradient at the hidden state of step 1, relative to that of step ${TIME}. A ratio below a thousandth counts as vanishing; for the LSTM, its cell state's ratio must be as small. Before training the GRU's gradient vanishes fastest: its update gate z starts near ½, which halves the direct gradient at each step; an LSTM's forget gate starts at σ(1) = 0.73. But gates can be trained: they open towards 1, and the gradient then reaches step 1.`,
  picture: {
    svg: panels(found.flatMap(({ points }) => points)),
    caption: `Gradients at all steps relative to that of step ${TIME}, before and after training; the thin line is the LSTM's cell state c`,
  },
});
