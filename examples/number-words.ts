/**
 * Numbers and their names, encoder–decoder: 4821 ↔ "four thousand eight hundred twenty-one" ↔ "사천팔백이십일".
 *
 *     npm run example number-words
 *     npm run example number-words -- --quick
 *
 * One model learns all four ways: the first token of a source says which. It is tested on numbers it has never met, in
 * none of the four; what it has to find is the system of each language, not a table.
 */
import { parseArgs } from 'node:util';
import { toCardinal as english } from 'n2words/en-US';
import { toCardinal as korean } from 'n2words/ko-KR';
import { encoderDecoder, greedy, indices, Random } from 'recurrent-cells';
import { learn, type Pair } from './lib/pairs.ts';
import { report } from './lib/result.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const SEED = Number(options.seed);
const LARGEST = 1_000_000;
const [TRAINING, TEST, EPOCHS] = options.quick ? [500, 50, 1] : [12_000, 1_000, 10];
const HIDDEN = 128;

/** Digits and Hangul are read one by one, English word by word. */
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

// As many numbers of each length as there are, up to a share: else nearly all would have six digits.
const random = new Random(SEED);
const seen = new Set<number>();
while (seen.size < TRAINING + TEST) {
  const length = 1 + random.integer(6);
  seen.add(Math.min(LARGEST, random.integer(10 ** length)));
  if (length < 4) seen.add(random.integer(LARGEST));
}
const numbers = random.shuffle([...seen]);
const [test, training] = [numbers.slice(0, TEST), numbers.slice(TEST, TEST + TRAINING)];

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
await learn(
  model,
  training.flatMap((n) => ways.map((way) => pairOf(n, way))),
  { epochs: EPOCHS, batch: 64, learningRate: 0.003, random },
);

/** The model's writing of a number. */
function written(n: number, way: readonly [Writing, Writing]): string[] {
  const { source } = pairOf(n, way);
  const [best] = greedy(model, indices([[...source]]), { maxLength: 40 });
  return best!.tokens.map((id) => tokens[id]!);
}

const shares = ways.map((way) => {
  const right = test.filter((n) => written(n, way).join(' ') === writings[way[1]](n).join(' '));
  return right.length / test.length;
});
for (const n of [7, 10_000, 90_210, 345_678])
  console.log(`${n}: ${written(n, ways[1]!).join(' ')} · ${written(n, ways[3]!).join('')}`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
report({
  example: 'number-words',
  title: 'Number words and digits, English and Korean',
  structure: 'encoder–decoder',
  data: `n2words, numbers up to ${LARGEST.toLocaleString('en')}`,
  split: `${training.length} numbers to learn from, four ways each, and ${test.length} others to test`,
  seed: SEED,
  model: `bidirectional LSTM of ${HIDDEN} each way, LSTM decoder of ${HIDDEN}, general attention, ${EPOCHS} epochs`,
  measures: ways.map(nameOf),
  rows: [
    {
      system: 'the training number nearest in value',
      kind: 'baseline',
      values: ways.map(() => percent(0)),
    },
    { system: 'this model, exactly right', kind: 'ours', values: shares.map(percent) },
  ],
  notes: 'The baseline is never right, since no test number is among the training numbers.',
});
