/**
 * The Brown corpus: how few words make up most of a text, and Zipf's law.
 *
 *   npm run example text/brown -- [plot.svg]
 */
import { writeFileSync } from 'node:fs';
import { cutZipf, fitZipf, plotZipf, RankFrequency, TokenCounts, Vocabulary } from 'recurrent-cells/text';
import { brown } from '../lib/brown.ts';

/** A word starts with a letter and contains no digits. */
function* documents(): Iterable<string[]> {
  for (const { sentences } of brown()) {
    const words = sentences.flatMap((sentence) => sentence.words.map((word) => word.toLowerCase()));
    yield words.filter((word) => /^[a-z][a-z'-]*$/.test(word));
  }
}

const counts = TokenCounts.of(documents());
const table = RankFrequency.of(counts);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`${counts.documents} documents, ${counts.tokens} tokens, ${counts.types} types`);
console.log(`${percent(table.occurringOnce() / table.types)} of the types occur once`);

const vocabulary = Vocabulary.from(counts, { maxSize: 10_000, specials: {} });
console.log(
  `10,000 types cover ${percent(vocabulary.report.coverage)}, dropping ${vocabulary.report.droppedTypes} types`,
);
for (const share of [0.5, 0.8, 0.9, 0.95])
  console.log(`${table.typesFor(share)} types cover ${percent(share)}`);

const fit = fitZipf(table, { from: 10, to: 1000 });
const likely = fitZipf(table, { from: 10, to: 1000, method: 'maximum-likelihood' });
for (const { method, exponent, standardError } of [fit, likely])
  console.log(`ranks 10–1,000, ${method}: slope ${(-exponent).toFixed(2)} ± ${standardError.toFixed(4)}`);

const cut = cutZipf(table, { head: 20, lastRank: 10_000 });
console.log(`head: ${cut.head.join(' ')} (${percent(cut.coverage.head)})`);
const [, , plot] = process.argv;
if (plot !== undefined)
  writeFileSync(plot, plotZipf(table, { fit, cut, title: "Zipf's law in the Brown corpus" }));
