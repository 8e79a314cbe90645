/**
 * Parses ONNX files to graphs of nodes (onnx.proto of version 1.12), without interpreting them.
 *
 * Numbers in comments are field numbers of the messages. Protocol Buffers are decoded by hand
 * (docs/decisions/11-formats-by-hand.md).
 */
import { joined } from '../../common/bytes.ts';
import { elementsOf } from '../../common/tensor.ts';
import { elementWidth, StoredTensor } from '../../storage/stored-tensor.ts';
import { type Field, fields, Malformed, textOf, wholeNumbers } from '../protobuf.ts';
import { isValueShape, type Kind, listed, type Value } from './value.ts';

/** An attribute of a node. */
export type Attribute = number | string | Value | Graph | readonly number[] | readonly string[];

/** A node of a graph. */
export interface Node {
  readonly op: string;
  readonly name: string;
  /** Names of values; empty for an omitted input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** An input or output of a graph. */
export interface GraphValue {
  readonly name: string;
  readonly kind: Kind;
  /** Sizes, or names of dynamic sizes; undefined if the file has no shape. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Value>;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

/** Element types by number: their storage format and kind. */
const elementTypes = new Map<number, readonly [string, Kind]>([
  [1, ['F32', 'real']],
  [2, ['U8', 'whole']],
  [3, ['I8', 'whole']],
  [4, ['U16', 'whole']],
  [5, ['I16', 'whole']],
  [6, ['I32', 'whole']],
  [7, ['I64', 'whole']],
  [9, ['BOOL', 'truth']],
  [10, ['F16', 'real']],
  [11, ['F64', 'real']],
  [12, ['U32', 'whole']],
  [13, ['U64', 'whole']],
  [16, ['BF16', 'real']],
]);

/** The kind of an element type. */
export function kindOf(type: number): Kind {
  const found = elementTypes.get(type);
  if (found === undefined) throw new Malformed(`has elements of type ${type}`);
  return found[1];
}

// Nested graphs: an If within an If is already rare.
const DEEPEST = 8;

/** Reads the graph of a file (ModelProto) and the operator version. */
export function readModel(bytes: Uint8Array): { graph: Graph; opset: number } {
  let graph: Graph | undefined;
  let opset = 0;
  for (const field of fields(bytes)) {
    if (field.number === 7) graph = readGraph(field.bytes, 0);
    else if (field.number === 8) {
      const { domain, version } = readOpset(field.bytes);
      if (domain === '' || domain === 'ai.onnx') opset = version;
    } else if (field.number === 25) throw new Malformed('has functions of its own');
  }
  if (graph === undefined || opset === 0) throw new Malformed('has no graph');
  return { graph, opset };
}

function readOpset(bytes: Uint8Array): { domain: string; version: number } {
  let [domain, version] = ['', 0];
  for (const field of fields(bytes)) {
    if (field.number === 1) domain = textOf(field);
    else if (field.number === 2) version = Number(field.value);
  }
  return { domain, version };
}

function readGraph(bytes: Uint8Array, depth: number): Graph {
  if (depth > DEEPEST) throw new Malformed(`has graphs within graphs more than ${DEEPEST} deep`);
  const nodes: Node[] = [];
  const constants = new Map<string, Value>();
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  for (const field of fields(bytes)) {
    if (field.number === 1) nodes.push(readNode(field.bytes, depth));
    else if (field.number === 5) {
      const { name, value } = readTensor(field.bytes);
      constants.set(name, value);
    } else if (field.number === 11) inputs.push(readValue(field.bytes));
    else if (field.number === 12) outputs.push(readValue(field.bytes));
    else if (field.number === 15) throw new Malformed('has sparse weights');
  }
  // Before version 4 of the format, weights were also listed as inputs.
  return { nodes, constants, inputs: inputs.filter(({ name }) => !constants.has(name)), outputs };
}

function readNode(bytes: Uint8Array, depth: number): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let [op, name] = ['', ''];
  for (const field of fields(bytes)) {
    if (field.number === 1) inputs.push(textOf(field));
    else if (field.number === 2) outputs.push(textOf(field));
    else if (field.number === 3) name = textOf(field);
    else if (field.number === 4) op = textOf(field);
    else if (field.number === 5) {
      const [key, value] = readAttribute(field.bytes, depth);
      if (value !== undefined) attributes.set(key, value);
    } else if (field.number === 7 && field.bytes.length > 0 && textOf(field) !== 'ai.onnx')
      op = `${textOf(field)}.${op}`;
  }
  return { op, name, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array, depth: number): [string, Attribute | undefined] {
  let name = '';
  let single: Attribute | undefined;
  const floats: number[] = [];
  const integers: number[] = [];
  const strings: string[] = [];
  let type = 0;
  for (const field of fields(bytes)) {
    if (field.number === 1) name = textOf(field);
    else if (field.number === 2) single = floatsOf(field)[0];
    else if (field.number === 3) single = Number(field.value);
    else if (field.number === 4) single = textOf(field);
    else if (field.number === 5) single = readTensor(field.bytes).value;
    else if (field.number === 6) single = readGraph(field.bytes, depth + 1);
    else if (field.number === 7) for (const value of floatsOf(field)) floats.push(value);
    else if (field.number === 8) for (const value of wholeNumbers(field)) integers.push(Number(value));
    else if (field.number === 9) strings.push(textOf(field));
    else if (field.number === 20) type = Number(field.value);
  }
  const lists: { readonly [type: number]: Attribute } = { 6: floats, 7: integers, 8: strings };
  return [name, lists[type] ?? single];
}

function floatsOf({ bytes }: Field): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => view.getFloat32(4 * i, true));
}

function readTensor(bytes: Uint8Array): { name: string; value: Value } {
  const shape: number[] = [];
  const typed: bigint[] = [];
  const raw: Uint8Array[] = [];
  let [name, type] = ['', 0];
  for (const field of fields(bytes)) {
    if (field.number === 1) for (const size of wholeNumbers(field)) shape.push(Number(size));
    else if (field.number === 2) type = Number(field.value);
    else if (field.number === 8) name = textOf(field);
    // Floats, doubles and raw data are stored as plain bytes; integers as varints.
    else if (field.number === 4 || field.number === 9 || field.number === 10) raw.push(field.bytes);
    else if (field.number === 5 || field.number === 7 || field.number === 11)
      for (const value of wholeNumbers(field)) typed.push(value);
    else if (field.number === 13 || field.number === 14)
      throw new Malformed(`keeps tensor "${name}" in another file`);
  }
  return { name, value: tensorValue(name, type, shape, raw, typed) };
}

function tensorValue(
  name: string,
  type: number,
  shape: readonly number[],
  raw: readonly Uint8Array[],
  typed: readonly bigint[],
): Value {
  const [dtype, kind] = elementTypes.get(type) ?? [];
  if (dtype === undefined || kind === undefined)
    throw new Malformed(`has tensor "${name}" of element type ${type}`);
  const count = elementsOf(shape);
  const bytes = raw.length === 1 ? raw[0]! : joined(raw);
  const came = typed.length > 0 ? typed.length : bytes.length / elementWidth(dtype)!;
  if (came !== count || !isValueShape(shape))
    throw new Malformed(`has tensor "${name}" of ${came} elements for shape ${listed(shape)}`);
  if (typed.length > 0 && kind === 'real') throw new Malformed(`has 16-bit tensor "${name}" as integers`);
  const stored = new StoredTensor(`fromOnnx: bytes has tensor "${name}"`, dtype, shape, bytes);
  if (kind === 'real') return { kind, data: stored.data, shape };
  // Only slice ends exceed 2⁵³, and they only need to be large.
  const elements: ArrayLike<number | bigint> = typed.length > 0 ? typed : stored.elements;
  return { kind, data: Float64Array.from(elements, Number), shape };
}

function readValue(bytes: Uint8Array): GraphValue {
  let name = '';
  let type = 0;
  let shape: (number | string)[] | undefined;
  for (const field of fields(bytes)) {
    if (field.number === 1) name = textOf(field);
    else if (field.number === 2)
      for (const tensor of fields(field.bytes)) {
        if (tensor.number !== 1) throw new Malformed(`has "${name}", which is no tensor`);
        for (const part of fields(tensor.bytes)) {
          if (part.number === 1) type = Number(part.value);
          else if (part.number === 2) shape = [...fields(part.bytes)].map(readDimension);
        }
      }
  }
  // Outputs of an inner graph may lack a type.
  return { name, kind: type === 0 ? 'real' : kindOf(type), shape };
}

function readDimension({ bytes }: Field): number | string {
  for (const field of fields(bytes)) {
    if (field.number === 1) return Number(field.value);
    if (field.number === 2) return textOf(field);
  }
  return '';
}
