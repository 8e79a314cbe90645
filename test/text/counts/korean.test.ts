/** Words compared with subwords in Korean: the messages of the TypeScript compiler, every tenth held out. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { encodeAll, pattern, trainBytePairs, Vocabulary } from '../../../src/text.ts';

const path = createRequire(import.meta.url).resolve('typescript/lib/ko/diagnosticMessages.generated.json');
const messages: string[] = Object.values(JSON.parse(readFileSync(path, 'utf8')));
const [learned, heldOut] = [0, 1].map((part) => messages.filter((_, i) => Number(i % 10 === 9) === part));

const shareOf = (indices: Int32Array, index: number) =>
  indices.filter((each) => each === index).length / indices.length;

test('words leave many times more unknown than 1,000 merges, and bytes nothing', () => {
  const tokenizer = pattern();
  const vocabulary = Vocabulary.fit(learned!, { tokenizer });
  const words = encodeAll(heldOut!, (message) => vocabulary.encode(tokenizer.tokenize(message)));
  const subwords = trainBytePairs(learned!, { size: 1560 });
  const pieces = encodeAll(heldOut!, (message) => subwords.encode(message));
  const bytes = trainBytePairs(learned!, { size: 1260, unit: 'byte' });
  expect(shareOf(words, vocabulary.unknown!)).toBeGreaterThan(0.05);
  expect(shareOf(pieces, subwords.indexOf('<unknown>')!)).toBeLessThan(0.002);
  for (const message of heldOut!) expect(bytes.decode(bytes.encode(message))).toBe(message);
});
