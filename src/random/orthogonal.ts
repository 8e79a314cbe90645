/** Uniformly distributed orthogonal matrices, as products of reflections. */
import type { Random } from './random.ts';

/**
 * Draws `count` orthonormal vectors of `length` ≥ `count` numbers each, uniformly.
 *
 * They are the rows of D·[I 0]·H_count … H_1, where H_k reflects the last length − k + 1 coordinates to map a normal
 * sample onto the first of them, and D holds the signs. Stewart (1980), "The efficient generation of random orthogonal
 * matrices": a third of the work of the Gram–Schmidt method applied twice, and as accurate.
 */
export function orthonormal(count: number, length: number, random: Random): Float64Array[] {
  const draws = Array.from({ length: count }, (_, k) => {
    const draw = new Float64Array(length - k);
    for (let i = 0; i < draw.length; i++) draw[i] = random.normal();
    return draw;
  });
  const vectors = draws.map(() => new Float64Array(length));
  for (let k = count - 1; k >= 0; k--) {
    const v = draws[k]!;
    const norm = Math.sqrt(dot(v, v, 0));
    const sign = v[0]! < 0 ? -1 : 1;
    vectors[k]![k] = -sign;
    // v = x ± ‖x‖·e₁ with the sign that avoids cancellation: H = I − v·vᵀ / (‖x‖·|v₁|)
    v[0]! += sign * norm;
    const scale = 1 / (norm * Math.abs(v[0]!));
    for (let j = k; j < count; j++) addScaled(vectors[j]!, v, k, -scale * dot(v, vectors[j]!, k));
  }
  return vectors;
}

/** Σ a[i]·b[from + i], in four independent sums that the processor can compute in parallel. */
function dot(a: Float64Array, b: Float64Array, from: number): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    p += a[i]! * b[from + i]!;
    q += a[i + 1]! * b[from + i + 1]!;
    r += a[i + 2]! * b[from + i + 2]!;
    s += a[i + 3]! * b[from + i + 3]!;
  }
  for (; i < a.length; i++) p += a[i]! * b[from + i]!;
  return p + q + (r + s);
}

/** out[from + i] += factor·a[i] */
function addScaled(out: Float64Array, a: Float64Array, from: number, factor: number): void {
  for (let i = 0; i < a.length; i++) out[from + i]! += factor * a[i]!;
}
