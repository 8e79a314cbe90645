/** A model trained here runs in ONNX Runtime, with its state carried from step to step. */
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { Adam, crossEntropy, indices, LSTMCell, manyToMany, Random, train } from '../../src/index.ts';
import { toOnnx } from '../../src/onnx.ts';

ort.env.wasm.numThreads = 1;

const CLASSES = 5;
const HIDDEN = 8;
/** Each token follows from the two before it, so a model without a state cannot learn them. */
const following = (a: number, b: number) => (2 * a + b + 1) % CLASSES;

test('a trained language model continues a sequence in the same way in both', async () => {
  const random = new Random(7);
  const model = manyToMany({
    classes: CLASSES,
    cell: LSTMCell,
    hiddenSize: [HIDDEN, HIDDEN],
    outputSize: CLASSES,
    random,
  });
  const rows = Array.from({ length: CLASSES * CLASSES }, (_, at) => {
    const row = [at % CLASSES, Math.floor(at / CLASSES)];
    while (row.length < 13) row.push(following(row.at(-2)!, row.at(-1)!));
    return row;
  });
  const shifted = (by: number) => indices(rows.map((row) => row.slice(by, by + 12)));
  const batch = { inputs: shifted(0), targets: shifted(1) };
  let last = Number.POSITIVE_INFINITY;
  const optimizer = new Adam({ learningRate: 0.03 });
  for await (const { loss } of train(model, new Array(200).fill(batch), { loss: crossEntropy(), optimizer }))
    last = loss;
  // The first target of each row is free: ln 5 / 12.
  expect(last).toBeLessThan(0.2);

  const session = await ort.InferenceSession.create(toOnnx(model, { streaming: true }));
  const parts = session.inputNames.filter((name) => name.startsWith('initial.'));
  expect(parts.length).toBe(4);
  let state = model.initialState(1);
  let feeds: Record<string, ort.Tensor> = Object.fromEntries(
    parts.map((name) => [name, new ort.Tensor('float32', new Float32Array(HIDDEN), [1, HIDDEN])]),
  );
  const row = [3, 1];
  for (let t = 0; t < 30; t++) {
    const input = new ort.Tensor('int64', BigInt64Array.of(BigInt(row[t]!)), [1]);
    const result = await session.run({ input, ...feeds });
    feeds = Object.fromEntries(parts.map((name) => [name, result[name.replace('initial', 'final')]!]));
    const ours = model.infer(indices([[row[t]!]]), { state });
    state = ours.state;
    const scores = result.output!.data as Float32Array;
    ours.output.data.forEach((value: number, at: number) => {
      expect(Math.abs(value - scores[at]!)).toBeLessThan(1e-4);
    });
    if (t > 0) {
      row.push(scores.indexOf(scores.reduce((a, b) => Math.max(a, b))));
      if (t < 12) expect(row.at(-1)).toBe(following(row.at(-3)!, row.at(-2)!));
    }
  }
});
