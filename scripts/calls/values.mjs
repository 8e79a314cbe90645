/** Wrong values of every kind, and valid ones for the types that an entry names. */

/** Values that no caller should pass; each is created per call, so that no call sees another's changes. */
export const wrongValues = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['true', () => true],
  ['0', () => 0],
  ['-1', () => -1],
  ['1.5', () => 1.5],
  ['NaN', () => Number.NaN],
  ['Infinity', () => Number.POSITIVE_INFINITY],
  ['1n', () => 1n],
  ['"x"', () => 'x'],
  ['""', () => ''],
  ['a symbol', () => Symbol('s')],
  ['[]', () => []],
  ['[undefined]', () => [undefined]],
  // biome-ignore lint/suspicious/noSparseArray: what is tried
  ['[, 1]', () => [, 1]],
  ['[null]', () => [null]],
  ['["a"]', () => ['a']],
  ['[[]]', () => [[]]],
  ['[NaN]', () => [Number.NaN]],
  ['{}', () => ({})],
  ['{ length: -1 }', () => ({ length: -1 })],
  ['{ data, shape } of strings', () => ({ data: 'ab', shape: 'cd' })],
  ['an object without prototype', () => Object.create(null)],
  ['a function', () => () => undefined],
  ['a Map', () => new Map([['a', 1]])],
  ['a Date', () => new Date(0)],
  ['a Uint8Array', () => Uint8Array.of(1, 2, 3)],
  ['a BigInt64Array', () => BigInt64Array.of(1n)],
  ['a DataView', () => new DataView(new ArrayBuffer(8))],
];

export function kindOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** Valid values by type name, and valid arguments for functions that need specific ones. */
export function makers({ rc, text }) {
  const backend = rc.float64();
  const dense = () => new rc.Dense({ inputSize: 1, outputSize: 1, backend });
  const cell = () => new rc.GRUCell({ inputSize: 1, hiddenSize: 1, backend });
  const sequence = () => new rc.Sequence(cell());
  const x = () => rc.tensor([[[0.1], [0.2]]]);
  const vector = () => rc.tensor([[0.1]]);
  const translator = () =>
    rc.encoderDecoder({ sourceClasses: 3, targetClasses: 3, hiddenSize: 1, start: 0, end: 1, backend });
  const language = () => rc.manyToMany({ classes: 3, hiddenSize: 1, outputSize: 3, backend });
  const optimizer = () => new rc.SGD({ learningRate: 0.1 });
  const training = () => ({ loss: rc.meanSquaredError(), optimizer: optimizer() });
  const batch = () => ({ inputs: x(), targets: x() });
  const pairs = () => ({
    inputs: { source: rc.indices([[2]]), target: rc.indices([[0]]) },
    targets: rc.indices([[1]]),
  });
  const lists = () => [
    ['a', 'b', 'a'],
    ['b', 'c'],
  ];
  const counts = () => text.TokenCounts.of(lists());
  const matrix = () => text.TermCounter.fit(lists()).transform(lists());
  const byType = {
    AbortSignal: () => new AbortController().signal,
    AbortSignalLike: () => new AbortController().signal,
    Attention: () => new rc.Attention({ score: 'dot', querySize: 1, keySize: 1, backend }),
    AttentionInput: () => ({ query: x(), keys: x() }),
    AttentionPass: () => byType.Attention().forward(byType.AttentionInput()),
    Backend: () => backend,
    Batch: batch,
    Batches: () => [batch()],
    BatchSet: () => rc.batches({ inputs: [[1], [2]], targets: [0, 1] }, { batchSize: 1 }),
    Cell: cell,
    Checkable: sequence,
    Counts: counts,
    EncoderDecoder: translator,
    EncoderDecoderInput: () => pairs().inputs,
    GradientFlow: () => rc.gradientFlow(sequence(), batch(), { loss: rc.meanSquaredError() }),
    HeavyHitters: () => text.HeavyHitters.of(lists()),
    Indices: () => rc.indices([[0, 1]]),
    IndexTensor: () => rc.indices([[0, 1]]),
    Layer: sequence,
    Loss: () => rc.meanSquaredError(),
    LossPass: () => rc.meanSquaredError().forward(x(), x()),
    Matrix: () => dense().weight.value,
    Metric: () => rc.accuracy(),
    Noise: () => new rc.Noise({ recurrentDropout: 0.5 }),
    Optimizer: optimizer,
    Parameter: () => dense().weight,
    Parameters: () => dense().parameters(),
    Part: sequence,
    Pass: () => sequence().forward(x()),
    Random: () => new rc.Random(1),
    RankFrequency: () => counts().rankFrequency?.() ?? text.RankFrequency.of(counts()),
    ReadonlyMap: () => dense().parameters(),
    RegExp: () => /\w+/gu,
    Sequential: language,
    SparseMatrix: matrix,
    StoredTensor: () => [...rc.readSafetensors(rc.save(dense())).tensors.values()][0],
    Tensor: x,
    TermCounter: () => text.TermCounter.fit(lists()),
    TokenCounts: counts,
    Tokenizer: () => text.pattern(),
    Trainable: sequence,
    Uint8Array: () => rc.save(dense()),
    Vocabulary: () => text.Vocabulary.fit(lists()),
  };
  const cells = () => [vector()];
  const bases = {
    Bidirectional: () => [cell(), cell()],
    BatchSet: () => [{ inputs: [[1], [2]], targets: [0, 1] }, { batchSize: 1 }],
    batches: () => [{ inputs: [[1], [2]], targets: [0, 1] }, { batchSize: 1 }],
    beamSearch: () => [translator(), rc.indices([[2]]), { width: 2, maxLength: 2 }],
    ctcBeamSearch: () => [rc.tensor([[[0.1, 0.2]]]), { width: 1 }],
    ctcGreedy: () => [rc.tensor([[[0.1, 0.2]]])],
    Embedding: () => [{ classes: 2, outputSize: 1 }],
    EncoderDecoder: () => {
      const { encoder, decoder, output } = rc.encoderDecoder({
        sourceClasses: 3,
        targetClasses: 3,
        hiddenSize: 1,
        start: 0,
        end: 1,
        attention: 'none',
        backend,
      });
      return [{ encoder, decoder, output, start: 0, end: 1 }];
    },
    encoderDecoder: () => [{ sourceClasses: 3, targetClasses: 3, hiddenSize: 1, start: 0, end: 1 }],
    evaluate: () => [sequence(), [batch()], [rc.meanSquaredError()]],
    generate: () => [language(), { prompt: [0], length: 2 }],
    greedy: () => [translator(), rc.indices([[2]]), { maxLength: 2 }],
    load: () => [rc.save(dense())],
    loadMetadata: () => [rc.save(dense())],
    loadWeights: () => [dense(), rc.save(dense())],
    manyToMany: () => [{ inputSize: 1, hiddenSize: 1, outputSize: 1 }],
    manyToOne: () => [{ inputSize: 1, hiddenSize: 1, outputSize: 1 }],
    Noise: () => [{}],
    ProjectedLSTMCell: () => [{ inputSize: 1, hiddenSize: 2, projectionSize: 1 }],
    Residual: () => [sequence()],
    Dropout: () => [{ rate: 0.5 }],
    sample: () => [translator(), rc.indices([[2]]), { maxLength: 2 }],
    save: () => [dense()],
    scheduledSampling: () => [translator(), [pairs()], { probability: () => 0.5 }],
    Sequential: () => [[dense()]],
    sequential: () => [dense()],
    stateDict: () => [sequence()],
    teacherForcing: () => [{ start: 0, end: 1 }, [[2]], [[2]]],
    tensor: () => [[1, 2]],
    toOnnx: () => [sequence(), {}],
    toTfjs: () => [dense()],
    train: () => [sequence(), [batch()], training()],
    trainParallel: () => [sequence(), [batch()], { ...training(), shards: 1 }],
    writeSafetensors: () => [new Map([['a', x()]])],
    'Cell#forward': cells,
    'Cell#infer': cells,
  };
  return { byType, bases };
}

/** Calls that are not tried, with the reasons. All others must refuse wrong values with an error of the library. */
export const exempt = [
  // Addresses of memory, made by the engine and in its time loops: their callers know the heap.
  /^(Matrix|Heap|Arena|Packed|StoredTensor)(:|#)/,
  // A token that is not found gives undefined, or 0.
  /^(TokenCounts#countOf|TokenCounts#documentsWith|Vocabulary#indexOf): token /,
  // Training calls it with the number of a step, which it ignores.
  /^PlateauDecay#schedule: /,
  // A layer without state takes an empty one.
  /#(forward|infer): options\.state = (\{ length|a |an )/,
  // One of two is required: without classes it is a model of features.
  /^(manyToMany|manyToOne): options\.classes = undefined/,
  // A missing file is Node's own error, as documented.
  /^bytesOf: path = "/,
  // Without targets, batches are inputs for `infer`.
  /^batches: examples\.targets = undefined/,
  // A tensor may have other properties besides data and shape.
  /(input|target|source)\.(data|dat|DATA|shape|shap|SHAPE|lr)x? = 1$/,
  // 0 is a rate.
  /^Noise: options\.zoneout = /,
  // A function in place of a method may return anything.
  /(model\.(parameters|recordBatch|architecture)|tokenizer\.tokenize) = a function/,
  // Steps and parts of a checkpoint are checked when a training resumes.
  /^(saveCheckpoint|writeCheckpoint): /,
  // An empty list renames nothing.
  /^(stateDict|loadStateDict): options\.names = \[\]/,
  // The model checks them.
  /^checkGradients: options\.lengths = /,
];
