/**
 * Score functions between queries and keys, each with its backward pass.
 *
 * Keys are prepared once for any number of queries. Matrices are time-major, so the rows of sequence b are every batch-th row
 * from b: a strided view. All products here are small ones on such views.
 */
import type { Arena } from '../matrix/arena.ts';
import { type Matrix, withColumns } from '../matrix/matrix.ts';
import {
  add,
  addColumnSums,
  addProduct,
  addRow,
  copy,
  product,
  scale,
  tanh,
  tanhBackward,
} from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** A score function with its parameters. */
export interface Score {
  parameters(): ReadonlyMap<string, Parameter>;
  /** Prepares keys [keys·batch, keySize]. */
  prepare(arena: Arena, keys: Matrix, batch: number): PreparedKeys;
}

/** Keys that queries can be scored against. */
export interface PreparedKeys {
  /** The scores of queries [queries·batch, querySize]. */
  score(query: Matrix): Scores;
}

/** The scores of some queries. */
export interface Scores {
  /** out [queries, count] ← the scores of sequence b against its first `count` keys */
  write(out: Matrix, b: number): void;
  /** Starts the backward pass over all sequences. */
  backward(): ScoresGradient;
}

/** The gradient of the scores, accumulated sequence by sequence. */
export interface ScoresGradient {
  /** Adds the gradient of sequence b [queries, count], contiguous in memory; overwrites its argument. */
  add(dScores: Matrix, b: number): void;
  /** Called after the last sequence: adds to the parameters' gradients. */
  finish(): { readonly query: Matrix; readonly keys: Matrix };
}

/** e_ij = factor · q_i · k_j (Luong's `dot`) */
export function dotScore(factor: number): Score {
  return {
    parameters: () => new Map(),
    prepare: (arena, keys, batch) => ({
      score: (query) => ({
        write(out, b) {
          product(out, query.rowsFrom(b, out.rows, batch), keys.rowsFrom(b, out.columns, batch).T);
          if (factor !== 1) scale(out, out, factor);
        },
        backward() {
          const dQuery = arena.zeros(query.rows, query.columns);
          const dKeys = arena.zeros(keys.rows, keys.columns);
          return {
            add(dScores, b) {
              if (factor !== 1) scale(dScores, dScores, factor);
              const { rows: queries, columns: count } = dScores;
              addProduct(dQuery.rowsFrom(b, queries, batch), dScores, keys.rowsFrom(b, count, batch));
              addProduct(dKeys.rowsFrom(b, count, batch), dScores.T, query.rowsFrom(b, queries, batch));
            },
            finish: () => ({ query: dQuery, keys: dKeys }),
          };
        },
      }),
    }),
  };
}

/** e_ij = q_i · (W k_j) (Luong's `general`): the dot product with keys multiplied by W in advance. */
export function generalScore(weight: Parameter): Score {
  const dot = dotScore(1);
  return {
    parameters: () => new Map([['weight', weight]]),
    prepare(arena, keys, batch) {
      const projected = arena.matrix(keys.rows, weight.value.rows);
      product(projected, keys, weight.value.T);
      const prepared = dot.prepare(arena, projected, batch);
      return {
        score(query) {
          const scores = prepared.score(query);
          return {
            write: scores.write,
            backward() {
              const gradient = scores.backward();
              return {
                add: gradient.add,
                finish() {
                  const d = gradient.finish();
                  return { query: d.query, keys: projectedBackward(arena, d.keys, keys, weight) };
                },
              };
            },
          };
        },
      };
    },
  };
}

/** The parameters of {@link additiveScore}. */
export interface AdditiveParameters {
  /** [size, querySize] */
  readonly weightQuery: Parameter;
  /** [size, keySize] */
  readonly weightKey: Parameter;
  /** [size] */
  readonly v: Parameter;
}

/** e_ij = v · tanh(W_q q_i + W_k k_j) (Bahdanau) */
export function additiveScore(parameters: AdditiveParameters): Score {
  return {
    parameters: () => new Map(Object.entries(parameters)),
    prepare(arena, keys, batch) {
      const { value } = parameters.weightKey;
      const projected = arena.matrix(keys.rows, value.rows);
      product(projected, keys, value.T);
      return { score: (query) => additiveScores(arena, parameters, query, keys, projected, batch) };
    },
  };
}

function additiveScores(
  arena: Arena,
  parameters: AdditiveParameters,
  query: Matrix,
  keys: Matrix,
  ofKeys: Matrix,
  batch: number,
): Scores {
  const { weightQuery, v } = parameters;
  const size = v.value.columns;
  const ofQuery = arena.matrix(query.rows, size);
  product(ofQuery, query, weightQuery.value.T);
  /** tanh(…) of each sequence, [queries·count, size] */
  const hidden: Matrix[] = [];
  return {
    write(out, b) {
      const { rows: queries, columns: count } = out;
      const sums = arena.matrix(queries * count, size);
      for (let i = 0; i < queries; i++) {
        const sum = sums.rowsFrom(i * count, count);
        copy(sum, ofKeys.rowsFrom(b, count, batch));
        addRow(sum, ofQuery.rowsFrom(i * batch + b, 1));
      }
      tanh(sums, sums);
      hidden[b] = sums;
      product(withColumns(out, 1), sums, v.value.T);
    },
    backward: () => additiveBackward(arena, parameters, query, keys, hidden, batch),
  };
}

function additiveBackward(
  arena: Arena,
  { weightQuery, weightKey, v }: AdditiveParameters,
  query: Matrix,
  keys: Matrix,
  hidden: readonly Matrix[],
  batch: number,
): ScoresGradient {
  const size = v.value.columns;
  const dOfQuery = arena.zeros(query.rows, size);
  const dOfKeys = arena.zeros(keys.rows, size);
  return {
    add(dScores, b) {
      const { rows: queries, columns: count } = dScores;
      const d = withColumns(dScores, 1);
      if (!v.frozen) addProduct(v.gradient, d.T, hidden[b]!);
      const dSums = arena.matrix(queries * count, size);
      product(dSums, d, v.value);
      tanhBackward(dSums, hidden[b]!, dSums);
      const dKeys = dOfKeys.rowsFrom(b, count, batch);
      for (let i = 0; i < queries; i++) {
        const dSum = dSums.rowsFrom(i * count, count);
        addColumnSums(dOfQuery.rowsFrom(i * batch + b, 1), dSum);
        add(dKeys, dKeys, dSum);
      }
    },
    finish: () => ({
      query: projectedBackward(arena, dOfQuery, query, weightQuery),
      keys: projectedBackward(arena, dOfKeys, keys, weightKey),
    }),
  };
}

/** The backward pass of y = x·Wᵀ: dW += dyᵀ·x; returns dx. */
function projectedBackward(arena: Arena, dOut: Matrix, x: Matrix, weight: Parameter): Matrix {
  if (!weight.frozen) addProduct(weight.gradient, dOut.T, x);
  const dInput = arena.matrix(x.rows, x.columns);
  product(dInput, dOut, weight.value);
  return dInput;
}
