/** The steps of a graph: forward in order, and backward in the reverse order. */
import { rangeError } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import type { Computed, Trace } from '../layers/trace.ts';
import { traceBackward } from '../layers/trace.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add } from '../matrix/operations.ts';
import { gradientOutput } from '../signal/boundary.ts';
import { denseOnly, type Signal } from '../signal/signal.ts';
import { type MatrixState, partOf, type Tree } from '../signal/state.ts';
import { type Joined, join } from './join.ts';
import type { JoinKind } from './node.ts';
import type { PlanStep, Source } from './plan.ts';
import type { Run } from './run.ts';

/** The results of a graph in the heap. */
export interface GraphComputed {
  /** By head. */
  readonly outputs: ReadonlyMap<string, Signal>;
  /** By layer. */
  readonly state: MatrixState;
}

/** The gradients of inputs of features, by name. */
export type InputGradients = ReadonlyMap<string, Tensor>;

/** The results of a graph, and its backward pass. */
export interface GraphTrace extends GraphComputed {
  backward(
    dOutputs: ReadonlyMap<string, Matrix>,
    dState: MatrixState | undefined,
    needsInputs: boolean,
  ): { readonly inputs: InputGradients; readonly state: MatrixState };
}

/** A computed step, with its inputs and its output. */
export interface Taken {
  readonly step: PlanStep;
  readonly signals: readonly Signal[];
  readonly output: Signal;
}

/** The outputs, without a backward pass; `seen` is called after each step. */
export function computeGraph(run: Run, seen?: (taken: Taken) => void): GraphComputed {
  return computeSteps(
    run,
    (layer, signal, name) => layer.compute(run.arena, signal, run.stateOf(name)),
    seen,
  );
}

/** The outputs, and their backward pass. */
export function recordGraph(run: Run): GraphTrace {
  const { arena, plan } = run;
  const { steps, heads } = plan;
  const traces: (Trace | undefined)[] = [];
  const taken: (Taken & { readonly joined?: Joined | undefined })[] = [];
  const computed = computeSteps(
    run,
    (layer, signal, name, at) => {
      const trace = layer.record(arena, signal, run.stateOf(name));
      traces[at] = trace;
      return trace;
    },
    (step) => taken.push(step),
  );
  return {
    ...computed,
    backward(dOutputs, dState, needsInputs) {
      const gradients: (Matrix | undefined)[] = [];
      const inputs = new Map<string, Tensor>();
      const initial: { [name: string]: Tree<Matrix> } = {};
      for (const [head, at] of heads) gradients[at] = sumOf(arena, gradients[at], dOutputs.get(head));

      /** Passes a gradient on to a source of a step. */
      const hand = (step: PlanStep, at: number, source: Source, i: number, d: Matrix | undefined): void => {
        if ('step' in source) gradients[source.step] = sumOf(arena, gradients[source.step], d);
        else if (needsInputs) addInput(arena, inputs, source.input, step, taken[at]!.signals[i]!, d);
      };
      for (let at = steps.length - 1; at >= 0; at--) {
        const step = steps[at]!;
        const { joined } = taken[at]!;
        if (joined !== undefined) {
          const dOutput = gradients[at];
          const ds = dOutput && joined.backward(dOutput);
          step.sources.forEach((source, i) => {
            hand(step, at, source, i, ds?.[i]);
          });
          continue;
        }
        const [source] = step.sources as [Source];
        const needs = needsInputs || 'step' in source;
        const d = traceBackward(traces[at]!, gradients[at], partOf(dState, step.name), needs);
        if (d.state !== undefined) initial[step.name] = d.state;
        hand(step, at, source, 0, d.input);
      }
      return { inputs, state: initial };
    },
  };
}

/** Computes the steps in order. */
function computeSteps(
  run: Run,
  compute: (layer: AnyLayer, signal: Signal, name: string, at: number) => Computed,
  seen: (taken: Taken & { readonly joined?: Joined | undefined }) => void = () => {},
): GraphComputed {
  const { arena, where, plan } = run;
  const values: Signal[] = [];
  const state: { [name: string]: Tree<Matrix> } = {};
  plan.steps.forEach((step, at) => {
    const { name, node, sources } = step;
    const { origin } = node;
    if (origin.kind === 'layer') {
      const [source] = sources as [Source];
      const { layer } = origin;
      const signal =
        'step' in source
          ? accepted(where, step, layer, values[source.step]!)
          : run.forLayer(source.input, layer);
      const { output, state: final } = compute(layer, signal, name, at);
      if (final !== undefined) state[name] = final;
      values.push(output);
      seen({ step, signals: [signal], output });
      return;
    }
    const parts = sources.map((source) => {
      const label = 'step' in source ? source.label : `inputs.${source.input}`;
      const signal = 'step' in source ? values[source.step]! : run.forJoin(source.input, source.size);
      return { name: label, signal: denseOnly(where, `${label}, which is joined,`, signal) };
    });
    const joined = join(arena, where, origin.kind as JoinKind, parts);
    values.push(joined.output);
    seen({ step, signals: parts.map(({ signal }) => signal), output: joined.output, joined });
  });
  return { outputs: new Map(Array.from(plan.heads, ([head, at]) => [head, values[at]!])), state };
}

/** The output of a step, if the layer accepts it. */
function accepted(where: string, { label, sources }: PlanStep, layer: AnyLayer, signal: Signal): Signal {
  const { inputSize } = layer;
  if (inputSize !== undefined && inputSize !== signal.width)
    throw rangeError(
      where,
      label,
      `has inputSize ${inputSize}`,
      `${signal.width}, the width of ${sources[0]!.label}`,
    );
  return layer.accept(signal);
}

/** Adds the gradient of one use of an input. */
function addInput(
  arena: Arena,
  inputs: Map<string, Tensor>,
  name: string,
  { node: { origin } }: PlanStep,
  signal: Signal,
  gradient: Matrix | undefined,
): void {
  if (signal.kind === 'oneHot') return;
  const d = gradient ?? arena.zeros(signal.values.rows, signal.width);
  const tensor =
    origin.kind === 'layer'
      ? (origin.layer.inputGradient(arena, signal, d) as Tensor)
      : gradientOutput(arena, signal, d);
  const other = inputs.get(name);
  if (other !== undefined) for (let i = 0; i < tensor.data.length; i++) tensor.data[i]! += other.data[i]!;
  inputs.set(name, tensor);
}

function sumOf(arena: Arena, a: Matrix | undefined, b: Matrix | undefined): Matrix | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const sum = arena.matrix(a.rows, a.columns);
  add(sum, a, b);
  return sum;
}
