/**
 * Observes the backward pass through time.
 *
 * An observer is attached to an arena, so layers need not know about it, however they are nested.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Signal } from '../signal/signal.ts';
import type { Matrices, Step, Unrollable } from './rule.ts';

/**
 * Called for each step of the backward pass, the last first, before φ′ is applied.
 *
 * @param step the results of the forward pass; valid during the call.
 * @param dNext the total ∂L/∂s_t [B, its size], from the output at t and from later steps. Zeros beyond each length.
 */
export type StepObserver = (step: Step<string, string, string, string>, dNext: Matrices<string>) => void;

/** Called for each unrolled cell before its backward pass. */
export type CellObserver = (cell: Unrollable<string>, input: Signal) => StepObserver;

const observers = /* @__PURE__ */ new WeakMap<Arena, CellObserver>();

/** Runs `work`; every backward pass in the arena is observed. */
export function observed<Result>(arena: Arena, observer: CellObserver, work: () => Result): Result {
  observers.set(arena, observer);
  try {
    return work();
  } finally {
    observers.delete(arena);
  }
}

/** The observer of this cell's steps, if any. */
export function stepObserver<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
): StepObserver | undefined {
  return observers.get(arena)?.(cell as unknown as Unrollable<string>, input);
}
