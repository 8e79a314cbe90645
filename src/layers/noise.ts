/** The noise of a recurrent layer's training: its options, its masks, and the cell as it walks under it. */
import { withRecurrentDropout } from '../cells/recurrent-dropout.ts';
import type { Unrollable } from '../cells/unroll.ts';
import { withZoneout, type Zone } from '../cells/zoneout.ts';
import { numberWithin, oneOf, rangeError, show, typeError } from '../errors.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { fill } from '../matrix/operations.ts';
import { defaultRandom, Random } from '../random/random.ts';

/** The probability of each part of a state to stay as it was. */
export type ZoneoutRates<Name extends string> = { readonly [name in Name]?: number | undefined };

/**
 * Options of recurrent layers that act while training; for any cell, and in any combination.
 *
 * @example
 * ```ts
 * import { LSTMCell, Random, Sequence, tensor } from 'recurrent-cells';
 *
 * const cell = new LSTMCell({ inputSize: 1, hiddenSize: 4 });
 * const noise = { recurrentDropout: 0.25, zoneout: { h: 0.05, c: 0.5 }, random: new Random(1) };
 * const layer = new Sequence(cell, noise);
 * const x = tensor([[[1], [2], [3]]]);
 * const output = () => layer.forward(x).output.data.join();
 * output() === output() // → false
 * layer.infer(x).output.data.join() === layer.infer(x).output.data.join() // → true
 * ```
 */
export interface NoiseOptions<Name extends string = string> {
  /**
   * The probability, in [0, 1), of each unit of the previous state to be dropped on its way into the recurrent product;
   * the others are scaled by 1/(1 − p), so that the expectation stays. 0 unless given.
   *
   *     q_t = (m * h_{t−1}) · W_hhᵀ + b_hh          m = 0 with probability p, else 1/(1 − p)
   *
   * One mask m serves all steps; each forward draws a new one for each sequence, also where it goes on from a state. Gal and Ghahramani (2016),
   * arXiv:1512.05287, in the variant where all gates share the mask and only the product sees it: what else a cell does
   * with its state, such as the interpolation of a GRU, is done with all of it. A GRU whose reset gate acts before the
   * product multiplies m * r * h_{t−1}.
   */
  readonly recurrentDropout?: number | undefined;
  /**
   * The probability, in [0, 1], of each unit of a state to keep its previous value for a step: one for all states, or
   * one by name, such as `{ h: 0.05, c: 0.5 }`. 0 unless given.
   *
   *     s_t = z * s_{t−1} + (1 − z) * s̃_t          z = 1 with probability p, else 0
   *
   * where s̃_t is the state that the cell alone would give. Each step draws a mask z of its own; `infer` computes with
   * z = p, its expectation. Krueger et al. (2017), arXiv:1606.01305.
   */
  readonly zoneout?: number | ZoneoutRates<Name> | undefined;
  /** Where masks are drawn from: a generator forked from the program's unless given. */
  readonly random?: Random | undefined;
}

/** Checked options: rates of 0 are left out. */
export interface Noise {
  readonly recurrentDropout: number;
  readonly zoneout: { readonly [name: string]: number };
  /** Undefined where there is nothing to draw. */
  readonly random: Random | undefined;
}

/** Checks the options for a cell of these states. */
export function noiseOf(
  where: string,
  states: readonly string[],
  { recurrentDropout = 0, zoneout = 0, random }: NoiseOptions,
): Noise {
  const rates = zoneoutRates(where, states, zoneout);
  const silent =
    dropoutRate(where, 'recurrentDropout', recurrentDropout) === 0 && Object.keys(rates).length === 0;
  return {
    recurrentDropout,
    zoneout: rates,
    random: silent ? undefined : (random ?? defaultRandom().fork()),
  };
}

/** Passes a rate of dropout on if it is in [0, 1). */
export function dropoutRate(where: string, argument: string, rate: number): number {
  if (numberWithin(where, argument, rate, 0, 1) < 1) return rate;
  throw rangeError(where, argument, 'is 1', 'less than 1: something must be left');
}

function zoneoutRates(
  where: string,
  states: readonly string[],
  zoneout: number | ZoneoutRates<string>,
): { readonly [name: string]: number } {
  if (
    typeof zoneout !== 'number' &&
    (typeof zoneout !== 'object' || zoneout === null || Array.isArray(zoneout))
  )
    throw typeError(where, 'zoneout', `is ${show(zoneout)}`, 'a number, or one by the name of each state');
  const given =
    typeof zoneout === 'number'
      ? states.map((name): [string, number] => [name, numberWithin(where, 'zoneout', zoneout, 0, 1)])
      : Object.entries(zoneout).map(([name, rate = 0]): [string, number] => [
          oneOf(where, 'a name in zoneout', name, states),
          numberWithin(where, `zoneout.${name}`, rate, 0, 1),
        ]);
  return Object.fromEntries(given.filter(([, rate]) => rate > 0));
}

/** The cell as training walks it: its masks stay the same for this walk, its way back, and what is computed again. */
export function underNoise(
  arena: Arena,
  cell: Unrollable<string>,
  batch: number,
  { recurrentDropout, zoneout, random }: Noise,
): Unrollable<string> {
  if (random === undefined) return cell;
  const zoned = withZones(cell, zoneout, (rate) => {
    // One draw for all steps: padding changes nothing, and the mask of any step can be drawn again.
    const seed = Math.floor(random.next() * 2 ** 52);
    return (out, t) => drawMask(out, new Random(seed + t), rate, 1, 0);
  });
  if (recurrentDropout === 0) return zoned;
  const mask = arena.matrix(batch, cell.weightHh.value.columns);
  drawMask(mask, random, recurrentDropout, 0, 1 / (1 - recurrentDropout));
  return { ...zoned, rule: withRecurrentDropout(zoned.rule, mask) };
}

/** The cell as `infer` walks it: with the expectation of every mask. */
export function inExpectation(cell: Unrollable<string>, { zoneout }: Noise): Unrollable<string> {
  return withZones(cell, zoneout, (rate) => (out) => fill(out, rate));
}

function withZones(
  cell: Unrollable<string>,
  zoneout: Noise['zoneout'],
  zone: (rate: number) => Zone,
): Unrollable<string> {
  const zones = Object.entries(zoneout).map(([name, rate]): [string, Zone] => [name, zone(rate)]);
  return zones.length === 0 ? cell : { ...cell, rule: withZoneout(cell.rule, new Map(zones)) };
}

/** Fills a matrix with `hit` at the given rate, and `miss` elsewhere. */
export function drawMask(out: Matrix, random: Random, rate: number, hit: number, miss: number): void {
  const { values } = out.backend.heap;
  const { offset, rows, columns, stride } = out;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) values[offset + i * stride + j] = random.next() < rate ? hit : miss;
}
