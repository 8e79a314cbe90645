/** Elementwise kernels in plain TypeScript: one loop over a block, applied to each formula. */
import type { Heap } from '../heap.ts';
import type { Binary, ElementwiseKernels, Unary } from '../kernels.ts';

/** Makes kernels that apply a formula to each element. */
function unaryOver(heap: Heap): (formula: (a: number) => number) => Unary {
  return (formula) => (out, outStride, a, aStride, rows, columns) => {
    const x = heap.values;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) x[out + i * outStride + j] = formula(x[a + i * aStride + j]!);
  };
}

/** Makes kernels that apply a formula to the elements of two blocks and the previous output. */
function binaryOver(heap: Heap): (formula: (a: number, b: number, out: number) => number) => Binary {
  return (formula) => (out, outStride, a, aStride, b, bStride, rows, columns) => {
    const x = heap.values;
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const at = out + i * outStride + j;
        x[at] = formula(x[a + i * aStride + j]!, x[b + i * bStride + j]!, x[at]!);
      }
  };
}

/** The elementwise kernels of a heap. */
export function elementwise(heap: Heap): ElementwiseKernels {
  const unary = unaryOver(heap);
  const binary = binaryOver(heap);
  return {
    copy: unary((a) => a),
    fill(out, outStride, value, rows, columns) {
      for (let i = 0; i < rows; i++)
        heap.values.fill(value, out + i * outStride, out + i * outStride + columns);
    },
    add: binary((a, b) => a + b),
    sub: binary((a, b) => a - b),
    mul: binary((a, b) => a * b),
    mulAdd: binary((a, b, out) => out + a * b),
    scale(out, outStride, a, aStride, factor, rows, columns) {
      unary((value) => factor * value)(out, outStride, a, aStride, rows, columns);
    },
    clamp(out, outStride, a, aStride, least, most, rows, columns) {
      unary((value) => Math.min(Math.max(value, least), most))(out, outStride, a, aStride, rows, columns);
    },
    relu: unary((a) => Math.max(a, 0)),
    sigmoid: unary((a) => 1 / (1 + Math.exp(-a))),
    tanh: unary(Math.tanh),
    exp: unary(Math.exp),
    // max(a, 0) is taken out, so that e cannot overflow and a large negative a keeps its precision.
    softplus: unary((a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))),
    sigmoidBackward: binary((y, dy) => dy * y * (1 - y)),
    tanhBackward: binary((y, dy) => dy * (1 - y * y)),
    reluBackward: binary((y, dy) => (y > 0 ? dy : 0)),
  };
}
