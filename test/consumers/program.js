// What every consumer runs: training, a saved model, inference, and training on two threads.
import {
  Adam,
  Dense,
  LSTMCell,
  load,
  meanSquaredError,
  Random,
  Sequence,
  save,
  sequential,
  tensor,
  train,
} from 'recurrent-cells';
import { trainParallel } from 'recurrent-cells/parallel';

function assert(holds, what) {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

/** Throws if the library does not work here; returns the name of the kernels. */
export async function check({ threads = true, files = true } = {}) {
  const random = new Random(1);
  const model = sequential(
    new Sequence(new LSTMCell({ inputSize: 1, hiddenSize: 8, random }), { outputs: 'last' }),
    new Dense({ inputSize: 8, outputSize: 1, random }),
  );
  const batch = {
    inputs: tensor([
      [[1], [2], [3]],
      [[2], [4], [6]],
    ]),
    targets: tensor([[0.4], [0.8]]),
  };
  const options = () => ({ loss: meanSquaredError(), optimizer: new Adam({ learningRate: 0.02 }) });

  const losses = [];
  for await (const { loss } of train(model, Array(50).fill(batch), options())) losses.push(loss);
  assert(losses.length === 50, 'all steps are taken');
  assert(losses[49] < losses[0] / 10, 'the loss falls');

  if (files) {
    const [[before], [after]] = [model, load(save(model))].map(
      (layer) => layer.infer(batch.inputs).output.data,
    );
    assert(before === after, 'a loaded model gives the same output');
  }

  if (threads) {
    let steps = 0;
    for await (const { loss } of trainParallel(model, Array(3).fill(batch), {
      ...options(),
      shards: 2,
      threads: 2,
    })) {
      assert(loss < losses[0], 'training continues with threads');
      steps++;
    }
    assert(steps === 3, 'all steps with threads are taken');
  }
  return model.backend.name;
}
