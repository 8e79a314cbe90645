/** What the calling thread and its workers say to each other: plain data, all of it. */

import type { Indices, Tensor } from '../common/tensor.ts';
import type { Batch } from '../data/batch.ts';
import type { Values } from '../kernels/heap.ts';
import type { LossSettings } from '../losses/loss.ts';
import type { RandomState } from '../random/random.ts';
import type { Blueprint } from '../storage/blueprint.ts';

/** Inputs of several parts, such as an encoder–decoder's: each has an entry for each sequence. */
export interface CompositeInputs {
  readonly [part: string]: Tensor | Indices | readonly number[] | undefined;
}

/** A batch of whatever kind. */
export type AnyBatch = Batch<Tensor | Indices | CompositeInputs, Tensor | Indices>;

/** What a worker is to compute with, said once. */
export interface Beginning {
  readonly blueprint: Blueprint;
  /** The parameters' names and shapes, in the order in which they lie in flat arrays. */
  readonly parameters: readonly string[];
  /** The name of the backend. */
  readonly backend: string;
  /** Its kernels, where they are some that a worker cannot compile. */
  readonly kernels: WebAssembly.Module | undefined;
  readonly loss: { readonly name: string; readonly options: LossSettings };
}

/** One shard of a batch. */
export interface Task {
  readonly shard: number;
  readonly batch: AnyBatch;
  /** Which sequence of the whole batch is its first. */
  readonly start: number;
  /** The states of the model's random generators, in the order they are found; none of shard 0, which goes on from the model's own. */
  readonly randoms: readonly RandomState[];
  /** Where the gradients go, one parameter after another; those of shard 0 stay in the model. */
  readonly gradients: Values | undefined;
}

/** The shards of a step that a worker computes. */
export interface Assignment {
  /** One parameter after another. */
  readonly weights: Values;
  readonly tasks: readonly Task[];
}

/** What came of a shard. The gradients are those of its own loss. */
export interface Outcome {
  readonly loss: number;
  readonly weight: number;
  readonly tokens: number;
}

/** What a worker answers to an assignment. Arrays that are not shared come back with it. */
export interface Answer {
  readonly weights: Values;
  readonly gradients: readonly Values[];
  readonly outcomes: readonly Outcome[];
}

/** To a worker. */
export type Request = { readonly begin: Beginning } | { readonly assign: Assignment };

/** From a worker. */
export type Response = { readonly answer: Answer } | { readonly failure: Error };
