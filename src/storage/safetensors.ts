/**
 * The safetensors layout: named arrays behind a JSON header.
 *
 * Eight bytes with the header's length, the header padded with spaces to a multiple of eight, then the data, row-major
 * and little-endian. What the names mean is the caller's affair.
 */
import { rangeError, show } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';
import { crc32 } from './crc32.ts';

/** Named tensors, and strings about them. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: { readonly [key: string]: string };
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

// CRC-32 of the data, in the metadata; a file without one is read all the same.
const CHECKSUM = 'crc32';

/** The bytes of a file. */
export function encodeTensors({ tensors, metadata }: TensorFile): Uint8Array {
  const payload = encodePayload(tensors.values());
  const header: { [name: string]: unknown } = { __metadata__: { ...metadata, [CHECKSUM]: crc32(payload) } };
  let end = 0;
  for (const [name, { data, shape }] of tensors) {
    const start = end;
    end += data.byteLength;
    header[name] = {
      dtype: data instanceof Float32Array ? 'F32' : 'F64',
      shape,
      data_offsets: [start, end],
    };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(json, 8);
  bytes.set(payload, 8 + length);
  return bytes;
}

/** The data of tensors, one after another, little-endian. */
function encodePayload(tensors: Iterable<Tensor>): Uint8Array {
  const all = [...tensors];
  const bytes = new Uint8Array(all.reduce((sum, { data }) => sum + data.byteLength, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { data } of all) {
    const single = data instanceof Float32Array;
    for (const value of data) {
      if (single) view.setFloat32(at, value, true);
      else view.setFloat64(at, value, true);
      at += data.BYTES_PER_ELEMENT;
    }
  }
  return bytes;
}

/**
 * Reads the bytes of a file.
 *
 * @param where the place that an error names.
 * @throws RangeError if they are not a whole file of float32 and float64 tensors.
 */
export function decodeTensors(where: string, bytes: Uint8Array): TensorFile {
  const damaged = (came: string, expected: string) => rangeError(where, 'bytes', came, expected);
  if (bytes.length < 8) throw damaged(`has ${bytes.length} bytes`, 'a safetensors file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8))
    throw damaged(
      `has ${bytes.length} bytes and a header of ${length}`,
      'a whole safetensors file: it is cut short, or another kind of file',
    );
  const start = 8 + Number(length);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(8, start), damaged);
  if (typeof metadata !== 'object' || metadata === null)
    throw damaged(`has metadata that is ${show(metadata)}`, 'a safetensors file');
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries as { [name: string]: Entry }))
    tensors.set(name, readEntry(view, start, name, entry, damaged));
  const total = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (total !== bytes.length - start)
    throw damaged(`has ${bytes.length - start} data bytes`, `${total} for its tensors`);
  const { [CHECKSUM]: checksum, ...others } = metadata as { [key: string]: string };
  const found = crc32(bytes.subarray(start));
  if (checksum !== undefined && checksum !== found)
    throw damaged(`has data of checksum ${found}`, `${show(checksum)}: the file is cut short or damaged`);
  return { tensors, metadata: others };
}

type Damaged = (came: string, expected: string) => RangeError;

function parseHeader(json: Uint8Array, damaged: Damaged): { [name: string]: unknown } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw damaged('has a header that is not JSON', 'a safetensors file');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged(`has a header that is ${show(header)}`, 'a safetensors file');
  return header as { [name: string]: unknown };
}

function readEntry(view: DataView, start: number, name: string, entry: Entry, damaged: Damaged): Tensor {
  const dtype = entry?.dtype;
  if (dtype !== 'F32' && dtype !== 'F64')
    throw damaged(`has tensor ${show(name)} of type ${show(dtype)}`, '"F32" or "F64"');
  const width = dtype === 'F32' ? 4 : 8;
  const { shape, data_offsets: offsets } = entry;
  const whole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(whole) || !Array.isArray(offsets) || !offsets.every(whole))
    throw damaged(`has tensor ${show(name)} of no shape or place`, 'whole numbers for both');
  const count = shape.reduce((size: number, dimension: number) => size * dimension, 1);
  const [from, to] = offsets as [number, number];
  if (to - from !== count * width || start + to > view.byteLength)
    throw damaged(
      `has tensor ${show(name)} at ${from}–${to} of ${view.byteLength - start} data bytes`,
      `${count * width} bytes for shape [${shape.join(', ')}]: the file is cut short or damaged`,
    );
  const data = width === 4 ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const at = start + from + i * width;
    data[i] = width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  }
  return { data, shape };
}
