/**
 * Korean: the messages of the TypeScript compiler as syllables, jamo and words, and as batches for a sequence.
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
