/** Which layers take sequences and which give them, known before a model runs. */
import type { Cell } from '../cells/cell.ts';
import type { Bidirectional } from './bidirectional.ts';
import type { Residual } from './residual.ts';
import type { Sequence } from './sequence.ts';
import type { AnyLayer, Sequential } from './sequential.ts';

/** Layers that need a time axis. */
const overTime = ['Sequence', 'Bidirectional', 'Conv1d', 'Pooling', 'Embedding', 'OneHot', 'EachStep'];

/** Whether a layer takes sequences rather than single vectors. */
export function takesSteps(layer: AnyLayer): boolean {
  const { type } = layer;
  if (type === 'Residual') return takesSteps((layer as Residual).layer as AnyLayer);
  if (type !== 'Sequential') return overTime.includes(type);
  for (const part of (layer as Sequential).layers) {
    if (part.type === 'Repeat') return false;
    if (takesSteps(part)) return true;
  }
  return false;
}

/** Whether a layer gives sequences, of sequences or of single vectors. */
export function givesSteps(layer: AnyLayer, timed: boolean): boolean {
  switch (layer.type) {
    case 'Sequential':
      return (layer as Sequential).layers.reduce((before, part) => givesSteps(part, before), timed);
    case 'Sequence':
      return (layer as Sequence<Cell>).outputs === 'all';
    case 'Bidirectional':
      return (layer as Bidirectional<string>).directions.forward.outputs === 'all';
    case 'Pooling':
      return false;
    case 'Repeat':
      return true;
    default:
      return timed || overTime.includes(layer.type);
  }
}
