/** Sources and targets for an encoder–decoder: batching by length, training and decoding. */
import {
  AdamW,
  type BeamSearchOptions,
  beamSearch,
  cosineDecay,
  crossEntropy,
  type EncoderDecoder,
  type Random,
  type TeacherForced,
  teacherForcing,
  train,
} from 'recurrent-cells';
import { withProgress } from './progress.ts';

/** A source and its target, as tokens. */
export interface Pair {
  readonly source: readonly number[];
  readonly target: readonly number[];
}

/** All pairs once, in random order, with pairs of similar length batched together to reduce padding. */
export function batchesOf(
  pairs: readonly Pair[],
  size: number,
  random: Random,
  model: Pick<EncoderDecoder, 'start' | 'end'>,
): TeacherForced[] {
  const sorted = random
    .shuffle([...pairs])
    .sort((a, b) => a.source.length - b.source.length || a.target.length - b.target.length);
  const starts = Array.from({ length: Math.ceil(pairs.length / size) }, (_, i) => i * size);
  return random.shuffle(starts).map((from) => {
    const batch = sorted.slice(from, from + size);
    return teacherForcing(
      model,
      batch.map(({ source }) => source),
      batch.map(({ target }) => target),
    );
  });
}

/** Decodes the sources by beam search, `size` at a time. */
export function* decoded(
  model: EncoderDecoder,
  sources: readonly (readonly number[])[],
  size: number,
  options: Omit<BeamSearchOptions, 'lengths'>,
): Generator<readonly number[]> {
  for (let from = 0; from < sources.length; from += size) {
    const batch = sources.slice(from, from + size);
    const { source, sourceLengths } = teacherForcing(
      model,
      batch,
      batch.map(() => []),
    ).inputs;
    for (const [best] of beamSearch(model, source, { ...options, lengths: sourceLengths }))
      yield best!.tokens;
  }
}

/** Trains on all pairs for `epochs` epochs, with Adam and cosine decay. */
export async function learn(
  model: EncoderDecoder,
  pairs: readonly Pair[],
  settings: {
    readonly epochs: number;
    readonly batch: number;
    readonly learningRate: number;
    readonly weightDecay?: number | undefined;
    readonly random: Random;
  },
): Promise<void> {
  const { epochs, batch, learningRate, weightDecay = 0, random } = settings;
  const steps = epochs * Math.ceil(pairs.length / batch);
  const all = (function* () {
    for (let epoch = 0; epoch < epochs; epoch++) yield* batchesOf(pairs, batch, random, model);
  })();
  await withProgress(steps, async (show) => {
    let average: number | undefined;
    for await (const { step, loss } of train(model, all, {
      loss: crossEntropy(),
      optimizer: new AdamW({ learningRate, weightDecay }),
      schedule: cosineDecay({ steps }),
      clipNorm: 1,
    })) {
      average = average === undefined ? loss : 0.98 * average + 0.02 * loss;
      show(step + 1, { loss: `${average.toFixed(3)} nats per token` });
    }
  });
}
