/** Operations on elements, each by itself, and the softmax of each row. */
import type { Backend } from '../kernels/backend.ts';
import { bounding } from '../kernels/bounding.ts';
import type { Binary, Unary } from '../kernels/kernels.ts';
import { probabilities } from '../kernels/probabilities.ts';
import { training } from '../kernels/training.ts';
import type { Matrix } from './matrix.ts';
import { sameShape } from './shapes.ts';

function unary<Name extends string>(
  name: Name,
  kernelsOf: (backend: Backend) => { readonly [name in Name]: Unary },
): (out: Matrix, a: Matrix) => void {
  return (out, a) => {
    sameShape(name, 'a', a, out);
    const kernel = kernelsOf(out.backend)[name];
    kernel(out.offset, out.stride, a.offset, a.stride, out.rows, out.columns);
  };
}

function binary<Name extends string>(
  name: Name,
  kernelsOf: (backend: Backend) => { readonly [name in Name]: Binary },
): (out: Matrix, a: Matrix, b: Matrix) => void {
  return (out, a, b) => {
    sameShape(name, 'a', a, out);
    sameShape(name, 'b', b, out);
    const kernel = kernelsOf(out.backend)[name];
    kernel(out.offset, out.stride, a.offset, a.stride, b.offset, b.stride, out.rows, out.columns);
  };
}

const core = ({ kernels }: Backend) => kernels;
const backward = (backend: Backend) => backend.link(training);
const probable = (backend: Backend) => backend.link(probabilities);
const bounded = (backend: Backend) => backend.link(bounding);

/** out ← a */
export const copy: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('copy', core);
/** out ← eᵃ */
export const exp: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('exp', probable);
/** out ← σ(a) */
export const sigmoid: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('sigmoid', core);
/** out ← tanh a */
export const tanh: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('tanh', core);
/** out ← max(a, 0) */
export const relu: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('relu', bounded);
/** out ← ln(1 + eᵃ) */
export const softplus: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('softplus', bounded);
/** out ← softmax of each row of a */
export const softmax: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('softmax', probable);
/** out ← ln softmax of each row of a */
export const logSoftmax: (out: Matrix, a: Matrix) => void = /* @__PURE__ */ unary('logSoftmax', probable);

/** out ← a + b */
export const add: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('add', core);
/** out ← a − b */
export const sub: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('sub', core);
/** out ← a * b */
export const mul: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('mul', core);
/** out ← out + a * b */
export const mulAdd: (out: Matrix, a: Matrix, b: Matrix) => void = /* @__PURE__ */ binary('mulAdd', core);
/** out ← σ′ * dy, from the output y = σ(x) */
export const sigmoidBackward: (out: Matrix, y: Matrix, dy: Matrix) => void = /* @__PURE__ */ binary(
  'sigmoidBackward',
  backward,
);
/** out ← tanh′ * dy, from the output y = tanh x */
export const tanhBackward: (out: Matrix, y: Matrix, dy: Matrix) => void = /* @__PURE__ */ binary(
  'tanhBackward',
  backward,
);
/** out ← relu′ * dy, from the output y = relu x */
export const reluBackward: (out: Matrix, y: Matrix, dy: Matrix) => void = /* @__PURE__ */ binary(
  'reluBackward',
  bounded,
);

/** out ← value */
export function fill(out: Matrix, value: number): void {
  out.backend.kernels.fill(out.offset, out.stride, value, out.rows, out.columns);
}

/** out ← factor * a */
export function scale(out: Matrix, a: Matrix, factor: number): void {
  sameShape('scale', 'a', a, out);
  out.backend.kernels.scale(out.offset, out.stride, a.offset, a.stride, factor, out.rows, out.columns);
}

/** out ← min(max(a, least), most); NaN stays NaN */
export function clamp(out: Matrix, a: Matrix, least: number, most: number): void {
  sameShape('clamp', 'a', a, out);
  const { clamp } = bounded(out.backend);
  clamp(out.offset, out.stride, a.offset, a.stride, least, most, out.rows, out.columns);
}
