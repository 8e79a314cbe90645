/** Trains one character model on a text, for as long as the page wants. */
import {
  Adam,
  crossEntropy,
  GRUCell,
  generate,
  LSTMCell,
  manyToMany,
  Random,
  RNNCell,
  train,
} from 'recurrent-cells';
import { Alphabet, epochs } from '../../examples/lib/character-text.ts';
import type { LanguageReport, LanguageRequest } from './language.ts';

const [STREAMS, STEPS, REPORT_MS, SAMPLE_MS] = [8, 32, 120, 1500];
const cells = { rnn: RNNCell, gru: GRUCell, lstm: LSTMCell };
const report = (message: LanguageReport) => postMessage(message);

let temperature = 0.7;
let paused = false;
let resume = () => {};

addEventListener('message', ({ data }: MessageEvent<LanguageRequest>) => {
  if ('pause' in data) {
    paused = data.pause;
    resume();
  } else if ('temperature' in data) temperature = data.temperature;
  else learn(data.begin).catch(({ message }: Error) => report({ failure: message }));
});

async function learn(settings: Extract<LanguageRequest, { begin: unknown }>['begin']): Promise<void> {
  const { cell, text, hidden, rate } = settings;
  temperature = settings.temperature;
  const alphabet = Alphabet.of(text);
  if (alphabet.size < 2 || text.length <= 2 * STREAMS)
    throw new RangeError(
      `The text has ${text.length} characters; paste at least ${2 * STREAMS + 1}, two of them different.`,
    );
  const ids = alphabet.encode(text);
  const classes = alphabet.size;
  const random = new Random(1);
  const model = manyToMany({ cell: cells[cell], classes, hiddenSize: hidden, outputSize: classes, random });
  const blind = Math.log(classes);
  let average: number | undefined;
  let losses: number[] = [];
  let [reported, sampled] = [0, 0];

  const steps = train(model, epochs(ids, STREAMS, STEPS, Number.POSITIVE_INFINITY), {
    loss: crossEntropy(),
    optimizer: new Adam({ learningRate: rate }),
    clipNorm: 1,
  });
  for await (const { loss, tokensPerSecond } of steps) {
    average = average === undefined ? loss : 0.95 * average + 0.05 * loss;
    losses.push(average);
    const now = performance.now();
    if (now - reported > REPORT_MS) {
      report({ losses, blind, perSecond: tokensPerSecond });
      losses = [];
      reported = now;
    }
    if (now - sampled > SAMPLE_MS) {
      report({ sample: await sample() });
      sampled = performance.now();
    }
    while (paused)
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
  }

  async function sample(): Promise<string> {
    const tokens: number[] = [];
    for await (const { token } of generate(model, { prompt: [ids[0]!], length: 160, temperature, random }))
      tokens.push(token);
    return alphabet.decode([ids[0]!, ...tokens]);
  }
}
