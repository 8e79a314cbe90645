/** The interface between operators and the importer, and access to attributes. */
import { rangeError, show } from '../../common/errors.ts';
import type { Backend } from '../../kernels/backend.ts';
import type { AnyLayer } from '../../layers/sequential.ts';
import type { Attribute, Node } from './graph.ts';
import { listed, type Value } from './value.ts';

/** Computes a node's outputs from its inputs. */
export type Compute = (inputs: readonly (Value | undefined)[]) => readonly Value[];

/** A node being compiled. */
export interface Making {
  readonly node: Node;
  /** The inputs with known values, such as weights. */
  readonly known: readonly (Value | undefined)[];
  readonly backend: Backend;
  readonly opset: number;
  /** The attributes that the operator has read. */
  readonly read: Set<string>;
  /** Registers a layer that computes this node. */
  readonly made: (layer: AnyLayer) => void;
}

/**
 * Compiles a node.
 *
 * @throws RangeError, with the operator and the node's name, if its form is unsupported.
 */
export type Operator = (making: Making) => Compute;

/** A node's name in errors: `LSTM "/rnn/LSTM"`. */
export function titleOf({ op, name, outputs }: Node): string {
  return `${/^[\w.]+$/.test(op) ? op : show(op)} ${show(name === '' ? (outputs[0] ?? '') : name)}`;
}

/** An error about a node. */
export function refused(node: Node, came: string, expected: string): RangeError {
  return rangeError('fromOnnx', titleOf(node), came, expected);
}

function attribute<Kind extends Attribute | undefined>(
  { node, read }: Making,
  name: string,
  otherwise: Kind,
  fits: (value: Attribute) => boolean,
): Kind {
  read.add(name);
  const value = node.attributes.get(name);
  if (value === undefined) return otherwise;
  if (fits(value)) return value as Kind;
  throw refused(node, `has ${name} of another type`, 'the one of its operator');
}

export const numberOf = (making: Making, name: string, otherwise: number): number =>
  attribute(making, name, otherwise, (value) => typeof value === 'number');

export const textOf = (making: Making, name: string, otherwise: string): string =>
  attribute(making, name, otherwise, (value) => typeof value === 'string');

const isTexts = (value: Attribute) => Array.isArray(value) && value.every((item) => typeof item === 'string');

export function textsOf(making: Making, name: string): readonly string[] | undefined {
  return attribute<readonly string[] | undefined>(making, name, undefined, isTexts);
}

const isList = (value: Attribute) => Array.isArray(value) && value.every((item) => typeof item === 'number');

export function numbersOf(making: Making, name: string): readonly number[] | undefined {
  return attribute<readonly number[] | undefined>(making, name, undefined, isList);
}

/** A tensor in an attribute. */
export function tensorOf(making: Making, name: string): Value | undefined {
  const fits = (value: Attribute) => typeof value === 'object' && 'data' in value;
  return attribute<Value | undefined>(making, name, undefined, fits);
}

// These change nothing here: what training needs, what the weights say themselves, and options of types that are not read.
const IGNORED: ReadonlySet<string> = new Set([
  'activation_alpha',
  'activation_beta',
  'hidden_size',
  'kernel_shape',
  'ratio',
  'round_mode',
  'saturate',
  'seed',
  'stash_type',
]);

/** Refuses a node with an attribute that its operator has not read. */
export function checkRead({ node, read }: Making): void {
  for (const name of node.attributes.keys())
    if (!read.has(name) && !IGNORED.has(name))
      throw refused(node, `has attribute ${show(name)}`, 'only those of its operator');
}

/** Returns a required value. */
export function required(node: Node, value: Value | undefined, at: number): Value {
  if (value !== undefined) return value;
  throw refused(node, `has no input ${at}`, 'all that its operator needs');
}

/** Integers that are an attribute in older versions of an operator and an input in newer ones. */
export function listOf(
  making: Making,
  name: string,
  at: number,
): (inputs: readonly (Value | undefined)[]) => number[] | undefined {
  const fixed = numbersOf(making, name);
  return (inputs) => (fixed !== undefined ? [...fixed] : inputs[at] && wholesOf(making.node, inputs[at]));
}

/** The numbers of a value, which must be whole numbers. */
export function wholesOf(node: Node, { data }: Value): number[] {
  const numbers = Array.from(data);
  if (!numbers.every(Number.isInteger)) throw refused(node, `takes ${listed(numbers)}`, 'whole numbers');
  return numbers;
}

/** An operator with one output and a required first input. */
export function unary(
  make: (making: Making) => (x: Value, inputs: readonly (Value | undefined)[]) => Value,
): Operator {
  return (making) => {
    const compute = make(making);
    return (inputs) => [compute(required(making.node, inputs[0], 0), inputs)];
  };
}

/** A weight of a node, which must be constant. */
export function weight({ node, known }: Making, at: number, axes: number): Value {
  const value = known[at];
  if (value === undefined) throw refused(node, `computes its input ${at}`, 'weights that are in the file');
  if (value.shape.length !== axes)
    throw refused(node, `has weights of shape [${value.shape.join(', ')}]`, `${axes} axes`);
  return value;
}

/** An optional weight of a node, which must be constant too. */
export const optional = ({ node, known }: Making, at: number): Value | undefined => {
  if ((node.inputs[at] ?? '') !== '' && known[at] === undefined)
    throw refused(node, `computes its input ${at}`, 'weights that are in the file');
  return known[at];
};
