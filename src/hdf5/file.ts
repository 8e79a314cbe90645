/**
 * Reads HDF5 files (format specification, versions 2 and 3): groups, attributes of text, and datasets of numbers stored in one
 * piece, as h5py writes them by default.
 *
 * Nothing is read before it is asked for. Work and memory are bounded by the size of the file, whatever its tables claim.
 */
import { show } from '../common/errors.ts';
import { elementsOf } from '../common/tensor.ts';
import { StoredTensor } from '../storage/stored-tensor.ts';
import { Bytes } from './bytes.ts';
import { type Message, messagesOf } from './header.ts';
import { linksOf, NOWHERE } from './links.ts';
import { shapeOf, textsOf, typeOf } from './type.ts';

const SHAPE = 1;
const TYPE = 3;
const LAYOUT = 8;
const ATTRIBUTE = 0xc;
const ATTRIBUTE_INFO = 0x15;
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin as an HDF5 file does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, at) => bytes[at] === byte);
}

/** Opens a file and returns its root group. */
export function openHdf5(where: string, all: Uint8Array): Group {
  const bytes = new Bytes(where, all);
  if (!isHdf5(all))
    throw bytes.damaged(`has ${all.length} bytes without the signature of HDF5`, 'an HDF5 file');
  const version = bytes.byte(8);
  if (version > 3) throw bytes.damaged(`has version ${version} of HDF5`, 'at most 3');
  const [sizes, addresses] = version < 2 ? [13, version === 0 ? 24 : 28] : [9, 12];
  const [offsetWidth, lengthWidth, base] = [bytes.byte(sizes), bytes.byte(sizes + 1), bytes.long(addresses)];
  if (offsetWidth !== 8 || lengthWidth !== 8 || base !== 0)
    throw bytes.damaged(
      `has addresses of ${offsetWidth} and ${lengthWidth} bytes from ${base}`,
      '8 and 8 from 0',
    );
  return new Group(bytes, '', bytes.long(version < 2 ? addresses + 40 : addresses + 24));
}

/** A group: members by name, and attributes. */
export class Group {
  readonly #bytes: Bytes;
  readonly #path: string;
  readonly #messages: readonly Message[];
  readonly #links: ReadonlyMap<string, number>;

  constructor(bytes: Bytes, path: string, address: number) {
    this.#bytes = bytes;
    this.#path = path;
    this.#messages = messagesOf(bytes, address);
    this.#links = linksOf(bytes, this.#messages);
  }

  /** The names of its members. */
  get names(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** The group at a path such as `layers/lstm/cell`; undefined if there is none. */
  group(path: string): Group | undefined {
    const [name, ...rest] = path.split('/') as [string, ...string[]];
    const address = this.#links.get(name);
    if (address === undefined) return undefined;
    const member = new Group(this.#bytes, `${this.#path}${name}/`, address);
    return rest.length === 0 ? member : member.group(rest.join('/'));
  }

  /** The dataset at a path; undefined if there is none. Its numbers are converted when they are asked for. */
  tensor(path: string): StoredTensor | undefined {
    const [name, ...rest] = path.split('/') as [string, ...string[]];
    const address = this.#links.get(name);
    if (address === undefined) return undefined;
    if (rest.length === 0)
      return tensorOf(this.#bytes, `${this.#path}${name}`, messagesOf(this.#bytes, address));
    return new Group(this.#bytes, `${this.#path}${name}/`, address).tensor(rest.join('/'));
  }

  /** The texts of an attribute; undefined if there is none. */
  texts(name: string): readonly string[] | undefined {
    for (const { type, at } of this.#messages)
      if (type === ATTRIBUTE) {
        const texts = attributeOf(this.#bytes, at, name);
        if (texts !== undefined) return texts;
      }
    // Attributes beyond eight, or beyond 64 KiB, lie in a heap in newer files.
    const info = this.#messages.find(({ type }) => type === ATTRIBUTE_INFO)?.at;
    if (info !== undefined && this.#bytes.long(info + (this.#bytes.byte(info + 1) & 1 ? 4 : 2)) !== NOWHERE)
      throw this.#bytes.damaged(`has attributes of ${show(this.#path)} in a heap`, 'them in its header');
    return undefined;
  }
}

/** The texts of the attribute at an offset if it has this name. */
function attributeOf(bytes: Bytes, at: number, wanted: string): readonly string[] | undefined {
  const version = bytes.byte(at);
  const sizes = [2, 4, 6].map((field) => bytes.short(at + field)) as [number, number, number];
  const start = at + (version === 3 ? 9 : 8);
  if (bytes.text(start, sizes[0]) !== wanted) return undefined;
  // In version 1 every part is padded.
  const [name, type, shape] = sizes.map((size) =>
    version === 1 ? Math.ceil(size / 8) * 8 : size,
  ) as typeof sizes;
  const typeAt = start + name;
  return textsOf(bytes, typeOf(bytes, typeAt), shapeOf(bytes, typeAt + type), typeAt + type + shape);
}

function tensorOf(bytes: Bytes, path: string, messages: readonly Message[]): StoredTensor {
  const placeOf = (type: number) => messages.find((message) => message.type === type)?.at;
  const [shapeAt, typeAt, layoutAt] = [placeOf(SHAPE), placeOf(TYPE), placeOf(LAYOUT)];
  if (shapeAt === undefined || typeAt === undefined || layoutAt === undefined)
    throw bytes.damaged(`has ${show(path)} without numbers`, 'a dataset');
  const [shape, { kind, dtype, width }] = [shapeOf(bytes, shapeAt), typeOf(bytes, typeAt)];
  // numpy has no bfloat16: h5py stores it as raw pairs of bytes, with its name beside it.
  const isBrain =
    kind === 'opaque' &&
    width === 2 &&
    messages.some(
      ({ type, at }) => type === ATTRIBUTE && attributeOf(bytes, at, 'dtype')?.[0] === 'bfloat16',
    );
  if (kind !== 'number' && !isBrain)
    throw bytes.damaged(`has tensor ${show(path)} that holds no numbers`, 'numbers');
  const length = elementsOf(shape) * width;
  const place = `${bytes.where}: bytes has tensor ${show(path)}`;
  return new StoredTensor(place, isBrain ? 'BF16' : dtype, shape, contents(bytes, path, layoutAt, length));
}

/** The bytes of a dataset. */
function contents(bytes: Bytes, path: string, at: number, length: number): Uint8Array {
  const [version, layout] = [bytes.byte(at), bytes.byte(at + 1)];
  if ((version !== 3 && version !== 4) || layout > 1)
    throw bytes.damaged(
      `has tensor ${show(path)} in pieces, or compressed`,
      'it in one piece, as Keras writes',
    );
  const [start, size] =
    layout === 0 ? [at + 4, bytes.short(at + 2)] : [bytes.long(at + 2), bytes.long(at + 10)];
  if (size !== length && length > 0)
    throw bytes.damaged(`has tensor ${show(path)} of ${size} bytes`, `${length} for its shape`);
  return length === 0 ? bytes.take(0, 0) : bytes.take(start, length);
}
