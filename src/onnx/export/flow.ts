/** Signals in an exported graph, and their valid steps. */
import { rangeError } from '../../common/errors.ts';
import type { States } from './states.ts';
import type { GraphWriter } from './writer.ts';

export const WHERE = 'toOnnx';

/** The export in progress, to which layers add nodes. */
export interface Exporting {
  readonly graph: GraphWriter;
  /** Whether the time axis has one step, which no layer may look beyond. */
  readonly streaming: boolean;
  readonly states: States;
}

/** A signal in a graph. */
export interface Flow {
  /**
   * The value's name: [T, B, width], or [B, width] without a time axis; indices [T, B]. With a sequence at each step,
   * [T, B, steps, width] or [T, B, steps].
   */
  readonly value: string;
  readonly timed: boolean;
  /** The number of features, or the name of their axis if the number is not known. */
  readonly width: number | string;
  /** The name of the value with the valid steps, int64 [B]. */
  readonly lengths: string | undefined;
}

/** The name of a part. */
export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** An error about a layer or cell of the model, at a path such as `1.forward`. */
export function refused({ type }: { readonly type: string }, path: string, expected: string): RangeError {
  return rangeError(WHERE, 'model', `has a ${type}${path === '' ? '' : ` at ${path}`}`, expected);
}

/** Which steps are valid, bool [T, B, 1]. */
export function mask(graph: GraphWriter, { value, lengths }: Flow): string {
  const steps = graph.squeezed(graph.size(value, 0));
  const counted = graph.node('Range', [graph.integers([0], []), steps, graph.integers([1], [])]);
  return graph.node('Less', [graph.unsqueezed(counted, 1, 2), graph.unsqueezed(lengths!, 0, 2)]);
}

/** The signal with zeros beyond each length. */
export function masked(graph: GraphWriter, flow: Flow): string {
  return graph.node('Where', [mask(graph, flow), flow.value, graph.floats('zero', [0], [])]);
}

/** ⌊(n − reach − 1) / stride⌋ + 1 for each length n, at least 0; 0 for n = 0. */
export function convolved(graph: GraphWriter, lengths: string, reach: number, stride: number): string {
  const number = (value: number) => graph.integers([value], []);
  // Offset by a multiple of the stride, because integer division rounds towards 0.
  const more = Math.max(reach, 0) + 1;
  const shifted = graph.node('Add', [lengths, number(stride * more - reach - 1)]);
  const counted = graph.node('Sub', [graph.node('Div', [shifted, number(stride)]), number(more - 1)]);
  const least = graph.node('Max', [counted, number(0)]);
  return graph.node('Where', [graph.node('Greater', [lengths, number(0)]), least, number(0)]);
}
