/** The part of Protocol Buffers' wire format that ONNX needs: numbers, bytes and 32-bit floats. */
import { joined } from '../common/bytes.ts';

/** An error in a message, before its source is known. */
export class Malformed extends Error {}

/** A field as encoded in a message. */
export interface Field {
  readonly number: number;
  /** For a varint, its value as an int64; for a fixed field, its bits. */
  readonly value: bigint;
  /** The contents of a bytes field. */
  readonly bytes: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const NOTHING = new Uint8Array();

/** The fields of a message, in order. */
export function* fields(message: Uint8Array): Generator<Field> {
  const reader = new Reader(message);
  while (!reader.done) {
    const key = Number(reader.varint());
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === VARINT) yield { number, value: BigInt.asIntN(64, reader.varint()), bytes: NOTHING };
    else if (wire === BYTES) yield { number, value: 0n, bytes: reader.take(Number(reader.varint())) };
    else if (wire === FIXED32) yield { number, value: 0n, bytes: reader.take(4) };
    else if (wire === FIXED64) yield { number, value: 0n, bytes: reader.take(8) };
    else throw new Malformed(`has a field ${number} of wire type ${wire}`);
  }
}

/** The integers of a repeated field, packed or not. */
export function wholeNumbers({ value, bytes }: Field): bigint[] {
  if (bytes === NOTHING) return [value];
  const reader = new Reader(bytes);
  const numbers: bigint[] = [];
  while (!reader.done) numbers.push(BigInt.asIntN(64, reader.varint()));
  return numbers;
}

export function textOf({ bytes }: Field): string {
  return new TextDecoder().decode(bytes);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Seven bits per byte, the lowest first; the high bit is set in all bytes but the last. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Malformed('is cut short');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Malformed('has a number of more than 64 bits');
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Malformed('is cut short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/** A piece of an encoded message. */
export type Piece = Uint8Array;

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

/** A varint field. */
export function numberField(number: number, value: number | bigint): Piece {
  return Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)]);
}

/** A float32 field. */
export function floatField(number: number, value: number): Piece {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([Uint8Array.from(varint(number * 8 + FIXED32)), bytes]);
}

/** A field with bytes, text, or a message made of fields. */
export function bytesField(number: number, content: Uint8Array | string | readonly Piece[]): Piece {
  const bytes =
    typeof content === 'string'
      ? new TextEncoder().encode(content)
      : content instanceof Uint8Array
        ? content
        : joined(content);
  return joined([Uint8Array.from([...varint(number * 8 + BYTES), ...varint(bytes.length)]), bytes]);
}
