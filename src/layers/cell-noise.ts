/**
 * The interface between a recurrent layer and its noise.
 *
 * Layers import only this class, so that programs without noise do not bundle the implementation.
 */
import { instanceOf } from '../common/instance.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Random } from '../random/random.ts';
import type { Unrollable } from '../unroll/rule.ts';

/** Noise applied to a cell: see `Noise`. */
export abstract class CellNoise {
  abstract readonly random: Random;

  /**
   * The same noise with a separate generator, for another layer; each continues with its own after saving and loading.
   *
   * @internal
   */
  abstract fork(): CellNoise;

  /**
   * Checks that a cell with these states has all the states named by the noise.
   *
   * @internal
   */
  abstract check(where: string, states: readonly string[]): void;

  /**
   * The options saved in a layer's architecture.
   *
   * @internal
   */
  abstract saved(): { readonly [option: string]: unknown };

  /**
   * The cell for training: the masks stay the same throughout a forward pass, its backward pass and recomputation.
   *
   * @internal
   */
  abstract drawn(arena: Arena, cell: Unrollable<string>, batch: number): Unrollable<string>;

  /**
   * The cell for inference: with the expectation of every mask.
   *
   * @internal
   */
  abstract expected(cell: Unrollable<string>): Unrollable<string>;
}

/** Checks that an option is noise. */
export const noiseOption = <Given extends CellNoise>(
  where: string,
  argument: string,
  value: unknown,
): Given => instanceOf<CellNoise>(where, argument, value, CellNoise, 'a Noise') as Given;
