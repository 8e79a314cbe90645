/**
 * Computes scores of the next token from the outputs h_t of a decoder's recurrent layers.
 *
 * With attention this is the global attention of Luong et al. (2015, arXiv:1508.04025), without input feeding:
 *
 *     c_t = attention(h_t, the encoder's outputs)        (1)
 *     h̃_t = tanh(W_c [c_t; h_t] + b_c)                   (2)
 *     y_t = output(h̃_t)                                  (3)
 *
 * Without attention, h̃_t = h_t. No h_t depends on a c_t, so all steps are computed together.
 */
import { type AttentionTrace, attend, type Memory } from '../attention/attend.ts';
import type { Dense } from '../layers/dense.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { traceBackward } from '../layers/trace.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, copy, tanh, tanhBackward } from '../matrix/operations.ts';
import { type DenseSignal, dense, type Signal } from '../signal/signal.ts';

/** The parts of a readout; without attention there is no combination. */
export interface ReadoutParts {
  readonly combination: Dense | undefined;
  readonly output: AnyLayer;
}

/** The result of a readout. */
export interface Read {
  readonly output: Signal;
  /** [batch·queries, keys]; undefined without attention. */
  readonly weights: Matrix | undefined;
}

/** A recorded readout and its backward pass. */
export interface ReadTrace extends Read {
  /** @returns ∂L/∂h and, with attention, the gradient of the encoder's outputs. */
  backward(dOutput: Matrix): { readonly hidden: Matrix; readonly memory: Matrix | undefined };
}

/** Computes the scores and records nothing. */
export function read(
  arena: Arena,
  { combination, output }: ReadoutParts,
  hidden: DenseSignal,
  memory: Memory | undefined,
): Read {
  const combined = combination && memory && combine(arena, combination, hidden, memory);
  return {
    output: output.compute(arena, combined?.signal ?? hidden, undefined).output,
    weights: combined?.weights,
  };
}

/** Computes the scores and records what the backward pass needs. */
export function recordRead(
  arena: Arena,
  { combination, output }: ReadoutParts,
  hidden: DenseSignal,
  memory: Memory | undefined,
): ReadTrace {
  const combined = combination && memory && combine(arena, combination, hidden, memory);
  const scores = output.record(arena, combined?.signal ?? hidden, undefined);
  return {
    output: scores.output,
    weights: combined?.weights,
    backward(dOutput) {
      const dCombined = traceBackward(scores, dOutput, undefined, true).input!;
      return combined?.backward(dCombined) ?? { hidden: dCombined, memory: undefined };
    },
  };
}

interface Combined {
  readonly signal: DenseSignal;
  readonly weights: Matrix;
  backward(dCombined: Matrix): { readonly hidden: Matrix; readonly memory: Matrix };
}

/** Equations (1) and (2). */
function combine(arena: Arena, combination: Dense, hidden: DenseSignal, memory: Memory): Combined {
  const { values: h } = hidden;
  const attended: AttentionTrace = attend(arena, h, memory);
  const { context } = attended;
  const joined = arena.matrix(h.rows, context.columns + h.columns);
  copy(joined.columnsFrom(0, context.columns), context);
  copy(joined.columnsFrom(context.columns, h.columns), h);
  const sum = combination.record(arena, dense(hidden, joined));
  const combined = sum.output.values;
  tanh(combined, combined);
  return {
    signal: dense(hidden, combined),
    weights: attended.weights,
    backward(dCombined) {
      const dSum = arena.matrix(combined.rows, combined.columns);
      tanhBackward(dSum, combined, dCombined);
      const dJoined = sum.backward(dSum, undefined, true).input!;
      const d = attended.backward(dJoined.columnsFrom(0, context.columns));
      add(d.query, d.query, dJoined.columnsFrom(context.columns, h.columns));
      add(d.keys, d.keys, d.values);
      return { hidden: d.query, memory: d.keys };
    },
  };
}
