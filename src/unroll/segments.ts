/**
 * A walk forward and back, kept whole, or in segments of steps that forgets what happened within each: for inference, and
 * for training on sequences too long to be kept, where each segment is computed again on the way back.
 *
 * Memory falls from that of T steps to that of one segment and T/segment states; the time of a second forward is added.
 * After Chen et al. (2016), arXiv:1604.06174. The results are those of `unroll.ts`, bit for bit: segments are whole
 * blocks, so every product is the same.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy } from '../matrix/operations.ts';
import { type Signal, steps } from '../signal/signal.ts';
import {
  cutter,
  newGradient,
  type UnrollBackwardOptions,
  type UnrolledGradient,
  walkBackThrough,
  weightGradient,
} from './backward.ts';
import { blockSteps, readyWeights, type Unrollable, type Unrolled, unroll } from './forward.ts';
import { stepObserver } from './observe.ts';
import { type Matrices, mapNames, sizeOf } from './rule.ts';
import { copyStates, slotOf } from './windows.ts';

/** What a walk leaves behind. */
export interface Walk<State extends string> {
  readonly input: Signal;
  /** What happened, where all of it is kept. */
  readonly run?: Unrolled<State> | undefined;
  /** The steps of a segment: all, where all is kept. */
  readonly length: number;
  /** The state before each segment [segments·B, H], and more behind; the final one alone if none is kept. */
  readonly borders: Matrices<State>;
  /** The first state at every step [T·B, H]; undefined if not wanted. */
  readonly outputs: Matrix | undefined;
  /** The state after each sequence's last step. [B, H] */
  readonly final: Matrices<State>;
}

/** Runs a cell over a signal from an initial state, zeros unless given, and keeps all that happens. */
export function unrollWhole<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
): Walk<State> {
  const { batch: B, time: T } = input;
  const run = unroll(arena, cell, input, initial);
  const outputs = run.states[cell.rule.states[0]].rowsFrom(B, T * B);
  return { input, run, length: Math.max(T, 1), borders: run.states, outputs, final: run.final };
}

/**
 * The same in segments, of which only the states between are kept.
 *
 * @param every the wanted steps of a segment; rounded up to whole blocks.
 * @param wanted whether the outputs are.
 * @param keep whether the states between segments are kept, for the way back.
 */
export function unrollSegments<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
  initial: Matrices<State> | undefined,
  every: number,
  wanted: boolean,
  keep: boolean,
): Walk<State> {
  const { rule, hiddenSize: H } = cell;
  const { batch: B, time: T } = input;
  const h = rule.states[0];
  const block = blockSteps(B);
  const length = Math.ceil(every / block) * block;
  const count = Math.ceil(T / length);
  const slot = (s: number) => (keep ? s : 0);
  const outputs = wanted ? arena.matrix(T * B, sizeOf(rule, h, H)) : undefined;
  const borders = mapNames(rule.states, (name) => arena.matrix((slot(count) + 1) * B, sizeOf(rule, name, H)));
  copyStates(rule.states, slotOf(rule.states, borders, 0, B), initial);
  const weights = readyWeights(arena, cell, input);
  for (let s = 0; s < count; s++)
    arena.scope(() => {
      const part = segment(input, length, s);
      const start = slotOf(rule.states, borders, slot(s), B);
      const { states, final } = unroll(arena, cell, part, start, weights, s * length);
      copyStates(rule.states, slotOf(rule.states, borders, slot(s + 1), B), final);
      if (outputs !== undefined)
        copy(outputs.rowsFrom(s * length * B, part.time * B), states[h].rowsFrom(B, part.time * B));
    });
  return { input, length, borders, outputs, final: slotOf(rule.states, borders, slot(count), B) };
}

/** Takes a walk backward, adding to the gradients of the cell's parameters. */
export function unrollBackward<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  { input, run, length, borders }: Walk<State>,
  { dOutput, dFinal, history, needsInput }: UnrollBackwardOptions<State>,
): UnrolledGradient<State> {
  const names = cell.rule.states;
  const { batch: B, time: T } = input;
  const gradient = newGradient(arena, cell, input, needsInput);
  arena.scope(() => {
    const weights = run === undefined ? readyWeights(arena, cell, input) : undefined;
    const dWeights = weightGradient(arena, cell, input);
    const observe = stepObserver(arena, cell, input);
    // The gradient of the state at the border that the walk has come back to; none at the end unless given.
    let dBorder = dFinal;
    const dStates = mapNames(names, (name) => arena.matrix(B, sizeOf(cell.rule, name, cell.hiddenSize)));
    for (let s = Math.ceil(T / length) - 1; s >= 0; s--)
      arena.scope(() => {
        const part = segment(input, length, s);
        const rows = (of: Matrix | undefined) => of?.rowsFrom(s * length * B, part.time * B);
        walkBackThrough(
          arena,
          cell,
          run ?? unroll(arena, cell, part, slotOf(names, borders, s, B), weights, s * length),
          { dOutput: rows(dOutput), dFinal: dBorder },
          cutter(history, s * length),
          dWeights,
          { input: rows(gradient.input), initial: dStates },
          observe,
        );
        dBorder = dStates;
      });
    dWeights.finish();
    copyStates(names, gradient.initial, dBorder);
  });
  return gradient;
}

function segment(input: Signal, length: number, s: number): Signal {
  return steps(input, s * length, Math.min(length, input.time - s * length));
}
