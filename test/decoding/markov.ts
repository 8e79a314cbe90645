import {
  Dense,
  EncoderDecoder,
  float64,
  identity,
  OneHot,
  RNNCell,
  Sequence,
  sequential,
  zeros,
} from '../../src/index.ts';

const backend = float64();

/** A model whose next token depends only on the last one, with probabilities p, a row for each token; 0 starts and 1 ends. */
export function markov(p: readonly (readonly number[])[]): EncoderDecoder {
  const side = () =>
    sequential(
      new OneHot({ classes: p.length, backend }),
      new Sequence(
        new RNNCell({
          inputSize: p.length,
          hiddenSize: p.length,
          activation: 'relu',
          inputInitializer: identity,
          recurrentInitializer: zeros,
          backend,
        }),
      ),
    );
  const output = new Dense({ inputSize: p.length, outputSize: p.length, bias: false, backend });
  output.weight.write(p.flatMap((_, k) => p.map((row) => Math.max(Math.log(row[k]!), -1e3))));
  return new EncoderDecoder({ encoder: side(), decoder: side(), output, start: 0, end: 1 });
}
