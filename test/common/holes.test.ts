/** A hole in an array is not a value: every check of an array refuses it, and the next valid call still works. */
import { describe, expect, test } from 'vitest';
import {
  Attention,
  binaryCrossEntropy,
  chrF,
  crossEntropy,
  Dense,
  editDistance,
  errorRate,
  exactMatch,
  float64,
  GRUCell,
  indices,
  manyToOne,
  oneToOne,
  Random,
  Sequence,
  sequential,
  teacherForcing,
  tensor,
} from '../../src/index.ts';
import {
  batchesByLength,
  chiSquared,
  mutualInformation,
  padSequences,
  SparseMatrix,
  TermCounter,
  Vocabulary,
} from '../../src/text.ts';

/** The list with a hole in second place. */
function holed<Item>(...list: Item[]): Item[] {
  delete list[1];
  return list;
}

const backend = float64();
const dense = new Dense({ inputSize: 2, outputSize: 1, backend });
const sequence = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 2, backend }));
const steps = tensor(new Float64Array(12), [3, 2, 2]);
const h = { data: new Float64Array(6), shape: holed(3, 2) };
const attention = new Attention({ score: 'dot', querySize: 2, keySize: 2, backend });
const logits = tensor([[1, 2, 3]]);

const counts = SparseMatrix.fromDense([
  [1, 0],
  [0, 1],
]);

const calls: [string, () => unknown][] = [
  ['tensor', () => tensor(holed(1, 2))],
  ['tensor, within', () => tensor([holed(1, 2)])],
  ['tensor with a shape', () => tensor(holed(1, 2), [2])],
  ['tensor’s shape', () => tensor([1, 2], holed(2, 1))],
  ['indices', () => indices(holed(1, 2))],
  ['indices with a shape', () => indices(holed(1, 2), [2])],
  ['indices’ shape', () => indices([1, 2], holed(2, 1))],
  ['a shape', () => dense.infer({ data: new Float64Array(4), shape: holed(2, 1, 2) })],
  ['a shape of forward', () => sequence.forward({ data: new Float64Array(4), shape: holed(2, 1, 2) })],
  ['editDistance', () => editDistance(holed(1, 2), [1, 2])],
  ['errorRate', () => errorRate([[1, 2]], [holed(1, 2)])],
  ['lengths', () => sequence.infer(steps, { lengths: holed(1, 2, 2) })],
  ['a state’s shape', () => sequence.infer(steps, { state: { h } })],
  ['a gradient’s shape', () => dense.forward(tensor([[1, 2]])).backward({ data: new Float64Array(1), shape: holed(1, 1) })], // biome-ignore format: one step
  ['key lengths', () => attention.infer({ query: steps, keys: steps, keyLengths: holed(1, 2, 2) })],
  ['layers', () => sequential(...(holed(dense, dense) as [Dense<2, 1>, Dense<1, 1>]))],
  ['hidden sizes', () => manyToOne({ inputSize: 2, hiddenSize: holed(2, 2, 2), outputSize: 1 })],
  ['cells', () => manyToOne({ inputSize: 2, hiddenSize: [2, 2], cell: holed(GRUCell, GRUCell), outputSize: 1 })], // biome-ignore format: one step
  ['hidden sizes of dense layers', () => oneToOne({ inputSize: 2, hiddenSize: holed(2, 2, 2), outputSize: 1 })], // biome-ignore format: one step
  ['class weights', () => crossEntropy({ classWeights: holed(1, 1, 1) }).measure(logits, indices([[1]]))],
  ['positive weights', () => binaryCrossEntropy({ positiveWeight: holed(1, 1, 1) })],
  ['lengths of a loss', () => crossEntropy().measure(tensor([[[1, 2]], [[1, 2]]]), indices([[1], [1]]), { lengths: holed(1, 1) })], // biome-ignore format: one step
  ['sources', () => teacherForcing({ start: 0, end: 1 }, holed([2], [3]), [[2], [3]])],
  ['tokens of a target', () => teacherForcing({ start: 0, end: 1 }, [[2]], [holed(2, 3)])],
  ['a state of a generator', () => Object.assign(new Random(1), { state: holed(1, 2, 3, 4) })],
  ['sequences found', () => exactMatch(holed([1], [2]), [[1], [2]])],
  ['sequences wanted', () => exactMatch([[1], [2]], holed([1], [2]))],
  ['sequences to pad', () => padSequences(holed([1], [2]))],
  ['tokens to pad', () => padSequences([holed(1, 2)])],
  ['sequences to sort into batches', () => [...batchesByLength(holed([1], [2]), { batchSize: 1 })]],
  ['labels', () => chiSquared(counts, holed(0, 1))],
  ['labels of mutual information', () => mutualInformation(counts, holed(0, 1))],
  ['documents', () => TermCounter.fit(holed('a', 'b'))],
  ['tokens of a vocabulary', () => Vocabulary.of(holed('a', 'b'))],
  ['rows', () => SparseMatrix.fromDense(holed([1, 0], [0, 1]))],
  ['entries of a row', () => SparseMatrix.fromDense([holed(1, 0)])],
  ['texts', () => chrF(holed('a', 'b'), ['a', 'b'])],
  ['references', () => chrF(['a', 'b'], holed('a', 'b'))],
];

describe('a hole is refused in', () => {
  test.each(calls)('%s', (_, call) => {
    let error: unknown;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(/^\S+: .+, expected .+/);
    expect(Array.from(dense.infer(tensor([[0, 0]])).output.data)).toEqual([0]);
  });
});
