/**
 * Turns scores into attention weights over the valid keys, and weights the values with them.
 *
 * For query i of a sequence with n keys, scores e, values v and a context c:
 *
 *     a_i = softmax(e_i1 … e_in)             (1)
 *     c_i = Σ_j a_ij v_j                      (2)
 *
 *     da_ij += dc_i · v_j    dv_j = Σ_i a_ij dc_i        from (2)
 *     de_ij = a_ij (da_ij − Σ_k a_ik da_ik)              from (1)
 */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, addProduct, fill, mul, product, softmax, sub } from '../matrix/operations.ts';
import type { PreparedKeys } from './scores.ts';

/** The keys and values that queries attend to, with the keys prepared for scoring. */
export interface Memory {
  readonly batch: number;
  /** The steps of the longest sequence. */
  readonly time: number;
  /** The valid keys of each sequence; undefined if all are valid. */
  readonly lengths: readonly number[] | undefined;
  readonly keys: PreparedKeys;
  /** [time·batch, valueSize] */
  readonly values: Matrix;
}

/** Attention results and their backward pass. */
export interface AttentionTrace {
  /** [queries·batch, valueSize] */
  readonly context: Matrix;
  /** [batch·queries, keys], sequence by sequence; zero beyond each sequence's length. */
  readonly weights: Matrix;
  /** @param dWeights shaped like `weights`; may be overwritten. */
  backward(
    dContext: Matrix | undefined,
    dWeights?: Matrix,
  ): { readonly query: Matrix; readonly keys: Matrix; readonly values: Matrix };
}

/** Computes attention for queries [queries·batch, querySize]. */
export function attend(arena: Arena, query: Matrix, memory: Memory): AttentionTrace {
  const { batch, time, lengths, values } = memory;
  const queries = query.rows / batch;
  const scores = memory.keys.score(query);
  const context = arena.zeros(query.rows, values.columns);
  const weights = arena.zeros(batch * queries, time);
  const sequences = Array.from({ length: batch }, (_, b) => ({ b, count: lengths?.[b] ?? time })).filter(
    ({ count }) => count > 0,
  );
  const weightsOf = (of: Matrix, b: number, count: number) =>
    of.rowsFrom(b * queries, queries).columnsFrom(0, count);

  for (const { b, count } of sequences) {
    const e = arena.matrix(queries, count);
    scores.write(e, b);
    const a = weightsOf(weights, b, count);
    softmax(a, e);
    product(context.rowsFrom(b, queries, batch), a, values.rowsFrom(b, count, batch));
  }
  return {
    context,
    weights,
    backward(dContext, dWeights) {
      const gradient = scores.backward();
      const dValues = arena.zeros(values.rows, values.columns);
      for (const { b, count } of sequences) {
        const a = weightsOf(weights, b, count);
        const dA = arena.matrix(queries, count);
        if (dContext === undefined) fill(dA, 0);
        else {
          const dC = dContext.rowsFrom(b, queries, batch);
          product(dA, dC, values.rowsFrom(b, count, batch).T);
          addProduct(dValues.rowsFrom(b, count, batch), a.T, dC);
        }
        if (dWeights !== undefined) add(dA, dA, weightsOf(dWeights, b, count));
        softmaxBackward(arena, dA, a);
        gradient.add(dA, b);
      }
      return { ...gradient.finish(), values: dValues };
    },
  };
}

/** d ← y * (d − Σ y * d), row by row, from the output y of a softmax */
function softmaxBackward(arena: Arena, d: Matrix, y: Matrix): void {
  const { rows, columns } = d;
  const ones = arena.matrix(1, columns);
  fill(ones, 1);
  mul(d, d, y);
  const sums = arena.matrix(rows, 1);
  product(sums, d, ones.T);
  const spread = arena.matrix(rows, columns);
  product(spread, sums, ones);
  mul(spread, spread, y);
  sub(d, d, spread);
}
