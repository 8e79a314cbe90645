/** The messages between the calling thread and its workers, all plain data. */

import type { Indices, Tensor } from '../common/tensor.ts';
import type { Batch } from '../data/batch.ts';
import type { Values } from '../kernels/heap.ts';
import type { LossSettings } from '../losses/loss.ts';
import type { RandomState } from '../random/random.ts';
import type { Blueprint } from '../storage/blueprint.ts';

/** Inputs of several parts, as for an encoder–decoder, each with an entry per sequence. */
export interface CompositeInputs {
  readonly [part: string]: Tensor | Indices | readonly number[] | undefined;
}

/** A batch of any kind. */
export type AnyBatch = Batch<Tensor | Indices | CompositeInputs, Tensor | Indices>;

/** The initial message to a worker: the model and the loss. */
export interface Beginning {
  readonly blueprint: Blueprint;
  /** The parameters' names and shapes, in their order in flat arrays. */
  readonly parameters: readonly string[];
  /** The name of the backend. */
  readonly backend: string;
  /** Its kernels, if a worker cannot compile them itself. */
  readonly kernels: WebAssembly.Module | undefined;
  readonly loss: { readonly name: string; readonly options: LossSettings };
}

/** One shard of a batch. */
export interface Task {
  readonly shard: number;
  readonly batch: AnyBatch;
  /** The index of its first sequence in the whole batch. */
  readonly start: number;
  /** The states of the model's random generators, in order; empty for shard 0, which uses the model's own. */
  readonly randoms: readonly RandomState[];
  /** The array for the gradients, parameter by parameter; undefined for shard 0, whose gradients stay in the model. */
  readonly gradients: Values | undefined;
}

/** The shards of a step assigned to a worker. */
export interface Assignment {
  /** Parameter by parameter. */
  readonly weights: Values;
  readonly tasks: readonly Task[];
}

/** The result of a shard. The gradients are those of its own loss. */
export interface Outcome {
  readonly loss: number;
  readonly weight: number;
  readonly tokens: number;
}

/** A worker's answer to an assignment. Arrays that are not shared are returned with it. */
export interface Answer {
  readonly weights: Values;
  readonly gradients: readonly Values[];
  readonly outcomes: readonly Outcome[];
}

/** To a worker. */
export type Request = { readonly begin: Beginning } | { readonly assign: Assignment };

/** From a worker. */
export type Response = { readonly answer: Answer } | { readonly failure: Error };
