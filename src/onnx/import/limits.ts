/** The limits of a graph, derived from the sizes of its file and inputs, so that a small file cannot demand much. */
import type { Graph } from './graph.ts';
import { type Limits, spanOf } from './room.ts';
import type { Value } from './value.ts';

/** The sizes that a file states. */
export interface Extent {
  readonly bytes: number;
  /** The nodes of all graphs in it. */
  readonly nodes: number;
  /** The largest dimension of its tensors. */
  readonly widest: number;
}

// The allowance of every file: 16 MiB of float32, or 32 of float64, and about a second.
const ELEMENTS = 2 ** 22;
const OPERATIONS = 2 ** 30;

export function extentOf(graph: Graph, bytes: number): Extent {
  let [nodes, widest] = [0, 1];
  const addValue = ({ shape }: Value) => {
    for (const size of shape) widest = Math.max(widest, size);
  };
  const addGraph = (each: Graph) => {
    for (const value of each.constants.values()) addValue(value);
    nodes += each.nodes.length;
    for (const { attributes } of each.nodes)
      for (const attribute of attributes.values()) {
        if (typeof attribute !== 'object') continue;
        if ('nodes' in attribute) addGraph(attribute);
        else if ('data' in attribute) addValue(attribute);
      }
  };
  addGraph(graph);
  return { bytes, nodes, widest };
}

// The number of values as large as the largest one for which there is always room; most nodes make smaller values.
const LARGE = 64;

/** Enough to load a file: nodes and layers copy each weight of 4 bytes up to 32 times. */
export function limitsOfLoading(bytes: number): Limits {
  return { mostElements: ELEMENTS + 8 * bytes, mostOperations: OPERATIONS + 64 * bytes };
}

/**
 * Enough for a run. Each node, up to 64 of them, may make the widest features, or one value for each step, from each element of
 * the inputs. Each of those elements may meet each weight and, as in attention, the widest features of each step four times.
 */
export function limitsOfRun({ bytes, nodes, widest }: Extent, inputs: readonly Value[]): Limits {
  let [elements, longest] = [1, 1];
  for (const { shape } of inputs) {
    elements += spanOf(shape);
    for (const size of shape) longest = Math.max(longest, size);
  }
  return {
    mostElements: ELEMENTS + 4 * bytes + Math.min(nodes, LARGE) * elements * Math.max(longest, widest),
    mostOperations: OPERATIONS + elements * (bytes + 4 * longest * widest),
  };
}
