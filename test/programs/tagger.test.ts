/** A new user's program: tags of words and of their plurals, from words and their letters. */
import { expect, test } from 'vitest';
import * as rc from '../../src/index.ts';
import { Vocabulary } from '../../src/text.ts';

const words = ['the dog barks', 'a cat sleeps', 'the cats sleep', 'dogs bark', 'a dog sleeps'].map((s) =>
  s.split(' '),
);
const wordTags = ['D N V', 'D N V', 'D N V', 'N V', 'D N V'].map((s) => s.split(' '));

test('tagger', async () => {
  // Program
  const vocabulary = Vocabulary.fit(words, { minCount: 2 });
  const letters = Vocabulary.fit(words.flat().map((word) => [...word]));
  const tags = Vocabulary.fit(wordTags, { specials: {} });
  const read = (sentences: readonly string[][]) => ({
    words: sentences.map((sentence) => vocabulary.encode(sentence)),
    letters: sentences.map((sentence) => sentence.map((word) => letters.encode([...word]))),
  });

  const random = new rc.Random(1);
  const both = <Size extends number>(inputSize: Size, hiddenSize: number, outputs: 'all' | 'last') => {
    const cell = () => new rc.LSTMCell({ inputSize, hiddenSize, random });
    return new rc.Bidirectional(cell(), cell(), { outputs });
  };
  const spell = rc.sequential(
    new rc.Embedding({ classes: letters.size, outputSize: 4, random }),
    both(4, 4, 'last'),
  );
  const word = rc.input('words').to(new rc.Embedding({ classes: vocabulary.size, outputSize: 8, random }));
  const context = rc.concatenate(word, rc.input('letters').to(new rc.EachStep(spell))).to(both(16, 8, 'all'));
  const model = rc.graph({
    tag: context.to(new rc.Dense({ inputSize: 16, outputSize: tags.size, random })),
    plural: context.to(new rc.Dense({ inputSize: 16, outputSize: 2, random })),
  });

  const targets = {
    tag: wordTags.map((sentence) => tags.encode(sentence)),
    plural: words.map((sentence) => sentence.map((word) => Number(word.endsWith('s')))),
  };
  const data = rc.batches(
    { inputs: read(words), targets },
    { batchSize: 2, epochs: 30, shuffle: true, random },
  );
  const loss = rc.jointLoss(
    { tag: rc.crossEntropy(), plural: rc.crossEntropy() },
    { weights: { plural: 0.5 } },
  );
  for await (const _ of rc.train(model, data, {
    loss,
    optimizer: new rc.Adam({ learningRate: 0.02 }),
    clipNorm: 1,
  }));
  const figures = await rc.evaluate(model, data, [
    rc.headMetric('tag', rc.accuracy()),
    rc.headMetric('plural', rc.accuracy()),
  ]);

  const again: typeof model = rc.load(rc.save(model));
  const [batch] = rc.batches({ inputs: read([['the', 'dogs', 'sleep']]) }, { batchSize: 1 });
  const said = tags.decode(rc.classesOf(again.infer(batch!.inputs).output.tag).data);
  // End

  expect(figures).toEqual({ 'tag.accuracy': 1, 'plural.accuracy': 1 });
  expect(said).toEqual(['D', 'N', 'V']);
});
