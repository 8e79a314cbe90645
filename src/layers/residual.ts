/** Residual connections. */
import type { Architecture } from '../common/architecture.ts';
import { rangeError } from '../common/errors.ts';
import { instanceOf } from '../common/instance.ts';
import type { Tensor } from '../common/tensor.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Expectation } from '../signal/checks.ts';
import { type DenseSignal, dense, denseOnly, type Signal } from '../signal/signal.ts';
import type { MatrixState, State, StateSizes } from '../signal/state.ts';
import { Layer } from './layer.ts';
import { prefixed } from './parts.ts';
import { type Computed, type Trace, traceBackward } from './trace.ts';

/**
 * Adds a layer's input to its output: `y = x + f(x)`, where f keeps the width and the steps.
 *
 * The gradient reaches lower layers through an identity path: He et al. (2015), arXiv:1512.03385; between
 * recurrent layers, Wu et al. (2016), arXiv:1609.08144. The state is that of the inner layer.
 *
 * @example
 * ```ts
 * import { Dense, Residual, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 2, outputSize: 2 });
 * dense.weight.write([10, 0, 0, 10]);
 * Array.from(new Residual(dense).infer(tensor([[1, 2]])).output.data) // → [11, 22]
 * ```
 */
export class Residual<
  Size extends number = number,
  S extends State | undefined = State | undefined,
> extends Layer<Tensor, Size, Size, S> {
  readonly type = 'Residual';
  readonly accepts = 'dense';
  readonly backend: Backend;
  readonly inputSize: Size | undefined;
  readonly outputSize: Size | undefined;
  override readonly stateSizes: StateSizes | undefined;
  readonly layer: Layer<Tensor, Size, Size, S>;

  /** @throws RangeError if the layer's input and output differ in size, or it takes indices; TypeError if it is not a layer. */
  constructor(layer: Layer<Tensor, Size, NoInfer<Size>, S>) {
    super();
    instanceOf('Residual', 'layer', layer, Layer, 'a layer');
    if (layer.accepts !== 'dense')
      throw rangeError('Residual', 'layer', `(${layer.type}) takes indices`, 'a layer of real features');
    if (layer.inputSize !== layer.outputSize)
      throw rangeError(
        'Residual',
        'layer',
        `(${layer.type}) makes ${layer.outputSize} features of ${layer.inputSize}`,
        'as many as come in',
      );
    this.layer = layer;
    this.backend = layer.backend;
    this.inputSize = layer.inputSize;
    this.outputSize = layer.outputSize;
    this.stateSizes = layer.stateSizes;
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    return prefixed({ layer: this.layer });
  }

  architecture(): Architecture {
    return { type: this.type, options: {}, parts: { layer: this.layer } };
  }

  override initialState(batch: number): S {
    return this.layer.initialState(batch);
  }

  override compute(arena: Arena, input: DenseSignal, state: MatrixState | undefined): Computed {
    const computed = this.layer.compute(arena, input, state);
    return { ...computed, output: this.#sum(arena, input, computed.output) };
  }

  record(arena: Arena, input: DenseSignal, state: MatrixState | undefined): Trace<S, DenseSignal> {
    const trace = this.layer.record(arena, input, state);
    return {
      output: this.#sum(arena, input, trace.output),
      state: trace.state,
      backward: (dOutput, dState, needsInput) => {
        const d = traceBackward(trace, dOutput, dState, needsInput);
        return { ...d, input: sumOf(arena, d.input, dOutput) };
      },
    };
  }

  override expectation(where: string): Expectation {
    const { timed } = this.layer.expectation(where);
    return { ...super.expectation(where), timed };
  }

  #sum(arena: Arena, input: DenseSignal, output: Signal): DenseSignal {
    const { type } = this.layer;
    const { values: x } = input;
    const { values: y } = denseOnly('Residual', `what its layer (${type}) gives`, output);
    if (output.time !== input.time || output.timed !== input.timed)
      throw rangeError(
        'Residual',
        `layer (${type})`,
        `makes ${stepsOf(output)} of ${stepsOf(input)}`,
        'an output for each step',
      );
    const values = arena.matrix(x.rows, x.columns);
    add(values, x, y);
    return dense(input, values);
  }
}

function stepsOf({ timed, time }: Signal): string {
  return timed ? `${time} steps` : 'one vector';
}

function sumOf(arena: Arena, a: Matrix | undefined, b: Matrix | undefined): Matrix | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const sum = arena.matrix(a.rows, a.columns);
  add(sum, a, b);
  return sum;
}
