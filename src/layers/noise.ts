/** Noise in the training of recurrent layers: the masks and the modified cell. */
import { withRecurrentDropout } from '../cells/recurrent-dropout.ts';
import { withZoneout, type Zone } from '../cells/zoneout.ts';
import { numberWithin, oneOf, rangeError, show, typeError } from '../common/errors.ts';
import { type Check, type Checks, checkOptions } from '../common/options.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { fill } from '../matrix/operations.ts';
import { ownGenerator, Random, randomOption } from '../random/random.ts';
import type { Unrollable } from '../unroll/rule.ts';
import { CellNoise } from './cell-noise.ts';

/** The zoneout probability of each part of a state. */
export type ZoneoutRates<Name extends string = string> = { readonly [name in Name]?: number | undefined };

/** Options of {@link Noise}. */
export interface NoiseOptions<Zoneout extends number | ZoneoutRates = number | ZoneoutRates> {
  /**
   * The probability, in [0, 1), of dropping each unit of the previous state in the recurrent product; the others are scaled by
   * 1/(1 − p) to preserve the expectation. Default 0.
   *
   *     q_t = (m * h_{t−1}) · W_hhᵀ + b_hh          m = 0 with probability p, else 1/(1 − p)
   *
   * One mask m serves all steps; each forward pass draws a new one per sequence, even if it continues from a state. Gal and Ghahramani (2016),
   * arXiv:1512.05287, in the variant where all gates share the mask and only the product sees it: other uses of the state, such as
   * the interpolation of a GRU, use all of it. A GRU whose reset gate acts before the
   * product multiplies m * r * h_{t−1}.
   */
  readonly recurrentDropout?: number | undefined;
  /**
   * The probability, in [0, 1], that each unit of a state keeps its previous value for a step: one for all states, or
   * one by name, such as `{ h: 0.05, c: 0.5 }`. Default 0.
   *
   *     s_t = z * s_{t−1} + (1 − z) * s̃_t          z = 1 with probability p, else 0
   *
   * where s̃_t is the cell's own next state. A new mask z is drawn at each step; `infer` uses z = p, its
   * expectation. Krueger et al. (2017), arXiv:1606.01305.
   */
  readonly zoneout?: Zoneout | undefined;
  /** Draws the masks: default a generator forked from the program's shared one. */
  readonly random?: Random | undefined;
}

/**
 * Noise in the training of a recurrent layer, for any cell. One object may serve several layers, but training resumes bit for bit
 * only if each layer has a separate one.
 *
 * @example
 * ```ts
 * import { LSTMCell, Noise, Random, Sequence, tensor } from 'recurrent-cells';
 *
 * const cell = new LSTMCell({ inputSize: 1, hiddenSize: 4 });
 * const noise = new Noise({ recurrentDropout: 0.25, zoneout: { h: 0.05, c: 0.5 }, random: new Random(1) });
 * const layer = new Sequence(cell, { noise });
 * const x = tensor([[[1], [2], [3]]]);
 * const output = () => layer.forward(x).output.data.join();
 * output() === output() // → false
 * layer.infer(x).output.data.join() === layer.infer(x).output.data.join() // → true
 * ```
 */
export class Noise<const Zoneout extends number | ZoneoutRates = number | ZoneoutRates> extends CellNoise {
  readonly recurrentDropout: number;
  readonly zoneout: Zoneout | 0;
  /** The generator of the masks; setting its state repeats them. */
  readonly random: Random;

  /** @throws RangeError or TypeError if a rate is out of range. */
  constructor(options: NoiseOptions<Zoneout>) {
    super();
    const { recurrentDropout = 0, zoneout = 0, random } = checkOptions('Noise', options, noiseChecks);
    this.recurrentDropout = recurrentDropout;
    this.zoneout = zoneout;
    this.random = ownGenerator('Noise', random);
  }

  fork(): Noise {
    const { recurrentDropout, zoneout, random } = this;
    return new Noise<number | ZoneoutRates>({ recurrentDropout, zoneout, random: random.fork() });
  }

  check(where: string, states: readonly string[]): void {
    for (const name of Object.keys(this.zoneout)) oneOf(where, 'a name in noise.zoneout', name, states);
  }

  saved(): { readonly [option: string]: unknown } {
    const { recurrentDropout, zoneout, random } = this;
    return { recurrentDropout, zoneout, state: random.state };
  }

  drawn(arena: Arena, cell: Unrollable<string>, batch: number): Unrollable<string> {
    const { recurrentDropout, random } = this;
    const zoned = this.#zoned(cell, (rate) => {
      // A single draw for all steps, so that padding changes nothing and the mask of any step can be recomputed.
      const seed = Math.floor(random.next() * 2 ** 52);
      return (out, t) => drawMask(out, new Random(seed + t), rate, 1, 0);
    });
    if (recurrentDropout === 0) return zoned;
    const mask = arena.matrix(batch, cell.weightHh.value.columns);
    drawMask(mask, random, recurrentDropout, 0, 1 / (1 - recurrentDropout));
    return { ...zoned, rule: withRecurrentDropout(zoned.rule, mask) };
  }

  expected(cell: Unrollable<string>): Unrollable<string> {
    return this.#zoned(cell, (rate) => (out) => fill(out, rate));
  }

  #zoned(cell: Unrollable<string>, zone: (rate: number) => Zone): Unrollable<string> {
    const { zoneout } = this;
    const rateOf = (name: string) => (typeof zoneout === 'number' ? zoneout : zoneout[name]) ?? 0;
    const zones = new Map<string, Zone>();
    for (const name of cell.rule.states) if (rateOf(name) > 0) zones.set(name, zone(rateOf(name)));
    return zones.size === 0 ? cell : { ...cell, rule: withZoneout(cell.rule, zones) };
  }
}

/** A dropout rate: a number in [0, 1). */
export const dropoutRate: Check<number> = (where, argument, value) => {
  const rate = numberWithin(where, argument, value, 0, 1);
  if (rate < 1) return rate;
  throw rangeError(where, argument, 'is 1', 'less than 1: something must be left');
};

/** One zoneout rate, or one by state name. */
const zoneoutRates: Check<number | ZoneoutRates> = (where, argument, value) => {
  if (typeof value === 'number') return numberWithin(where, argument, value, 0, 1);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw typeError(where, argument, `is ${show(value)}`, 'a number, or one by the name of each state');
  for (const [name, rate = 0] of Object.entries(value))
    numberWithin(where, `${argument}.${name}`, rate, 0, 1);
  return value as ZoneoutRates;
};

const noiseChecks: Checks<NoiseOptions> = {
  recurrentDropout: dropoutRate,
  zoneout: zoneoutRates,
  random: randomOption,
};

/** Fills a matrix with `hit` at the given rate, and with `miss` elsewhere. */
export function drawMask(out: Matrix, random: Random, rate: number, hit: number, miss: number): void {
  const { values } = out.backend.heap;
  const { offset, rows, columns, stride } = out;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) values[offset + i * stride + j] = random.next() < rate ? hit : miss;
}

/** Whether inference mixes states with those of the step before, as zoneout does. */
export function zonesOut(noise: Pick<Noise, 'zoneout'> | undefined): boolean {
  const zoneout = noise?.zoneout ?? 0;
  return (typeof zoneout === 'number' ? [zoneout] : Object.values(zoneout)).some((rate = 0) => rate !== 0);
}
