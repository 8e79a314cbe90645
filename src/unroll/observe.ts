/**
 * Looking on while gradients go back through time, without a part in it.
 *
 * An observer belongs to an arena, as a pass does: layers need not know of it, however they are nested.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Signal } from '../signal/signal.ts';
import type { Unrollable } from './forward.ts';
import type { Matrices, Step } from './rule.ts';

/**
 * Sees each step of a walk back, the last first, before φ′ works on it.
 *
 * @param step what the forward left; valid during the call.
 * @param dNext ∂L/∂s_t, complete: from the output at t and from the future. Zeros beyond each length.
 */
export type StepObserver = (step: Step<string, string, string, string>, dNext: Matrices<string>) => void;

/** Told of each walk back before it begins. */
export type WalkObserver = (cell: Unrollable<string>, input: Signal) => StepObserver;

const observers = /* @__PURE__ */ new WeakMap<Arena, WalkObserver>();

/** Runs `work`, whose walks back in the arena are observed. */
export function observed<Result>(arena: Arena, observer: WalkObserver, work: () => Result): Result {
  observers.set(arena, observer);
  try {
    return work();
  } finally {
    observers.delete(arena);
  }
}

/** Who sees the steps of a walk that begins; nearly always nobody. */
export function stepObserver<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
): StepObserver | undefined {
  return observers.get(arena)?.(cell as unknown as Unrollable<string>, input);
}
