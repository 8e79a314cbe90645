/** The inputs and outputs of an exported model, and which inputs have a time axis. */
import { givesSteps, takesSteps } from '../../layers/time-axis.ts';
import type { Plan, Taker } from '../../models/plan.ts';
import { type Exporting, type Flow, masked } from './flow.ts';

/**
 * The inputs of a graph that have a time axis: indices, and features that a layer over time reads, through joins too, or that are
 * joined with sequences; but not those that are declared to be vectors.
 */
export function inputsOverTime(plan: Plan, vectors: readonly string[]): ReadonlySet<string> {
  const timed = new Set([...plan.inputs].flatMap(([name, kind]) => (kind === 'indices' ? [name] : [])));
  let known: number;
  do {
    known = timed.size;
    addInputsOverTime(plan, vectors, timed);
  } while (timed.size > known);
  return timed;
}

/** Adds inputs that must have a time axis, with those known so far. */
function addInputsOverTime({ steps }: Plan, vectors: readonly string[], timed: Set<string>): void {
  /** What each step gives, and the inputs without a time axis that reach it step by step. */
  const given: { readonly timed: boolean; readonly from: readonly string[] }[] = [];
  for (const { node, sources } of steps) {
    const parts = sources.map((source) => {
      if ('step' in source) return given[source.step]!;
      const name = source.input;
      return { timed: timed.has(name), from: timed.has(name) || vectors.includes(name) ? [] : [name] };
    });
    const some = { timed: parts.some((part) => part.timed), from: parts.flatMap(({ from }) => from) };
    const layer = node.origin.kind === 'layer' ? node.origin.layer : undefined;
    if (layer === undefined ? some.timed : takesSteps(layer)) for (const name of some.from) timed.add(name);
    if (layer === undefined) given.push(some);
    else {
      const stepwise = givesSteps(layer, true) && !givesSteps(layer, false);
      given.push({ timed: givesSteps(layer, some.timed), from: stepwise ? some.from : [] });
    }
  }
}

/** An input of the graph as layers take it, for a model with one input or by the input's name. */
export function inputFlow(
  { graph, streaming }: Exporting,
  { accepts, takesSequences, inputSize }: Taker,
  { name, timed, lengths }: { readonly name: string; readonly timed: boolean; readonly lengths: boolean },
): Flow {
  const indices = accepts === 'indices';
  const width = inputSize ?? named('features', name);
  const axes = [
    'batch',
    ...(timed && !streaming ? [named('time', name)] : []),
    ...(takesSequences ? [named('items', name)] : []),
    ...(indices ? [] : [width]),
  ];
  let value = graph.input(named('input', name), indices ? 'int64' : 'float32', axes);
  // One step is a sequence of length 1.
  if (timed && streaming) value = graph.unsqueezed(value, 0);
  else if (timed) value = graph.node('Transpose', [value], { perm: [1, 0, 2, 3].slice(0, axes.length) });
  const valid = lengths && timed ? graph.input(named('lengths', name), 'int64', ['batch']) : undefined;
  return { value, timed, width, lengths: valid };
}

/** An output of the graph, zero beyond each length. */
export function output({ graph, streaming }: Exporting, name: string, flow: Flow): void {
  let { value } = flow;
  if (flow.timed && flow.lengths !== undefined) value = masked(graph, flow);
  if (flow.timed)
    value = streaming ? graph.squeezed(value) : graph.node('Transpose', [value], { perm: [1, 0, 2] });
  const steps = flow.timed && !streaming ? [named('steps', name)] : [];
  graph.output(named('output', name), value, ['batch', ...steps, flow.width]);
}

/** `input`, or `input.words` in a model with names. */
function named(what: string, name: string): string {
  return name === '' ? what : `${what}.${name}`;
}
