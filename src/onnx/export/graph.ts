/** Graphs of several inputs, joins and heads, written as one graph of ONNX. */
import { rangeError, show } from '../../common/errors.ts';
import type { AnyGraph } from '../../models/graph.ts';
import { type Plan, takersOf } from '../../models/plan.ts';
import { type Exporting, type Flow, WHERE } from './flow.ts';
import { inputFlow, inputsOverTime, output } from './inputs.ts';
import { exported } from './layers.ts';

/** Adds all nodes of a graph. */
export function exportGraph(
  to: Exporting,
  { plan }: AnyGraph,
  lengths: boolean,
  vectors: readonly string[],
): void {
  checkVectors(plan, vectors);
  const timed = inputsOverTime(plan, vectors);
  const inputs = new Map(
    Array.from(takersOf(plan), ([name, taker]) => [
      name,
      inputFlow(to, taker, { name, timed: timed.has(name), lengths }),
    ]),
  );
  const flows: Flow[] = [];
  for (const { name, node, sources } of plan.steps) {
    const parts = sources.map((source) =>
      'step' in source ? flows[source.step]! : inputs.get(source.input)!,
    );
    const { origin } = node;
    if (origin.kind === 'layer') flows.push(exported(to, origin.layer, name, parts[0]!));
    else flows.push(joined(to, origin.kind === 'sum', parts, node.size ?? 'features'));
  }
  for (const [head, at] of plan.heads) output(to, head, flows[at]!);
}

/** A sum, or side by side. A part without a time axis joins every step. */
function joined({ graph }: Exporting, sum: boolean, parts: readonly Flow[], width: number | string): Flow {
  const like = parts.find(({ timed }) => timed) ?? parts[0]!;
  if (sum) {
    const [first, ...rest] = parts.map(({ value }) => value) as [string, ...string[]];
    const value = rest.reduce((total, part) => graph.node('Add', [total, part]), first);
    return { ...like, value, width };
  }
  const values = parts.map(({ value, timed }) => {
    if (timed === like.timed) return value;
    const sizes = [graph.size(like.value, 0), graph.integers([1, 1])];
    return graph.node('Expand', [graph.unsqueezed(value, 0), graph.node('Concat', sizes, { axis: 0 })]);
  });
  return { ...like, value: graph.node('Concat', values, { axis: -1 }), width };
}

function checkVectors({ inputs }: Plan, vectors: readonly string[]): void {
  const known = [...inputs].flatMap(([name, kind]) => (kind === 'dense' ? [name] : []));
  for (const name of vectors)
    if (!known.includes(name))
      throw rangeError(WHERE, 'vectors', `has ${show(name)}`, `only inputs of features: ${known.join(', ')}`);
}
