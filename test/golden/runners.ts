/** Runs a golden case by its kind, and checks that all of it is used. */
import type { Backend } from '../../src/index.ts';
import { runAttention } from './attention.ts';
import type { GoldenCase, TensorResult } from './case.ts';
import { runClip } from './clip.ts';
import { runCtc } from './ctc.ts';
import { runLoss } from './loss.ts';
import { runTraining } from './model.ts';
import { runModule } from './module.ts';
import { runOnnx } from './onnx.ts';
import { runOptimizer } from './optimizer.ts';
import { runCell, runLayer } from './recurrent.ts';
import { runText } from './text.ts';
import { watched } from './watched.ts';

type Runner = (golden: GoldenCase, backend: Backend) => TensorResult[];

const runners: { readonly [kind: string]: Runner } = {
  attention: runAttention,
  cell: runCell,
  ctc: runCtc,
  layer: runLayer,
  onnx: runOnnx,
  loss: runLoss,
  module: runModule,
  optimizer: runOptimizer,
  clip: runClip,
  model: runTraining,
  text: ({ json }) => runText(json),
};

/**
 * The results of a case, each with its expected values.
 *
 * @throws Error if the case is of an unknown kind, needs an unsupported option, or has an unused part.
 */
export function runCase(golden: GoldenCase, backend: Backend): TensorResult[] {
  const { name, kind } = golden;
  try {
    const runner = runners[kind];
    if (runner === undefined) throw new Error(`unknown kind ${kind}`);
    const watch = watched(golden);
    const results = runner(watch.golden, backend);
    const unread = watch.unread();
    if (unread.length > 0) throw new Error(`not used: ${unread.join(', ')}`);
    if (results.length === 0) throw new Error('nothing is compared');
    return results;
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
