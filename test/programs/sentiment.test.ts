/** A new user's program: texts to classes, saved in one file with their vocabulary, and used from it. */
import { expect, test } from 'vitest';
import * as rc from '../../src/index.ts';
import { pattern, split, Vocabulary } from '../../src/text.ts';

const adjectives = ['good', 'warm', 'great', 'lovely', 'bad', 'cold', 'dull', 'awful'];
const texts = Array.from(
  { length: 160 },
  (_, i) => `${i % 3 ? 'A' : 'This'} film was ${i % 5 ? 'so' : ''} ${adjectives[i % 8]}`,
);
const labels = texts.map((_, i) => Number(i % 8 < 4));

test('sentiment', async () => {
  // Program
  const tokenizer = pattern(undefined, { lowercase: true });
  const rows = split(texts.length, { validation: 0.2, test: 0.2, stratify: labels, random: 1 });
  const vocabulary = Vocabulary.fit(
    Array.from(rows.train, (i) => texts[i]!),
    { tokenizer },
  );
  const encode = (text: string) => vocabulary.encode(tokenizer.tokenize(text));
  const examples = (part: Iterable<number>) => ({
    inputs: Array.from(part, (i) => encode(texts[i]!)),
    targets: Array.from(part, (i) => labels[i]!),
  });
  const [validation, test] = [rows.validation, rows.test].map((part) =>
    rc.batches(examples(part), { batchSize: 64 }),
  );

  const random = new rc.Random(1);
  const model = rc.manyToOne({
    classes: vocabulary.size,
    embeddingSize: 8,
    hiddenSize: 8,
    outputSize: 2,
    random,
  });
  const best = new rc.BestWeights(model.parameters(), { patience: 3 });
  const data = rc.batches(examples(rows.train), {
    batchSize: 16,
    epochs: 20,
    shuffle: true,
    byLength: true,
    random,
  });
  for await (const _ of rc.train(model, data, {
    loss: rc.crossEntropy(),
    optimizer: new rc.AdamW({ learningRate: 0.02 }),
    clipNorm: 1,
    validate: { batches: validation!, metrics: [rc.crossEntropy()], best },
  }));
  const figures = await rc.evaluate(model, test!, [rc.accuracy(), rc.f1(), rc.confusionMatrix()]);

  const bytes = rc.save(model, { metadata: { vocabulary: JSON.stringify(vocabulary) } });
  const { output } = rc.load(bytes).infer(rc.indices([encode('a lovely film')]));
  const [answer] = rc.classesOf(output).data;
  // End

  expect(figures.accuracy).toBe(1);
  expect(figures.confusionMatrix).toEqual([
    [16, 0],
    [0, 16],
  ]);
  expect(answer).toBe(1);
  expect(rc.probabilitiesOf(output).data[1]).toBeGreaterThan(0.9);
  expect(Vocabulary.fromJSON(JSON.parse(rc.loadMetadata(bytes).vocabulary!)).size).toBe(vocabulary.size);
});
