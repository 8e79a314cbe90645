/**
 * Writes an ONNX file with one LSTM whose state is an input and an output, using the minimum of the format.
 *
 * Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
 */
import type { Tensors } from './tensors.ts';
import type { Workload } from './workloads.ts';

const FLOAT = 1;
const INT = 2;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

const number = (field: number, value: number) => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, content: Uint8Array | string) => {
  const buffer = Buffer.from(content as string);
  return Buffer.concat([varint(field * 8 + 2), varint(buffer.length), buffer]);
};
const message = (field: number, ...parts: Buffer[]) => bytes(field, Buffer.concat(parts));

/** A value of the graph's signature: name, element type, dimensions. */
function value(field: number, name: string, shape: readonly number[]): Buffer {
  const dimensions = shape.map((size) => message(1, number(1, size)));
  return message(field, bytes(1, name), message(2, message(1, number(1, FLOAT), message(2, ...dimensions))));
}

function initializer(name: string, shape: readonly number[], data: Float32Array): Buffer {
  return message(
    5,
    ...shape.map((size) => number(1, size)),
    number(2, FLOAT),
    bytes(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}

/** PyTorch's gates i, f, g, o in the order of ONNX: i, o, f, g. */
function reordered(data: Float32Array): Float32Array {
  const size = data.length / 4;
  const out = new Float32Array(data.length);
  for (const [to, from] of [0, 3, 1, 2].entries())
    out.set(data.subarray(from * size, (from + 1) * size), to * size);
  return out;
}

/** Inputs `x` `[T, B, D]`, `h`, `c` `[1, B, H]`; outputs `y` `[T, 1, B, H]`, `nextH`, `nextC`. */
export function lstmModel(workload: Workload, tensors: Tensors): Buffer {
  const { time, batch, inputSize, hiddenSize } = workload;
  const weight = (name: string) => reordered(tensors.get(`rnn.${name}_l0`)!.data as Float32Array);
  const state = [1, batch, hiddenSize];
  const bias = new Float32Array(8 * hiddenSize);
  bias.set(weight('bias_ih'));
  bias.set(weight('bias_hh'), 4 * hiddenSize);
  const node = message(
    1,
    ...['x', 'w', 'r', 'b', '', 'h', 'c'].map((name) => bytes(1, name)),
    ...['y', 'nextH', 'nextC'].map((name) => bytes(2, name)),
    bytes(4, 'LSTM'),
    message(5, bytes(1, 'hidden_size'), number(3, hiddenSize), number(20, INT)),
  );
  const graph = message(
    7,
    node,
    bytes(2, 'lstm'),
    initializer('w', [1, 4 * hiddenSize, inputSize], weight('weight_ih')),
    initializer('r', [1, 4 * hiddenSize, hiddenSize], weight('weight_hh')),
    initializer('b', [1, 8 * hiddenSize], bias),
    value(11, 'x', [time, batch, inputSize]),
    value(11, 'h', state),
    value(11, 'c', state),
    value(12, 'y', [time, 1, batch, hiddenSize]),
    value(12, 'nextH', state),
    value(12, 'nextC', state),
  );
  const operatorSet = message(8, bytes(1, ''), number(2, 17));
  return Buffer.concat([number(1, 8), graph, operatorSet]);
}
