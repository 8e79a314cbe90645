/**
 * Recurrent dropout, of any rule: every recurrent product multiplies what it reads with one and the same mask, at every
 * step. What φ itself sees of the state stays whole.
 */
import type { Matrix } from '../matrix/matrix.ts';
import { mul, mulAdd } from '../matrix/operations.ts';
import { mapNames, type Rule, type Stage } from '../unroll/rule.ts';
import { source } from '../unroll/windows.ts';

/**
 * q_t = (m * s_{t−1}) · W_hhᵀ + b_hh, in each stage with gates.
 *
 * @param mask m [B, the size of what W_hh multiplies]
 */
export function withRecurrentDropout<State extends string>(
  rule: Rule<string, State, string, string>,
  mask: Matrix,
): Rule<string, State, string, string> {
  const stages = rule.stages.map((stage, s): Stage<string, State, string, string> => {
    if (stage.gives !== undefined) return stage;
    const dropped = `dropped ${s}`;
    // A state's gradient has a part through φ already; that of something kept comes from this product alone.
    const collect = rule.states.includes(stage.from as State) ? mulAdd : mul;
    return {
      ...stage,
      from: dropped,
      prepare(step) {
        mul(step.kept[dropped]!, source(step, stage.from), mask);
      },
      prepareBackward(_, d) {
        collect(source(d, stage.from), d.kept[dropped]!, mask);
      },
    };
  });
  const names = stages.filter(({ gives }) => gives === undefined).map(({ from }) => from);
  return {
    ...rule,
    kept: [...rule.kept, ...names],
    sizes: { ...rule.sizes, ...mapNames(names, () => () => mask.columns) },
    stages,
  };
}
