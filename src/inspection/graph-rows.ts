/** The rows of a graph's description: its inputs, and each layer and join with its sources. */
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Arena } from '../matrix/arena.ts';
import type { AnyGraph } from '../models/graph.ts';
import { takersOf } from '../models/plan.ts';
import { Run } from '../models/run.ts';
import { computeGraph, type Taken } from '../models/steps.ts';
import { inputLine, type Line, layerLines, line, type Row, titled, twice, zeroInput } from './layer-rows.ts';

// With more inputs of features than this, all are tried with a time axis.
const MOST_TRIED = 6;

/** The rows of a graph, its inputs with the fewest time axes that its layers accept. */
export function graphRows(model: AnyGraph): Row[] {
  const names = [...model.plan.inputs].flatMap(([name, kind]) => (kind === 'dense' ? [name] : []));
  let refused: unknown;
  for (const timed of choices(names)) {
    try {
      return twice(model, (arena, time) => graphLines(arena, model, timed, time));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refused ??= error;
    }
  }
  throw refused;
}

/** The sets of inputs that may have a time axis, small ones first. */
function choices(names: readonly string[]): ReadonlySet<string>[] {
  if (names.length > MOST_TRIED) return [new Set(names)];
  const sets = Array.from(
    { length: 2 ** names.length },
    (_, bits) => new Set(names.filter((_, i) => (bits >> i) % 2 === 1)),
  );
  return sets.sort((a, b) => a.size - b.size);
}

function* graphLines(
  arena: Arena,
  model: AnyGraph,
  timed: ReadonlySet<string>,
  time: number,
): Generator<Line> {
  const { plan } = model;
  const inputs: { [name: string]: Tensor | Indices } = {};
  for (const [name, taker] of takersOf(plan))
    inputs[name] = zeroInput(taker, taker.accepts === 'indices' || timed.has(name) ? time : undefined);
  const taken: Taken[] = [];
  const run = new Run(arena, 'describe', plan, inputs, undefined, undefined, model.stateSizes);
  computeGraph(run, (step) => taken.push(step));
  const shown = new Set<string>();
  for (const { step, signals, output } of taken) {
    for (const [i, source] of step.sources.entries()) {
      if ('step' in source || shown.has(source.input)) continue;
      shown.add(source.input);
      yield inputLine(source.input, 'time', takersOf(plan).get(source.input)!, signals[i]!);
    }
    const { origin } = step.node;
    if (origin.kind !== 'layer') {
      yield line(step.label, 'time', output, 0);
      continue;
    }
    // A chain has a row for each layer; the first names the source.
    const [first, ...rest] = [...layerLines(arena, origin.layer, step.name, 'time', signals[0]!)] as [
      Line,
      ...Line[],
    ];
    yield { ...first, name: titled(first.name, `← ${step.sources[0]!.label}`) };
    yield* rest;
  }
}
