/** Layer normalisation within a rule: of its two products, and of values computed by φ. */
import { typeError } from '../common/errors.ts';
import { type Checks, checkOptions, notNegative } from '../common/options.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, addColumnSums, mul, normalize, normalizeBackward } from '../matrix/operations.ts';
import {
  constantRow,
  type GateStarts,
  gateRow,
  type OwnParameter,
  type Step,
  type StepGradient,
} from '../unroll/rule.ts';
import { type GatedCellOptions, gatedChecks } from './forget-bias.ts';

/** Options of {@link LayerNormLSTMCell} and {@link LayerNormGRUCell}, whose shifts are their biases. */
export interface LayerNormCellOptions<InputSize extends number, HiddenSize extends number>
  extends Omit<GatedCellOptions<InputSize, HiddenSize>, 'bias' | 'biasInitializer'> {
  /** ε: default 1e-5. */
  readonly epsilon?: number | undefined;
}

const checks = (): Checks<LayerNormCellOptions<number, number>> => {
  const { bias, biasInitializer, ...shared } = gatedChecks();
  return { ...shared, epsilon: notNegative };
};

/** The options of a cell whose shifts are its biases. */
export function layerNormOptions<Options extends LayerNormCellOptions<number, number>>(
  type: string,
  options: Options,
): Options {
  for (const name of ['bias', 'biasInitializer'])
    if (Object.hasOwn(options ?? {}, name))
      throw typeError(type, `option "${name}"`, 'is unknown', 'none: shiftIh and shiftHh are the biases');
  return checkOptions(type, options, checks());
}

/** out ← gain * n + shift, with n ← (a − μ)/√(σ² + ε) and inverseDeviation ← 1/√(σ² + ε), row by row: gains and shifts are read again for each row [B, width], inverse deviations are [B, 1]; `out` may be `a`. */
export function layerNorm(
  out: Matrix,
  n: Matrix,
  inverseDeviation: Matrix,
  a: Matrix,
  gain: Matrix,
  shift: Matrix,
  epsilon: number,
): void {
  normalize(n, inverseDeviation, a, epsilon);
  mul(out, gain, n);
  add(out, out, shift);
}

/** The gradients of {@link layerNorm}: `dGain` and `dShift` are added to, `da` may be `dOut`, `dn` is an intermediate. */
export function layerNormBackward(
  da: Matrix,
  dn: Matrix,
  dGain: Matrix,
  dShift: Matrix,
  n: Matrix,
  inverseDeviation: Matrix,
  gain: Matrix,
  dOut: Matrix,
): void {
  addColumnSums(dShift, dOut);
  mul(dn, dOut, n);
  addColumnSums(dGain, dn);
  mul(dn, dOut, gain);
  normalizeBackward(da, n, inverseDeviation, dn);
}

type Kept = 'normalIh' | 'normalHh' | 'inverseIh' | 'inverseHh';
type Own = 'gainIh' | 'shiftIh' | 'gainHh' | 'shiftHh';

/** The declarations a rule needs for {@link normalizeProducts}, with q separate from p; and initial shifts of gates other than 0. */
export function normalizedProducts<Gate extends string>(
  gates: readonly Gate[],
  starts: GateStarts<Gate>,
): {
  readonly together: { readonly all: readonly Gate[] };
  readonly kept: readonly Kept[];
  readonly sizes: { readonly [name in Kept]: (hiddenSize: number) => number };
  readonly parameters: { readonly [name in Own]: OwnParameter };
} {
  const blocks = gates.length;
  const width = (hiddenSize: number) => blocks * hiddenSize;
  const one = () => 1;
  return {
    together: { all: gates },
    kept: ['normalIh', 'inverseIh', 'normalHh', 'inverseHh'],
    sizes: { normalIh: width, inverseIh: one, normalHh: width, inverseHh: one },
    parameters: {
      gainIh: constantRow(1, blocks),
      shiftIh: (hiddenSize) => ({
        shape: [width(hiddenSize)],
        initial: () => gateRow(gates, starts, hiddenSize),
      }),
      gainHh: constantRow(1, blocks),
      shiftHh: constantRow(0, blocks),
    },
  };
}

/** p ← gainIh * (p − μ)/√(σ² + ε) + shiftIh and q likewise, each over all gates together. */
export function normalizeProducts(step: Step<'all', never, Kept, Own>, epsilon: number): void {
  const { gates, recurrent, kept, parameters } = step;
  const { gainIh, shiftIh, gainHh, shiftHh } = parameters;
  layerNorm(gates.all, kept.normalIh, kept.inverseIh, gates.all, gainIh, shiftIh, epsilon);
  layerNorm(recurrent.all, kept.normalHh, kept.inverseHh, recurrent.all, gainHh, shiftHh, epsilon);
}

/** The backward pass of {@link normalizeProducts}, after that of the following operations. */
export function normalizeProductsBackward(
  { kept, parameters }: Step<'all', never, Kept, Own>,
  d: StepGradient<'all', never, Kept, Own>,
): void {
  const { gainIh, shiftIh, gainHh, shiftHh } = d.parameters;
  const { all: dp } = d.gates;
  const { all: dq } = d.recurrent;
  const { normalIh, normalHh, inverseIh, inverseHh } = kept;
  layerNormBackward(dp, d.kept.normalIh, gainIh, shiftIh, normalIh, inverseIh, parameters.gainIh, dp);
  layerNormBackward(dq, d.kept.normalHh, gainHh, shiftHh, normalHh, inverseHh, parameters.gainHh, dq);
}
