/** Operations on elements, each by itself, and the softmax of each row. */
import type { Matrix } from './matrix.ts';
import { isMatrix, isNumber, sameShape } from './shapes.ts';

type UnaryName = 'copy' | 'exp' | 'sigmoid' | 'tanh' | 'relu' | 'softplus' | 'softmax' | 'logSoftmax';
type BinaryName = 'add' | 'sub' | 'mul' | 'mulAdd' | 'sigmoidBackward' | 'tanhBackward' | 'reluBackward';

function unary(name: UnaryName): (out: Matrix, a: Matrix) => void {
  return (out, a) => {
    sameShape(name, 'a', a, out);
    out.backend.kernels[name](out.offset, out.stride, a.offset, a.stride, out.rows, out.columns);
  };
}

function binary(name: BinaryName): (out: Matrix, a: Matrix, b: Matrix) => void {
  return (out, a, b) => {
    sameShape(name, 'a', a, out);
    sameShape(name, 'b', b, out);
    const kernel = out.backend.kernels[name];
    kernel(out.offset, out.stride, a.offset, a.stride, b.offset, b.stride, out.rows, out.columns);
  };
}

/** out ← a */
export const copy: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('copy');
/** out ← eᵃ */
export const exp: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('exp');
/** out ← σ(a) */
export const sigmoid: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('sigmoid');
/** out ← tanh a */
export const tanh: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('tanh');
/** out ← max(a, 0) */
export const relu: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('relu');
/** out ← ln(1 + eᵃ) */
export const softplus: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('softplus');
/** out ← softmax of each row of a */
export const softmax: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('softmax');
/** out ← ln softmax of each row of a */
export const logSoftmax: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('logSoftmax');

/** out ← a + b */
export const add: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('add');
/** out ← a − b */
export const sub: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('sub');
/** out ← a * b */
export const mul: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('mul');
/** out ← out + a * b */
export const mulAdd: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('mulAdd');
/** out ← σ′ * dy, from the output y = σ(x) */
export const sigmoidBackward: (out: Matrix, y: Matrix, dy: Matrix) => void =
  /* @__PURE__ */ binary('sigmoidBackward');
/** out ← tanh′ * dy, from the output y = tanh x */
export const tanhBackward: (out: Matrix, y: Matrix, dy: Matrix) => void =
  /* @__PURE__ */ binary('tanhBackward');
/** out ← relu′ * dy, from the output y = relu x */
export const reluBackward: (out: Matrix, y: Matrix, dy: Matrix) => void =
  /* @__PURE__ */ binary('reluBackward');

/** out ← value */
export function fill(out: Matrix, value: number): void {
  isMatrix('fill', 'out', out);
  isNumber('fill', 'value', value);
  out.backend.kernels.fill(out.offset, out.stride, value, out.rows, out.columns);
}

/** out ← factor * a */
export function scale(out: Matrix, a: Matrix, factor: number): void {
  sameShape('scale', 'a', a, out);
  isNumber('scale', 'factor', factor);
  out.backend.kernels.scale(out.offset, out.stride, a.offset, a.stride, factor, out.rows, out.columns);
}

/** out ← min(max(a, least), most); NaN stays NaN */
export function clamp(out: Matrix, a: Matrix, least: number, most: number): void {
  sameShape('clamp', 'a', a, out);
  isNumber('clamp', 'least', least);
  isNumber('clamp', 'most', most);
  const { clamp } = out.backend.kernels;
  clamp(out.offset, out.stride, a.offset, a.stride, least, most, out.rows, out.columns);
}
