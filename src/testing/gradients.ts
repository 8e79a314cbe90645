/** Numerical gradients: checks that a backward pass is the derivative of its forward pass. */

import { numberWithin, oneOf, rangeError, show, typeError } from '../common/errors.ts';
import { type Checks, callback, checkOptions, later, record } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Lengths } from '../data/batch.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { clearGradients } from '../optimizers/optimizer.ts';
import { Random, randomOption } from '../random/random.ts';
import type { Pass } from '../signal/pass.ts';
import type { State } from '../signal/state.ts';
import { type AnyInput, copyOf, copyState, isTensor, leaves, mapState } from './leaves.ts';
import { type GradientError, type Probe, worstOf } from './probe.ts';

type InputGradient = Tensor | undefined | { readonly [input: string]: Tensor | undefined };

/** A pass, reduced to what a check needs. */
type AnyPass = Pick<
  Pass<Tensor | State, InputGradient, State | undefined>,
  'output' | 'state' | 'backward' | 'release'
>;

/** Anything that can be checked: any float64 cell, layer or graph, from the library or user-defined. */
export interface Checkable {
  readonly type: string;
  readonly backend: Backend;
  /** The parameters by name. */
  parameters(): ReadonlyMap<string, Parameter>;
  /** Runs a recorded forward pass, from an initial state if one is given. */
  // biome-ignore lint/suspicious/noExplicitAny: each has different options
  forward(input: any, options?: any): any;
}

/** Options of {@link checkGradients}. */
export interface GradientCheckOptions {
  readonly lengths?: Lengths | undefined;
  /**
   * The initial state in the form the cell or layer takes; its gradient is checked too. By default it is drawn at random.
   * With `'learned'`, no state is passed: layers start from their learned state (`learnInitialState`), which is checked
   * with the other parameters.
   */
  readonly state?: State | 'learned' | undefined;
  /** The step of the central differences: default 6·10⁻⁶ = ∛ε, where truncation and rounding errors are similar. */
  readonly step?: number | undefined;
  /** Draws the upstream gradient: default seeded with 0. */
  readonly random?: Random | undefined;
  /** Called before every forward pass to reset whatever changes between passes, such as a dropout generator. */
  readonly before?: (() => void) | undefined;
}

const checks: Checks<GradientCheckOptions> = {
  lengths: later,
  state: (where, argument, value) =>
    typeof value === 'string'
      ? oneOf<'learned'>(where, argument, value, ['learned'])
      : (record(where, argument, value) as State),
  step: (where, argument, value) => numberWithin(where, argument, value, Number.MIN_VALUE, 1),
  random: randomOption,
  before: callback,
};

/** The result of a check. */
export interface GradientReport {
  /** The largest of all errors. */
  readonly worst: GradientError;
  /** One entry for the input, each part of the state, and each parameter. */
  readonly errors: readonly GradientError[];
}

/**
 * Compares a backward pass with central differences of its forward pass, element by element.
 *
 * The loss is L = Σ u·output + Σ v·(final state) for random u and v, so every path contributes. A correct backward pass in
 * float64 has errors below 10⁻⁶. The cost is two forward passes per input value and weight: keep sizes small.
 *
 * @param subject a cell, layer or graph on `float64()`.
 * @param input the argument of its `forward`, for a graph a record; indices have no gradient.
 * @throws RangeError if the subject computes in float32, which is too coarse for differences, nothing in it has a gradient, or
 * an option does not fit.
 *
 * @example
 * ```ts
 * import { float64, GRUCell, Random, Sequence, tensor } from 'recurrent-cells';
 * import { checkGradients } from 'recurrent-cells/testing';
 *
 * const gru = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3, backend: float64() }));
 * const { worst } = checkGradients(gru, tensor([[[0.1, 0.2], [0.3, -0.4]]]));
 * worst.error < 1e-6 // → true
 * ```
 */
export function checkGradients(
  subject: Checkable,
  input: AnyInput,
  options: GradientCheckOptions = {},
): GradientReport {
  const {
    lengths,
    state,
    step = 6e-6,
    random = new Random(0),
    before,
  } = checkOptions('checkGradients', options, checks);
  if (typeof subject?.forward !== 'function' || typeof subject.parameters !== 'function')
    throw typeError('checkGradients', 'subject', `is ${show(subject)}`, 'a cell or a layer');
  if (subject.backend.dtype !== 'float64')
    throw rangeError('checkGradients', 'subject', `computes in ${subject.backend.name}`, 'float64()');
  const draw = (like: Tensor): Tensor => ({
    data: Float64Array.from(like.data, () => random.normal()),
    shape: like.shape,
  });
  const drawLike = (like: Tensor | State) => (isTensor(like) ? draw(like) : mapState(like, draw));
  const ownInput = copyOf(input);
  const forwardFrom = (initial: State | undefined): AnyPass => {
    before?.();
    return subject.forward(ownInput, { state: initial, ...(lengths && { lengths }) });
  };
  const ownState = initialState(state, () => drawnState(forwardFrom(undefined), draw));
  const forward = () => forwardFrom(ownState);

  clearGradients(subject.parameters());
  const pass = forward();
  const dOutput = drawLike(pass.output);
  const dState = pass.state && mapState(pass.state, draw);
  const weights = [...leaves(dOutput), ...leaves(dState)];
  const loss = (): number => {
    const again = forward();
    again.release();
    return weightedSum([...leaves(again.output), ...leaves(again.state)], weights);
  };
  const floor = 1e-3 * Math.max(1, Math.abs(loss()));
  const gradients = pass.backward(dOutput, dState);
  const found = probes(subject, ownInput, gradients.input, ownState, gradients.state);
  if (found.length === 0)
    throw rangeError('checkGradients', 'subject', 'has no gradient', 'a real input, a state or parameters');
  const errors = found.map((probe) => worstOf(probe, loss, step, floor));
  return { errors, worst: errors.reduce((a, b) => (b.error > a.error ? b : a)) };
}

/** The initial state; undefined if it is learned. */
function initialState(
  given: GradientCheckOptions['state'],
  drawn: () => State | undefined,
): State | undefined {
  if (given === undefined) return drawn();
  return given === 'learned' ? undefined : copyState(given);
}

/** A random state shaped like the final one: zeros would hide errors in the gradient of the previous state. */
function drawnState(pass: AnyPass, draw: (like: Tensor) => Tensor): State | undefined {
  pass.release();
  return pass.state && mapState(pass.state, draw);
}

/** Each input of features, part of the state, and parameter, with its gradient. */
function probes(
  subject: Checkable,
  input: AnyInput,
  dInput: InputGradient,
  state: State | undefined,
  dState: State | undefined,
): Probe[] {
  const still = () => {};
  const gradientOf = new Map(leaves(dState));
  const inputs = new Map(leaves(input as Tensor | State));
  const ofInput = leaves(dInput as Tensor | State | undefined).map(([path, { data: backward }]): Probe => {
    const { data, shape } = inputs.get(path)!;
    return { name: `input${path}`, shape, values: data, backward, apply: still };
  });
  const ofState = leaves(state).map(
    ([path, { data, shape }]): Probe => ({
      name: `state${path}`,
      shape,
      values: data,
      backward: gradientOf.get(path)!.data,
      apply: still,
    }),
  );
  const ofParameters = [...subject.parameters()].map(([name, parameter]): Probe => {
    const values = parameter.read();
    return {
      name: `parameter ${name}`,
      shape: parameter.shape,
      values,
      backward: parameter.readGradient(),
      apply: () => parameter.write(values),
    };
  });
  return [...ofInput, ...ofState, ...ofParameters];
}

/** L: the products of results and weights, summed. */
function weightedSum(results: readonly [string, Tensor][], weights: readonly [string, Tensor][]): number {
  return results.reduce((sum, [, { data }], i) => sum + dot(data, weights[i]![1].data), 0);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
