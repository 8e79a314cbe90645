/** One-hot encoding of indices, without materialising the vectors. */

import type { Architecture } from '../common/architecture.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Indices } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import type { Arena } from '../matrix/arena.ts';
import type { OneHotSignal } from '../signal/signal.ts';
import { Layer } from './layer.ts';
import { classCount } from './parts.ts';
import type { Trace } from './trace.ts';

/** Options of {@link OneHot}. */
export interface OneHotOptions<Classes extends number = number> {
  /** The number of classes: indices go from 0 to `classes` − 1. */
  readonly classes: Classes;
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
}

const checks: Checks<OneHotOptions> = { classes: { required: classCount }, backend: backendOption };

/**
 * Encodes indices `[batch, time]` as one-hot vectors `[batch, time, classes]`.
 *
 * Inside a model nothing is materialised: the next layer gathers rows of its weights instead of multiplying,
 * so the cost does not grow with the number of classes.
 *
 * @example
 * ```ts
 * import { indices, OneHot } from 'recurrent-cells';
 *
 * const { output } = new OneHot({ classes: 3 }).infer(indices([[2, 0]]));
 * Array.from(output.data) // → [0, 0, 1, 1, 0, 0]
 * ```
 */
export class OneHot<const Classes extends number = number> extends Layer<
  Indices,
  Classes,
  Classes,
  undefined
> {
  readonly type = 'OneHot';
  readonly accepts = 'indices';
  readonly backend: Backend;
  readonly inputSize: Classes;
  readonly outputSize: Classes;

  /** @throws RangeError if `classes` is not a whole number from 1 to 2²⁴. */
  constructor(options: OneHotOptions<Classes>) {
    super();
    const { classes, backend = float32() } = checkOptions('OneHot', options, checks);
    this.backend = backend;
    this.inputSize = classes;
    this.outputSize = classes;
  }

  architecture(): Architecture {
    return { type: this.type, options: { classes: this.inputSize } };
  }

  record(_: Arena, input: OneHotSignal): Trace<undefined> {
    return { output: input, backward: () => ({}) };
  }
}
