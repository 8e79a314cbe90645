/** Models whose branches join: several inputs, layers, joins and heads. */
import type { Architecture } from '../common/architecture.ts';
import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, later, record } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Lengths } from '../data/batch.ts';
import type { Backend } from '../kernels/backend.ts';
import { prefixed } from '../layers/parts.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { type Parameter, releaseParameters } from '../matrix/parameter.ts';
import { gradientInput, output } from '../signal/boundary.ts';
import { type Pass, recordPass } from '../signal/pass.ts';
import type { Signal } from '../signal/signal.ts';
import {
  type MatrixState,
  type State,
  type StateSizes,
  stateInput,
  stateOutput,
  zeroState,
} from '../signal/state.ts';
import type { TrainableTrace } from '../training/trainable.ts';
import type { AnyNode, NeedsOfAll } from './node.ts';
import { type Plan, planOf, type SavedGraph, savedGraph } from './plan.ts';
import { Run } from './run.ts';
import { computeGraph, type GraphTrace, type InputGradients, recordGraph } from './steps.ts';

/** Nodes by the name of their head, or one node. */
export type GraphOutputs = AnyNode | { readonly [head: string]: AnyNode };

/** The inputs of a graph, by name. */
type InputsOf<Outputs> = Shown<
  Outputs extends AnyNode ? NeedsOfAll<[Outputs]> : NeedsOfAll<HeadsOf<Outputs>>
>;

type HeadsOf<Outputs> = readonly Outputs[keyof Outputs][];

type OutputOf<Outputs> = Outputs extends AnyNode ? Tensor : { readonly [Head in keyof Outputs]: Tensor };

/** The same type, written out. */
type Shown<Of> = { readonly [Name in keyof Of]: Of[Name] };

/** The inputs of any graph. */
export interface GraphInputs {
  readonly [input: string]: Tensor | Indices;
}

/** The gradients of inputs: indices have none. */
type GradientsOf<Inputs> = {
  readonly [Name in keyof Inputs]: Inputs[Name] extends Tensor ? Tensor : undefined;
};

/** Options passed with the inputs of a graph. */
export interface GraphOptions {
  /** The valid steps of each sequence: of all inputs with a time axis, or by input; default all. */
  readonly lengths?: Lengths | undefined;
  /** The initial state, by layer: default the learned one, or zeros. */
  readonly state?: State | undefined;
}

const checks: Checks<GraphOptions> = { lengths: later, state: record as Check<State> };

/**
 * A model of several inputs, joins and heads, from nodes: `input`, `node.to(layer)`, `concatenate` and `sum`.
 *
 * Its inputs are a record by the names of the `input` nodes, and so are the targets by head, if `outputs` is a record. Parameters
 * and states are named by layer, `word.weight`: by the name passed to `to`, or that of the head, or the layer's position. A layer
 * applied to several nodes is shared: its parameters are listed once, under the first name.
 *
 * @param outputs one node, or nodes by the name of their head.
 * @throws TypeError if an output is not a node; RangeError if names clash, backends differ, or an input is taken both as indices
 * and as features.
 *
 * @example Words and their characters, joined, with two heads.
 * ```ts
 * import * as rc from 'recurrent-cells';
 *
 * const both = (inputSize: number, hiddenSize: number, outputs: 'all' | 'last') => {
 *   const cell = () => new rc.LSTMCell({ inputSize, hiddenSize });
 *   return new rc.Bidirectional(cell(), cell(), { outputs });
 * };
 * const word = rc.input('words').to(new rc.Embedding({ classes: 50, outputSize: 8 }), 'word');
 * const letters = rc.sequential(new rc.Embedding({ classes: 27, outputSize: 4 }), both(4, 3, 'last'));
 * const spelling = rc.input('characters').to(new rc.EachStep(letters), 'spelling');
 * const context = rc.concatenate(word, spelling).to(both(14, 5, 'all'), 'context');
 * const tagger = rc.graph({
 *   tag: context.to(new rc.Dense({ inputSize: 10, outputSize: 6 })),
 *   boundary: context.to(new rc.Dense({ inputSize: 10, outputSize: 2 })),
 * });
 *
 * const data = rc.batches(
 *   {
 *     inputs: {
 *       words: [[3, 7], [9]],
 *       characters: [[Int32Array.of(1, 2), Int32Array.of(5)], [Int32Array.of(2, 2, 4)]],
 *     },
 *     targets: { tag: [[0, 5], [1]], boundary: [[1, 0], [1]] },
 *   },
 *   { batchSize: 2, epochs: 30 },
 * );
 * const loss = rc.jointLoss({ tag: rc.crossEntropy(), boundary: rc.crossEntropy() }, { weights: { boundary: 0.5 } });
 * const losses = [];
 * for await (const step of rc.train(tagger, data, { loss, optimizer: new rc.Adam({ learningRate: 0.05 }) }))
 *   losses.push(step.loss);
 * losses.at(-1)! < losses[0]! / 4 // → true
 * ```
 */
export function graph<const Outputs extends GraphOutputs>(
  outputs: Outputs,
): Graph<InputsOf<Outputs>, OutputOf<Outputs>> {
  return new Graph(outputs);
}

/**
 * A model made by {@link graph}. It is trained, evaluated, saved and described like a layer; its inputs are a record.
 *
 * @example
 * ```ts
 * import { Dense, graph, input, load, save, sum, tensor } from 'recurrent-cells';
 *
 * const shared = new Dense({ inputSize: 2, outputSize: 3 });
 * const model = graph(sum(input('left').to(shared), input('right').to(shared)));
 * [...model.parameters().keys()] // → ['0.weight', '0.bias']
 * const x = { left: tensor([[1, 2]]), right: tensor([[3, 4]]) };
 * const again: typeof model = load(save(model));
 * again.infer(x).output // → model.infer(x).output
 * ```
 */
export class Graph<
  Inputs extends object = GraphInputs,
  Output = Tensor | { readonly [head: string]: Tensor },
> {
  readonly type = 'Graph';
  readonly backend: Backend;
  /** The layers by name. */
  readonly layers: { readonly [name: string]: AnyLayer };
  /** The size of each part of the state, by layer. */
  readonly stateSizes: StateSizes;
  /** @internal */
  readonly plan: Plan;

  /** @internal */
  constructor(outputs: GraphOutputs) {
    this.plan = planOf(outputs);
    this.backend = this.plan.backend;
    const named = this.plan.steps.flatMap(({ name, node: { origin } }): [string, AnyLayer][] =>
      origin.kind === 'layer' ? [[name, origin.layer]] : [],
    );
    this.layers = Object.fromEntries(named);
    this.stateSizes = Object.fromEntries(
      named.flatMap(([name, { stateSizes }]) => (stateSizes === undefined ? [] : [[name, stateSizes]])),
    );
  }

  /** The parameters by name, such as `word.weight`. A parameter used twice is listed once. */
  parameters(): ReadonlyMap<string, Parameter> {
    return prefixed(this.layers);
  }

  /** The nodes and layers needed to rebuild this model, without parameter values. */
  architecture(): Architecture {
    const options: SavedGraph = savedGraph(this.plan);
    return { type: this.type, options: { ...options }, parts: this.layers };
  }

  /** The initial state of a batch if none is passed. */
  initialState(batch: number): State {
    wholeNumber('Graph.initialState', 'batch', batch);
    return Object.fromEntries(
      Object.keys(this.stateSizes).map((name) => [name, this.layers[name]!.initialState(batch)!]),
    );
  }

  /**
   * Computes the outputs and records what the backward pass needs.
   *
   * @param inputs by name, each as for the layers that take it.
   * @returns a pass whose `backward` takes the gradient of the output, or those of the heads, and returns those of the inputs.
   * @throws RangeError or TypeError if an input is missing or unknown, or inputs, lengths, the state or an option do not fit.
   */
  forward(inputs: Inputs, options: GraphOptions = {}): Pass<Output, GradientsOf<Inputs>, State> {
    const where = 'Graph.forward';
    return recordPass<Output, GradientsOf<Inputs>, State>(where, this, (arena) => {
      const run = this.#run(arena, where, inputs, options);
      const trace = recordGraph(run);
      return {
        output: this.#tensors(arena, trace.outputs),
        state: stateOutput(trace.state),
        backward: (dOutput, dState) => {
          const back = 'Graph.backward';
          const dOut = dOutput && this.#gradients(arena, back, trace.outputs, dOutput);
          const dFinal = dState && stateInput(arena, back, 'dState', dState, this.stateSizes, run.batch());
          const d = trace.backward(dOut ?? new Map(), dFinal, true);
          return {
            input: this.#inputGradients(d.inputs) as GradientsOf<Inputs>,
            state: this.#stateGradient(d.state, run.batch()),
          };
        },
      };
    });
  }

  /**
   * Computes the outputs in inference mode: records nothing, and skips dropout and the like.
   *
   * @returns also the valid steps of each output.
   * @throws RangeError or TypeError if an input is missing or unknown, or inputs, lengths, the state or an option do not fit.
   */
  infer(
    inputs: Inputs,
    options: GraphOptions = {},
  ): { readonly output: Output; readonly state: State; readonly lengths: Lengths | undefined } {
    const where = 'Graph.infer';
    return withArena(this.backend, (arena) => {
      const { outputs, state } = computeGraph(this.#run(arena, where, inputs, options));
      const ends = Object.fromEntries(Array.from(outputs, ([head, { lengths }]) => [head, lengths]));
      return {
        output: this.#tensors(arena, outputs),
        state: stateOutput(state),
        lengths: this.plan.single ? ends[''] : ends,
      };
    });
  }

  /** Records the forward pass of a training batch. */
  recordBatch(arena: Arena, where: string, inputs: Inputs, options: GraphOptions = {}): TrainableTrace {
    const run = this.#run(arena, where, inputs, options);
    const trace: GraphTrace = recordGraph(run);
    const { single } = this.plan;
    return {
      output: single ? trace.outputs.get('')! : Object.fromEntries(trace.outputs),
      state: trace.state,
      tokens: run.tokens(),
      backward: (dOutput) =>
        trace.backward(
          new Map(single ? [['', dOutput as Matrix]] : Object.entries(dOutput)),
          undefined,
          false,
        ),
    };
  }

  /** Releases the model at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Frees the parameters' memory immediately instead of at garbage collection; later use throws. */
  release(): void {
    releaseParameters(this);
  }

  #run(arena: Arena, where: string, inputs: Inputs, options: GraphOptions): Run {
    const { lengths, state } = checkOptions(where, options, checks);
    const { plan, stateSizes } = this;
    checkInputs(where, plan, inputs, lengths);
    return new Run(arena, where, plan, inputs as GraphInputs, lengths, state, stateSizes);
  }

  #tensors(arena: Arena, outputs: ReadonlyMap<string, Signal>): Output {
    const tensors = Array.from(outputs, ([head, signal]): [string, Tensor] => [head, output(arena, signal)]);
    return (this.plan.single ? tensors[0]![1] : Object.fromEntries(tensors)) as Output;
  }

  /** The gradients of the outputs in the arena, by head. A head without one does not count. */
  #gradients(
    arena: Arena,
    where: string,
    outputs: ReadonlyMap<string, Signal>,
    dOutput: Output,
  ): ReadonlyMap<string, Matrix> {
    if (this.plan.single)
      return new Map([['', gradientInput(arena, where, outputs.get('')!, dOutput as Tensor)]]);
    const gradients = record(where, 'dOutput', dOutput) as { readonly [head: string]: Tensor | undefined };
    const found = new Map<string, Matrix>();
    for (const [head, gradient] of Object.entries(gradients)) {
      const signal = outputs.get(head);
      if (signal === undefined)
        throw rangeError(
          where,
          'dOutput',
          `has ${show(head)}`,
          `only ${[...outputs.keys()].join(', ')}, the heads`,
        );
      if (gradient !== undefined)
        found.set(head, gradientInput(arena, `${where}: head ${head}`, signal, gradient));
    }
    return found;
  }

  #inputGradients(found: InputGradients): { [name: string]: Tensor | undefined } {
    return Object.fromEntries(Array.from(this.plan.inputs.keys(), (name) => [name, found.get(name)]));
  }

  /** Zeros for layers that no gradient reaches. */
  #stateGradient(found: MatrixState, batch: number): State {
    return { ...zeroState(this.backend, this.stateSizes, batch), ...stateOutput(found) };
  }
}

/** Any graph. */
// biome-ignore lint/suspicious/noExplicitAny: any inputs and outputs
export type AnyGraph = Graph<any, any>;

/** @throws TypeError if an input is missing; RangeError if one, or one with lengths, is unknown. */
function checkInputs(
  where: string,
  { inputs: known }: Plan,
  inputs: unknown,
  lengths: Lengths | undefined,
): void {
  const names = [...known.keys()];
  const list = `{ ${names.join(', ')} }`;
  if (
    typeof inputs !== 'object' ||
    inputs === null ||
    Array.isArray(inputs) ||
    ('data' in inputs && !known.has('data'))
  )
    throw typeError(
      where,
      'inputs',
      Object.hasOwn(Object(inputs), 'data') ? 'is one tensor' : `is ${show(inputs)}`,
      `an object ${list}`,
    );
  for (const name of names)
    if (!Object.hasOwn(inputs, name)) throw typeError(where, `inputs.${name}`, 'is missing', list);
  for (const name of Object.keys(inputs))
    if (!known.has(name)) throw rangeError(where, 'inputs', `has ${show(name)}`, `only ${list}`);
  if (typeof lengths !== 'object' || lengths === null || Array.isArray(lengths)) return;
  for (const name of Object.keys(lengths))
    if (!known.has(name)) throw rangeError(where, 'lengths', `has ${show(name)}`, `only ${list}, the inputs`);
}
