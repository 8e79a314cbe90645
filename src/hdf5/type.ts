/** Element types and shapes, and the text of attributes. */
import { elementsOf } from '../common/tensor.ts';
import type { Bytes } from './bytes.ts';

/** An element type: the name of a number type as in safetensors, raw bytes, or text. */
export interface Type {
  readonly kind: 'number' | 'opaque' | 'text' | 'longText';
  /** Of numbers: `F32`, `I64`, … */
  readonly dtype: string;
  readonly width: number;
}

const INTEGER = 0;
const FLOAT = 1;
const TEXT = 3;
const OPAQUE = 5;
const ENUMERATION = 8;
const VARIABLE = 9;

/** Reads the type at an offset. */
export function typeOf(bytes: Bytes, at: number): Type {
  const kind = bytes.byte(at) & 0xf;
  const flags = bytes.byte(at + 1);
  const width = bytes.word(at + 4);
  if (kind === TEXT) return { kind: 'text', dtype: '', width };
  if (kind === OPAQUE) return { kind: 'opaque', dtype: '', width };
  if (kind === VARIABLE && (flags & 0xf) === 1 && width === 16) return { kind: 'longText', dtype: '', width };
  // Booleans are stored as integers with names.
  if (kind === ENUMERATION) return typeOf(bytes, at + 8);
  const bigEndian = (flags & 1) !== 0 && width > 1;
  const letter = kind === FLOAT ? 'F' : flags & 8 ? 'I' : 'U';
  const widths = kind === FLOAT ? [2, 4, 8] : [1, 2, 4, 8];
  if ((kind !== INTEGER && kind !== FLOAT) || bigEndian || !widths.includes(width))
    throw bytes.damaged(
      `has elements of class ${kind}, ${width} bytes${bigEndian ? ', big-endian' : ''}`,
      'little-endian numbers or text',
    );
  return { kind: 'number', dtype: `${letter}${8 * width}`, width };
}

/** Reads the shape at an offset; a scalar has the shape `[]`. */
export function shapeOf(bytes: Bytes, at: number): number[] {
  const version = bytes.byte(at);
  const rank = bytes.byte(at + 1);
  const start = at + (version === 1 ? 8 : 4);
  if (version !== 1 && version !== 2) throw bytes.damaged(`has a shape of version ${version}`);
  // In version 2, type 2 means that there are no elements.
  if (version === 2 && bytes.byte(at + 3) === 2) return [0];
  return Array.from({ length: rank }, (_, axis) => bytes.long(start + 8 * axis));
}

/** The texts of an attribute; empty if it holds numbers. */
export function textsOf(bytes: Bytes, { kind, width }: Type, shape: readonly number[], at: number): string[] {
  if (kind !== 'text' && kind !== 'longText') return [];
  const heaps = new Map<number, Heap>();
  const texts: string[] = [];
  const count = elementsOf(shape);
  if (bytes.take(at, count * width).length === 0) return [];
  for (let i = 0; i < count; i++) {
    const place = at + i * width;
    texts.push(kind === 'text' ? bytes.text(place, width) : heapText(bytes, place, heaps));
  }
  return texts;
}

/** The place and size of each object of a heap, by index. */
type Heap = ReadonlyMap<number, readonly [at: number, size: number]>;

/** A text of any length: its length, and where it lies in a heap of the whole file. */
function heapText(bytes: Bytes, at: number, heaps: Map<number, Heap>): string {
  const [length, address, index] = [bytes.word(at), bytes.long(at + 4), bytes.word(at + 12)];
  if (length === 0) return '';
  const heap = heaps.get(address) ?? heapOf(bytes, address);
  heaps.set(address, heap);
  const [place, size] = heap.get(index) ?? [0, 0];
  if (length > size) throw bytes.damaged(`has a text of ${length} bytes in ${size} at ${place}`);
  return bytes.text(place, length);
}

function heapOf(bytes: Bytes, address: number): Heap {
  bytes.expect(address, 'GCOL');
  const objects = new Map<number, readonly [number, number]>();
  const end = address + bytes.long(address + 8);
  for (let at = address + 16; at + 16 <= end; ) {
    const [index, size] = [bytes.short(at), bytes.long(at + 8)];
    // Index 0 is the free space at the end.
    if (index === 0) break;
    objects.set(index, [at + 16, size]);
    at += 16 + Math.ceil(size / 8) * 8;
  }
  return objects;
}
