/** Reads files written by Keras: `.keras`, `.weights.h5`, and the older `.h5`. */
import { rangeError, show } from '../common/errors.ts';
import { type Checks, callback, checkOptions, text } from '../common/options.ts';
import { type Group, isHdf5, openHdf5 } from '../hdf5/file.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import { bytesOf } from '../storage/safetensors.ts';
import { type Inflate, readZip } from '../storage/zip.ts';
import { type KerasLayer, layersOf } from './config.ts';
import { KerasModel } from './model.ts';
import type { Weights } from './source.ts';

const WHERE = 'fromKeras';
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
// The smallest size of an element in bytes: F16 and BF16.
const SMALLEST = 2;

/** Options of {@link fromKeras}. */
export interface FromKerasOptions {
  /** The compute backend. Default `float32()`. */
  readonly backend?: Backend | undefined;
  /** For files with only weights: the model as JSON, from Keras's `model.to_json()`. */
  readonly config?: string | undefined;
  /**
   * Inflates raw deflate data, for a `.keras` file that was packed again: `inflateRawSync` of `node:zlib`, or `inflateSync` of
   * fflate. Keras itself does not compress. `size` is the expected size of the result. Default: compressed files are refused.
   */
  readonly inflate?: Inflate | undefined;
}

const checks: Checks<FromKerasOptions> = { backend: backendOption, config: text, inflate: callback };

/**
 * Reads a model saved by Keras 2 or 3: a `.keras` file, an older `.h5` file, or, with `config`, weights alone
 * (`.weights.h5`, or `.h5` of `save_weights`).
 *
 * Supports the layers of {@link fromTfjs}. Numbers are read in any precision; compressed and chunked weights are refused, as
 * is `hard_sigmoid`. Memory and time are bounded by the size of the file.
 *
 * @throws RangeError if the file is damaged or incomplete, or a layer is unsupported: the error names the layer and the tensor;
 * TypeError if `bytes` is not a Uint8Array.
 *
 * @example
 * ```ts
 * import { fromKeras } from 'recurrent-cells/keras';
 *
 * let message = '';
 * try {
 *   fromKeras(new Uint8Array(4));
 * } catch (error) {
 *   message = (error as Error).message;
 * }
 * message // → 'fromKeras: bytes has 4 bytes without the end of a zip archive, expected a whole zip archive'
 * ```
 */
export function fromKeras(bytes: Uint8Array, options: FromKerasOptions = {}): KerasModel {
  const { backend = float32(), config, inflate } = checkOptions(WHERE, options, checks);
  bytesOf(WHERE, bytes);
  const made = (topology: unknown, weights: Weights, size: number) =>
    new KerasModel(WHERE, topology, weights, size / SMALLEST + 2 ** 16, backend);
  if (!isHdf5(bytes)) {
    const archive = readZip(WHERE, bytes, inflate);
    const topology = parse(CONFIG, new TextDecoder().decode(archive.read(CONFIG)));
    const file = archive.read(WEIGHTS);
    return made(topology, byPath(openHdf5(WHERE, file), layersOf(WHERE, topology)), file.length);
  }
  const root = openHdf5(WHERE, bytes);
  const stored = root.texts('model_config')?.[0];
  if (stored === undefined && config === undefined)
    throw rangeError(
      WHERE,
      'bytes',
      'has weights alone',
      'a whole model, or options.config from model.to_json()',
    );
  const topology = parse(config === undefined ? 'model_config' : 'options.config', config ?? stored!);
  // Older files name their layers; the others count them by class.
  const group = root.texts('layer_names') === undefined ? root.group('model_weights') : root;
  return made(topology, group ? byName(group) : byPath(root, layersOf(WHERE, topology)), bytes.length);
}

function parse(name: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw rangeError(WHERE, name, 'is not JSON', 'a whole file');
  }
}

/**
 * Looks up weights of older files: a group for each layer, with the attribute `weight_names` such as `lstm/lstm_cell/kernel:0`.
 * The forward direction comes first.
 */
function byName(group: Group): Weights {
  return (layer, direction, wanted) => {
    const own = group.group(layer.name);
    const names = (own && attributes(own, 'weight_names')) ?? [];
    const found = names.filter((name) => name.replace(/^.*\/|:\d+$/g, '') === wanted);
    const name = found[direction === 'backward' ? 1 : 0];
    return (name === undefined ? undefined : own?.tensor(name)) ?? missing(layer, direction, wanted);
  };
}

/** An attribute, or one in pieces if it exceeded 64 KiB. */
function attributes(group: Group, name: string): readonly string[] {
  const whole = group.texts(name);
  if (whole !== undefined) return whole;
  const pieces: string[] = [];
  for (let i = 0; ; i++) {
    const piece = group.texts(`${name}${i}`);
    if (piece === undefined) return pieces;
    for (const one of piece) pieces.push(one);
  }
}

/**
 * Looks up weights of newer files: by the class of the layer, with a counter, and the number of the weight, such as
 * `layers/lstm_1/cell/vars/0`.
 */
function byPath(root: Group, layers: readonly KerasLayer[]): Weights {
  const counts = new Map<string, number>();
  const paths = new Map<string, string>();
  // The first versions that wrote such files named their layers differently.
  const folder = root.names.includes('layers') ? 'layers' : '_layer_checkpoint_dependencies';
  for (const { type, name } of layers) {
    const snake = snakeCase(type);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    const inner = type === 'TimeDistributed' ? '/layer' : '';
    paths.set(name, `${folder}/${snake}${count === 0 ? '' : `_${count}`}${inner}`);
  }
  return (layer, direction, wanted) => {
    const side = direction === undefined ? '' : `/${direction}_layer`;
    const cell = recurrent.has(layer.type) ? '/cell' : '';
    const path = `${paths.get(layer.name)}${side}${cell}/vars/${numberOf(layer, wanted)}`;
    return root.tensor(path) ?? missing(layer, direction, `${wanted} (${path})`);
  };
}

const recurrent = new Set(['SimpleRNN', 'LSTM', 'GRU', 'Bidirectional']);

/** The place of a weight among those of its layer. */
function numberOf({ type, options }: KerasLayer, wanted: string): number {
  if (wanted === 'recurrent_kernel') return 1;
  if (wanted === 'bias') return recurrent.has(type) ? 2 : 1;
  return wanted === 'beta' && options.scale !== false ? 1 : 0;
}

/** The name that Keras derives from a class: `SimpleRNN` → `simple_rnn`. */
function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function missing({ name, type }: KerasLayer, direction: string | undefined, wanted: string): never {
  throw rangeError(
    WHERE,
    `layer ${show(name)} (${type})`,
    `has no weights ${direction ? `${direction} ` : ''}${wanted}`,
    'all of them in the file',
  );
}
