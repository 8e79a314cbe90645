/** Products of matrices. */
import { rangeError } from '../common/errors.ts';
import type { Factor, Matrix } from './matrix.ts';
import { Packed } from './packed.ts';
import { isMatrix, shape } from './shapes.ts';

/** out ← a · b */
export function product(out: Matrix, a: Factor, b: Factor | Packed): void {
  multiply('product', out, a, b, 0);
}

/** out ← out + a · b */
export function addProduct(out: Matrix, a: Factor, b: Factor | Packed): void {
  multiply('addProduct', out, a, b, 1);
}

function multiply(where: string, out: Matrix, a: Factor, b: Factor | Packed, beta: 0 | 1): void {
  if (a?.rows !== out?.rows || b?.columns !== out?.columns || a?.columns !== b?.rows || out === undefined) {
    isMatrix(where, 'out', out);
    isMatrix(where, 'a', a);
    isMatrix(where, 'b', b);
    throw rangeError(where, 'a · b', `is ${shape(a)} · ${shape(b)}`, `a product of shape ${shape(out)}`);
  }
  const { kernels } = out.backend;
  const { rows: m, columns: n } = out;
  const k = a.columns;
  if (b instanceof Packed)
    kernels.gemmPacked(
      out.offset,
      out.stride,
      a.offset,
      a.rowStride,
      a.columnStride,
      b.offset,
      m,
      n,
      k,
      beta,
    );
  else
    kernels.gemm(
      out.offset,
      out.stride,
      a.offset,
      a.rowStride,
      a.columnStride,
      b.offset,
      b.rowStride,
      b.columnStride,
      m,
      n,
      k,
      beta,
    );
}
