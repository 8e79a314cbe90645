/** The subset of the ZIP format used by model files: entries by name, stored or deflated, below 4 GiB. */
import { rangeError, show } from '../common/errors.ts';
import { crc32 } from './crc32.ts';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/** An entry of the archive. */
interface ZipEntry {
  readonly method: number;
  readonly crc: number;
  /** The compressed size, and the size once inflated. */
  readonly packedSize: number;
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** Inflates raw deflate data to exactly `size` bytes. */
export type Inflate = (packed: Uint8Array, size: number) => Uint8Array;

/** The files in an archive. */
export interface Archive {
  readonly names: readonly string[];
  has(name: string): boolean;
  /**
   * The contents of an entry; a view if it is stored.
   *
   * @throws RangeError if there is no such entry, or it is damaged, or it is deflated and there is no `inflate`.
   */
  read(name: string): Uint8Array;
}

// Deflate expands a byte to at most 1032 (two bits for each 258).
const BEST_RATIO = 1032;

/**
 * Reads the table of contents of an archive.
 *
 * @param where the caller, named in errors.
 * @param inflate inflates deflated entries. Default: they are refused.
 */
export function readZip(where: string, bytes: Uint8Array, inflate?: Inflate): Archive {
  const damaged = (came: string, expected = 'a whole zip archive') =>
    rangeError(where, 'bytes', came, expected);
  const entries = readDirectory(bytes, damaged);
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    read(name) {
      const entry = entries.get(name);
      if (entry === undefined)
        throw damaged(`has no file ${show(name)}`, [...entries.keys()].map(show).join(', '));
      const contents = unpack(name, entry, inflate, damaged);
      if (Number.parseInt(crc32([contents]), 16) !== entry.crc)
        throw damaged(`has file ${show(name)} of another checksum than its own`);
      return contents;
    },
  };
}

type Damaged = (came: string, expected?: string) => RangeError;

function unpack(name: string, entry: ZipEntry, inflate: Inflate | undefined, damaged: Damaged): Uint8Array {
  const { method, bytes, packedSize, size } = entry;
  if (method === STORED && packedSize === size) return bytes;
  if (method !== DEFLATED || inflate === undefined)
    throw damaged(
      `has file ${show(name)} packed by method ${method}`,
      `it ${inflate ? 'stored or deflated' : 'stored'}`,
    );
  if (size > packedSize * BEST_RATIO)
    throw damaged(`has file ${show(name)} of ${packedSize} bytes that claims ${size}`);
  let contents: Uint8Array;
  try {
    contents = inflate(bytes, size);
  } catch {
    throw damaged(`has file ${show(name)} that cannot be inflated`);
  }
  if (contents.length !== size)
    throw damaged(`has file ${show(name)} of ${contents.length} bytes`, `${size}`);
  return contents;
}

function readDirectory(bytes: Uint8Array, damaged: Damaged): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) throw damaged(`has ${bytes.length} bytes without the end of a zip archive`);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== ENTRY)
      throw damaged(`has no entry ${i} of ${count} at ${at}`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > end) throw damaged(`has an entry ${i} of ${count} that runs past the table of contents`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (entries.has(name)) throw damaged(`has two files ${show(name)}`);
    const field = (offset: number) => view.getUint32(at + offset, true);
    const [crc, packedSize, size] = [field(16), field(20), field(24)];
    const start = contentStart(view, field(42));
    if (start === undefined || start + packedSize > bytes.length)
      throw damaged(`has file ${show(name)} outside of it`, 'a whole zip archive below 4 GiB');
    const method = view.getUint16(at + 10, true);
    entries.set(name, { method, crc, packedSize, size, bytes: bytes.subarray(start, start + packedSize) });
    at = next;
  }
  return entries;
}

/** The offset of the end record, which precedes a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--)
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  return undefined;
}

/** The offset of an entry's contents, after its local header. */
function contentStart(view: DataView, at: number): number | undefined {
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== LOCAL) return undefined;
  return at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}
