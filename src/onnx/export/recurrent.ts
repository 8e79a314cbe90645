/** Recurrent layers as nodes of a graph. */
import type { Cell } from '../../cells/cell.ts';
import type { Bidirectional } from '../../layers/bidirectional.ts';
import { zonesOut } from '../../layers/noise.ts';
import type { Sequence } from '../../layers/sequence.ts';
import { arrange, cells, peepholes } from './cells.ts';
import { type Exporting, type Flow, join, refused } from './flow.ts';

/** The results of a cell's node: all outputs, [T, B, H], and the last ones, [B, H]. */
interface Outputs {
  readonly all: string;
  readonly last: string;
}

/** One direction. */
export function sequence(to: Exporting, layer: Sequence<Cell>, path: string, flow: Flow): Flow {
  if (layer.reverse && to.streaming)
    throw refused(layer, path, 'none in reverse where streaming takes one step');
  const { all, last } = direction(to, layer, path, flow, layer.reverse);
  const width = layer.outputSize;
  return layer.outputs === 'all'
    ? { ...flow, value: all, width }
    : { value: last, timed: false, width, lengths: undefined };
}

/** Two nodes, merged. */
export function bidirectional(to: Exporting, layer: Bidirectional<string>, path: string, flow: Flow): Flow {
  if (to.streaming) throw refused(layer, path, 'one direction where streaming takes one step');
  const { forward, reverse } = layer.directions;
  const timed = forward.outputs === 'all';
  const [a, b] = [
    direction(to, forward, join(path, 'forward'), flow, false),
    direction(to, reverse, join(path, 'reverse'), flow, true),
  ].map(({ all, last }) => (timed ? all : last)) as [string, string];
  const { graph } = to;
  const merge = {
    concatenate: () => graph.node('Concat', [a, b], { axis: -1 }),
    sum: () => graph.node('Add', [a, b]),
    mean: () => graph.node('Mul', [graph.node('Add', [a, b]), graph.floats('half', [0.5], [])]),
    product: () => graph.node('Mul', [a, b]),
  }[layer.merge];
  return { value: merge(), timed, width: layer.outputSize, lengths: timed ? flow.lengths : undefined };
}

/** Adds the node of a cell. */
function direction(
  to: Exporting,
  layer: Sequence<Cell>,
  path: string,
  flow: Flow,
  reverse: boolean,
): Outputs {
  if (zonesOut(layer.noise)) throw refused({ type: `${layer.type} with zoneout` }, path, 'one without');
  const { graph } = to;
  const { cell } = layer;
  if (!flow.timed) throw refused(cell, path, 'a sequence: a layer before it gives one vector');
  const kind = Object.hasOwn(cells, cell.type) ? cells[cell.type]! : undefined;
  if (kind === undefined) throw refused(cell, path, `one of ${Object.keys(cells).join(', ')}`);
  const { hiddenSize } = cell;
  const { states } = cell.rule;
  const lengths = flow.lengths === undefined ? '' : graph.cast(flow.lengths, 'int32');
  const weights = weightsOf(to, cell, kind.gates);
  const initial = states.map((name) => initialPart(to, layer, path, name, flow.value));
  const [all, ...last] = graph.nodes(
    kind.op,
    [flow.value, ...weights, lengths, ...initial, ...peepholes(graph, cell)],
    { hidden_size: hiddenSize, direction: reverse ? 'reverse' : 'forward', ...kind.attributes(cell) },
    1 + states.length,
  ) as [string, ...string[]];
  const finals = last.map((value, at) => graph.squeezed(finalPart(to, flow, value, initial[at]!)));
  states.forEach((name, at) => {
    to.states.final(join(path, name), finals[at]!, hiddenSize);
  });
  // [T, 1, B, H], for one direction
  return { all: graph.node('Squeeze', [all, graph.integers([1])]), last: finals[0]! };
}

/**
 * A part of the final state, [1, B, H]. ONNX Runtime gives zeros for a sequence without steps, whose final state should equal its
 * initial one.
 */
function finalPart({ graph }: Exporting, { lengths }: Flow, last: string, initial: string): string {
  if (lengths === undefined || initial === '') return last;
  const some = graph.node('Greater', [lengths, graph.integers([0], [])]);
  return graph.node('Where', [graph.unsqueezed(some, 1), last, initial]);
}

function weightsOf({ graph }: Exporting, cell: Cell, gates: readonly number[]): string[] {
  const { hiddenSize, inputSize, weightIh, weightHh, biasIh, biasHh } = cell;
  const rows = gates.length * hiddenSize;
  const arranged = (values: ArrayLike<number>) => arrange(values, gates);
  return [
    graph.floats('W', arranged(weightIh.read()), [1, rows, inputSize]),
    graph.floats('R', arranged(weightHh.read()), [1, rows, hiddenSize]),
    biasIh === undefined
      ? ''
      : graph.floats('B', [...arranged(biasIh.read()), ...arranged(biasHh!.read())], [1, 2 * rows]),
  ];
}

/** A part of the initial state, [1, B, H]; empty for zeros. */
function initialPart(
  { graph, states }: Exporting,
  { cell: { hiddenSize }, initial }: Sequence<Cell>,
  path: string,
  name: string,
  x: string,
): string {
  const part = states.initial(join(path, name), hiddenSize);
  if (part !== undefined) return graph.unsqueezed(part, 0);
  const learned = initial?.parameters().get(name)?.read();
  if (learned === undefined) return '';
  const sizes = [graph.integers([1]), graph.size(x, 1), graph.integers([hiddenSize])];
  const shape = graph.node('Concat', sizes, { axis: 0 });
  return graph.node('Expand', [graph.floats('initial', learned, [1, 1, hiddenSize]), shape]);
}
