/** The long short-term memory cell with layer normalisation. */
import type { Architecture } from '../common/architecture.ts';
import {
  add,
  copy,
  mul,
  mulAdd,
  sigmoid,
  sigmoidBackward,
  tanh,
  tanhBackward,
} from '../matrix/operations.ts';
import { constantRow, type GateStarts, type Rule } from '../unroll/rule.ts';
import { Cell } from './cell.ts';
import { lstmStarts } from './forget-bias.ts';
import {
  type LayerNormCellOptions,
  layerNorm,
  layerNormBackward,
  layerNormOptions,
  normalizedProducts,
  normalizeProducts,
  normalizeProductsBackward,
} from './layer-norm.ts';

type Gate = 'i' | 'f' | 'g' | 'o';
const gates: readonly Gate[] = ['i', 'f', 'g', 'o'];

type Products = ReturnType<typeof normalizedProducts<Gate>>;
type LayerNormRule = Rule<
  Gate | 'all',
  'h' | 'c',
  'tanhC' | 'normalC' | 'inverseC' | Products['kept'][number],
  'gainC' | 'shiftC' | keyof Products['parameters']
>;

function rule(epsilon: number, starts: GateStarts<Gate>): LayerNormRule {
  const products = normalizedProducts(gates, starts);
  return {
    gates,
    together: products.together,
    states: ['h', 'c'],
    kept: ['tanhC', 'normalC', 'inverseC', ...products.kept],
    sizes: { inverseC: () => 1, ...products.sizes },
    parameters: { gainC: constantRow(1), shiftC: constantRow(0), ...products.parameters },
    separateRecurrent: true,
    squashed: { i: 'sigmoid', f: 'sigmoid', g: 'tanh', o: 'sigmoid' },
    stages: [
      {
        gates: ['i', 'f', 'g', 'o'],
        from: 'h',

        activate(step) {
          const { prev, next, gates, recurrent: q, kept, parameters } = step;
          const { all: p, i, f, g, o } = gates;
          const { tanhC, normalC, inverseC } = kept;
          normalizeProducts(step, epsilon); // (1)
          add(p, p, q.all); // (2)
          sigmoid(i, i);
          sigmoid(f, f);
          tanh(g, g);
          sigmoid(o, o);
          mul(next.c, f, prev.c); // (3)
          mulAdd(next.c, i, g);
          layerNorm(tanhC, normalC, inverseC, next.c, parameters.gainC, parameters.shiftC, epsilon); // (4)
          tanh(tanhC, tanhC);
          mul(next.h, o, tanhC); // (5)
        },

        activateBackward(step, d) {
          const { prev, gates, kept, parameters } = step;
          const { i, f, g, o } = gates;
          const { tanhC, normalC, inverseC } = kept;
          const { gainC: dGainC, shiftC: dShiftC } = d.parameters;
          const { h: dh, c: dc } = d.next;
          const part = d.scratch;
          mul(d.gates.o, dh, tanhC); // (5)
          mul(part, dh, o);
          tanhBackward(part, tanhC, part); // (4)
          layerNormBackward(part, d.kept.normalC, dGainC, dShiftC, normalC, inverseC, parameters.gainC, part);
          add(dc, dc, part);
          mul(d.gates.i, dc, g); // (3)
          mul(d.gates.g, dc, i);
          mul(d.gates.f, dc, prev.c);
          mul(d.prev.c, dc, f);
          sigmoidBackward(d.gates.i, i, d.gates.i); // (2)
          sigmoidBackward(d.gates.f, f, d.gates.f);
          tanhBackward(d.gates.g, g, d.gates.g);
          sigmoidBackward(d.gates.o, o, d.gates.o);
          copy(d.recurrent.all, d.gates.all);
          normalizeProductsBackward(step, d); // (1)
        },
      },
    ],
  };
}

/**
 * The long short-term memory cell with layer normalisation, which makes its gates insensitive to the scale of their inputs.
 *
 *     (1) p = LN(W_ih x_t; gainIh, shiftIh)        q = LN(W_hh h_{t−1}; gainHh, shiftHh)
 *     (2) i, f, o = σ(p + q)        g = tanh(…)
 *     (3) c_t = f * c_{t−1} + i * g
 *     (4) tanhC = tanh LN(c_t; gainC, shiftC)
 *     (5) h_t = o * tanhC
 *
 *     LN(a; gain, shift) = gain * (a − μ)/√(σ² + ε) + shift        μ, σ² the mean and the biased variance of all of a
 *
 * Ba, Kiros and Hinton (2016), arXiv:1607.06450, equations (20) to (22): each product has one mean and variance over all
 * four gates. Their bias b is part of the shifts. Gates in the order i, f, g, o. Gains and shifts are `[4·hiddenSize]`,
 * those of c `[hiddenSize]`; there are no other biases. `forgetBias`, the start of
 * the forget gate's block of shiftIh, defaults to 1.
 *
 * @example
 * ```ts
 * import { LayerNormLSTMCell } from 'recurrent-cells';
 *
 * const cell = new LayerNormLSTMCell({ inputSize: 3, hiddenSize: 2 });
 * cell.parameters().get('gainIh')!.shape // → [8]
 * cell.parameters().get('gainC')!.shape // → [2]
 * ```
 */
export class LayerNormLSTMCell<
  const InputSize extends number = number,
  const HiddenSize extends number = number,
> extends Cell<'h' | 'c', InputSize, HiddenSize> {
  readonly epsilon: number;

  /** @throws RangeError if `epsilon` is negative or NaN, and as every cell. */
  constructor(options: LayerNormCellOptions<InputSize, HiddenSize>) {
    const type = 'LayerNormLSTMCell';
    const { epsilon = 1e-5, forgetBias, ...shared } = layerNormOptions(type, options);
    const starts = lstmStarts(type, { ...shared, forgetBias });
    super(type, rule(epsilon, starts), { ...shared, bias: false });
    this.epsilon = epsilon;
  }

  override architecture(): Architecture {
    const { type, inputSize, hiddenSize, epsilon } = this;
    return { type, options: { inputSize, hiddenSize, epsilon } };
  }
}
