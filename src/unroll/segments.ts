/**
 * Runs a cell over a sequence for the layers: fully recorded, or in segments whose steps are not kept. Segments serve inference, and
 * training on long sequences, where the backward pass recomputes each segment.
 *
 * Memory falls from T steps to one segment and T/segment states, at the cost of a second forward pass.
 * After Chen et al. (2016), arXiv:1604.06174. The results are identical bit for bit: segments are whole blocks,
 * so every product is the same.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy } from '../matrix/operations.ts';
import { type Signal, steps } from '../signal/signal.ts';
import {
  beginBackward,
  newGradient,
  stepsBackward,
  type UnrolledGradient,
  type Upstream,
  unrollBackward,
} from './backward.ts';
import { blockSteps, readyWeights, unroll } from './forward.ts';
import { type Matrices, mapNames, sizeOf, type Unrollable } from './rule.ts';
import { copyStates, slotOf } from './windows.ts';

/** The results of a cell over a sequence. */
export interface CellOutput<State extends string> {
  /** The first state at every step [T·B, H]; undefined if not needed. */
  readonly outputs: Matrix | undefined;
  /** The state after each sequence's last step. [B, its size] */
  readonly final: Matrices<State>;
}

/** The results of a cell over a sequence, and its backward pass. */
export interface CellTrace<State extends string> extends CellOutput<State> {
  /** Adds to the gradients of the cell's parameters. */
  backward(upstream: Upstream<State>, needsInput: boolean): UnrolledGradient<State>;
}

/**
 * Runs a cell over a sequence and keeps everything.
 *
 * @param initial s_0, [B, its size] each; default zeros.
 * @param history if given, no gradient flows from step k·history to the one before it.
 */
export function traceWhole<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
  history?: number,
): CellTrace<State> {
  const { batch: B, time: T } = input;
  const run = unroll(arena, cell, input, initial);
  return {
    outputs: run.states[cell.rule.states[0]].rowsFrom(B, T * B),
    final: run.final,
    backward: (upstream, needsInput) => unrollBackward(arena, cell, run, upstream, needsInput, history),
  };
}

/**
 * Runs a cell over a sequence and keeps the states between segments, from which the backward pass recomputes their steps.
 *
 * @param every the steps of a segment; rounded up to whole blocks.
 * @param wanted whether outputs are needed.
 */
export function traceSegments<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
  every: number,
  wanted: boolean,
  history?: number,
): CellTrace<State> {
  const { rule } = cell;
  const { batch: B, time: T } = input;
  const length = segmentLength(B, every);
  const count = Math.ceil(T / length);
  const states = newSlots(arena, cell, B, count + 1);
  const outputs = runSegments(arena, cell, input, initial, length, wanted, (s) =>
    slotOf(rule.states, states, s, B),
  );
  return {
    outputs,
    final: slotOf(rule.states, states, count, B),
    backward({ dOutput, dFinal }, needsInput) {
      const gradient = newGradient(arena, cell, input, needsInput);
      const { initial } = gradient;
      if (T === 0) copyStates(rule.states, initial, dFinal);
      arena.scope(() => {
        const weights = readyWeights(arena, cell, input);
        const shared = beginBackward(arena, cell, input, history);
        for (let s = count - 1; s >= 0; s--)
          arena.scope(() => {
            const part = segment(input, length, s);
            const rows = (of: Matrix | undefined) => of?.rowsFrom(s * length * B, part.time * B);
            const run = unroll(arena, cell, part, slotOf(rule.states, states, s, B), weights, s * length);
            // The gradient of this segment's final state comes from the next segment.
            const upstream = { dOutput: rows(dOutput), dFinal: s === count - 1 ? dFinal : initial };
            stepsBackward(arena, cell, run, upstream, shared, { input: rows(gradient.input), initial });
          });
        shared.parameters.finish();
      });
      return gradient;
    },
  };
}

/** Runs a cell over a sequence and keeps nothing. */
export function inferSegments<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
  wanted: boolean,
): CellOutput<State> {
  const { batch: B } = input;
  const state = newSlots(arena, cell, B, 1);
  const outputs = runSegments(arena, cell, input, initial, segmentLength(B, 1), wanted, () => state);
  return { outputs, final: state };
}

/** Runs each segment from the state in slot s to that in slot s + 1, and returns the outputs if needed. */
function runSegments<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
  length: number,
  wanted: boolean,
  slot: (s: number) => Matrices<State>,
): Matrix | undefined {
  const { rule, hiddenSize } = cell;
  const { batch: B, time: T } = input;
  const [h] = rule.states;
  const outputs = wanted ? arena.matrix(T * B, sizeOf(rule, h, hiddenSize)) : undefined;
  copyStates(rule.states, slot(0), initial);
  arena.scope(() => {
    const weights = readyWeights(arena, cell, input);
    for (let s = 0; s * length < T; s++)
      arena.scope(() => {
        const part = segment(input, length, s);
        const { states, final } = unroll(arena, cell, part, slot(s), weights, s * length);
        copyStates(rule.states, slot(s + 1), final);
        if (outputs !== undefined)
          copy(outputs.rowsFrom(s * length * B, part.time * B), states[h].rowsFrom(B, part.time * B));
      });
  });
  return outputs;
}

/** At least `every` steps, in whole blocks. */
function segmentLength(B: number, every: number): number {
  const block = blockSteps(B);
  return Math.ceil(every / block) * block;
}

/** Memory for several states, one after another. [slots·B, its size] */
function newSlots<State extends string>(
  arena: Arena,
  { rule, hiddenSize }: Unrollable<State>,
  B: number,
  slots: number,
): Matrices<State> {
  return mapNames(rule.states, (name) => arena.matrix(slots * B, sizeOf(rule, name, hiddenSize)));
}

function segment(input: Signal, length: number, s: number): Signal {
  return steps(input, s * length, Math.min(length, input.time - s * length));
}
