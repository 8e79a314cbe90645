import { expect, test } from 'vitest';
import * as index from '../../src/index.ts';
import * as keras from '../../src/keras.ts';
import * as matrix from '../../src/matrix.ts';
import * as node from '../../src/node.ts';
import * as onnx from '../../src/onnx.ts';
import * as parallel from '../../src/parallel.ts';
import * as pytorch from '../../src/pytorch.ts';
import * as testing from '../../src/testing.ts';
import * as text from '../../src/text.ts';

type Class = new (...values: unknown[]) => unknown;

const classes = Object.values({ index, keras, matrix, node, onnx, parallel, pytorch, testing, text })
  .flatMap((entry) => Object.entries<unknown>(entry))
  .filter((named): named is [string, Class] => /^class\b/.test(Function.prototype.toString.call(named[1])));

test('all classes are found', () => {
  expect(classes.length).toBeGreaterThan(50);
});

// Private and abstract constructors too: TypeScript refuses those calls, JavaScript does not.
test.each(classes)('%s is constructed, or says what it expected', (_, Class) => {
  const rule = { gates: ['a'], states: ['h'], kept: [], separateRecurrent: false, stages: [{}] };
  for (const values of [
    [],
    [{}],
    [undefined, {}],
    [null],
    [1],
    ['a'],
    [[]],
    ['a', rule],
    ['a', { ...rule, stages: 'a' }],
    ['a', { ...rule, gates: [1] }],
    ['a', { gates: [], states: [], kept: [], separateRecurrent: false, stages: [] }, {}],
    [1, rule, {}],
  ]) {
    let message = '… expected …';
    try {
      new Class(...values);
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toMatch(/expected/);
  }
});

test.each([
  [
    text.Vocabulary,
    'Vocabulary: constructor was called, expected Vocabulary.fit(…), from(…), of(…) or fromJSON(…)',
  ],
  [text.TfIdf, 'TfIdf: constructor was called, expected TfIdf.fit(…) or fromJSON(…)'],
  [onnx.OnnxModel, 'OnnxModel: constructor was called, expected fromOnnx(…)'],
])('%o cannot be constructed by programs', (Private, message) => {
  expect(() => new (Private as unknown as Class)([], 1, {})).toThrow(new TypeError(message));
});
