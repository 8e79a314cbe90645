import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chiSquaredTail } from '../../../src/text/features/chi-distribution.ts';
import { matrixOf } from '../../../src/text/features/sparse-matrix.ts';
import { SparseRows } from '../../../src/text/features/sparse-rows.ts';
import {
  Contingency,
  chiSquared,
  chiSquaredOfTable,
  documentFrequency,
  FeatureSelector,
  informationGain,
  inverseDocumentFrequency,
  mutualInformation,
  pattern,
  pointwiseMutualInformation,
  SparseMatrix,
  TermCounter,
  TfIdf,
  termFrequency,
  Vocabulary,
} from '../../../src/text.ts';
import { messageOf } from '../../message.ts';

const tokenizer = pattern();
const texts = ['the boat and the river', 'the river', 'a boat', ''];
const dense = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, width]) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: width, maxLength: width }), {
      minLength: rows,
      maxLength: rows,
    }),
  );

describe('SparseMatrix', () => {
  property.prop([dense])('has the values of the dense matrix', (rows) => {
    const matrix = SparseMatrix.fromDense(rows);
    expect([...matrix.toDense().data]).toEqual(rows.flat());
    expect(matrix.toDense().shape).toEqual([rows.length, rows[0]!.length]);
    expect(matrix.values.length).toBe(rows.flat().filter((value) => value !== 0).length);
    const reversed = Array.from(rows[0]!.keys()).reverse();
    expect([...matrix.pick(reversed).toDense().data]).toEqual(rows.flatMap((row) => [...row].reverse()));
  });
});

test('picks columns in any order', () => {
  const matrix = SparseMatrix.fromDense([[1, 0, 3, 4], [0, 0, 0, 0], [5, 6, 0, 8]]); // biome-ignore format: rows
  const picked = matrix.pick([3, 0, 2]);
  expect([...picked.toDense().data]).toEqual([4, 1, 3, 0, 0, 0, 8, 5, 0]);
  expect([...picked.rowStart]).toEqual([0, 3, 3, 5]);
  expect([...picked.columns]).toEqual([0, 1, 2, 0, 1]);
  expect(matrix.pick([1]).shape).toEqual([3, 1]);
  expect(matrix.pick([]).shape).toEqual([3, 0]);
});

test('counts a document of more types than any before it', () => {
  const terms = Array.from({ length: 5000 }, (_, i) => `t${i}`);
  const documents = [
    ['t0', 't4999'],
    [...terms, ...terms],
    ['t4999', 't0', 't0'],
  ];
  const { counter, counts } = TermCounter.fitTransform(documents);
  expect(counter.terms).toEqual([...terms].sort());
  expect([...counts.row(1).values]).toEqual(Array(5000).fill(2));
  expect([...counts.row(2).values]).toEqual([2, 1]);
  expect([...counter.transform(documents).columns]).toEqual([...counts.columns]);
});

describe('SparseRows', () => {
  test('grows row by row', () => {
    const rows = new SparseRows('test');
    for (let row = 0; row < 300; row++) {
      for (let column = 0; column < row % 40; column++) rows.add(column, row);
      rows.end();
    }
    const matrix = matrixOf(rows, 40);
    expect(matrix.shape).toEqual([300, 40]);
    expect([...matrix.row(299).values]).toEqual(Array(19).fill(299));
    expect(matrix.values.length).toBe(7 * 780 + 190);
  });

  test('refuses more entries than allowed, before an allocation ends the process', () => {
    const rows = new SparseRows('test', 2);
    rows.add(0, 1);
    rows.add(1, 1);
    expect(messageOf(() => rows.add(2, 1))).toBe(
      'RangeError: test: the matrix has more than 2 entries, expected fewer, in parts',
    );
  });
});

describe('TermCounter', () => {
  property.prop([
    fc.array(fc.array(fc.constantFrom('b', 'a', 'c', '\u{1F600}', '\uFB01', '__proto__')), { minLength: 1 }),
    fc.integer({ min: 1, max: 4 }),
  ])('gives the same in one pass as in two', (documents, maxSize) => {
    fc.pre(documents.flat().length > 0);
    const { counter, counts } = TermCounter.fitTransform(documents.values(), { maxSize });
    const twice = TermCounter.fit(documents, { maxSize });
    expect(counter.toJSON()).toEqual(twice.toJSON());
    expect(counts).toEqual(twice.transform(documents));
  });

  test('transforms in one pass with a vocabulary, and beyond its initial capacity', () => {
    const vocabulary = Vocabulary.of(['river']);
    const { counter, counts } = TermCounter.fitTransform(['the river'], { tokenizer, vocabulary });
    expect(counter.vocabulary).toBe(vocabulary);
    expect([...counts.toDense().data]).toEqual([0, 1, 0, 0, 1]);
    const many = [Array.from({ length: 5000 }, (_, i) => `w${i % 2500}`)];
    expect(new Set(TermCounter.fitTransform(many).counts.values)).toEqual(new Set([2]));
  });

  test('orders terms by code point, and skips unknown ones', () => {
    const counter = TermCounter.fit(texts, { tokenizer });
    expect(counter.terms).toEqual(['a', 'and', 'boat', 'river', 'the']);
    const matrix = counter.transform(['the the sea', '']);
    expect([...matrix.toDense().data]).toEqual([0, 0, 0, 0, 2, 0, 0, 0, 0, 0]);
    const loaded = TermCounter.fromJSON(JSON.stringify(counter));
    expect(loaded.transform(texts)).toEqual(counter.transform(texts));
  });

  test('reports the coverage of its cut, and the count of each term', () => {
    const { vocabulary } = TermCounter.fit([['b', 'b', 'a', 'a', 'a', 'c']], { maxSize: 2 });
    expect([vocabulary.tokens, vocabulary.counts]).toEqual([['a', 'b'], [3, 2]]); // biome-ignore format: pair
    expect(vocabulary.report).toEqual({ tokens: 6, types: 3, keptTypes: 2, droppedTypes: 1, keptTokens: 5, coverage: 5 / 6, largestError: 0 }); // biome-ignore format: a table
  });

  test('uses the columns of a given vocabulary, and its unknown', () => {
    const vocabulary = Vocabulary.of(['river'], { specials: { unknown: '?' } });
    const counter = TermCounter.fit([], { tokenizer, vocabulary });
    expect([...counter.transform(['the river is a river']).toDense().data]).toEqual([3, 2]);
    const tokens = TermCounter.fit([['a', 'b']]);
    expect([
      ...TermCounter.fromJSON(tokens.toJSON())
        .transform([['b']])
        .toDense().data,
    ]).toEqual([0, 1]);
  });
});

describe('tf, idf and their product', () => {
  const counts = SparseMatrix.fromDense([[3, 1, 0], [0, 2, 0]]); // biome-ignore format: rows
  test.each([
    ['raw', [3, 1, 2]],
    ['relative', [0.75, 0.25, 1]],
    ['log', [1 + Math.log(3), 1, 1 + Math.log(2)]],
    ['binary', [1, 1, 1]],
    ['augmented', [1, 0.5 + 0.5 / 3, 1]],
  ] as const)('tf %s', (variant, values) =>
    expect([...termFrequency(counts, variant).values]).toEqual(values),
  );

  test.each(['raw', 'relative', 'log', 'binary', 'augmented'] as const)(
    'tf %s of a stored zero',
    (variant) => {
      const held = SparseMatrix.fromDense([[1, 2, 0], [1, 0, 0]]).map((n) => (n > 1 ? n : 0)); // biome-ignore format: rows
      expect(held.values.length).toBe(3);
      const without = SparseMatrix.fromDense([[0, 2, 0], [0, 0, 0]]); // biome-ignore format: rows
      expect(termFrequency(held, variant).toDense()).toEqual(termFrequency(without, variant).toDense());
      expect(TfIdf.fit(held, { tf: variant }).transform(held).toDense()).toEqual(
        TfIdf.fit(without, { tf: variant }).transform(without).toDense(),
      );
    },
  );

  test.each([
    ['none', [1, 1, 1]],
    ['textbook', [Math.log(2), 0, 0]],
    ['smooth', [1, Math.log(2 / 3) + 1, Math.log(2) + 1]],
    ['scikit-learn', [Math.log(3 / 2) + 1, 1, Math.log(3) + 1]],
    ['scikit-learn-unsmoothed', [Math.log(2) + 1, 1, 0]],
    ['probabilistic', [0, 0, 0]],
  ] as const)('idf %s', (variant, values) => {
    expect([...inverseDocumentFrequency(documentFrequency(counts), 2, variant)]).toEqual(values);
    for (const norm of ['l1', 'l2', 'none'] as const) {
      const tfidf = TfIdf.fit(counts, { tf: 'log', idf: variant, norm });
      const weighted = tfidf.transform(counts);
      expect(weighted.toDense().data.every(Number.isFinite)).toBe(true);
      expect(TfIdf.fromJSON(JSON.stringify(tfidf)).transform(counts)).toEqual(weighted);
    }
  });

  test('probabilistic idf favours rare terms, and is never negative', () => {
    expect([...inverseDocumentFrequency([1, 2, 3], 4, 'probabilistic')]).toEqual([Math.log(3), 0, 0]);
  });
});

describe('feature scores', () => {
  const labelled = dense.chain((rows) =>
    fc.tuple(
      fc.constant(rows),
      fc.array(fc.constantFrom('a', 'b', '__proto__'), { minLength: rows.length, maxLength: rows.length }),
    ),
  );

  property.prop([labelled])('tables count documents', ([rows, labels]) => {
    const contingency = Contingency.of(SparseMatrix.fromDense(rows), labels);
    for (const label of contingency.classes) {
      for (const term of rows[0]!.keys()) {
        const count = (inClass: boolean, has: boolean) =>
          rows.filter((row, d) => (labels[d] === label) === inClass && (row[term] !== 0) === has).length;
        expect(contingency.table(term, label)).toEqual({
          a: count(true, true),
          b: count(false, true),
          c: count(true, false),
          d: count(false, false),
        });
      }
    }
  });

  property.prop([labelled])('agree if their definitions do', ([rows, labels]) => {
    const matrix = SparseMatrix.fromDense(rows);
    const binary = matrix.map(() => 1);
    expect(informationGain(matrix, labels)).toEqual(mutualInformation(binary, labels));
    const contingency = Contingency.of(matrix, labels);
    // Information gain is the mean of pointwise information over presence and class.
    for (const [term, gain] of informationGain(matrix, labels, 'bits').entries()) {
      let expected = 0;
      for (const label of contingency.classes) {
        const { a, b, c, d } = contingency.table(term, label);
        if (a > 0) expected += (a / rows.length) * pointwiseMutualInformation({ a, b, c, d }, 'bits');
        if (c > 0)
          expected += (c / rows.length) * pointwiseMutualInformation({ a: c, b: d, c: a, d: b }, 'bits');
      }
      expect(gain).toBeCloseTo(expected, 12);
    }
  });

  test('chi-squared and pointwise information of one table', () => {
    expect(chiSquaredOfTable({ a: 10, b: 20, c: 30, d: 40 })).toBeCloseTo(
      (100 * (400 - 600) ** 2) / (30 * 70 * 40 * 60),
      12,
    );
    expect(chiSquaredOfTable({ a: 0, b: 0, c: 1, d: 2 })).toBe(0);
    const contingency = Contingency.of(SparseMatrix.fromDense([[1], [1], [0]]), ['x', 'x', 'y']);
    expect(pointwiseMutualInformation(contingency.table(0, 'y'))).toBe(Number.NEGATIVE_INFINITY);
  });

  // From scipy.stats.chi2.sf.
  test.each([
    [0, 1, 1], [1e-10, 1, 0.9999920211543921], [3, 1, 0.08326451666355043], [6.2, 1, 0.012775031283087398], [7, 2, 0.0301973834223185], [50, 1, 1.537459794428033e-12],
    [1000, 3, 1.7994208765314067e-216], [20, 10, 0.029252688076961124], [1400, 7, 3.85996318123752e-298], [2, 31, 0.9999999999999246], [Number.POSITIVE_INFINITY, 1, 0],
  ])('the tail at %d with %d degrees is %d', (x, degrees, tail) => {
    expect(Math.abs(chiSquaredTail(x, degrees) - tail)).toBeLessThanOrEqual(1e-12 * tail);
  }); // biome-ignore format: triples

  // The same sums in 60 digits.
  test.each([
    [1300, 9, 3.093716120468291e-274], [600, 100, 2.418828583346486e-72], [2997, 999, 2.5808862953076752e-198], [10151.015, 10001, 0.14453510420110452], [20001, 20001, 0.49867022490404356],
  ])('the tail at %d with %d degrees is %d, within its stated bound', (x, degrees, tail) => {
    const bound = degrees <= 100 ? 1e-12 : degrees <= 1000 ? 1e-11 : 1e-10;
    expect(Math.abs(chiSquaredTail(x, degrees) - tail)).toBeLessThanOrEqual(bound * tail);
  }); // biome-ignore format: triples

  test('the selector keeps the best terms within bounds, and reloads', () => {
    const matrix = SparseMatrix.fromDense([[2, 1, 0, 1], [2, 1, 0, 0], [0, 1, 1, 0], [0, 1, 0, 0]]); // biome-ignore format: rows
    const labels = [1, 1, 2, 2];
    const columns = (options: Parameters<typeof FeatureSelector.fit>[2]) => [
      ...FeatureSelector.fit(matrix, labels, options).columns,
    ];
    expect(columns({ k: 2 })).toEqual([0, 2]);
    expect(columns({ k: 1, score: 'informationGain' })).toEqual([0]);
    expect(columns({ k: 1, score: 'mutualInformation' })).toEqual([0]);
    expect(columns({ minDocuments: 2 })).toEqual([0, 1]);
    expect(columns({ maxDocuments: { share: 0.25 } })).toEqual([2, 3]);
    expect(columns({ k: 1, score: () => [0, 1, 3, 2] })).toEqual([2]);
    const selector = FeatureSelector.fit(matrix, labels, { k: 3, maxDocuments: 3 });
    expect(selector.scores?.[1]).toBe(Number.NaN);
    const loaded = FeatureSelector.fromJSON(JSON.stringify(selector));
    expect(loaded.transform(matrix)).toEqual(selector.transform(matrix));
    expect(loaded.toJSON()).toEqual(selector.toJSON());
  });
});

const two = SparseMatrix.fromDense([[1, 2], [0, 1]]); // biome-ignore format: rows
const selector = () => FeatureSelector.fit(two, [0, 1]).toJSON();
test.each<[string, () => unknown, string]>([
  ['an empty corpus', () => TermCounter.fit([], { tokenizer }), 'RangeError: TermCounter.fit: the corpus has no tokens, expected at least one'],
  ['a list of terms', () => TermCounter.fit([], { vocabulary: ['a', 'b'] as never }), 'TypeError: TermCounter.fit: vocabulary is an array of 2, expected a Vocabulary, such as Vocabulary.of(terms)'],
  ['a cut and a vocabulary', () => TermCounter.fit([], { vocabulary: Vocabulary.of(['a']), maxSize: 1 }), 'RangeError: TermCounter.fit: maxSize is given beside vocabulary, expected one of the two: a vocabulary is cut already'],
  ['options null', () => TermCounter.fit([], null as never), 'TypeError: TermCounter.fit: options is null, expected an object such as { minDocuments }'],
  ['saved: a number for a tokenizer', () => TermCounter.fromJSON({ ...TermCounter.fit([['a']]).toJSON(), tokenizer: 5 }), 'TypeError: TermCounter.fromJSON: tokenizer is 5, expected an object of format "recurrent-cells/text/tokenizer"'],
  ['saved: no vocabulary', () => TermCounter.fromJSON({ ...TermCounter.fit([['a']]).toJSON(), vocabulary: null }), 'TypeError: TermCounter.fromJSON: vocabulary is null, expected an object of format "recurrent-cells/text/vocabulary"'],
  ['tokens with their positions', () => TermCounter.fit([['a']]).transform([tokenizer.tokens('a') as never]), 'TypeError: TermCounter.transform: a token is an object, expected a string'],
  ['the same in one pass', () => TermCounter.fitTransform([tokenizer.tokens('a') as never]), 'TypeError: TermCounter.fitTransform: a token is an object, expected a string'],
  ['a text', () => TermCounter.fit(['a'], { tokenizer }).transform('a'), 'TypeError: TermCounter.transform: documents is the text "a", expected an iterable of documents, such as [text]'],
  ['saved: no tokenizer', () => TermCounter.fromJSON({ ...TermCounter.fit([['a']]).toJSON(), tokenizer: undefined }), 'TypeError: TermCounter.fromJSON: tokenizer is missing, expected a saved tokenizer or null'],
  ['no matrix', () => TfIdf.fit([[1]] as never), 'TypeError: TfIdf.fit: matrix is an array of 1, expected a SparseMatrix, as of TermCounter'],
  ['texts and their tokenizer', () => TfIdf.fit(['a'] as never, { tokenizer } as never), 'TypeError: TfIdf.fit: matrix is an array of 1, expected a SparseMatrix, as of TermCounter'],
  ['texts to select from', () => FeatureSelector.fit(['a'] as never, [0], { tokenizer } as never), 'TypeError: FeatureSelector.fit: matrix is an array of 1, expected a SparseMatrix, as of TermCounter'],
  ['no documents', () => TfIdf.fit(SparseMatrix.fromDense([])), 'RangeError: TfIdf.fit: counts has no documents, expected at least one'],
  ['another width', () => TfIdf.fit(two).transform(SparseMatrix.fromDense([[1]])), 'RangeError: TfIdf.transform: matrix has 1 columns, expected 2, as it was fitted on'],
  ['tf', () => TfIdf.fit(two, { tf: 'x' as never }), 'RangeError: TfIdf.fit: tf is "x", expected one of "raw", "relative", "log", "binary", "augmented"'],
  ['tf alone', () => termFrequency(two, 'x' as never), 'RangeError: termFrequency: variant is "x", expected one of "raw", "relative", "log", "binary", "augmented"'],
  ['norm', () => TfIdf.fit(two, { norm: 'max' as never }), 'RangeError: TfIdf.fit: norm is "max", expected one of "l1", "l2", "none"'],
  ['saved: weights', () => TfIdf.fromJSON({ ...TfIdf.fit(two).toJSON(), weights: [null] }), 'TypeError: TfIdf.fromJSON: weights[0] is null, expected an array of numbers'],
  ['df above N', () => inverseDocumentFrequency([3], 2, 'smooth'), 'RangeError: inverseDocumentFrequency: frequency has 3, expected whole numbers from 0 to documents (2)'],
  ['no df', () => inverseDocumentFrequency(null as never, 2, 'smooth'), 'TypeError: inverseDocumentFrequency: frequency is null, expected an array of whole numbers'],
  ['a table of one', () => chiSquaredOfTable({ a: 1 } as never), 'TypeError: chiSquaredOfTable: table.b is undefined, expected a number of at least 0'],
  ['no table', () => chiSquaredOfTable(null as never), 'TypeError: chiSquaredOfTable: table is null, expected an object { a, b, c, d }'],
  ['a table of one, at a point', () => pointwiseMutualInformation({ a: 1 } as never), 'TypeError: pointwiseMutualInformation: table.b is undefined, expected a number of at least 0'],
  ['df NaN', () => inverseDocumentFrequency([Number.NaN], 2, 'smooth'), 'RangeError: inverseDocumentFrequency: frequency has NaN, expected whole numbers from 0 to documents (2)'],
  ['ragged rows', () => SparseMatrix.fromDense([[1, 2], [3]]), 'RangeError: SparseMatrix.fromDense: row 1 has 1 numbers, expected 2, as the first'],
  ['no numbers', () => SparseMatrix.fromDense([['1' as never]]), 'TypeError: SparseMatrix.fromDense: row 0 has "1", expected numbers'],
  ['row starts', () => new SparseMatrix([2, 1], Int32Array.of(0, 0), Int32Array.of(), Float64Array.of()), 'RangeError: SparseMatrix: rowStart has 2 entries, expected 3, the last 0'],
  ['values', () => new SparseMatrix([1, 1], Int32Array.of(0, 1), Int32Array.of(0), Float64Array.of()), 'RangeError: SparseMatrix: values has 0 entries, expected 1, one for each column index'],
  ['row starts that fall', () => new SparseMatrix([2, 1], Int32Array.of(1, 5, 1), Int32Array.of(0), Float64Array.of(1)), 'RangeError: SparseMatrix: rowStart falls or begins with 1, expected numbers from 0 that never fall'],
  ['row starts past the end', () => new SparseMatrix([2, 1], Int32Array.of(0, 5, 1), Int32Array.of(0), Float64Array.of(1)), 'RangeError: SparseMatrix: rowStart falls or begins with 0, expected numbers from 0 that never fall'],
  ['columns out of order', () => new SparseMatrix([1, 2], Int32Array.of(0, 2), Int32Array.of(1, 0), Float64Array.of(1, 1)), 'RangeError: SparseMatrix: columns has 0 after 1 in row 0, expected ascending columns'],
  ['no shape', () => new SparseMatrix(null as never, Int32Array.of(0), Int32Array.of(), Float64Array.of()), 'TypeError: SparseMatrix: shape is null, expected [rows, columns]'],
  ['half a row', () => new SparseMatrix([0.5, 1], Int32Array.of(0), Int32Array.of(), Float64Array.of()), 'RangeError: SparseMatrix: shape[0] is 0.5, expected a whole number of at least 0'],
  ['plain row starts', () => new SparseMatrix([1, 1], [0, 1] as never, Int32Array.of(0), Float64Array.of(1)), 'TypeError: SparseMatrix: rowStart is an array of 2, expected an Int32Array'],
  ['plain columns', () => new SparseMatrix([1, 1], Int32Array.of(0, 1), [0] as never, Float64Array.of(1)), 'TypeError: SparseMatrix: columns is an array of 1, expected an Int32Array'],
  ['plain values', () => new SparseMatrix([1, 1], Int32Array.of(0, 1), Int32Array.of(0), [1] as never), 'TypeError: SparseMatrix: values is an array of 1, expected a Float64Array'],
  ['no rows', () => SparseMatrix.fromDense(null as never), 'TypeError: SparseMatrix.fromDense: rows is null, expected an array of rows'],
  ['rows that are strings', () => SparseMatrix.fromDense(['ab'] as never), 'TypeError: SparseMatrix.fromDense: row 0 is "ab", expected an array of numbers'],
  ['no maps', () => SparseMatrix.fromRows([[1]] as never, 1), 'TypeError: SparseMatrix.fromRows: a row is an array of 1, expected a Map, column → value'],
  ['null for rows of maps', () => SparseMatrix.fromRows(null as never, 1), 'TypeError: SparseMatrix.fromRows: rows is null, expected an iterable of Maps'],
  ['a map of words', () => SparseMatrix.fromRows([new Map([[0, 'a' as never]])], 1), 'TypeError: SparseMatrix.fromRows: a row has "a", expected numbers'],
  ['null for a map', () => SparseMatrix.fromRows([null as never], 1), 'TypeError: SparseMatrix.fromRows: a row is null, expected a Map, column → value'],
  ['half a column in a map', () => SparseMatrix.fromRows([new Map([[0.5, 1]])], 1), 'RangeError: SparseMatrix.fromRows: columns has 0.5, expected numbers from 0 to 0'],
  ['a column twice', () => two.pick([0, 0]), 'RangeError: SparseMatrix.pick: columns has 0 twice, expected each column once'],
  ['half a column', () => two.pick([0.5]), 'RangeError: SparseMatrix.pick: columns has 0.5, expected numbers from 0 to 1'],
  ['no columns', () => two.pick(null as never), 'TypeError: SparseMatrix.pick: columns is null, expected an array of numbers'],
  ['columns', () => new SparseMatrix([1, 1], Int32Array.of(0, 1), Int32Array.of(1), Float64Array.of(1)), 'RangeError: SparseMatrix: columns has 1, expected numbers from 0 to 0'],
  ['a row out of range', () => two.row(2), 'RangeError: SparseMatrix.row: row is 2, expected less than 2'],
  ['a column out of range', () => two.pick([Number.NaN]), 'RangeError: SparseMatrix.pick: columns has NaN, expected numbers from 0 to 1'],
  ['labels', () => chiSquared(two, [0]), 'RangeError: chiSquared: labels has 1 entries, expected 2, one for each document'],
  ['no labels', () => chiSquared(two, 'ab' as never), 'TypeError: chiSquared: labels is "ab", expected an array of labels'],
  ['a label NaN', () => Contingency.of(two, [0, Number.NaN]), 'TypeError: Contingency.of: labels has NaN, expected strings or finite numbers'],
  ['no rows', () => mutualInformation(SparseMatrix.fromDense([]), []), 'RangeError: mutualInformation: matrix has no documents, expected at least one'],
  ['one class', () => chiSquared(two, [1, 1]), 'RangeError: chiSquared: labels has one class, expected at least two'],
  ['negative', () => chiSquared(SparseMatrix.fromDense([[-1], [0]]), [0, 1]), 'RangeError: chiSquared: matrix has -1, expected numbers of at least 0'],
  ['unit', () => mutualInformation(two, [0, 1], 'bans' as never), 'RangeError: mutualInformation: unit is "bans", expected one of "nats", "bits"'],
  ['a missing class', () => Contingency.of(two, [0, 1]).table(0, 2), 'RangeError: Contingency.table: label is 2, expected a class of the documents'],
  ['a missing term', () => Contingency.of(two, [0, 1]).table(2, 0), 'RangeError: Contingency.table: term is 2, expected a whole number from 0 to 1'],
  ['a score NaN', () => FeatureSelector.fit(two, [0, 1], { score: () => [1, Number.NaN] }), 'RangeError: FeatureSelector.fit: score gave NaN for column 1, expected numbers'],
  ['no scores', () => FeatureSelector.fit(two, [0, 1], { score: () => null as never }), 'TypeError: FeatureSelector.fit: score gave null, expected an array of numbers'],
  ['a selector of null', () => FeatureSelector.fit(two, [0, 1], null as never), 'TypeError: FeatureSelector.fit: options is null, expected an object such as { minDocuments }'],
  ['tf-idf of null', () => TfIdf.fit(two, null as never), 'TypeError: TfIdf.fit: options is null, expected an object such as { tf }'],
  ['k', () => FeatureSelector.fit(two, [0, 1], { k: 0 }), 'RangeError: FeatureSelector.fit: k is 0, expected a whole number of at least 1'],
  ['bounds in the wrong order', () => FeatureSelector.fit(two, [0, 1], { minDocuments: 2, maxDocuments: 1 }), 'RangeError: FeatureSelector.fit: minDocuments is 2 of 2 documents, expected at most maxDocuments (1)'],
  ['half a document', () => FeatureSelector.fit(two, [0, 1], { minDocuments: 0.5 }), 'RangeError: FeatureSelector.fit: minDocuments is 0.5, expected a whole number of documents or { share: 0 to 1 }'],
  ['bounds for nothing', () => FeatureSelector.fit(two, [0, 1], { maxDocuments: 0 }), 'RangeError: FeatureSelector.fit: the bounds keep no term, expected bounds that leave at least one'],
  ['too few scores', () => FeatureSelector.fit(two, [0, 1], { score: () => [1] }), 'RangeError: FeatureSelector.fit: score gave 1 numbers, expected 2, one for each column'],
  ['an unknown score', () => FeatureSelector.fit(two, [0, 1], { score: 'luck' as never }), 'RangeError: FeatureSelector.fit: score is "luck", expected one of "chiSquared", "mutualInformation", "informationGain"'],
  ['saved: columns', () => FeatureSelector.fromJSON({ ...selector(), columns: [2] }), 'TypeError: FeatureSelector.fromJSON: columns[0] is 2, expected an array of whole numbers below 2'],
  ['the tail of a negative number', () => chiSquaredTail(-1, 1), 'RangeError: chiSquaredTail: x is -1, expected a number of at least 0'],
])('says what is wrong: %s', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
}); // biome-ignore format: one case a line
