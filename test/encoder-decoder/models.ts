/** Small encoder–decoders to test with, and inputs for them. */
import {
  type AnyLayer,
  Attention,
  type Backend,
  Bidirectional,
  Dense,
  Embedding,
  EncoderDecoder,
  type EncoderDecoderInput,
  GRUCell,
  type Indices,
  indices,
  LSTMCell,
  Random,
  Sequence,
  Sequential,
} from '../../src/index.ts';
import { shakeParameters } from '../laws/subjects.ts';

export const classes = 5;
export const start = 0;
export const end = 1;

/** The builders of a model's parts. */
export interface Kind {
  readonly name: string;
  readonly encoder: (make: Make) => AnyLayer[];
  readonly decoder: (make: Make) => AnyLayer[];
  readonly score: 'none' | 'dot' | 'general' | 'additive';
}

interface Make {
  readonly gru: (inputSize: number, hiddenSize: number) => GRUCell;
  readonly lstm: (inputSize: number, hiddenSize: number) => LSTMCell;
}

const three = ({ lstm }: Make) => [new Sequence(lstm(3, 3))];
const both = ({ gru }: Make) => [new Bidirectional(gru(3, 2), gru(3, 2))];

export const kinds: readonly Kind[] = [
  { name: 'LSTM, no attention', encoder: three, decoder: three, score: 'none' },
  { name: 'LSTM, dot', encoder: three, decoder: three, score: 'dot' },
  {
    name: 'bidirectional GRU to LSTM of another size, additive',
    encoder: both,
    decoder: ({ lstm }) => [new Sequence(lstm(3, 3))],
    score: 'additive',
  },
  {
    name: 'bidirectional GRU to GRU, no attention',
    encoder: both,
    decoder: ({ gru }) => [new Sequence(gru(3, 4))],
    score: 'none',
  },
  {
    name: 'one LSTM to two GRUs, general',
    encoder: three,
    decoder: ({ gru }) => [new Sequence(gru(3, 2)), new Sequence(gru(2, 3))],
    score: 'general',
  },
  {
    name: 'two LSTMs to two LSTMs, general',
    encoder: ({ lstm }) => [new Sequence(lstm(3, 3)), new Sequence(lstm(3, 2))],
    decoder: ({ lstm }) => [new Sequence(lstm(3, 3)), new Sequence(lstm(3, 3))],
    score: 'general',
  },
];

export function makeModel(
  { encoder, decoder, score }: Kind,
  backend: Backend,
  seed = 1,
  features = false,
): EncoderDecoder {
  const random = new Random(seed);
  const make: Make = {
    gru: (inputSize, hiddenSize) => new GRUCell({ inputSize, hiddenSize, backend, random }),
    lstm: (inputSize, hiddenSize) => new LSTMCell({ inputSize, hiddenSize, backend, random }),
  };
  const embedding = () => new Embedding({ classes, outputSize: 3, backend, random });
  const ends = new Sequential<Indices>(features ? encoder(make) : [embedding(), ...encoder(make)]);
  const begins = new Sequential<Indices>([embedding(), ...decoder(make)]);
  const [querySize, keySize] = [begins.outputSize!, ends.outputSize!];
  const attention =
    score === 'none'
      ? undefined
      : new Attention({
          score,
          querySize,
          keySize,
          attentionSize: score === 'additive' ? 4 : undefined,
          backend,
          random,
        });
  const inputSize = attention ? 4 : querySize;
  const output = new Dense({ inputSize, outputSize: classes, backend, random });
  const model = new EncoderDecoder({ encoder: ends, decoder: begins, attention, output, start, end, random });
  shakeParameters(model, random);
  return model;
}

/** Sources of 4, 2 and 1 steps, targets of 2, 3 and 1. */
export const input: EncoderDecoderInput = {
  source: indices([
    [2, 3, 4, 2],
    [4, 4, 0, 0],
    [3, 0, 0, 0],
  ]),
  sourceLengths: [4, 2, 1],
  target: indices([
    [0, 2, 0],
    [0, 4, 3],
    [0, 0, 0],
  ]),
  targetLengths: [2, 3, 1],
};

export const targets = indices([
  [2, 1, 0],
  [4, 3, 1],
  [1, 0, 0],
]);
