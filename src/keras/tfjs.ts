/** Reads files written by `model.save` of TensorFlow.js: model.json and its weights. */
import { isBuiltin } from '../common/builtin.ts';
import { joined } from '../common/bytes.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32 } from '../kernels/index.ts';
import { elementWidth, StoredTensor } from '../storage/stored-tensor.ts';
import { KerasModel } from './model.ts';
import type { Weights } from './source.ts';

const WHERE = 'fromTfjs';

/** Files by name, such as `{ 'model.json': …, 'group1-shard1of1.bin': … }`. */
export interface Files {
  readonly [name: string]: Uint8Array;
}

/** Options of {@link fromTfjs}. */
export interface FromTfjsOptions {
  /** The compute backend. Default `float32()`. */
  readonly backend?: Backend | undefined;
}

interface Spec {
  readonly name?: unknown;
  readonly shape?: unknown;
  readonly dtype?: unknown;
  readonly quantization?: unknown;
}

const dtypes = new Map([
  ['float32', 'F32'],
  ['int32', 'I32'],
  ['bool', 'BOOL'],
]);

const checks: Checks<FromTfjsOptions> = { backend: backendOption };

/**
 * Reads a model saved by TensorFlow.js or converted for it: a layers model, not a graph model.
 *
 * Supports SimpleRNN, LSTM, GRU (both forms), Bidirectional, Dense, TimeDistributed of Dense, Embedding, Conv1D,
 * LayerNormalization, Dropout, Activation, Masking and `mask_zero`, global pooling; Sequential models, and functional ones
 * without branches. `hard_sigmoid`, the default of LSTM and GRU in TensorFlow.js, is refused by name, because
 * it differs from the sigmoid.
 *
 * @param files `model.json` and the files it references, by name.
 * @throws RangeError if a file is missing or damaged, or a layer is unsupported; TypeError if `files` is not an object
 * of files.
 *
 * @example
 * ```ts
 * import { fromTfjs } from 'recurrent-cells/keras';
 *
 * let message = '';
 * try {
 *   fromTfjs({});
 * } catch (error) {
 *   message = (error as Error).message;
 * }
 * message // → 'fromTfjs: files has no "model.json", expected it and the weights that it names'
 * ```
 */
export function fromTfjs(files: Files, options: FromTfjsOptions = {}): KerasModel {
  const { backend = float32() } = checkOptions('fromTfjs', options, checks);
  const json = parse(fileOf(files, 'model.json'));
  const { modelTopology: topology, weightsManifest: manifest, format } = json as { [name: string]: unknown };
  if (format === 'graph-model')
    throw rangeError(
      WHERE,
      'model.json',
      'is a graph model',
      'a layers model, as tf.LayersModel.save writes',
    );
  if (typeof topology !== 'object' || topology === null || !Array.isArray(manifest))
    throw rangeError(WHERE, 'model.json', 'has no modelTopology or weightsManifest', 'a layers model');
  const tensors = new Map<string, StoredTensor>();
  for (const group of manifest) readGroup(files, group, tensors);
  const elements = [...tensors.values()].reduce(
    (sum, { bytes, dtype }) => sum + bytes.length / elementWidth(dtype)!,
    0,
  );
  // Converted models nest their configuration one level deeper.
  const model = (topology as { model_config?: unknown }).model_config ?? topology;
  return new KerasModel(WHERE, model, weightsOf(tensors), 2 * elements + 2 ** 16, backend);
}

function fileOf(files: Files, name: string): Uint8Array {
  if (typeof files !== 'object' || files === null)
    throw typeError(WHERE, 'files', `is ${show(files)}`, 'bytes by name');
  const bytes = Object.hasOwn(files, name) ? files[name] : undefined;
  if (bytes === undefined) {
    const expected =
      name === 'model.json' ? 'it and the weights that it names' : 'every file that model.json names';
    throw rangeError(WHERE, 'files', `has no ${show(name)}`, expected);
  }
  if (isBuiltin(bytes, 'Uint8Array')) return bytes;
  throw typeError(WHERE, `files[${show(name)}]`, `is ${show(bytes)}`, 'a Uint8Array');
}

function parse(bytes: Uint8Array): object {
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof json === 'object' && json !== null) return json;
  } catch {
    // Reported below, like JSON that is not an object.
  }
  throw rangeError(WHERE, 'model.json', 'is no JSON object', 'a whole file');
}

/** Reads the tensors of one group of files, which store them one after another. */
function readGroup(files: Files, group: unknown, into: Map<string, StoredTensor>): void {
  const { paths, weights } = (group ?? {}) as { paths?: unknown; weights?: unknown };
  if (!Array.isArray(paths) || !Array.isArray(weights))
    throw rangeError(WHERE, 'model.json', 'has a group of weights without paths or weights', 'both');
  const bytes = joined(paths.map((path) => fileOf(files, String(path))));
  let at = 0;
  for (const spec of weights as Spec[]) {
    const { name, shape, dtype } = spec ?? {};
    const type = dtypes.get(String(dtype));
    const whole = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0;
    if (
      typeof name !== 'string' ||
      !Array.isArray(shape) ||
      !shape.every(whole) ||
      type === undefined ||
      spec.quantization
    )
      throw rangeError(
        WHERE,
        'model.json',
        `has weights ${show(name)} of type ${show(dtype)}`,
        `${[...dtypes.keys()].join(', ')}, not quantized`,
      );
    const length = shape.reduce((product: number, size: number) => product * size, elementWidth(type)!);
    if (at + length > bytes.length)
      throw rangeError(
        WHERE,
        `weights ${show(name)}`,
        `end at byte ${at + length} of ${bytes.length}`,
        'whole files',
      );
    into.set(
      name,
      new StoredTensor(`${WHERE}: weights ${show(name)}`, type, shape, bytes.subarray(at, at + length)),
    );
    at += length;
  }
  if (at !== bytes.length)
    throw rangeError(WHERE, paths.join(', '), `has ${bytes.length} bytes`, `${at} for its weights`);
}

/** Looks up weights by names such as `lstm/lstm_cell/kernel`, or `bidirectional/forward_lstm/kernel`. */
function weightsOf(tensors: ReadonlyMap<string, Tensor>): Weights {
  return (layer, direction, wanted) => {
    for (const [name, tensor] of tensors) {
      const parts = name.split('/');
      if (!parts.includes(layer.name) || parts.at(-1) !== wanted) continue;
      if (direction === undefined || parts.some((part) => part.startsWith(`${direction}_`))) return tensor;
    }
    throw rangeError(
      WHERE,
      `layer ${show(layer.name)} (${layer.type})`,
      `has no weights ${direction ? `${direction} ` : ''}${wanted}`,
      'all of them in weightsManifest',
    );
  };
}
