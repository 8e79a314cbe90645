/** Reads the tensors of a file written by `torch.save`. */

import { rangeError, show } from '../common/errors.ts';
import { elementsOf } from '../common/tensor.ts';
import { bytesOf } from '../storage/safetensors.ts';
import { elementWidth, StoredTensor } from '../storage/stored-tensor.ts';
import { type Archive, readZip } from '../storage/zip.ts';
import { type Dictionary, Global, unpickle } from './pickle.ts';

const WHERE = 'readCheckpoint';

const storageTypes = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

/** The memory of tensors. */
class Storage {
  readonly dtype: string;
  readonly bytes: Uint8Array;

  constructor(dtype: string, bytes: Uint8Array) {
    this.dtype = dtype;
    this.bytes = bytes;
  }
}

/** A tensor whose name is not known yet. */
class Unnamed {
  readonly storage: Storage;
  readonly shape: readonly number[];
  /** Contiguous, row by row. */
  readonly bytes: Uint8Array;

  constructor(storage: Storage, shape: readonly number[], bytes: Uint8Array) {
    this.storage = storage;
    this.shape = shape;
    this.bytes = bytes;
  }
}

const ALONE = 'tensors and plain data alone, as of torch.save(model.state_dict(), file): nothing is executed';

const damaged = (came: string, expected: string) => rangeError(WHERE, 'bytes', came, expected);

/**
 * Reads the tensors of a file written by `torch.save(model.state_dict(), file)`, by name.
 *
 * For nested dictionaries, such as `{ 'model': …, 'optimizer': …, 'epoch': 3 }`, names are joined by dots;
 * numbers and strings are skipped. No code in the file is executed: its pickle may create dictionaries and tensors, and
 * any other call, and any object of a class, is an error that names it. Tensors are converted when their `data` is read, and memory is
 * bounded by the size of the file.
 *
 * Supports files of PyTorch 1.6 and later; the older format, and whole models saved by `torch.save(model)`, are refused.
 *
 * @throws TypeError if `bytes` is not a Uint8Array; RangeError if the file is incomplete or contains unsupported objects.
 *
 * @example
 * ```ts
 * import { readCheckpoint } from 'recurrent-cells/pytorch';
 *
 * const load = (file: Uint8Array) => readCheckpoint(file).get('rnn.weight_ih_l0')!.shape;
 * let message = '';
 * try {
 *   load(new Uint8Array(4));
 * } catch (error) {
 *   message = (error as Error).message;
 * }
 * message // → 'readCheckpoint: bytes has 4 bytes without the end of a zip archive, expected a whole zip archive'
 * ```
 */
export function readCheckpoint(bytes: Uint8Array): ReadonlyMap<string, StoredTensor> {
  const other = otherFormat(bytesOf(WHERE, bytes));
  if (other !== undefined)
    throw damaged(`is ${other}`, 'a file that torch.save of PyTorch 1.6 or later wrote');
  const archive = readZip(WHERE, bytes);
  const pickle = archive.names.find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickle === undefined) throw damaged('has no data.pkl', 'a file that torch.save wrote');
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (archive.has(`${folder}byteorder`)) {
    const order = new TextDecoder().decode(archive.read(`${folder}byteorder`));
    if (order !== 'little') throw damaged(`has byteorder ${show(order)}`, '"little"');
  }
  const storages = new Map<string, Storage>();
  const room = { bytes: bytes.length };
  const root = unpickle(WHERE, pickle, archive.read(pickle), {
    call: (name, args) => construct(name, args, room),
    instance: (name) => {
      throw damaged(`holds an object of class ${name}`, ALONE);
    },
    outside: (id) => storageOf(archive, folder, storages, id),
  });
  if (!(root instanceof Map)) throw damaged('holds no dictionary', 'a state_dict');
  const tensors = new Map<string, StoredTensor>();
  collect(tensors, root, '', 0, new Set());
  return tensors;
}

/** What another file most likely is, by its first bytes. */
function otherFormat(bytes: Uint8Array): string | undefined {
  const starts = (...signature: readonly number[]) => signature.every((byte, at) => bytes[at] === byte);
  // The number 0x1950a86a20f9469cfc6c, by which PyTorch knows its files.
  if (starts(0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9))
    return 'a file in the format of PyTorch before 1.6, which torch.load and torch.save convert';
  if (starts(0x80)) return 'a bare pickle';
  if (starts(0x89, 0x48, 0x44, 0x46)) return 'an HDF5 file, such as fromKeras reads';
  // The length of the header, below 16 MiB, and its brace.
  if (bytes[8] === 0x7b && [3, 4, 5, 6, 7].every((at) => bytes[at] === 0))
    return 'a safetensors file, which readSafetensors reads';
  return undefined;
}

/** The bytes that may still be copied: all non-contiguous views together take no more memory than the file. */
interface Room {
  bytes: number;
}

function construct(name: string, args: readonly unknown[], room: Room): unknown {
  switch (name) {
    case 'collections.OrderedDict':
      if (args.length === 0) return new Map();
      break;
    case 'torch._utils._rebuild_parameter':
      if (args[0] instanceof Unnamed) return args[0];
      break;
    case 'torch._utils._rebuild_tensor_v2': {
      const [storage, offset, shape, strides] = args;
      if (storage instanceof Storage && isWhole(offset) && isShape(shape) && isShape(strides))
        return rebuilt(storage, offset, shape, strides, room);
      break;
    }
    default:
      throw damaged(`calls ${name}`, ALONE);
  }
  throw damaged(`calls ${name} with other arguments than a tensor has`, ALONE);
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isShape = (value: unknown): value is number[] => Array.isArray(value) && value.every(isWhole);

function storageOf(archive: Archive, folder: string, storages: Map<string, Storage>, id: unknown): Storage {
  const [kind, type, key, , count] = Array.isArray(id) ? id : [];
  const dtype = type instanceof Global ? storageTypes.get(type.name) : undefined;
  if (kind !== 'storage' || typeof key !== 'string')
    throw damaged('refers to something outside its pickle', 'a storage');
  if (dtype === undefined)
    throw damaged(
      `has a storage of type ${type instanceof Global ? type.name : show(type)}`,
      [...storageTypes.keys()].join(', '),
    );
  const found = storages.get(key);
  if (found !== undefined) return found;
  const bytes = archive.read(`${folder}data/${key}`);
  if (bytes.length !== (count as number) * elementWidth(dtype)!)
    throw damaged(
      `has storage ${show(key)} of ${bytes.length} bytes`,
      `${String(count)} elements of ${dtype}`,
    );
  const storage = new Storage(dtype, bytes);
  storages.set(key, storage);
  return storage;
}

/** Copies the elements of a view, row by row. */
function rebuilt(
  storage: Storage,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  room: Room,
): Unnamed {
  const width = elementWidth(storage.dtype)!;
  const available = storage.bytes.length / width;
  const count = elementsOf(shape);
  const last = shape.reduce(
    (sum, dimension, axis) => sum + (dimension - 1) * (strides[axis] ?? Number.NaN),
    offset,
  );
  if (count > available || (count > 0 && !(last < available)))
    throw damaged(
      `has a tensor of shape [${shape.join(', ')}] and strides [${strides.join(', ')}] at ${offset}`,
      `one within the ${available} elements of its storage`,
    );
  if (isContiguous(shape, strides) || count === 0)
    return new Unnamed(storage, shape, storage.bytes.subarray(offset * width, (offset + count) * width));
  room.bytes -= count * width;
  if (room.bytes < 0)
    throw damaged('has views that share more memory than the file has bytes', 'fewer of them');
  const bytes = new Uint8Array(count * width);
  for (let i = 0; i < count; i++) {
    let rest = i;
    let from = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    bytes.set(storage.bytes.subarray(from * width, (from + 1) * width), i * width);
  }
  return new Unnamed(storage, shape, bytes);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

// Far longer than the names and dictionary paths of any model.
const LONGEST_NAME = 512;
const DEEPEST = 32;

function collect(
  into: Map<string, StoredTensor>,
  from: Dictionary,
  prefix: string,
  depth: number,
  seen: Set<Dictionary>,
): void {
  // Nested dictionaries, each referenced twice, would name more tensors than fit in memory.
  if (seen.has(from) || depth > DEEPEST)
    throw damaged(
      `holds dictionaries within dictionaries at ${show(prefix)}`,
      `each once, at most ${DEEPEST} deep`,
    );
  seen.add(from);
  for (const [key, value] of from) {
    if (typeof key !== 'string' && typeof key !== 'number') continue;
    const name = `${prefix}${key}`;
    if (name.length > LONGEST_NAME)
      throw damaged(`has a name of ${name.length} characters`, `at most ${LONGEST_NAME}`);
    if (value instanceof Map) collect(into, value, `${name}.`, depth + 1, seen);
    else if (value instanceof Unnamed) {
      const { storage, shape, bytes } = value;
      const place = `${WHERE}: bytes has tensor ${show(name)}`;
      into.set(name, new StoredTensor(place, storage.dtype, shape, bytes));
    }
  }
}
