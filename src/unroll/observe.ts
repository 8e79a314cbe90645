/**
 * Looking on while gradients go back through time.
 *
 * An observer belongs to an arena, as a pass does: layers need not know of it, however they are nested.
 */
import type { Arena } from '../matrix/arena.ts';
import type { Signal } from '../signal/signal.ts';
import type { Matrices, Step, Unrollable } from './rule.ts';

/**
 * Sees each step going backward, the last first, before φ′ works on it.
 *
 * @param step what the forward left; valid during the call.
 * @param dNext ∂L/∂s_t [B, its size], complete: from the output at t and from the future. Zeros beyond each length.
 */
export type StepObserver = (step: Step<string, string, string, string>, dNext: Matrices<string>) => void;

/** Told of each unrolled cell before gradients go back through it. */
export type CellObserver = (cell: Unrollable<string>, input: Signal) => StepObserver;

const observers = /* @__PURE__ */ new WeakMap<Arena, CellObserver>();

/** Runs `work`; whatever goes backward in the arena is observed. */
export function observed<Result>(arena: Arena, observer: CellObserver, work: () => Result): Result {
  observers.set(arena, observer);
  try {
    return work();
  } finally {
    observers.delete(arena);
  }
}

/** Who sees the steps of this cell; nearly always nobody. */
export function stepObserver<State extends string>(
  arena: Arena,
  cell: Unrollable<State>,
  input: Signal,
): StepObserver | undefined {
  return observers.get(arena)?.(cell as unknown as Unrollable<string>, input);
}
