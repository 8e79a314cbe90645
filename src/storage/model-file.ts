/** Models as bytes: their architecture and their weights. */
import { rangeError, show } from '../common/errors.ts';
import { type Checks, checkOptions } from '../common/options.ts';
import type { Tensor } from '../common/tensor.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { float32, float64 } from '../kernels/index.ts';
import { withoutStart } from '../matrix/parameter.ts';
import { blueprintOf, build } from './blueprint.ts';
import { type Builders, buildersOption, type Model } from './builders.ts';
import { bytesOf, decodeTensors, encodeTensors, metadataOption, type TensorFile } from './safetensors.ts';
import { elementWidth, type WrittenType } from './stored-tensor.ts';
import { checkWeighted, writeParameters } from './weights.ts';

// Slack for the number of elements, so that a model that nearly fits gets an error naming the tensor.
const SPARE = 2 ** 16;
const FORMAT = 'recurrent-cells';
// Raised when older versions of the library cannot read the new files. Since version 2 a checksum is mandatory and covers the
// header too.
const VERSION = 2;

/** Options of {@link save}. */
export interface SaveOptions {
  /**
   * The element type of the weights, F16 for half the size: each weight is rounded to about three decimal digits.
   * Default: the type that the model computes in.
   */
  readonly dtype?: WrittenType | undefined;
  /** Additional strings, such as a vocabulary, returned by {@link loadMetadata}. */
  readonly metadata?: { readonly [key: string]: string } | undefined;
}

/** Options of {@link load}. */
export interface LoadOptions {
  /** The compute backend: default one with the precision of the saved model. */
  readonly backend?: Backend | undefined;
  /** Builders for classes outside the library, by name. */
  readonly builders?: Builders | undefined;
}

const saveChecks: Checks<SaveOptions> = { dtype: ['F16', 'F32', 'F64'], metadata: metadataOption };

const loadChecks: Checks<LoadOptions> = { backend: backendOption, builders: buildersOption };

/**
 * The bytes of a model: its weights in safetensors layout, its architecture in the metadata.
 *
 * Any safetensors reader finds the parameters under their names. States and optimiser are not included.
 *
 * @throws RangeError if `dtype` is F16 and a weight exceeds its range.
 *
 * @example
 * ```ts
 * import { Dense, load, save, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 2, outputSize: 1 });
 * const again = load<Dense>(save(dense));
 * const x = tensor([[3, 4]]);
 * again.infer(x).output.data[0] === dense.infer(x).output.data[0] // → true
 * ```
 */
export function save(model: Model, options: SaveOptions = {}): Uint8Array {
  checkOptions('save', options, saveChecks);
  checkWeighted('save', model);
  const tensors = new Map<string, Tensor>();
  for (const [name, parameter] of model.parameters())
    tensors.set(name, { data: parameter.read(), shape: parameter.shape });
  const architecture = JSON.stringify(blueprintOf(model));
  const { dtype } = model.backend;
  return encodeTensors('save', tensors, {
    dtype: options.dtype,
    metadata: {
      format: FORMAT,
      version: `${VERSION}`,
      dtype,
      architecture,
      user: JSON.stringify(options.metadata ?? {}),
    },
  });
}

/**
 * Builds a model from the bytes written by {@link save}.
 *
 * Its type is not known before it runs: state it, as in `load<Dense>(bytes)`, or pass the result where a model is expected, as in
 * `describe(load(bytes))`. The compiler trusts this type; `instanceof` checks it.
 *
 * @throws TypeError if `bytes` is not a Uint8Array; RangeError if it is not a whole file of a version this library
 * reads, or its weights do not match its architecture.
 *
 * @example
 * ```ts
 * import { GRUCell, load, save, Sequence } from 'recurrent-cells';
 *
 * const gru = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 }), { outputs: 'last' });
 * const again = load<typeof gru>(save(gru));
 * again.outputs // → 'last'
 * ```
 */
export function load<Loaded extends Model = Model>(bytes: Uint8Array, options: LoadOptions = {}): Loaded {
  checkOptions('load', options, loadChecks);
  const { tensors, metadata } = read('load', bytes);
  const backend = options.backend ?? (metadata.dtype === 'float64' ? float64() : float32());
  const architecture = parse('load', 'an architecture', metadata.architecture ?? '');
  const elements = [...tensors.values()].reduce(
    (sum, { bytes, dtype }) => sum + bytes.length / (elementWidth(dtype) ?? Number.POSITIVE_INFINITY),
    0,
  );
  const model = withoutStart(2 * elements + SPARE, () =>
    build('load', 'bytes', architecture, backend, options.builders ?? {}),
  );
  writeParameters('load', model, tensors);
  return model as Loaded;
}

/**
 * The strings passed to {@link save} with a model.
 *
 * @throws like {@link load} if the bytes are not a saved model.
 *
 * @example
 * ```ts
 * import { Dense, loadMetadata, save } from 'recurrent-cells';
 *
 * const bytes = save(new Dense({ inputSize: 2, outputSize: 1 }), { metadata: { labels: 'dry,wet' } });
 * loadMetadata(bytes)['labels'] // → 'dry,wet'
 * ```
 */
export function loadMetadata(bytes: Uint8Array): { readonly [key: string]: string } {
  const where = 'loadMetadata';
  const user = parse(where, 'metadata', read(where, bytes).metadata.user ?? '{}');
  if (typeof user !== 'object' || user === null || !Object.values(user).every((of) => typeof of === 'string'))
    throw rangeError(where, 'bytes', `has metadata that is ${show(user)}`, 'strings by name');
  return user as { readonly [key: string]: string };
}

/** The file of a model of this format and version. */
function read(where: string, bytes: Uint8Array): TensorFile {
  const file = decodeTensors(where, bytesOf(where, bytes));
  const { format, version } = file.metadata;
  if (format !== FORMAT)
    throw rangeError(where, 'bytes', `has format ${show(format)}`, `a model saved by ${FORMAT}`);
  if (version !== '1' && version !== `${VERSION}`)
    throw rangeError(where, 'bytes', `has version ${show(version)}`, `a version up to ${VERSION}`);
  if (version !== '1' && !file.sealed)
    throw rangeError(where, 'bytes', 'has no checksum', `the one of version ${version}: the file is damaged`);
  return file;
}

function parse(where: string, what: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw rangeError(where, 'bytes', `has ${what} that is not JSON`, 'a saved model');
  }
}
