/** A custom layer and a custom loss. */
import {
  type Architecture,
  type Backend,
  Layer,
  Loss,
  type Tensor,
  type Terms,
  type Trace,
} from '../../src/index.ts';
import type { Arena } from '../../src/matrix/arena.ts';
import { scale, sub } from '../../src/matrix/operations.ts';
import { type DenseSignal, dense } from '../../src/signal/signal.ts';

/** y = 2·x */
export class Doubled extends Layer<Tensor, number, number, undefined> {
  readonly type = 'Doubled';
  readonly accepts = 'dense';
  readonly preservesWidth = true;
  readonly inputSize = undefined;
  readonly outputSize = undefined;
  readonly backend: Backend;

  constructor({ backend }: { backend: Backend }) {
    super();
    this.backend = backend;
  }

  architecture(): Architecture {
    return { type: this.type, options: {} };
  }

  record(arena: Arena, input: DenseSignal): Trace<undefined> {
    const { values } = input;
    const out = arena.matrix(values.rows, values.columns);
    scale(out, values, 2);
    return {
      output: dense(input, out),
      backward(dOutput) {
        const dInput = arena.matrix(values.rows, values.columns);
        scale(dInput, dOutput, 2);
        return { input: dInput };
      },
    };
  }
}

/** (x − y)/2, for outputs without a time axis. */
export class Halved extends Loss<Tensor, 'mean'> {
  constructor() {
    super('halved', 'mean');
  }

  terms(arena: Arena, _: string, { values }: DenseSignal, target: Tensor): Terms {
    const terms = arena.matrix(values.rows, values.columns);
    terms.write(target.data);
    sub(terms, values, terms);
    scale(terms, terms, 0.5);
    return {
      values: terms.read(),
      weight: values.rows * values.columns,
      gradient(dTerms) {
        const out = arena.matrix(values.rows, values.columns);
        out.write(Array(values.rows * values.columns).fill((dTerms as number) / 2));
        return out;
      },
    };
  }
}
