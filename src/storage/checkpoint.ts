/**
 * A training as bytes: all state needed to resume it bit for bit.
 *
 * This file converts the state of the parts to a file; each part defines its own `state`.
 */
import { isBuiltin } from '../common/builtin.ts';
import { rangeError, requiredOptions, show, typeError, wholeNumber } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import { knowEpochs } from '../data/batch.ts';
import type { Values } from '../kernels/heap.ts';
import { Optimizer } from '../optimizers/optimizer.ts';
import type { OptimizerState } from '../optimizers/state.ts';
import { Random, type RandomState } from '../random/random.ts';
import { randomsOf } from '../random/randoms.ts';
import type { State } from '../signal/state.ts';
import { checkArrays, type WeightArrays } from '../training/weight-arrays.ts';
import type { Model } from './builders.ts';
import { bytesOf, decodeTensors, encodeTensors } from './safetensors.ts';

const FORMAT = 'recurrent-cells checkpoint';
// Raised when older versions of the library cannot read the new files.
const VERSION = '1';

/** A part of a training with state, such as `batches(…)`, a `MovingAverage`, `BestWeights`, a `PlateauDecay`. */
export interface Remembering {
  /** A copy of its state: plain data, with typed arrays of floating-point numbers for long lists. */
  state(): unknown;
  /** Restores a state returned by `state`. */
  // biome-ignore lint/suspicious/noExplicitAny: each part has its own state type
  restore(state: any): void;
}

/** The contents of a checkpoint: the model, and other parts with state under any names. */
export interface TrainingParts {
  readonly model: Model;
  readonly [name: string]: Model | Optimizer | Random | Remembering;
}

/** The options of `train` with which it resumes from a checkpoint. */
export interface Resumed {
  readonly firstStep: number;
  readonly initialState: State | undefined;
}

/**
 * The bytes of a training, in safetensors layout: the model's weights and generators, and the state of all other parts.
 *
 * @param step the last step that `train` yielded, whose number and state are saved too; only before the first can it be omitted.
 * @throws TypeError if a part has no state that can be saved, or `step` is missing though the optimiser or the batches have begun.
 *
 * @example
 * ```ts
 * import { Adam, batches, Dense, loadCheckpoint, meanSquaredError, saveCheckpoint, tensor, train } from 'recurrent-cells';
 *
 * const begin = () => ({
 *   model: new Dense({ inputSize: 1, outputSize: 1 }),
 *   optimizer: new Adam({ learningRate: 0.1 }),
 *   batches: batches({ inputs: tensor([[1], [2], [3]]), targets: tensor([[2], [4], [6]]) }, { batchSize: 1, shuffle: true, epochs: 9 }),
 * });
 * const parts = begin();
 * let bytes = saveCheckpoint(parts);
 * for await (const step of train(parts.model, parts.batches, { loss: meanSquaredError(), optimizer: parts.optimizer }))
 *   if (step.step === 4) {
 *     bytes = saveCheckpoint(parts, step);
 *     break;
 *   }
 * // Later, in another program:
 * const again = begin();
 * const resumed = loadCheckpoint(bytes, again);
 * const steps = [];
 * for await (const { step } of train(again.model, again.batches, { loss: meanSquaredError(), optimizer: again.optimizer, ...resumed }))
 *   steps.push(step);
 * [steps[0], steps.at(-1)] // → [5, 26]
 * ```
 */
export function saveCheckpoint(
  parts: TrainingParts,
  step?: { readonly step: number; readonly state: State | undefined },
): Uint8Array {
  const where = 'saveCheckpoint';
  checkParts(where, parts);
  if (step !== undefined) {
    requiredOptions(where, step, '{ step, state }, as train yields');
    wholeNumber(where, 'step.step', step.step, 0);
  }
  const tensors = new Map<string, Tensor>();
  const states = new Map<string, unknown>([['', step && { step: step.step, state: step.state }]]);
  for (const [name, part] of Object.entries(parts)) {
    const state = stateOf(where, name, part, parts.model);
    // Without its number and state, the training would resume at step 0 of its schedule.
    if (step === undefined && hasBegun(part, state))
      throw typeError(
        where,
        'step',
        'is undefined',
        `the last that train yielded, because ${name} has begun`,
      );
    states.set(name, state);
  }
  const kept = packed(where, [], Object.fromEntries(states), tensors);
  return encodeTensors(where, tensors, {
    metadata: { format: FORMAT, version: VERSION, parts: JSON.stringify(kept) },
  });
}

/**
 * Restores the state of every part of a training from a checkpoint. Create the parts as at the start of the training, with the
 * same settings and names.
 *
 * @returns options with which `train` resumes: `train(model, batches, { loss, optimizer, ...resumed })`.
 * @throws TypeError if `bytes` is not a Uint8Array; RangeError if it is not a complete checkpoint, or one of other parts. Nothing
 * is changed then.
 *
 * @example
 * ```ts
 * import { Dense, loadCheckpoint, saveCheckpoint, SGD } from 'recurrent-cells';
 *
 * const parts = { model: new Dense({ inputSize: 1, outputSize: 1 }), optimizer: new SGD({ learningRate: 0.1 }) };
 * const before = parts.model.weight.read();
 * const bytes = saveCheckpoint(parts);
 * parts.model.weight.write([0]);
 * loadCheckpoint(bytes, parts) // → { firstStep: 0, initialState: undefined }
 * parts.model.weight.read() // → before
 * ```
 */
export function loadCheckpoint(bytes: Uint8Array, parts: TrainingParts): Resumed {
  const where = 'loadCheckpoint';
  checkParts(where, parts);
  const { tensors, metadata, sealed } = decodeTensors(where, bytesOf(where, bytes));
  if (metadata.format !== FORMAT || metadata.version !== VERSION || !sealed)
    throw rangeError(
      where,
      'bytes',
      `has format ${show(metadata.format)}, version ${show(metadata.version)}`,
      `${show(FORMAT)}, version ${show(VERSION)}`,
    );
  const { '': step, ...states } = unpacked(JSON.parse(metadata.parts ?? '{}'), tensors) as {
    ''?: { step: number; state?: State };
    [name: string]: unknown;
  };
  for (const name of Object.keys(states))
    if (!Object.hasOwn(parts, name))
      throw rangeError(where, 'parts', `has no ${show(name)}`, 'all parts that the checkpoint has');
  for (const name of Object.keys(parts))
    if (!Object.hasOwn(states, name))
      throw rangeError(where, 'parts', `has ${show(name)}`, `only ${Object.keys(states).join(', ')}`);
  const before = Object.entries(parts).map(
    ([name, part]) => [name, part, stateOf(where, name, part, parts.model)] as const,
  );
  try {
    for (const [name, part] of before) restore(where, name, part, states[name], parts.model);
  } catch (error) {
    for (const [name, part, state] of before) restore(where, name, part, state, parts.model);
    throw error;
  }
  return { firstStep: step === undefined ? 0 : step.step + 1, initialState: step?.state };
}

/** A model's state: its weights and the generators of its dropout layers and the like. */
interface ModelState {
  readonly weights: WeightArrays;
  readonly randoms: readonly RandomState[];
}

/** @throws TypeError if the parts have no model. */
function checkParts(where: string, parts: TrainingParts): void {
  requiredOptions(where, parts, '{ model, optimizer }');
  const { model } = parts;
  if (typeof model !== 'object' || model === null || !isModel(model))
    throw typeError(where, 'parts.model', `is ${show(model)}`, 'a model');
  // The step has this name in the file.
  if (Object.hasOwn(parts, '')) throw rangeError(where, 'parts', 'has ""', 'names that are not empty');
}

function isModel(part: TrainingParts[string]): part is Model {
  return typeof (part as Partial<Model> | undefined)?.parameters === 'function';
}

function stateOf(where: string, name: string, part: TrainingParts[string], model: Model): unknown {
  if (isModel(part)) return modelState(part);
  if (part instanceof Random) return part.state;
  if (part instanceof Optimizer) return part.state(model.parameters());
  if (typeof part?.state === 'function' && typeof part.restore === 'function') return part.state();
  throw typeError(
    where,
    name,
    `is ${show(part)}`,
    'a model, an optimiser, a Random, or what has state() and restore(), such as batches(…)',
  );
}

/** Whether an optimiser has updated weights, or batches have been taken. */
function hasBegun(part: TrainingParts[string], state: unknown): boolean {
  if (part instanceof Optimizer) return Object.keys((state as OptimizerState).parameters).length > 0;
  return knowEpochs(part) && part.epoch + part.position > 0;
}

function modelState(model: Model): ModelState {
  const weights = Array.from(model.parameters(), ([name, parameter]) => [name, parameter.read()] as const);
  return { weights: Object.fromEntries(weights), randoms: randomsOf(model).map((random) => random.state) };
}

function restore(
  where: string,
  name: string,
  part: TrainingParts[string],
  state: unknown,
  model: Model,
): void {
  if (isModel(part)) restoreModel(`${where}: ${name}`, part, state as ModelState);
  else if (part instanceof Random) part.state = state as RandomState;
  else if (part instanceof Optimizer) part.restore(model.parameters(), state as OptimizerState);
  else part.restore(state);
}

function restoreModel(where: string, model: Model, { weights, randoms }: ModelState): void {
  const parameters = model.parameters();
  checkArrays(where, parameters, weights);
  const own = randomsOf(model);
  if (own.length !== randoms?.length)
    throw rangeError(where, 'generators', `are ${own.length}`, `${randoms?.length}, those of the checkpoint`);
  for (const [name, parameter] of parameters) parameter.write(weights[name]!);
  own.forEach((random, i) => {
    random.state = randoms[i]!;
  });
}

const PLAIN = 'plain data and arrays of floating-point numbers';

// Deeper data would exceed the engine's stack.
const MOST_LEVELS = 100;

/** Converts data to JSON values; arrays become tensors named by their paths. Keys of the caller that begin with $ get another. */
function packed(
  where: string,
  path: readonly string[],
  value: unknown,
  tensors: Map<string, Tensor>,
): unknown {
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return { $number: Object.is(value, -0) ? '-0' : String(value) };
  if (isBuiltin(value, 'Float32Array') || isBuiltin(value, 'Float64Array')) {
    const data = value as Values;
    let name = `/${path.join('/')}`;
    while (tensors.has(name)) name += ' ';
    tensors.set(name, { data, shape: [data.length] });
    return { $tensor: name };
  }
  if (path.length > MOST_LEVELS)
    throw rangeError(where, path[0]!, `has more than ${MOST_LEVELS} levels, or contains itself`, PLAIN);
  const inner = (key: string, item: unknown) => packed(where, [...path, key], item, tensors);
  if (Array.isArray(value))
    return Array.from(value, (item: unknown, i) => {
      // JSON has no undefined: an array would get null, where an object loses the key.
      if (item === undefined) throw typeError(where, [...path, i].join('/'), 'is undefined', PLAIN);
      return inner(String(i), item);
    });
  if (isPlain(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key.startsWith('$') ? `$${key}` : key, inner(key, item)]),
    );
  if (typeof value === 'object' ? value !== null : /function|symbol|bigint/.test(typeof value))
    throw typeError(where, path.join('/'), `is ${show(value)}`, PLAIN);
  return value;
}

/** Whether a value is an object without a class, of any realm. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unpacked(value: unknown, tensors: ReadonlyMap<string, Tensor>): unknown {
  if (Array.isArray(value)) return value.map((item) => unpacked(item, tensors));
  if (typeof value !== 'object' || value === null) return value;
  const { $number, $tensor } = value as { $number?: string; $tensor?: string };
  if ($number !== undefined) return Number($number);
  if ($tensor !== undefined) return tensors.get($tensor)?.data;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.startsWith('$') ? key.slice(1) : key,
      unpacked(item, tensors),
    ]),
  );
}
