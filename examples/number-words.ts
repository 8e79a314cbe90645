/**
 * Numbers and their names, encoder–decoder: 4821 ↔ "four thousand eight hundred twenty-one" ↔ "사천팔백이십일".
 *
 *     npm run example number-words
 *     npm run example number-words -- --quick
 *
 * One model learns all four directions: the first token of a source selects one. It is tested on numbers that occur in none of the
 * four directions in training, so it must learn the number system of each language, not a table.
 */
import { parseArgs } from 'node:util';
import { toCardinal as english } from 'n2words/en-US';
import { toCardinal as korean } from 'n2words/ko-KR';
import { describe, encoderDecoder, greedy, indices, Random } from 'recurrent-cells';
import { learn, type Pair } from './lib/pairs.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const SEED = Number(options.seed);
const DIGITS = 6;
const [TRAINING, HELD_OUT, EPOCHS] = options.quick ? [500, 50, 1] : [6_000, 1_000, 7];
const HIDDEN = 128;

/** Digits and Hangul are read character by character, English word by word. */
const writings = {
  digits: (n: number) => [...String(n)],
  English: (n: number) => english(n).match(/[a-z]+/g) as string[],
  Korean: (n: number) => [...korean(n).replaceAll(' ', '')],
};
type Writing = keyof typeof writings;
const ways: readonly (readonly [from: Writing, to: Writing])[] = [
  ['English', 'digits'],
  ['digits', 'English'],
  ['Korean', 'digits'],
  ['digits', 'Korean'],
];
const nameOf = ([from, to]: readonly [Writing, Writing]) => `${from} → ${to}`;

// Draws a maximum number of digits first, then a number; otherwise nearly all would have six digits.
const random = new Random(SEED);
const seen = new Set<number>();
while (seen.size < TRAINING + 2 * HELD_OUT) seen.add(random.integer(10 ** (1 + random.integer(DIGITS))));
const numbers = random.shuffle([...seen]);
const [test, validation, training] = [
  numbers.slice(0, HELD_OUT),
  numbers.slice(HELD_OUT, 2 * HELD_OUT),
  numbers.slice(2 * HELD_OUT),
];

const words = new Set(numbers.flatMap((n) => Object.values(writings).flatMap((write) => write(n))));
const tokens = ['⟨start⟩', '⟨end⟩', ...ways.map(nameOf), ...[...words].sort()];
const idOf = new Map(tokens.map((token, id) => [token, id]));
const encode = (list: readonly string[]) => list.map((token) => idOf.get(token)!);
const pairOf = (n: number, way: readonly [Writing, Writing]): Pair => ({
  source: encode([nameOf(way), ...writings[way[0]](n)]),
  target: encode(writings[way[1]](n)),
});

const model = encoderDecoder({
  sourceClasses: tokens.length,
  targetClasses: tokens.length,
  embeddingSize: 32,
  hiddenSize: HIDDEN,
  bidirectional: true,
  start: 0,
  end: 1,
  random,
});
console.log(describe(model));
await learn(
  model,
  training.flatMap((n) => ways.map((way) => pairOf(n, way))),
  { epochs: EPOCHS, batch: 64, learningRate: 0.003, random },
);

/** The model's output for a number. */
function written(n: number, way: readonly [Writing, Writing]): string[] {
  const { source } = pairOf(n, way);
  const [best] = greedy(model, indices([source]), { maxLength: 40 });
  return best!.tokens.map((id) => tokens[id]!);
}

/** The share of numbers written correctly, in each direction. */
const exactly = (
  of: readonly number[],
  write: (n: number, way: readonly [Writing, Writing]) => readonly string[],
) =>
  ways.map((way) => {
    const right = of.filter((n) => write(n, way).join(' ') === writings[way[1]](n).join(' '));
    return `${((100 * right.length) / of.length).toFixed(1)} %`;
  });
console.log(`Validation numbers correct: ${exactly(validation, written).join(', ')}`);

const nearest = (n: number) => training.reduce((a, b) => (Math.abs(b - n) < Math.abs(a - n) ? b : a));
const digits = Array.from(
  { length: DIGITS },
  (_, i) => test.filter((n) => String(n).length === i + 1).length,
);
for (const n of [7, 10_000, 90_210, 345_678])
  console.log(`${n}: ${written(n, ways[1]!).join(' ')} · ${written(n, ways[3]!).join('')}`);
report({
  example: 'number-words',
  title: 'Number words and digits, English and Korean',
  structure: 'encoder–decoder',
  data: `n2words, numbers below ${(10 ** DIGITS).toLocaleString('en')}`,
  split: `${training.length} numbers for training, in four directions each, ${validation.length} others for validation, ${test.length} for testing`,
  seed: SEED,
  model: `bidirectional LSTM of ${HIDDEN} per direction, LSTM decoder of ${HIDDEN}, general attention, ${EPOCHS} epochs`,
  measures: ways.map(nameOf),
  rows: [
    {
      system: 'the nearest training number',
      kind: 'baseline',
      values: exactly(test, (n, [, to]) => writings[to](nearest(n))),
    },
    { system: 'this model, exact', kind: 'ours', values: exactly(test, written) },
  ],
  notes: `By number of digits, one to six, the test set has ${digits.join(', ')} numbers. The baseline cannot be correct, since no test number is in the training set.`,
});
