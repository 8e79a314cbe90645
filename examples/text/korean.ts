/**
 * Korean: the messages of the TypeScript compiler as syllables, jamo, words and subwords, and as batches for a sequence.
 *
 *   npm run example text/korean
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  batchesByLength,
  characters,
  chunksOf,
  ngrams,
  pattern,
  RankFrequency,
  Stopwords,
  TokenCounts,
  type Tokenizer,
  trainBytePairs,
  Vocabulary,
  words,
} from 'recurrent-cells/text';
import { kor } from 'stopword';

const path = createRequire(import.meta.url).resolve('typescript/lib/ko/diagnosticMessages.generated.json');
const messages: string[] = Object.values(JSON.parse(readFileSync(path, 'utf8')));

const syllables = characters();
const tokenizers: Record<string, Tokenizer> = {
  syllables,
  jamo: characters({ unit: 'jamo' }),
  words: words({ locale: 'ko' }),
  'words by pattern': pattern(),
  'bigrams of syllables': ngrams(syllables, { from: 2, to: 2, joiner: '' }),
};
console.log(`${messages.length} messages`);
for (const [name, tokenizer] of Object.entries(tokenizers)) {
  const table = RankFrequency.of(TokenCounts.of(messages, { tokenizer }));
  const half = table.typesFor(0.5);
  console.log(
    `${name}: ${table.total} tokens, ${table.types} types; ${half} cover half: ${table.tokens.slice(0, 8).join(' | ')}`,
  );
}
const same = messages.every((message) => syllables.join(syllables.tokens(message)) === message);
console.log(`syllables join to the messages: ${same}`);
// A tenth is held out: particles inflect words, so many of its words do not occur in the other nine tenths.
const [learned, heldOut] = [0, 1].map((part) => messages.filter((_, i) => Number(i % 10 === 9) === part));
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
for (const [name, tokenizer] of Object.entries({
  'words, held out': words({ locale: 'ko' }),
  'words by pattern, held out': pattern(),
})) {
  const vocabulary = Vocabulary.fit(learned!, { tokenizer });
  const indices = heldOut!.flatMap((message) => [...vocabulary.encode(tokenizer.tokenize(message))]);
  console.log(`${name}: ${percent(shareOf(indices, vocabulary.unknown!))} unknown of ${indices.length}`);
}
const alphabet = new Set(learned!.join('').normalize('NFC').replace(/\s/g, '')).size + 1; // the mark of a space
for (const [unit, first] of [
  ['character', alphabet],
  ['byte', 256],
] as const) {
  for (const merges of [0, 1000, 4000]) {
    const subwords = trainBytePairs(learned!, { size: 4 + first + merges, unit });
    const indices = heldOut!.flatMap((message) => [...subwords.encode(message)]);
    const unknown = shareOf(indices, subwords.indexOf('<unknown>')!);
    const exact = heldOut!.filter((message) => subwords.decode(subwords.encode(message)) === message).length;
    console.log(
      `${merges} merges of ${unit}s, held out: ${percent(unknown)} unknown of ${indices.length}, ${exact} of ${heldOut!.length} messages restored; ${subwords.size} indices`,
    );
  }
}
const sentence = '모듈을 찾을 수 없습니다.';
const subwords = trainBytePairs(learned!, { size: 4 + alphabet + 1000 });
console.log(`${sentence} → ${subwords.tokenize(sentence).join(' | ')}`);

function shareOf(indices: readonly number[], index: number): number {
  return indices.filter((each) => each === index).length / indices.length;
}

const stopwords = Stopwords.of(kor, { tokenizer: words({ locale: 'ko' }) });
console.log(
  `${stopwords.tokens.length} Korean stopwords, ${stopwords.split.length} of them split by the tokenizer`,
);

const vocabulary = Vocabulary.fit(messages, { tokenizer: syllables, minCount: 2 });
console.log(`${vocabulary.size} indices cover ${(100 * vocabulary.report.coverage).toFixed(2)} %`);
const encoded = messages.map((message) =>
  vocabulary.encode(syllables.tokenize(message), { start: true, end: true }),
);
let cells = 0;
for (const { inputs } of batchesByLength(encoded, { batchSize: 32, random: 1, pad: vocabulary.pad! }))
  cells += inputs.data.length;
const real = encoded.reduce((sum, sequence) => sum + sequence.length, 0);
console.log(`batches by length: ${(100 * (1 - real / cells)).toFixed(1)} % padding`);
const stream = encoded.flatMap((sequence) => [...sequence]);
const chunks = [...chunksOf(stream, { batchSize: 16, k1: 50, k2: 100 })];
console.log(`as one stream: ${chunks.length} windows of ${chunks.at(-2)?.inputs.shape.join(' × ')}`);
