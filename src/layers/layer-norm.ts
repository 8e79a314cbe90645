/** Layer normalisation. */
import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions, flag, notNegative, size } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { addColumnSums, copyRow, mul, mulAdd, normalize, normalizeBackward } from '../matrix/operations.ts';
import { Parameter } from '../matrix/parameter.ts';
import { type DenseSignal, dense } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import type { Trace } from './trace.ts';

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions<Size extends number = number> {
  readonly inputSize: Size;
  /** ε, which prevents division by zero for constant rows: default 1e-5. */
  readonly epsilon?: number | undefined;
  /** Whether to learn the parameters `weight` and `bias`: default true. */
  readonly affine?: boolean | undefined;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
}

const checks: Checks<LayerNormOptions> = {
  inputSize: { required: size },
  epsilon: notNegative,
  affine: flag,
  backend: backendOption,
};

/**
 * The least epsilon that a file in float32 states, its smallest normal number. With 0, a constant row gives 0 here, but 0 ÷ 0 in
 * other libraries.
 */
export const LEAST_EPSILON: number = 1.1754943508222875e-38;

/**
 * Layer normalisation, separately at each step: `[batch, time, inputSize]` or `[batch, inputSize]`, of any length.
 *
 *     (1) n = (x − μ)/√(σ² + ε)        μ, σ² the mean and the biased variance of the features
 *     (2) y = weight * n + bias
 *
 * With ε = 0, constant features give n = 0.
 *
 * Ba, Kiros and Hinton (2016), arXiv:1607.06450; parameters `weight` and `bias` `[inputSize]` as in PyTorch's `LayerNorm`.
 *
 * @example
 * ```ts
 * import { LayerNorm, tensor } from 'recurrent-cells';
 *
 * const { output } = new LayerNorm({ inputSize: 2, epsilon: 0 }).infer(tensor([[3, 7]]));
 * Array.from(output.data) // → [-1, 1]
 * ```
 */
export class LayerNorm<const Size extends number = number> extends Layer<Tensor, Size, Size, undefined> {
  readonly type = 'LayerNorm';
  readonly accepts = 'dense';
  readonly backend: Backend;
  readonly inputSize: Size;
  readonly outputSize: Size;
  readonly epsilon: number;
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;

  /** @throws RangeError if `inputSize` is not a whole number of at least 1, or `epsilon` is negative. */
  constructor(options: LayerNormOptions<Size>) {
    super();
    const {
      inputSize,
      epsilon = 1e-5,
      affine = true,
      backend = float32(),
    } = checkOptions('LayerNorm', options, checks);
    this.backend = backend;
    this.inputSize = inputSize;
    this.outputSize = inputSize;
    this.epsilon = epsilon;
    const start = (value: number) =>
      affine ? new Parameter(backend, [inputSize], () => new Float64Array(inputSize).fill(value)) : undefined;
    this.weight = start(1);
    this.bias = start(0);
  }

  override parameters(): ReadonlyMap<string, Parameter> {
    const { weight, bias } = this;
    return new Map(weight && bias ? Object.entries({ weight, bias }) : []);
  }

  architecture(): Architecture {
    const { type, inputSize, epsilon, weight } = this;
    return { type, options: { inputSize, epsilon, affine: weight !== undefined } };
  }

  record(arena: Arena, input: DenseSignal): Trace<undefined, DenseSignal> {
    const { weight, bias } = this;
    const { values: x } = input;
    const like = () => arena.matrix(x.rows, x.columns);
    const n = like();
    const deviations = arena.matrix(x.rows, 1);
    normalize(n, deviations, x, this.epsilon); // (1)
    let y = n;
    if (weight && bias) {
      y = like();
      copyRow(y, bias.value); // (2)
      mulAdd(y, n, repeatedRow(weight.value, x.rows));
    }
    return {
      output: dense(input, y),
      backward: (dOutput) => {
        const dInput = like();
        let dn = dOutput;
        if (weight && bias) {
          addColumnSums(bias.gradient, dOutput); // (2)
          mul(dInput, dOutput, n);
          addColumnSums(weight.gradient, dInput);
          mul(dInput, dOutput, repeatedRow(weight.value, x.rows));
          dn = dInput;
        }
        normalizeBackward(dInput, n, deviations, dn); // (1)
        return { input: dInput };
      },
    };
  }
}

/** A row repeated `rows` times, as a view with stride 0. */
function repeatedRow(row: Matrix, rows: number): Matrix {
  return row.rowsFrom(0, rows, 0);
}
