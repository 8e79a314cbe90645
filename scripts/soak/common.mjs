/** What the soak tests share: a small training with everything that a checkpoint must keep. */
import * as rc from 'recurrent-cells';

export const quick = process.argv.includes('--quick');

/** A size: the full one, or the quick one with `--quick`. */
export const sized = (whole, some) => (quick ? some : whole);

export function begin(epochs = 1000) {
  const backend = rc.float32({ deterministic: true });
  const random = new rc.Random(1);
  const model = rc.sequential(
    new rc.OneHot({ classes: 5, backend }),
    new rc.Sequence(new rc.GRUCell({ inputSize: 5, hiddenSize: 8, random, backend })),
    new rc.Dropout({ rate: 0.3, random: random.fork(), backend }),
    new rc.Dense({ inputSize: 8, outputSize: 5, random, backend }),
  );
  const draw = () => Array.from({ length: 4 }, () => random.integer(5));
  const lists = Array.from({ length: 8 }, draw);
  const examples = { inputs: lists, targets: lists };
  const batches = rc.batches(examples, { batchSize: 2, epochs, shuffle: true, random });
  return { model, optimizer: new rc.Adam({ learningRate: 0.01 }), batches };
}

/** The steps of a training whose batches continue each other, two of them in each step. */
export function steps(parts, more = {}) {
  const { model, optimizer } = parts;
  const continued = (function* () {
    for (const batch of parts.batches) yield { ...batch, continues: true };
  })();
  return rc.train(model, continued, { loss: rc.crossEntropy(), optimizer, accumulate: 2, ...more });
}
