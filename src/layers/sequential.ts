/** Chains of layers. */

import { Cell } from '../cells/cell.ts';
import type { Architecture } from '../common/architecture.ts';
import { rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Expectation } from '../signal/checks.ts';
import type { Signal } from '../signal/signal.ts';
import { type MatrixState, partOf, type State, type StateSizes, type Tree } from '../signal/state.ts';
import { type GradientOf, Layer, type SignalOf } from './layer.ts';
import { prefixed } from './parts.ts';
import { type Computed, type Trace, traceBackward } from './trace.ts';

/** Any layer. */
// biome-ignore lint/suspicious/noExplicitAny: any input and state
export type AnyLayer = Layer<any, number, number, any>;

export type InputOf<L> = L extends { readonly accepts: 'indices' } ? Indices : Tensor;
/** A size, if known: a layer of any width, or a stack of layers, may have `undefined`. */
type Known<Size> = [NonNullable<Size>] extends [never] ? number : NonNullable<Size> & number;
type InputSizeOf<L> = L extends { readonly inputSize: infer Size } ? Known<Size> : number;
/** The width after a layer: the layer's own, or the one before it. */
export type WidthAfter<L, Before extends number> = L extends { readonly preservesWidth: true }
  ? Before
  : L extends { readonly outputSize: infer Size }
    ? Known<Size>
    : number;

/** A layer with inputs of width `Size`, for readable errors on a mismatch. */
export interface LayerOfInputSize<Size extends number> {
  readonly inputSize: Size;
}

/** `L`, if it accepts inputs of width `Before`; widths known only as `number` are checked at run time. */
export type Taking<L, Before extends number> = L extends { readonly preservesWidth: true }
  ? L
  : number extends Before | InputSizeOf<L>
    ? L
    : InputSizeOf<L> extends Before
      ? L
      : LayerOfInputSize<Before>;

type Chain<Layers extends readonly unknown[], Before extends number> = Layers extends readonly [
  infer First,
  ...infer Rest,
]
  ? [Taking<First, Before>, ...Chain<Rest, WidthAfter<First, Before>>]
  : [];

type LastWidth<Layers extends readonly unknown[], Before extends number = number> = Layers extends readonly [
  infer First,
  ...infer Rest,
]
  ? LastWidth<Rest, WidthAfter<First, Before>>
  : Before;

/**
 * Chains layers, each applied to the output of the previous one.
 *
 * The compiler checks that widths match if the sizes are literal; otherwise they are checked at run time. Parameters and
 * states are named by position: `1.cell.weightIh`, `{ 1: { h, c } }`. A layer may occur twice: its parameters are then shared.
 *
 * @throws RangeError if a layer does not accept the output of the previous one, or their backends differ; TypeError if one
 * is not a layer.
 *
 * @example
 * ```ts
 * import { Dense, indices, LSTMCell, OneHot, Sequence, sequential } from 'recurrent-cells';
 *
 * const model = sequential(
 *   new OneHot({ classes: 5 }),
 *   new Sequence(new LSTMCell({ inputSize: 5, hiddenSize: 8 })),
 *   new Dense({ inputSize: 8, outputSize: 5 }),
 * );
 * model.infer(indices([[0, 4, 2]])).output.shape // → [1, 3, 5]
 * [...model.parameters().keys()][0] // → '1.cell.weightIh'
 * ```
 *
 * @example A deep recurrent network: different cells and widths, dropout between layers, and a residual connection.
 * ```ts
 * import * as rc from 'recurrent-cells';
 *
 * const model = rc.sequential(
 *   new rc.Embedding({ classes: 10, outputSize: 6 }),
 *   new rc.Conv1d({ inputSize: 6, outputSize: 8, kernelSize: 3 }),
 *   new rc.Sequence(new rc.LSTMCell({ inputSize: 8, hiddenSize: 5 })),
 *   new rc.Dropout({ rate: 0.2 }),
 *   new rc.Residual(new rc.Sequence(new rc.GRUCell({ inputSize: 5, hiddenSize: 5 }))),
 *   new rc.LayerNorm({ inputSize: 5 }),
 *   new rc.Pooling({ kind: 'mean' }),
 *   new rc.Dense({ inputSize: 5, outputSize: 2 }),
 * );
 * const x = rc.indices([[3, 1, 4, 1], [5, 9, 0, 0]]);
 * model.infer(x, { lengths: [4, 2] }).output.shape // → [2, 2]
 * Object.keys(model.initialState(2)) // → ['2', '4']
 * ```
 */
export function sequential<const Layers extends readonly [AnyLayer, ...AnyLayer[]]>(
  ...layers: Layers & Chain<Layers, number>
): Sequential<InputOf<Layers[0]>, InputSizeOf<Layers[0]>, LastWidth<Layers>> {
  return new Sequential(layers as readonly AnyLayer[]);
}

/**
 * A chain of layers, made by {@link sequential}, whose types track the widths.
 *
 * @example
 * ```ts
 * import { type AnyLayer, Dense, Sequential, tensor } from 'recurrent-cells';
 *
 * // The number of layers is dynamic: sizes are checked at run time.
 * const layers: AnyLayer[] = [4, 4, 2].map((outputSize) => new Dense({ inputSize: 4, outputSize }));
 * const model = new Sequential(layers);
 * model.infer(tensor([[1, 2, 3, 4]])).output.shape // → [1, 2]
 * model.layers.length // → 3
 * ```
 */
export class Sequential<
  Input extends Tensor | Indices = Tensor,
  InputSize extends number = number,
  OutputSize extends number = number,
  OutputShape extends readonly number[] = readonly number[],
> extends Layer<Input, InputSize, OutputSize, State, OutputShape, Signal> {
  readonly type = 'Sequential';
  readonly accepts: Input extends Tensor ? 'dense' : 'indices';
  override readonly takesOneHot = true;
  override readonly takesSequences: boolean;
  readonly layers: readonly AnyLayer[];
  readonly backend: Backend;
  readonly inputSize: InputSize | undefined;
  readonly outputSize: OutputSize | undefined;
  override readonly stateSizes: StateSizes;

  constructor(layers: readonly AnyLayer[]) {
    super();
    if (!Array.isArray(layers))
      throw typeError('Sequential', 'layers', `is ${show(layers)}`, 'an array of layers');
    if (layers.length === 0) throw rangeError('sequential', 'layers', 'is empty', 'at least one layer');
    for (const [at, layer] of layers.entries() as Iterable<[number, unknown]>) {
      const hint = layer instanceof Cell ? ': new Sequence(cell) makes one of a cell' : '';
      instanceOf<AnyLayer>('sequential', `layers[${at}]`, layer, Layer, `a layer${hint}`);
    }
    this.layers = layers;
    const first = layers[0] as AnyLayer;
    this.backend = first.backend;
    this.accepts = first.accepts as typeof this.accepts;
    this.takesSequences = first.takesSequences;
    let width: number | undefined;
    layers.forEach((layer, at) => {
      this.#check(layer, at, width);
      width = layer.outputSize ?? width;
    });
    this.inputSize = layers.find((layer) => layer.inputSize !== undefined)?.inputSize as
      | InputSize
      | undefined;
    this.outputSize = width as OutputSize | undefined;
    this.stateSizes = Object.fromEntries(
      layers.flatMap((layer, at) => (layer.stateSizes === undefined ? [] : [[at, layer.stateSizes]])),
    );
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    return prefixed(Object.fromEntries(this.layers.entries()));
  }

  architecture(): Architecture {
    return { type: this.type, options: {}, parts: Object.fromEntries(this.layers.entries()) };
  }

  override expectation(where: string): Expectation {
    const { timed } = this.layers[0]!.expectation(where);
    return { ...super.expectation(where), timed };
  }

  override toSignal(
    arena: Arena,
    where: string,
    input: Input,
    lengths: readonly number[] | undefined,
    argument?: string,
    lengthsName?: string,
  ): SignalOf<Input> {
    return this.takesSequences
      ? (this.layers[0]!.toSignal(arena, where, input, lengths, argument, lengthsName) as SignalOf<Input>)
      : super.toSignal(arena, where, input, lengths, argument, lengthsName);
  }

  override inputGradient(arena: Arena, signal: Signal, gradient: Matrix): GradientOf<Input> {
    return this.takesSequences
      ? (this.layers[0]!.inputGradient(arena, signal, gradient) as GradientOf<Input>)
      : super.inputGradient(arena, signal, gradient);
  }

  override initialState(batch: number): State {
    wholeNumber(`${this.type}.initialState`, 'batch', batch);
    const parts = this.layers.map((layer, at): [number, State | undefined] => [
      at,
      layer.initialState(batch),
    ]);
    return Object.fromEntries(parts.filter(([, state]) => state !== undefined)) as State;
  }

  override compute(arena: Arena, input: Signal, state: MatrixState | undefined): Computed {
    return this.#chain(input, (layer, signal, at) => layer.compute(arena, signal, partOf(state, at)));
  }

  record(arena: Arena, input: Signal, state: MatrixState | undefined): Trace<State> {
    const traces: Trace[] = [];
    const computed = this.#chain(input, (layer, signal, at) => {
      const trace = layer.record(arena, signal, partOf(state, at));
      traces.push(trace);
      return trace;
    });
    return {
      ...computed,
      backward: (dOutput, dState, needsInput) => {
        let gradient = dOutput;
        const initial: { [at: string]: Tree<Matrix> } = {};
        for (let at = traces.length - 1; at >= 0; at--) {
          const d = traceBackward(traces[at]!, gradient, partOf(dState, at), needsInput || at > 0);
          gradient = d.input;
          if (d.state !== undefined) initial[at] = d.state;
        }
        return { input: gradient, state: initial };
      },
    };
  }

  #chain(input: Signal, step: (layer: AnyLayer, signal: Signal, at: number) => Computed): Computed {
    let output = input;
    const state: { [at: string]: Tree<Matrix> } = {};
    this.layers.forEach((layer, at) => {
      const computed = step(layer, layer.accept(output), at);
      output = computed.output;
      if (computed.state !== undefined) state[at] = computed.state;
    });
    return { output, state };
  }

  #check(layer: AnyLayer, at: number, width: number | undefined): void {
    const name = `layers[${at}] (${layer.type})`;
    if (layer.backend !== this.backend)
      throw rangeError('sequential', name, `computes in ${layer.backend.name}`, this.backend.name);
    if (at > 0 && layer.accepts === 'indices')
      throw rangeError('sequential', name, 'takes indices', 'a layer that takes what a layer gives');
    if (width !== undefined && layer.inputSize !== undefined && layer.inputSize !== width)
      throw rangeError(
        'sequential',
        name,
        `has inputSize ${layer.inputSize}`,
        `${width}, what layers[${at - 1}] (${this.layers[at - 1]!.type}) gives`,
      );
  }
}
