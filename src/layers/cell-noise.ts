/**
 * What a recurrent layer asks of its noise.
 *
 * A layer knows this class alone, so that a program without noise carries none of its masks.
 */
import { instanceOf } from '../common/instance.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Random } from '../random/random.ts';
import type { Unrollable } from '../unroll/rule.ts';

/** Noise under a cell: see `Noise`. */
export abstract class CellNoise {
  abstract readonly random: Random;

  /**
   * The same noise with a generator of its own, for another layer: saved and loaded, each continues with its own.
   *
   * @internal
   */
  abstract fork(): CellNoise;

  /**
   * Checks that a cell of these states has all that are named.
   *
   * @internal
   */
  abstract check(where: string, states: readonly string[]): void;

  /**
   * The options that a layer's architecture saves for it.
   *
   * @internal
   */
  abstract saved(): { readonly [option: string]: unknown };

  /**
   * The cell as training runs it: its masks stay the same for one forward, its backward, and what is computed again.
   *
   * @internal
   */
  abstract drawn(arena: Arena, cell: Unrollable<string>, batch: number): Unrollable<string>;

  /**
   * The cell as `infer` runs it: with the expectation of every mask.
   *
   * @internal
   */
  abstract expected(cell: Unrollable<string>): Unrollable<string>;
}

/** Passes noise on. */
export const noiseOption = <Given extends CellNoise>(
  where: string,
  argument: string,
  value: unknown,
): Given => instanceOf<CellNoise>(where, argument, value, CellNoise, 'a Noise') as Given;
