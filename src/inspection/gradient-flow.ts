/** How gradients change as they flow back through time: whether they vanish or explode, and why. */
import type { Part } from '../common/architecture.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { checkOwn, own } from '../common/instance.ts';
import { type Checks, callback, checkOptions } from '../common/options.ts';
import type { Targets, Tensor } from '../common/tensor.ts';
import type { Batch } from '../data/batch.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import type { Objective } from '../losses/objective.ts';
import { withArena } from '../matrix/arena.ts';
import { randomsOf } from '../random/randoms.ts';
import { backPropagateIn } from '../training/back-propagate.ts';
import { checkModel, lossOption } from '../training/check.ts';
import type { Trainable } from '../training/trainable.ts';
import { type CellObserver, observed } from '../unroll/observe.ts';
import type { Unrollable } from '../unroll/rule.ts';
import { flowTable } from './flow-table.ts';
import { type LayerFlow, type WatchedLayer, watchLayer } from './layer-flow.ts';
import { logPlot, type PlotOptions } from './plot.ts';

const WHERE = 'gradientFlow';

/** Options of {@link gradientFlow}. */
export interface GradientFlowOptions<Target extends Targets, Output = Tensor> {
  readonly loss: Objective<Target, Output>;
}

const checks: Checks<GradientFlowOptions<never, never>> = { loss: { required: lossOption } };

/**
 * The result of {@link gradientFlow}: plain data, with a table and a plot.
 *
 * @example
 * ```ts
 * import { gradientFlow, manyToOne, meanSquaredError, tensor } from 'recurrent-cells';
 *
 * const model = manyToOne({ inputSize: 1, hiddenSize: 4, outputSize: 1 });
 * const batch = { inputs: tensor([[[1], [2], [3]]]), targets: tensor([[1]]) };
 * const flow = gradientFlow(model, batch, { loss: meanSquaredError() });
 * flow.layers[0]!.norms.length // → 3
 * flow.toSVG().startsWith('<svg') // → true
 * ```
 */
export class GradientFlow {
  /** The loss of the batch. */
  readonly loss: number;
  /** Every recurrent layer, in the order of the model's parameters. */
  readonly layers: readonly LayerFlow[];

  /** @internal */
  constructor(key: typeof own, loss: number, layers: readonly LayerFlow[]) {
    checkOwn('GradientFlow', key, 'gradientFlow(…)');
    this.loss = loss;
    this.layers = layers;
  }

  /** A text table: each layer's norms as a sparkline on a logarithmic scale, with ratio, verdict, gates and weights. */
  toString(): string {
    return flowTable(this.layers);
  }

  /**
   * ‖∂L/∂h_t‖ over t as an SVG, one line per layer on a logarithmic scale; thinner lines show the other parts of the state.
   *
   * @throws RangeError for a width or height below 200.
   */
  toSVG(options?: PlotOptions): string {
    const lines = this.layers.map(({ name, cell, norms, states, verdict }) => {
      const [, ...others] = Object.entries(states);
      const thin = others.map(([state]) => `, thin: ∂L/∂${state}_t`).join('');
      return {
        name: `${name} ${cell}: ${verdict}${thin}`,
        values: norms,
        beside: others.map(([, { norms }]) => norms),
      };
    });
    const title = 'Gradient flow through time';
    return logPlot(
      'GradientFlow.toSVG',
      { title, xLabel: 'time step t', yLabel: '‖∂L/∂h_t‖', lines },
      options,
    );
  }
}

/**
 * Runs one forward and backward pass through a model and reports how the gradient of each recurrent layer changes over time.
 *
 *     (1) g_t = ∂L/∂h_t        total: from the output at t and, through steps t + 1 … T, from all later outputs
 *     (2) ratio = ‖g_1‖ / ‖g_T‖
 *
 * The same is reported for every part of the state: an LSTM's gradient flows back through c, and h alone may show little of
 * it. If only the last step has a loss, (2) tells how much of its gradient reaches the first step: below 10⁻³ the gradient
 * vanishes, above 10³ it explodes (Bengio, Simard and Frasconi 1994; Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063). If
 * every step has a target, each contributes a gradient, and (2) hides what is lost in between: mask all targets but the last
 * (`ignoreIndex`) to see it. The report also gives two causes: the share of saturated gates, whose derivative is nearly 0, and
 * the spectral radius of W_hh; a tanh RNN whose radius is below 1 must forget.
 *
 * With lengths, each sequence counts from its own first to its own last step, and the norms align the last steps. The steps of
 * a reverse layer are in processing order. A layer that limits its `history` shows zeros before it.
 *
 * The model is unchanged: weights, gradients and random generators are the same afterwards. It starts from zero states.
 *
 * @param model a layer, a stack of them, or an `EncoderDecoder`.
 * @param batch as for `train`; needs as much memory as one training step on it.
 * @throws TypeError if the model, batch or loss has the wrong type; RangeError if the model has no recurrent layer, or the batch no step.
 *
 * @example
 * ```ts
 * import { Dense, gradientFlow, meanSquaredError, Random, RNNCell, Sequence, sequential, tensor } from 'recurrent-cells';
 *
 * const random = new Random(1);
 * const cell = new RNNCell({ inputSize: 1, hiddenSize: 4, random });
 * cell.weightHh.write(cell.weightHh.read().map((weight) => weight / 2));
 * const model = sequential(new Sequence(cell, { outputs: 'last' }), new Dense({ inputSize: 4, outputSize: 1, random }));
 * const batch = { inputs: tensor(Array(30).fill(0.1), [1, 30, 1]), targets: tensor([[1]]) };
 * const [layer] = gradientFlow(model, batch, { loss: meanSquaredError() }).layers;
 * [layer!.name, layer!.cell, layer!.norms.length] // → ['0', 'RNNCell', 30]
 * layer!.spectralRadius.a!.toFixed(3) // → '0.500'
 * layer!.verdict // → 'vanishing'
 * ```
 */
export function gradientFlow<Input, Target extends Targets, Output>(
  model: Trainable<Input, Output> & Part,
  batch: Batch<Input, Target>,
  options: GradientFlowOptions<Target, Output>,
): GradientFlow {
  check(model, batch, options);
  const layers: { cell: Unrollable<string>; watched: WatchedLayer }[] = [];
  const watch: CellObserver = (cell, input) => {
    const watched = watchLayer(cell, input);
    // Gradients reach the last layer of the model first.
    layers.unshift({ cell, watched });
    return watched.observe;
  };
  const { loss } = unchanged(model, () =>
    withArena(model.backend, (arena) =>
      observed(arena, watch, () => backPropagateIn(arena, WHERE, model, batch, options.loss, undefined)),
    ),
  );
  if (layers.length === 0)
    throw rangeError(WHERE, 'model', 'has no recurrent layer', 'a Sequence or Bidirectional in it');
  const weights = [...model.parameters()];
  const found = layers.map(({ cell, watched }) => {
    const at = weights.findIndex(([, parameter]) => parameter === cell.weightHh);
    const name = layerName(weights[at]?.[0] ?? cell.type);
    if (watched.steps === 0) throw noSteps(batch, name);
    return { at, flow: watched.flow(name) };
  });
  return new GradientFlow(
    own,
    loss,
    found.sort((a, b) => a.at - b.at).map(({ flow }) => flow),
  );
}

/** The error for sequences that a convolution has shortened to nothing. */
function noSteps({ lengths }: Pick<Batch<unknown, Tensor>, 'lengths'>, layer: string): RangeError {
  const argument = lengths === undefined ? 'batch.inputs' : 'batch.lengths';
  return rangeError(
    WHERE,
    argument,
    `leave layer ${layer} no step`,
    'at least one sequence with a step there',
  );
}

/** `1` of `1.cell.weightHh`, `0.reverse` of `0.reverse.weightHh`, `cell` of `cell.weightHh`. */
function layerName(weight: string): string {
  return weight.replace(/\.weightHh$/, '').replace(/\.cell$/, '');
}

/** Runs `work`, then restores the gradients and generators of the model. */
function unchanged<Result>(model: Pick<AnyLayer, 'parameters' | 'architecture'>, work: () => Result): Result {
  const gradients = [...model.parameters().values()].map((parameter) => ({
    parameter,
    values: parameter.readGradient(),
  }));
  const randoms = randomsOf(model).map((random) => ({ random, state: random.state }));
  try {
    return work();
  } finally {
    for (const { parameter, values } of gradients) parameter.gradient.write(values);
    for (const { random, state } of randoms) random.state = state;
  }
}

function check(
  model: unknown,
  batch: Batch<unknown, Targets>,
  options: GradientFlowOptions<never, never>,
): void {
  checkModel(WHERE, model);
  callback(WHERE, 'model.architecture', (model as Partial<Part>).architecture);
  if (typeof batch !== 'object' || batch === null)
    throw typeError(WHERE, 'batch', `is ${show(batch)}`, '{ inputs, targets }');
  for (const part of ['inputs', 'targets'] as const)
    if (batch[part] === undefined)
      throw typeError(WHERE, `batch.${part}`, 'is missing', '{ inputs, targets }');
  checkOptions(WHERE, options, checks);
  if (batch.lengths !== undefined && !Array.isArray(batch.lengths))
    throw typeError(WHERE, 'batch.lengths', `is ${show(batch.lengths)}`, 'an array of whole numbers');
  if (batch.lengths?.every((length) => length === 0))
    throw rangeError(WHERE, 'batch.lengths', 'are all 0', 'at least one sequence with a step');
}
