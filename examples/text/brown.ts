/**
 * The Brown corpus: how few words make up most of a text, and Zipf's law.
 *
 *   npm run example text/brown -- [zipf.svg] [coverage.svg]
 */
import { writeFileSync } from 'node:fs';
import * as Plot from '@observablehq/plot';
import { cutZipf, fitZipf, plotZipf, RankFrequency, TokenCounts, Vocabulary } from 'recurrent-cells/text';
import { brown } from '../lib/brown.ts';
import { picture, standalone } from '../lib/picture.ts';

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
const [, , zipf, coverage] = process.argv;
if (zipf !== undefined)
  writeFileSync(zipf, standalone(plotZipf(table, { fit, cut, title: "Zipf's law in the Brown corpus" })));
if (coverage !== undefined) writeFileSync(coverage, coverageCurve());

/** The share of all tokens that the most frequent types make up. */
function coverageCurve(): string {
  const marked = [20, table.typesFor(0.5), table.typesFor(0.8), 10_000];
  const ranks = Array.from({ length: 95 }, (_, i) => Math.min(table.types, Math.round(10 ** (i / 20))));
  const points = [...new Set([...ranks, ...marked])].map((types) => ({
    types,
    share: table.coverage(types),
  }));
  const labels = points.filter(({ types }) => marked.includes(types));
  const label = ({ types, share }: (typeof points)[number]) =>
    `${types.toLocaleString('en')} types: ${percent(share)}`;
  return picture({
    width: 640,
    height: 320,
    marginLeft: 50,
    marginBottom: 40,
    x: { type: 'log', label: 'most frequent types', ticks: [1, 10, 100, 1000, 10_000], tickFormat: ',' },
    y: { label: 'share of all tokens', percent: true, domain: [0, 100], grid: true },
    marks: [
      Plot.line(
        points.toSorted((a, b) => a.types - b.types),
        { x: 'types', y: 'share', stroke: '#0c86d0', strokeWidth: 2.5 },
      ),
      Plot.dot(labels, { x: 'types', y: 'share', r: 4, fill: '#0c86d0' }),
      Plot.text(labels, { x: 'types', y: 'share', text: label, textAnchor: 'end', dx: -10, dy: -8 }),
    ],
  });
}
