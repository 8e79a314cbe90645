/** Golden cases of clipping. */
import { type Backend, clipNorm, clipValue } from '../../src/index.ts';
import { Parameter } from '../../src/matrix/parameter.ts';
import { compare, expectOnly, type GoldenCase, type TensorResult, take } from './case.ts';

export function runClip(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { dtype } = backend;
  const names = [...golden.tensors.keys()].flatMap((name) => (name.startsWith('in.') ? [name.slice(3)] : []));
  const parameters = new Map(
    names.map((name) => {
      const { data } = take(golden, `in.${name}`);
      const parameter = new Parameter(backend, [data.length], new Float64Array(data.length));
      parameter.gradient.write(data);
      return [name, parameter];
    }),
  );
  const results: TensorResult[] = [];
  if (golden.op === 'clip_grad_norm_') {
    const { max_norm, norm_type = 2 } = golden.options;
    expectOnly(golden, { error_if_nonfinite: false });
    const norm = norm_type === 'inf' ? 'infinity' : norm_type;
    const before = clipNorm(parameters, max_norm, { norm, epsilon: 1e-6 });
    results.push(compare(golden, dtype, 'out.total_norm', [before]));
  } else if (golden.op === 'clip_grad_value_') clipValue(parameters, golden.options.clip_value);
  else throw new Error(`unknown clipping ${golden.op}`);
  for (const [name, parameter] of parameters)
    results.push(compare(golden, dtype, `out.${name}`, parameter.readGradient()));
  return results;
}
