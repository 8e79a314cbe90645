/**
 * A model that computes shards: the original, or a copy in a worker or in the calling thread.
 *
 * Weights and gradients travel between threads as one array for all parameters, shared or transferred.
 */

import type { Part } from '../common/architecture.ts';
import type { Backend } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import type { Objective } from '../losses/objective.ts';
import { withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, copy, scale } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { clearGradients } from '../optimizers/optimizer.ts';
import type { Random, RandomState } from '../random/random.ts';
import { randomsOf } from '../random/randoms.ts';
import type { State } from '../signal/state.ts';
import { backPropagate } from '../training/back-propagate.ts';
import type { Trainable } from '../training/trainable.ts';
import type { AnyBatch } from './shards.ts';

const host = globalThis as {
  crossOriginIsolated?: boolean;
  SharedArrayBuffer?: SharedArrayBufferConstructor;
};

/** A model of any kind that a worker can rebuild. */
// biome-ignore lint/suspicious/noExplicitAny: any inputs
export type AnyModel = Trainable<any, any> & Part;

/** A loss with any targets. */
// biome-ignore lint/suspicious/noExplicitAny: any targets
export type AnyLoss = Objective<any, any>;

/** Parameters by name. */
export type Parameters = ReadonlyMap<string, Parameter>;

/** One shard of a batch. */
export interface Task {
  readonly shard: number;
  readonly batch: AnyBatch;
  /** The index of its first sequence in the whole batch. */
  readonly start: number;
  /** Its state in a resumed training, for a first batch that continues; undefined afterwards. */
  readonly initial: State | undefined;
  /** The states of the model's random generators, in order; empty for shard 0, which uses the model's own. */
  readonly randoms: readonly RandomState[];
  /** The array for the gradients, parameter by parameter; undefined for shard 0, whose gradients stay in the model. */
  readonly gradients: Values | undefined;
}

/** The result of a shard. */
export interface Outcome {
  readonly shard: number;
  readonly loss: number;
  readonly weight: number;
  readonly tokens: number;
  /** The state after each sequence's last step. */
  readonly state: State | undefined;
  /** The task's array, with the gradients of this shard's own loss. */
  readonly gradients: Values | undefined;
}

/** A model with the state that each of its shards carries from batch to batch. */
export class Replica {
  readonly parameters: Parameters;
  readonly #model: AnyModel;
  readonly #loss: AnyLoss;
  readonly #randoms: readonly Random[];
  readonly #states = new Map<number, State | undefined>();

  constructor(model: AnyModel, loss: AnyLoss) {
    this.#model = model;
    this.#loss = loss;
    this.parameters = model.parameters();
    this.#randoms = randomsOf(model);
  }

  /** Reads weights out of one array. */
  load(weights: Values): void {
    readValues(this.parameters, weights);
  }

  /** Copies the weights of a model with the same parameters and backend. */
  loadFrom(originals: Parameters): void {
    for (const [name, { value }] of originals) {
      const own = this.parameters.get(name)!;
      copy(own.value, value);
      own.changed();
    }
  }

  /** Computes a shard. Its gradients are then in the model, and in the task's array if there is one. */
  compute({ shard, start, initial: resumed, batch, randoms, gradients }: Task): Outcome {
    randoms.forEach((state, at) => {
      this.#randoms[at]!.state = state;
    });
    clearGradients(this.parameters);
    const initial = batch.continues ? (resumed ?? this.#states.get(shard)) : undefined;
    const where = `shard ${shard}, of the sequences from ${start}`;
    const outcome = backPropagate(where, this.#model, batch, this.#loss, initial);
    this.#states.set(shard, outcome.state);
    if (gradients !== undefined) writeGradients(gradients, this.parameters);
    return { shard, ...outcome, gradients };
  }
}

/** An array for all of a model's parameters, in shared memory if available. */
export function flatArray(backend: Backend, parameters: Parameters): Values {
  let length = 0;
  for (const { value } of parameters.values()) length += value.rows * value.columns;
  // Without cross-origin isolation, a page may allocate shared memory but not send it to a worker.
  const shared = host.crossOriginIsolated === false ? undefined : host.SharedArrayBuffer;
  const Buffer = shared ?? ArrayBuffer;
  return backend.dtype === 'float32'
    ? new Float32Array(new Buffer(4 * length))
    : new Float64Array(new Buffer(8 * length));
}

/** The transfer list for sending `array`: its memory, unless it is shared. */
export function moved(array: ArrayBufferView): ArrayBuffer[] {
  return array.buffer instanceof ArrayBuffer ? [array.buffer] : [];
}

/** The names and shapes of parameters in their order in the array. */
export function layoutOf(parameters: Parameters): string[] {
  return Array.from(parameters, ([name, { shape }]) => `${name} [${shape.join(', ')}]`);
}

/** flat ← the values */
export function writeValues(flat: Values, parameters: Parameters): void {
  each(parameters, ({ value }, start) => flat.set(contents(value), start));
}

/** flat ← the gradients */
export function writeGradients(flat: Values, parameters: Parameters): void {
  each(parameters, ({ gradient }, start) => flat.set(contents(gradient), start));
}

/** The values ← flat */
export function readValues(parameters: Parameters, flat: Values): void {
  each(parameters, (parameter, start, end) => {
    contents(parameter.value).set(flat.subarray(start, end));
    parameter.changed();
  });
}

/** The gradients ← factor·gradients */
export function scaleGradients(parameters: Parameters, factor: number): void {
  if (factor !== 1) for (const { gradient } of parameters.values()) scale(gradient, gradient, factor);
}

/** The gradients ← gradients + factor·flat */
export function addGradients(parameters: Parameters, flat: Values, factor: number): void {
  each(parameters, ({ gradient }, start, end) =>
    withArena(gradient.backend, (arena) => {
      // Allocate first: it may replace the heap's array.
      const staged = arena.matrix(gradient.rows, gradient.columns);
      contents(staged).set(flat.subarray(start, end));
      if (factor !== 1) scale(staged, staged, factor);
      add(gradient, gradient, staged);
    }),
  );
}

/** A matrix with contiguous rows, as an array in the heap. */
function contents({ backend, offset, rows, columns }: Matrix): Values {
  return backend.heap.values.subarray(offset, offset + rows * columns);
}

function each(
  parameters: Parameters,
  visit: (parameter: Parameter, start: number, end: number) => void,
): void {
  let start = 0;
  for (const parameter of parameters.values()) {
    const end = start + parameter.value.rows * parameter.value.columns;
    visit(parameter, start, end);
    start = end;
  }
}
