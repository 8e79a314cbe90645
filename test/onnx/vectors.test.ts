/** The public test vectors of ONNX for RNN, LSTM and GRU: 12 of its backend tests (see test/fixtures/formats/onnx-vectors.LICENSE). */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { joined } from '../../src/common/bytes.ts';
import { float64, type Tensor } from '../../src/index.ts';
import { readModel } from '../../src/onnx/import/graph.ts';
import { bytesField, type Field, fields, numberField, type Piece } from '../../src/onnx/protobuf.ts';
import { fromOnnx } from '../../src/onnx.ts';

interface Vector {
  /** base64, as the files of the test: a model whose weights are inputs, and tensors. */
  readonly model: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

const fixture = new URL('../fixtures/formats/onnx-vectors.json', import.meta.url);
const vectors: Record<string, Vector> = JSON.parse(readFileSync(fixture, 'utf8')).vectors;
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

/** A model with other contents of its graph. */
function withGraph(model: Uint8Array, graph: (before: Uint8Array) => readonly Piece[]): Uint8Array {
  const again = ({ number, value, bytes }: Field) =>
    number === 7
      ? bytesField(7, graph(bytes))
      : bytes.length > 0
        ? bytesField(number, bytes)
        : numberField(number, value);
  return joined([...fields(model)].map(again));
}

/** A tensor in its file, without its name. */
const unnamed = (tensor: Uint8Array): Piece[] =>
  [...fields(tensor)]
    .filter(({ number }) => number !== 8)
    .map(({ number, value, bytes }) =>
      bytes.length > 0 ? bytesField(number, bytes) : numberField(number, value),
    );

/** Tensors are read as constants of a graph. */
function tensorOf(bytes: Uint8Array): Tensor {
  const graph = bytesField(7, [bytesField(5, [...unnamed(bytes), bytesField(8, 'x')])]);
  const opset = bytesField(8, [numberField(2, 14)]);
  const { data, shape } = readModel(joined([graph, opset])).graph.constants.get('x')!;
  return { data, shape };
}

test('there are 12, with every kind', () => {
  expect(Object.keys(vectors)).toEqual([
    'gru_batchwise',
    'gru_defaults',
    'gru_seq_length',
    'gru_with_initial_bias',
    'lstm_batchwise',
    'lstm_defaults',
    'lstm_with_initial_bias',
    'lstm_with_peepholes',
    'rnn_seq_length',
    'simple_rnn_batchwise',
    'simple_rnn_defaults',
    'simple_rnn_with_initial_bias',
  ]);
});

// The expected values are in float32. Nearly all weights of these tests are equal, so only random models distinguish the orders
// of gates.
test.each(Object.entries(vectors))('%s', (_, { model, inputs, outputs }) => {
  const { graph } = readModel(bytesOf(model));
  const names = graph.nodes[0]!.inputs.filter((name) => name !== '');
  const given = new Map(names.map((name, at) => [name, bytesOf(inputs[at]!)]));
  // The weights are inputs there; a file has them as constants.
  const weights = names.filter((name) => ['W', 'R', 'B', 'P'].includes(name));
  const bytes = withGraph(bytesOf(model), (before) => [
    before,
    ...weights.map((name) => bytesField(5, [...unnamed(given.get(name)!), bytesField(8, name)])),
  ]);
  const imported = fromOnnx(bytes, { backend: float64() });
  const feeds = Object.fromEntries(imported.inputs.map(({ name }) => [name, tensorOf(given.get(name)!)]));
  const got = imported.run(feeds);
  const wanted = imported.outputs.map(({ name }, at) => [name, tensorOf(bytesOf(outputs[at]!))] as const);
  expect(wanted.length).toBe(outputs.length);
  for (const [name, { data, shape }] of wanted) {
    expect(got[name]!.shape).toEqual(shape);
    data.forEach((value: number, at: number) => {
      expect(Math.abs(got[name]!.data[at]! - value)).toBeLessThan(2e-7);
    });
  }
});
