/** Cells as operators of ONNX: the order of gates, attributes, and peepholes. */
import type { Cell } from '../../cells/cell.ts';
import type { GRUCell } from '../../cells/gru.ts';
import type { RNNCell } from '../../cells/rnn.ts';
import type { GraphWriter } from './writer.ts';

/** How each cell is written: the operator, the position of each ONNX gate among the cell's, and its attributes. */
export const cells: {
  readonly [type: string]: {
    readonly op: string;
    readonly gates: readonly number[];
    readonly attributes: (cell: Cell) => { readonly [name: string]: number | readonly string[] };
  };
} = {
  RNNCell: {
    op: 'RNN',
    gates: [0],
    attributes: (cell) => ({ activations: [(cell as RNNCell).activation === 'relu' ? 'Relu' : 'Tanh'] }),
  },
  // ONNX orders the gates i, o, f, c; LSTMCell i, f, g, o.
  LSTMCell: { op: 'LSTM', gates: [0, 3, 1, 2], attributes: () => ({}) },
  PeepholeLSTMCell: { op: 'LSTM', gates: [0, 3, 1, 2], attributes: () => ({}) },
  // ONNX orders the gates z, r, h; GRUCell r, z, n.
  GRUCell: {
    op: 'GRU',
    gates: [1, 0, 2],
    attributes: (cell) => ({ linear_before_reset: (cell as GRUCell).reset === 'after' ? 1 : 0 }),
  },
};

/** Reorders the blocks of gates. */
export function arrange(values: ArrayLike<number>, gates: readonly number[]): number[] {
  const block = values.length / gates.length;
  return gates.flatMap((gate) => Array.from({ length: block }, (_, i) => values[gate * block + i]!));
}

/** The peepholes of a cell, [1, 3 · H], which ONNX orders i, o, f; empty for other cells. */
export function peepholes(graph: GraphWriter, cell: Cell): string[] {
  if (cell.type !== 'PeepholeLSTMCell') return [];
  const parameters = cell.parameters();
  const values = ['weightCi', 'weightCo', 'weightCf'].flatMap((name) => [...parameters.get(name)!.read()]);
  return [graph.floats('P', values, [1, values.length])];
}
