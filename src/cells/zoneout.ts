/** Zoneout for any rule: some units of a state keep their previous value for a step. */
import type { Matrix } from '../matrix/matrix.ts';
import { mul, mulAdd, sub } from '../matrix/operations.ts';
import { type Matrices, mapNames, type Rule, type Stage, sizeOf } from '../unroll/rule.ts';

/** Writes the zoneout mask of step t, [B, H]: 1 for units that keep their value, 0 for the others. */
export type Zone = (out: Matrix, t: number) => void;

/**
 * s̃_t = φ(p_t, q_t, s_{t−1})          s_t = z_t * s_{t−1} + (1 − z_t) * s̃_t
 *
 * @param zones z for each state that has a mask.
 */
export function withZoneout<State extends string>(
  rule: Rule<string, State, string, string>,
  zones: ReadonlyMap<State, Zone>,
): Rule<string, State, string, string> {
  const names = [...zones.keys()];
  // s̃ and z of each of these states are kept.
  const added = new Map<string, State>(
    names.flatMap((name) => [fresh(name), zoneOf(name)].map((kept) => [kept, name])),
  );
  const sizes = mapNames<State | string, (hiddenSize: number) => number>(
    [...added.keys()],
    (kept) => (hiddenSize) => sizeOf(rule, added.get(kept)!, hiddenSize),
  );
  return {
    ...rule,
    kept: [...rule.kept, ...added.keys()],
    sizes: { ...rule.sizes, ...sizes },
    stages: rule.stages.map((stage, s) => withZones(stage, zones, s === 0, s === rule.stages.length - 1)),
  };
}

/** A stage in which φ and φ′ see s̃_t as the next state. The last stage computes s_t from it. */
function withZones<State extends string>(
  stage: Stage<string, State, string, string>,
  zones: ReadonlyMap<State, Zone>,
  isFirst: boolean,
  isLast: boolean,
): Stage<string, State, string, string> {
  const names = [...zones.keys()];
  const within = <Of extends { readonly next: Matrices<State>; readonly kept: Matrices<string> }>(
    of: Of,
  ): Of => ({
    ...of,
    next: { ...of.next, ...mapNames(names, (name) => of.kept[fresh(name)]!) },
  });
  return {
    ...stage,
    activate(step) {
      stage.activate(within(step));
      if (!isLast) return;
      for (const [name, zone] of zones) {
        const z = step.kept[zoneOf(name)]!;
        const next = step.next[name];
        zone(z, step.t);
        remaining(next, z, step.kept[fresh(name)]!);
        mulAdd(next, z, step.prev[name]);
      }
    },
    activateBackward(step, d) {
      if (isLast)
        for (const name of names) remaining(d.kept[fresh(name)]!, step.kept[zoneOf(name)]!, d.next[name]);
      stage.activateBackward(within(step), within(d));
      // The first stage runs last in the backward pass, so nothing overwrites what is added here.
      if (isFirst) for (const name of names) mulAdd(d.prev[name], step.kept[zoneOf(name)]!, d.next[name]);
    },
  };
}

const fresh = (name: string) => `fresh ${name}`;
const zoneOf = (name: string) => `zone ${name}`;

/** out ← (1 − z) * a */
function remaining(out: Matrix, z: Matrix, a: Matrix): void {
  mul(out, z, a);
  sub(out, a, out);
}
