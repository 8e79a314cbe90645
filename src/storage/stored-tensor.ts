/** Tensors stored in a file, converted on first access, and the element types of files. */
import { isBuiltin } from '../common/builtin.ts';
import { rangeError, show } from '../common/errors.ts';
import type { Tensor } from '../common/tensor.ts';

/** How to read one element. */
interface ElementType {
  readonly width: number;
  /** The array type that holds the raw elements. */
  readonly array: new (
    length: number,
  ) => ArrayLike<number | bigint> & { [at: number]: number | bigint };
  read(view: DataView, at: number): number | bigint;
}

const types = new Map<string, ElementType>([
  ['F64', { width: 8, array: Float64Array, read: (view, at) => view.getFloat64(at, true) }],
  ['F32', { width: 4, array: Float32Array, read: (view, at) => view.getFloat32(at, true) }],
  ['F16', { width: 2, array: Float32Array, read: (view, at) => fromHalf(view.getUint16(at, true)) }],
  ['BF16', { width: 2, array: Float32Array, read: (view, at) => fromBrain(view.getUint16(at, true)) }],
  ['F8_E5M2', { width: 1, array: Float32Array, read: (view, at) => fromHalf(view.getUint8(at) << 8) }],
  ['F8_E4M3', { width: 1, array: Float32Array, read: (view, at) => fromE4M3(view.getUint8(at)) }],
  ['F8_E8M0', { width: 1, array: Float32Array, read: (view, at) => fromE8M0(view.getUint8(at)) }],
  ['I64', { width: 8, array: BigInt64Array, read: (view, at) => view.getBigInt64(at, true) }],
  ['U64', { width: 8, array: BigUint64Array, read: (view, at) => view.getBigUint64(at, true) }],
  ['I32', { width: 4, array: Int32Array, read: (view, at) => view.getInt32(at, true) }],
  ['U32', { width: 4, array: Uint32Array, read: (view, at) => view.getUint32(at, true) }],
  ['I16', { width: 2, array: Int16Array, read: (view, at) => view.getInt16(at, true) }],
  ['U16', { width: 2, array: Uint16Array, read: (view, at) => view.getUint16(at, true) }],
  ['I8', { width: 1, array: Int8Array, read: (view, at) => view.getInt8(at) }],
  ['U8', { width: 1, array: Uint8Array, read: (view, at) => view.getUint8(at) }],
  ['BOOL', { width: 1, array: Uint8Array, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) }],
] as [string, ElementType][]);

/** The size in bytes of an element type; undefined for an unsupported type. */
export function elementWidth(dtype: string): number | undefined {
  return types.get(dtype)?.width;
}

/**
 * A tensor of a file: a {@link Tensor} whose numbers are converted when `data` is first read.
 *
 * @example
 * ```ts
 * import { readSafetensors, tensor, writeSafetensors } from 'recurrent-cells';
 *
 * const bytes = writeSafetensors(new Map([['scale', tensor([0.5, -2])]]), { dtype: 'F16' });
 * const scale = readSafetensors(bytes).tensors.get('scale')!;
 * scale.dtype // → 'F16'
 * Array.from(scale.data) // → [0.5, -2]
 * ```
 */
export class StoredTensor implements Tensor {
  /** The element type by its name in safetensors, such as `F16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The elements, little-endian, row by row: a view of the file. */
  readonly bytes: Uint8Array;
  readonly #place: string;
  #data: Tensor['data'] | undefined;

  /** @param place the tensor's name in errors, such as `loadWeights: bytes has tensor "a"`. */
  constructor(place: string, dtype: string, shape: readonly number[], bytes: Uint8Array) {
    this.#place = place;
    this.dtype = dtype;
    this.shape = shape;
    this.bytes = bytes;
  }

  /**
   * The numbers: F64 and integers as float64, all other types as float32, which represents them exactly.
   *
   * @throws RangeError if the element type is not supported, or an integer exceeds 2⁵³.
   */
  get data(): Tensor['data'] {
    this.#data ??= this.#converted();
    return this.#data;
  }

  /** The raw elements: I64 as a BigInt64Array, BOOL as a Uint8Array of 0 and 1; F16, BF16 and F8 as float32. */
  get elements(): ArrayLike<number> | ArrayLike<bigint> {
    const { width, array, read } = this.#type();
    const { bytes } = this;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const elements = new array(bytes.length / width);
    for (let i = 0; i < elements.length; i++) elements[i] = read(view, i * width);
    return elements as ArrayLike<number> | ArrayLike<bigint>;
  }

  #converted(): Tensor['data'] {
    const { elements } = this;
    if (isBuiltin(elements, 'Float32Array', 'Float64Array')) return elements;
    return Float64Array.from(elements as ArrayLike<number | bigint>, (element) => {
      const value = Number(element);
      if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
      throw new RangeError(`${this.#place} with the integer ${element}, expected at most 2⁵³ − 1`);
    });
  }

  #type(): ElementType {
    const type = types.get(this.dtype);
    if (type !== undefined) return type;
    throw new RangeError(
      `${this.#place} of type ${show(this.dtype)}, expected one of ${[...types.keys()].join(', ')}`,
    );
  }
}

/** Converts IEEE 754 binary16 to a number. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Converts bfloat16, the upper half of a float32. */
function fromBrain(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

/** An 8-bit float of 4 exponent and 3 fraction bits, without infinities (Micikevicius et al. 2022, arXiv:2209.05433). */
function fromE4M3(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >>> 3) & 0xf;
  const fraction = bits & 7;
  if (exponent === 0xf && fraction === 7) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (8 + fraction) * 2 ** (exponent - 10));
}

/** A power of two, as in microscaling formats. */
function fromE8M0(bits: number): number {
  return bits === 0xff ? Number.NaN : 2 ** (bits - 127);
}

/** The nearest binary16 of a number, ties to even. */
function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  const high = new Uint32Array(Float64Array.of(magnitude).buffer)[1]!;
  const exponent = Math.max((high >>> 20) - 1023, -14);
  const steps = magnitude / 2 ** (exponent - 10);
  const below = Math.floor(steps);
  const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
  // A carry out of the fraction correctly increments the exponent.
  return sign | (((exponent + 14) << 10) + below + (up ? 1 : 0));
}

/** The element types that can be written. */
export type WrittenType = 'F16' | 'F32' | 'F64';

/**
 * Encodes numbers as little-endian bytes of an element type.
 *
 * @throws RangeError if a finite number exceeds the range of the type.
 */
export function encodeElements(
  where: string,
  name: string,
  data: Tensor['data'],
  dtype: WrittenType,
): Uint8Array {
  const width = elementWidth(dtype)!;
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  // Numbers from `beyond` on round to infinity.
  const [most, beyond] = dtype === 'F16' ? [65504, 65520] : [2 ** 128 - 2 ** 104, 2 ** 128 - 2 ** 103];
  data.forEach((value, i) => {
    if (dtype !== 'F64' && Number.isFinite(value) && Math.abs(value) >= beyond)
      throw rangeError(
        where,
        `tensor ${show(name)}`,
        `has ${value}`,
        `at most ${most}, the largest of ${dtype}`,
      );
    if (dtype === 'F64') view.setFloat64(i * width, value, true);
    else if (dtype === 'F32') view.setFloat32(i * width, value, true);
    else view.setUint16(i * width, toHalf(value), true);
  });
  return bytes;
}
