/**
 * The safetensors layout: named arrays after a JSON header.
 *
 * The file has eight bytes for the header's length, the header padded with spaces to a multiple of eight, then the data, row-major
 * and little-endian, without gaps. The caller gives names their meaning.
 */

import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, record } from '../common/options.ts';
import { elementsOf, type Tensor } from '../common/tensor.ts';
import { checkTensor } from '../signal/checks.ts';
import { crc32 } from './crc32.ts';
import { elementWidth, encodeElements, StoredTensor, type WrittenType } from './stored-tensor.ts';

/** The tensors of a file by name, and its metadata. */
export interface TensorFile {
  /** Each is converted when its `data` is first read. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: { readonly [key: string]: string };
}

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** The element type of all tensors. Default: F32 or F64, matching each tensor. */
  readonly dtype?: WrittenType | undefined;
  /** Strings stored in the header. Default: none. */
  readonly metadata?: { readonly [key: string]: string } | undefined;
}

/** Strings by name. */
export const metadataOption: Check<{ readonly [key: string]: string }> = (where, argument, value) => {
  for (const [key, text] of Object.entries(record(where, argument, value)))
    if (typeof text !== 'string')
      throw typeError(where, `${argument}[${show(key)}]`, `is ${show(text)}`, 'a string');
  return value as { readonly [key: string]: string };
};

export const writeChecks: Checks<WriteSafetensorsOptions> = {
  dtype: ['F16', 'F32', 'F64'],
  metadata: metadataOption,
};

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

// CRC-32 in the metadata: covers only the data in files before version 2, and everything since.
const DATA_CHECKSUM = 'crc32';
const CHECKSUM = 'recurrent-cells.crc32';
const METADATA = '__metadata__';

/**
 * Encodes a safetensors file.
 *
 * @throws RangeError if a number exceeds the range of F16, or a name is one that the format reserves; TypeError if `metadata`
 * contains anything but strings.
 *
 * @example
 * ```ts
 * import { readSafetensors, tensor, writeSafetensors } from 'recurrent-cells';
 *
 * const bytes = writeSafetensors(new Map([['w', tensor([[1, 2]])]]), { metadata: { step: '7' } });
 * readSafetensors(bytes).metadata // → { step: '7' }
 * ```
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  const where = 'writeSafetensors';
  checkOptions(where, options, writeChecks);
  if (!isBuiltin(tensors, 'Map'))
    throw typeError(where, 'tensors', `is ${show(tensors)}`, 'a Map of tensors by name');
  for (const [name, tensor] of tensors) {
    if (typeof name !== 'string') throw typeError(where, 'tensors', `has the name ${show(name)}`, 'strings');
    checkTensor(where, `tensors[${show(name)}]`, tensor, 'real');
  }
  return encodeTensors(where, tensors, options);
}

/**
 * Reads a safetensors file. Data is converted on first access.
 *
 * @throws TypeError if `bytes` is not a Uint8Array; RangeError if it is not a whole safetensors file.
 *
 * @example
 * ```ts
 * import { Dense, readSafetensors, save } from 'recurrent-cells';
 *
 * const { tensors } = readSafetensors(save(new Dense({ inputSize: 3, outputSize: 2 })));
 * [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]) // → [['weight', 'F32', [2, 3]], ['bias', 'F32', [2]]]
 * ```
 */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const { tensors, metadata } = decodeTensors('readSafetensors', bytesOf('readSafetensors', bytes));
  return { tensors, metadata };
}

/** Returns `bytes` if it is a Uint8Array. */
export function bytesOf(where: string, bytes: unknown): Uint8Array {
  if (isBuiltin(bytes, 'Uint8Array')) return bytes;
  throw typeError(where, 'bytes', `is ${show(bytes)}`, 'a Uint8Array');
}

/** Encodes a file. `where` is the caller, named in errors. */
export function encodeTensors(
  where: string,
  tensors: ReadonlyMap<string, Tensor>,
  { dtype, metadata = {} }: WriteSafetensorsOptions,
): Uint8Array {
  const reserved = (argument: string, name: string) =>
    rangeError(where, argument, `has ${show(name)}`, 'another name: the format reserves this one');
  if (tensors.has(METADATA)) throw reserved('tensors', METADATA);
  if (Object.hasOwn(metadata, CHECKSUM)) throw reserved('metadata', CHECKSUM);
  const stored = new Map<string, StoredTensor>();
  for (const [name, { data, shape }] of tensors) {
    const type = dtype ?? (isBuiltin(data, 'Float32Array') ? 'F32' : 'F64');
    stored.set(name, new StoredTensor('', type, shape, encodeElements(where, name, data, type)));
  }
  const header: [string, unknown][] = [[METADATA, { ...metadata, [CHECKSUM]: checksum(stored, metadata) }]];
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of stored) {
    header.push([name, { dtype, shape, data_offsets: [end, end + bytes.length] }]);
    end += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(json, 8);
  let at = 8 + length;
  for (const { bytes } of stored.values()) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * Decodes a file.
 *
 * @param where the caller, named in errors.
 * @returns the tensors, the metadata, and whether a checksum covered all of it.
 * @throws RangeError if the bytes are not a complete file.
 */
export function decodeTensors(where: string, bytes: Uint8Array): TensorFile & { readonly sealed: boolean } {
  const damaged = (came: string, expected: string) => rangeError(where, 'bytes', came, expected);
  if (bytes.length < 8) throw damaged(`has ${bytes.length} bytes`, 'a safetensors file');
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8))
    throw damaged(
      `has ${bytes.length} bytes and a header of ${length}`,
      'a whole safetensors file: it is cut short, or another kind of file',
    );
  const start = 8 + Number(length);
  const header = new Map(Object.entries(parseHeader(bytes.subarray(8, start), damaged)));
  const given = header.get(METADATA) ?? {};
  header.delete(METADATA);
  if (typeof given !== 'object' || Object.values(given).some((value) => typeof value !== 'string'))
    throw damaged(`has metadata that is ${show(given)}`, 'strings by name');
  const data = bytes.subarray(start);
  const tensors = readEntries(where, header, data, damaged);
  const damagedKey = Object.keys(given).find(isNearlyChecksum);
  if (damagedKey !== undefined)
    throw damaged(`has metadata ${show(damagedKey)}`, `${show(CHECKSUM)}: the file is damaged`);
  const sealed = Object.hasOwn(given, CHECKSUM);
  const { [sealed ? CHECKSUM : DATA_CHECKSUM]: expected, ...metadata } = given as { [key: string]: string };
  if (expected !== undefined) {
    const found = sealed ? checksum(tensors, metadata) : crc32([data]);
    if (found !== expected)
      throw damaged(`has checksum ${found}`, `${show(expected)}: the file is cut short or damaged`);
  }
  return { tensors, metadata, sealed };
}

/** Whether this key is the checksum's with one bit flipped: such a file must not pass as one without a checksum. */
function isNearlyChecksum(key: string): boolean {
  const differing = [...CHECKSUM].filter((letter, at) => letter !== key[at]).length;
  return key.length === CHECKSUM.length && differing === 1;
}

type Damaged = (came: string, expected: string) => RangeError;

function parseHeader(json: Uint8Array, damaged: Damaged): { [name: string]: unknown } {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    header = JSON.parse(text);
  } catch {
    throw damaged('has a header that is not JSON', 'a safetensors file');
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw damaged(`has ${show(twice)} twice`, 'every name once');
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged(`has a header that is ${show(header)}`, 'a safetensors file');
  return header as { [name: string]: unknown };
}

/** A key that an object of this JSON has twice; `JSON.parse` silently keeps the last. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  // The closing quote is optional: a match that fails at the end of the text would be tried again at every quote.
  for (const [token, key] of json.matchAll(/[{}]|("[^"\\]*(?:\\.[^"\\]*)*"?)\s*:?/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const name: string = JSON.parse(key!);
      if (open.at(-1)!.has(name)) return name;
      open.at(-1)!.add(name);
    }
  }
  return undefined;
}

/** The tensors of a header; they must cover the data without gaps or overlaps. */
function readEntries(
  where: string,
  header: ReadonlyMap<string, unknown>,
  data: Uint8Array,
  damaged: Damaged,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of header) {
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = checkEntry(name, entry, data.length, damaged);
    const place = `${where}: bytes has tensor ${show(name)}`;
    tensors.set(name, new StoredTensor(place, dtype, shape, data.subarray(start, end)));
  }
  const places = [...tensors].map(([name, { bytes }]): [string, number, number] => {
    const from = bytes.byteOffset - data.byteOffset;
    return [name, from, from + bytes.length];
  });
  let end = 0;
  for (const [name, from, to] of places.sort(([, a, c], [, b, d]) => a - b || c - d)) {
    if (from !== end)
      throw damaged(`has tensor ${show(name)} at ${from}–${to}`, `it at ${end}, where another ends`);
    end = to;
  }
  if (end !== data.length) throw damaged(`has ${data.length} data bytes`, `${end} for its tensors`);
  return tensors;
}

function checkEntry(name: string, entry: unknown, available: number, damaged: Damaged): Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  if (typeof dtype !== 'string')
    throw damaged(`has tensor ${show(name)} of type ${show(dtype)}`, 'a name such as "F32"');
  const whole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const allWhole = (of: unknown) => Array.isArray(of) && of.every(whole);
  if (!allWhole(shape) || !allWhole(offsets) || offsets!.length !== 2)
    throw damaged(`has tensor ${show(name)} of no shape or place`, 'whole numbers for both');
  const [from, to] = offsets!;
  const width = elementWidth(dtype);
  const count = elementsOf(shape!);
  // An element of an unknown type has at least one bit.
  const size = width === undefined ? Math.max(to - from, count / 8) : count * width;
  if (from > to || to - from !== size || to > available)
    throw damaged(
      `has tensor ${show(name)} at ${from}–${to} of ${available} data bytes`,
      `${size} bytes for shape [${shape!.join(', ')}]: the file is cut short or damaged`,
    );
  return { dtype, shape: shape!, data_offsets: [from, to] };
}

/** The checksum of a file's contents, independent of their order. */
function checksum(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: { readonly [key: string]: string },
): string {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [encoder.encode(JSON.stringify(sorted(Object.entries(metadata))))];
  for (const [name, { dtype, shape, bytes }] of sorted([...tensors]))
    pieces.push(encoder.encode(JSON.stringify([name, dtype, shape])), bytes);
  return crc32(pieces);
}

function sorted<Value>(entries: [string, Value][]): [string, Value][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
