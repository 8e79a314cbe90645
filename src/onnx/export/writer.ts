/** Builds an ONNX graph node by node. Field numbers are those of onnx.proto. */
import { joined } from '../../common/bytes.ts';
import { encodeElements } from '../../storage/stored-tensor.ts';
import { bytesField, floatField, numberField, type Piece } from '../protobuf.ts';

/** The operator version written: the first with LayerNormalization. */
export const OPSET = 17;
// The matching version of the file format.
const FORMAT = 8;

/** Element types by their number in the format. */
const types = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;

/** An element type that can be written. */
export type WrittenElement = keyof typeof types;

/** An integer, a float (as an array of one), a string, or a list. */
type AttributeValue = number | Float32Array | string | readonly number[] | readonly string[];

/** A graph under construction: constants, nodes, inputs and outputs. */
export class GraphWriter {
  readonly #nodes: Piece[] = [];
  readonly #constants: { readonly name: string; readonly content: Uint8Array }[] = [];
  readonly #inputs: Piece[] = [];
  readonly #outputs: Piece[] = [];
  #count = 0;

  /** A unique name. */
  #fresh(hint: string): string {
    return `${hint}_${this.#count++}`;
  }

  /** Adds a node and returns the name of its first output. Omitted inputs are empty. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: { readonly [name: string]: AttributeValue } = {},
  ): string {
    return this.nodes(op, inputs, attributes, 1)[0]!;
  }

  /** Adds a node with several outputs and returns their names. */
  nodes(
    op: string,
    inputs: readonly string[],
    attributes: { readonly [name: string]: AttributeValue },
    outputs: number,
  ): string[] {
    const name = this.#fresh(op);
    const names = Array.from({ length: outputs }, (_, at) => (at === 0 ? name : `${name}_${at}`));
    this.#nodes.push(
      bytesField(1, [
        ...inputs.map((input) => bytesField(1, input)),
        ...names.map((output) => bytesField(2, output)),
        bytesField(3, name),
        bytesField(4, op),
        ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      ]),
    );
    return names;
  }

  /** Gives a value a separate name, as required for outputs. */
  rename(value: string, name: string): void {
    this.#nodes.push(bytesField(1, [bytesField(1, value), bytesField(2, name), bytesField(4, 'Identity')]));
  }

  /** A constant of floats. @throws RangeError if a finite one exceeds float32. */
  floats(hint: string, values: ArrayLike<number>, shape: readonly number[]): string {
    const data = encodeElements('toOnnx', hint, Float64Array.from(values), 'F32');
    return this.#constant(hint, types.float32, shape, data);
  }

  /** A constant of integers; a scalar if the shape is empty. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const data = new DataView(new ArrayBuffer(values.length * 8));
    values.forEach((value, i) => {
      data.setBigInt64(8 * i, BigInt(value), true);
    });
    return this.#constant('constant', types.int64, shape, new Uint8Array(data.buffer));
  }

  /** An equal constant, such as the weights of a layer used twice, is written once. */
  #constant(hint: string, type: number, shape: readonly number[], data: Uint8Array): string {
    const content = joined([
      ...shape.map((size) => numberField(1, size)),
      numberField(2, type),
      bytesField(9, data),
    ]);
    const equal = this.#constants.find((other) => same(other.content, content));
    if (equal !== undefined) return equal.name;
    const name = this.#fresh(hint);
    this.#constants.push({ name, content });
    return name;
  }

  /** Converts the element type. */
  cast(value: string, to: WrittenElement): string {
    return this.node('Cast', [value], { to: types[to] });
  }

  /** Adds axes of one element. */
  unsqueezed(value: string, ...axes: number[]): string {
    return this.node('Unsqueeze', [value, this.integers(axes)]);
  }

  /** Removes the first axis, of one element. */
  squeezed(value: string): string {
    return this.node('Squeeze', [value, this.integers([0])]);
  }

  /** The size of an axis, [1]. */
  size(value: string, axis: number): string {
    return this.node('Gather', [this.node('Shape', [value]), this.integers([axis])]);
  }

  /** Another shape, whose axes are each a value of one element. */
  reshaped(value: string, axes: readonly string[]): string {
    return this.node('Reshape', [value, this.node('Concat', axes, { axis: 0 })]);
  }

  /** x · Wᵀ, with W [rows, columns] */
  product(value: string, weight: ArrayLike<number>, rows: number, columns: number): string {
    const turned = Float64Array.from(
      { length: rows * columns },
      (_, at) => weight[(at % rows) * columns + Math.floor(at / rows)]!,
    );
    return this.node('MatMul', [value, this.floats('weight', turned, [columns, rows])]);
  }

  input(name: string, type: WrittenElement, shape: readonly (number | string)[]): string {
    this.#inputs.push(valueInfo(11, name, type, shape));
    return name;
  }

  output(
    name: string,
    value: string,
    shape: readonly (number | string)[],
    type: WrittenElement = 'float32',
  ): void {
    this.rename(value, name);
    this.#outputs.push(valueInfo(12, name, type, shape));
  }

  /** The bytes of the file. */
  bytes(name: string): Uint8Array {
    return joined([
      numberField(1, FORMAT),
      bytesField(2, 'recurrent-cells'),
      bytesField(7, [
        ...this.#nodes,
        bytesField(2, name),
        ...this.#constants.map(({ name, content }) => bytesField(5, [content, bytesField(8, name)])),
        ...this.#inputs,
        ...this.#outputs,
      ]),
      bytesField(8, [bytesField(1, ''), numberField(2, OPSET)]),
    ]);
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function attribute(name: string, value: AttributeValue): Piece {
  return bytesField(5, [bytesField(1, name), ...valueFields(value)]);
}

/** Encodes the value and the type of an attribute. */
function valueFields(value: AttributeValue): Piece[] {
  if (typeof value === 'string') return [bytesField(4, value), numberField(20, 3)];
  if (typeof value === 'number') return [numberField(3, value), numberField(20, 2)];
  if (value instanceof Float32Array) return [floatField(2, value[0]!), numberField(20, 1)];
  if (typeof value[0] === 'string')
    return [...value.map((text) => bytesField(9, text as string)), numberField(20, 8)];
  return [...value.map((number) => numberField(8, number as number)), numberField(20, 7)];
}

function valueInfo(
  field: number,
  name: string,
  type: WrittenElement,
  shape: readonly (number | string)[],
): Piece {
  const dimensions = shape.map((size) =>
    bytesField(1, [typeof size === 'number' ? numberField(1, size) : bytesField(2, size)]),
  );
  const tensor = bytesField(1, [numberField(1, types[type]), bytesField(2, dimensions)]);
  return bytesField(field, [bytesField(1, name), bytesField(2, [tensor])]);
}
