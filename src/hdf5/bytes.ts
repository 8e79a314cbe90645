/** Reads a file's numbers by their offsets, within the file and within a bound of work. */
import { rangeError } from '../common/errors.ts';

// A file is parsed at most this many times over. Tables may refer to others, so a small file could describe endless ones.
const MOST_READINGS = 16;

/** The bytes of a file, little-endian. */
export class Bytes {
  readonly all: Uint8Array;
  readonly where: string;
  readonly #view: DataView;
  /** The bytes of structure that may still be read. */
  #left: number;

  /** @param where the caller, named in errors. */
  constructor(where: string, all: Uint8Array) {
    this.where = where;
    this.all = all;
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    this.#left = MOST_READINGS * all.length;
  }

  /** An error about the file. */
  damaged(came: string, expected = 'a whole HDF5 file'): RangeError {
    return rangeError(this.where, 'bytes', came, expected);
  }

  /** @throws RangeError if `length` bytes at `at` are not within the file, or the file has been read too often. */
  #check(at: number, length: number): void {
    if (!(at >= 0 && length >= 0 && at + length <= this.all.length))
      throw this.damaged(`has ${this.all.length} bytes and refers to ${length} at ${at}`);
    this.#left -= length;
    if (this.#left < 0)
      throw this.damaged(`has tables that refer to more than ${MOST_READINGS} times its size`);
  }

  byte(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }

  short(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, true);
  }

  word(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, true);
  }

  /** An integer of 8 bytes: an address or a size. Beyond 2⁵³ it is inexact, and beyond every file. */
  long(at: number): number {
    return this.word(at) + this.word(at + 4) * 2 ** 32;
  }

  /** An integer of `width` bytes. */
  whole(at: number, width: number): number {
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.byte(at + i);
    return value;
  }

  /** A view of the file. */
  take(at: number, length: number): Uint8Array {
    this.#check(at, length);
    return this.all.subarray(at, at + length);
  }

  /** UTF-8 text of a fixed length, up to its first zero. */
  text(at: number, length: number): string {
    const bytes = this.take(at, length);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** UTF-8 text up to the next zero. */
  terminated(at: number): string {
    const end = this.all.indexOf(0, at);
    return this.text(at, (end < 0 ? this.all.length : end) - at);
  }

  /** Throws unless these letters are at `at`. */
  expect(at: number, signature: string): void {
    if (this.text(at, signature.length) !== signature) throw this.damaged(`has no ${signature} at ${at}`);
  }
}
