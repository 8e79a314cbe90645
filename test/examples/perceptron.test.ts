import { expect, test } from 'vitest';
import { perceptronTagger } from '../../examples/lib/perceptron.ts';
import { Random } from '../../src/index.ts';

const sentence = (text: string) => {
  const pairs = text.split(' ').map((pair) => pair.split('/') as [string, string]);
  return { words: pairs.map(([word]) => word), tags: pairs.map(([, tag]) => tag) };
};
const training = [
  'I/P can/M swim/V',
  'we/P can/M walk/V',
  'the/D can/N leaks/V',
  'a/D can/N rusts/V',
  'we/P open/V the/D can/N',
].map(sentence);

test('learns a tag from the surrounding words and tags', () => {
  const tag = perceptronTagger(training, { epochs: 8, random: new Random(1) });
  for (const { words, tags } of training) expect(tag(words)).toEqual(tags);
  expect(tag(['we', 'can', 'open', 'a', 'can'])).toEqual(['P', 'M', 'V', 'D', 'N']);
});

test('tags unseen words by their endings', () => {
  const tag = perceptronTagger(['jumping/G walking/G running/G', 'jumped/D walked/D ended/D'].map(sentence), {
    epochs: 8,
    random: new Random(1),
  });
  expect(tag(['talking'])).toEqual(['G']);
  expect(tag(['talked'])).toEqual(['D']);
});
