/** Which function runs a golden case, by its kind; a case without one is skipped, and why is said. */
import type { Backend } from '../../src/index.ts';
import { runAttention } from './attention.ts';
import type { GoldenCase, TensorResult } from './case.ts';
import { runClip } from './clip.ts';
import { runCtc } from './ctc.ts';
import { runLoss } from './loss.ts';
import { runTraining } from './model.ts';
import { runModule } from './module.ts';
import { runOptimizer } from './optimizer.ts';
import { runCell, runLayer } from './recurrent.ts';
import { runText } from './text.ts';

export type Runner = (golden: GoldenCase, backend: Backend) => TensorResult[];

const byKind: { readonly [kind: string]: Runner } = {
  attention: runAttention,
  cell: runCell,
  ctc: runCtc,
  layer: runLayer,
  // The layer that a graph was exported from: its values with the same weights.
  onnx: runLayer,
  loss: runLoss,
  optimizer: runOptimizer,
  clip: runClip,
  model: runTraining,
  text: ({ json }) => runText(json),
};

const byOperation: { readonly [operation: string]: Runner } = {
  Embedding: runModule,
  Linear: runModule,
  LayerNorm: runModule,
  Conv1d: runModule,
};

/** The runner of a case, or why there is none. */
export function runnerOf({ kind, op }: GoldenCase): Runner | string {
  return byKind[kind] ?? (kind === 'module' ? byOperation[op] : undefined) ?? `${kind} ${op}`;
}
