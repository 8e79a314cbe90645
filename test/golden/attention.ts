/** Golden cases of attention. */
import { Attention, type Backend } from '../../src/index.ts';
import { compare, expectOnly, type GoldenCase, type TensorResult, take } from './case.ts';

const names = { weightQuery: 'W_q', weightKey: 'W_k', v: 'v' } as const;

const scores: Readonly<Record<string, 'dot' | 'additive'>> = {
  luong_dot: 'dot',
  bahdanau_additive: 'additive',
};

export function runAttention(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { query_size, key_size, attention_size } = golden.options;
  const score = scores[golden.op];
  if (score === undefined) throw new Error(`unknown attention ${golden.op}`);
  const values = take(golden, 'in.values');
  expectOnly(golden, { value_size: values.shape.at(-1) });
  const attention = new Attention({
    score,
    querySize: query_size,
    keySize: key_size,
    attentionSize: attention_size ?? undefined,
    backend,
  });
  const parameters = [...attention.parameters()].map(
    ([name, parameter]) => [names[name as keyof typeof names], parameter] as const,
  );
  for (const [name, parameter] of parameters) parameter.write(take(golden, name).data);
  const pass = attention.forward({
    query: take(golden, 'in.query'),
    keys: take(golden, 'in.keys'),
    values,
    keyLengths: golden.ints.key_lengths,
  });
  const d = pass.backward(golden.tensors.get('up.context'), golden.tensors.get('up.weights'));
  const results = {
    'out.context': pass.output.data,
    'out.weights': pass.weights.data,
    'grad.query': d.query.data,
    'grad.keys': d.keys.data,
    'grad.values': d.values!.data,
    ...Object.fromEntries(parameters.map(([name, parameter]) => [`grad.${name}`, parameter.readGradient()])),
  };
  return Object.entries(results).map(([name, got]) => compare(golden, backend.dtype, name, got));
}
