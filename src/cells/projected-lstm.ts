/** The long short-term memory cell with a projected output. */
import type { Architecture } from '../common/architecture.ts';
import { rangeError, weightShape } from '../common/errors.ts';
import { type Checks, checkOptions, size } from '../common/options.ts';
import { copy } from '../matrix/operations.ts';
import type { Rule } from '../unroll/rule.ts';
import { Cell } from './cell.ts';
import { type GatedCellOptions, gatedChecks, lstmStarts } from './forget-bias.ts';
import { lstm, lstmBackward } from './lstm.ts';

type ProjectedRule = Rule<'i' | 'f' | 'g' | 'o', 'h' | 'c', 'tanhC' | 'm' | 'projected', 'weightHr'>;

function rule(projectionSize: number, initialBias: ProjectedRule['initialBias']): ProjectedRule {
  const size = () => projectionSize;
  return {
    gates: ['i', 'f', 'g', 'o'],
    states: ['h', 'c'],
    kept: ['tanhC', 'm', 'projected'],
    sizes: { h: size, projected: size },
    parameters: {
      weightHr: (hiddenSize, draw) => ({
        shape: weightShape('ProjectedLSTMCell', 'weightHr', projectionSize, hiddenSize),
        initial: () => draw(projectionSize, hiddenSize),
      }),
    },
    separateRecurrent: false,
    squashed: { i: 'sigmoid', f: 'sigmoid', g: 'tanh', o: 'sigmoid' },
    initialBias,
    stages: [
      {
        gates: ['i', 'f', 'g', 'o'],
        from: 'h',
        activate: (step) => lstm(step, step.kept.m), // (1) to (4)
        activateBackward: (step, d) => lstmBackward(step, d, d.kept.m),
      },
      {
        gates: [],
        from: 'm',
        gives: { kept: 'projected', weight: 'weightHr' },
        activate: ({ next, kept }) => copy(next.h, kept.projected), // (5)
        activateBackward: (_, d) => copy(d.kept.projected, d.next.h),
      },
    ],
  };
}

/** Options of {@link ProjectedLSTMCell}. */
export interface ProjectedLSTMCellOptions<
  InputSize extends number,
  HiddenSize extends number,
  ProjectionSize extends number,
> extends GatedCellOptions<InputSize, HiddenSize> {
  /** P, the number of output features: less than `hiddenSize`. */
  readonly projectionSize: ProjectionSize;
}

const checks = (): Checks<ProjectedLSTMCellOptions<number, number, number>> => ({
  ...gatedChecks(),
  projectionSize: { required: size },
});

/**
 * The long short-term memory cell with a projected output: many memory units, but a small recurrent input.
 *
 *     (1) i, f, o = σ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh)        g = tanh(…)
 *     (2) c_t = f * c_{t−1} + i * g
 *     (3) tanhC = tanh c_t
 *     (4) m = o * tanhC
 *     (5) h_t = W_hr m
 *
 * h is `[batch, projectionSize]`, and c `[batch, hiddenSize]`; `weightHh` is `[4·hiddenSize, projectionSize]`, and `weightHr`
 * `[projectionSize, hiddenSize]`.
 *
 * Sak, Senior and Beaufays (2014), arXiv:1402.1128, without peepholes and without the non-recurrent projection; PyTorch's
 * `LSTM` with `proj_size`. `recurrentInitializer` draws W_hr too.
 *
 * @example
 * ```ts
 * import { ProjectedLSTMCell, tensor } from 'recurrent-cells';
 *
 * const cell = new ProjectedLSTMCell({ inputSize: 3, hiddenSize: 8, projectionSize: 2 });
 * const { state } = cell.infer(tensor([[1, 0, 0]]), { state: cell.initialState(1) });
 * state.h.shape // → [1, 2]
 * state.c.shape // → [1, 8]
 * ```
 */
export class ProjectedLSTMCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
  const ProjectionSize extends number = number,
> extends Cell<'h' | 'c', InputSize, HiddenSize, ProjectionSize> {
  /** @throws RangeError if `projectionSize` is not a whole number from 1 to less than `hiddenSize`, and as every cell. */
  constructor(options: ProjectedLSTMCellOptions<InputSize, HiddenSize, ProjectionSize>) {
    const { projectionSize, forgetBias, ...shared } = checkOptions('ProjectedLSTMCell', options, checks());
    if (projectionSize >= shared.hiddenSize)
      throw rangeError(
        'ProjectedLSTMCell',
        'projectionSize',
        `is ${projectionSize}`,
        `less than hiddenSize, ${shared.hiddenSize}`,
      );
    super('ProjectedLSTMCell', rule(projectionSize, lstmStarts('ProjectedLSTMCell', options)), shared);
  }

  override architecture(): Architecture {
    const { type, options } = super.architecture();
    return { type, options: { ...options, projectionSize: this.outputSize } };
  }
}
