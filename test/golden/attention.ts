/** Golden cases of attention. */
import { Attention, type Backend } from '../../src/index.ts';
import { compare, type GoldenCase, type TensorResult, take } from './case.ts';

const names = { weightQuery: 'W_q', weightKey: 'W_k', v: 'v' } as const;

export function runAttention(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { query_size, key_size, attention_size } = golden.options;
  const attention = new Attention({
    score: golden.op === 'luong_dot' ? 'dot' : 'additive',
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
    values: take(golden, 'in.values'),
    keyLengths: golden.ints.key_lengths,
  });
  const d = pass.backward(take(golden, 'up.context'), take(golden, 'up.weights'));
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
