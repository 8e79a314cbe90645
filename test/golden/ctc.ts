/** Golden cases of CTC. */
import { type Backend, ctc, indices, type Reduction } from '../../src/index.ts';
import { compare, type GoldenCase, type GoldenTensor, type TensorResult, take } from './case.ts';
import { upstream } from './loss.ts';

export function runCtc(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { blank, reduction, zero_infinity: zeroInfinity } = golden.options;
  const { targets, input_lengths: lengths, target_lengths: labels } = golden.ints;
  if (golden.op !== 'ctc_loss') throw new Error(`unknown loss ${golden.op}`);
  const target = indices(
    targets.map((row: number[], b: number) => row.map((label, i) => (i < labels[b] ? label : -1))),
  );
  const loss = ctc<Reduction>({ blank, reduction, zeroInfinity });
  const pass = loss.forward(turned(take(golden, 'in.logits')), target, { lengths, backend });
  const value = typeof pass.value === 'number' ? [pass.value] : pass.value.data;
  const gradient = pass.backward(upstream(golden, pass.value));
  return [
    compare(golden, backend.dtype, 'out.loss', value),
    compare(golden, backend.dtype, 'grad.logits', turned(gradient).data),
  ];
}

/** [T, N, C] ⇄ [N, T, C] */
function turned({ data, shape }: Pick<GoldenTensor, 'shape'> & { data: Float32Array | Float64Array }) {
  const [outer, inner, width] = shape as [number, number, number];
  const out = new Float64Array(data.length);
  for (let i = 0; i < outer; i++)
    for (let j = 0; j < inner; j++)
      out.set(data.subarray((i * inner + j) * width, (i * inner + j + 1) * width), (j * outer + i) * width);
  return { data: out, shape: [inner, outer, width] };
}
