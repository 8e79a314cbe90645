/**
 * Recurrent dropout for any rule: every recurrent product multiplies its input by the same mask at every step. φ itself sees
 * the whole state.
 */
import type { Matrix } from '../matrix/matrix.ts';
import { mul, mulAdd } from '../matrix/operations.ts';
import { isState, mapNames, type Rule, type Stage } from '../unroll/rule.ts';
import { source } from '../unroll/windows.ts';

/**
 * q_t = (m * s_{t−1}) · W_hhᵀ + b_hh, in each stage with gates.
 *
 * @param mask m [B, the number of columns of W_hh]
 */
export function withRecurrentDropout<State extends string>(
  rule: Rule<string, State, string, string>,
  mask: Matrix,
): Rule<string, State, string, string> {
  const stages = rule.stages.map((stage, s): Stage<string, State, string, string> => {
    if (stage.gives !== undefined) return stage;
    const dropped = `dropped ${s}`;
    // A state also has a gradient through φ; a kept matrix gets its gradient from this product only.
    const collect = isState(rule, stage.from) ? mulAdd : mul;
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
