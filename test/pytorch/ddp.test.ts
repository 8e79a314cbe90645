/** Training that moves to PyTorch on several processes, and returns with the weights that it would have here. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  Adam,
  type Batch,
  crossEntropy,
  Dense,
  Embedding,
  type Indices,
  indices,
  LSTMCell,
  Random,
  readSafetensors,
  Sequence,
  sequential,
  type Tensor,
  tensor,
  train,
  writeSafetensors,
} from '../../src/index.ts';
import { loadStateDict, readCheckpoint, stateDict, type Tensors } from '../../src/pytorch.ts';
import { python } from './torch.ts';

const names = { 0: 'embedding', 1: 'lstm', 2: 'linear' };
const [STEPS, BATCH, TIME, CLASSES] = [20, 8, 6, 7];

/** A model that detects with which of the first three classes a sequence began. */
function build() {
  const random = new Random(3);
  const model = sequential(
    new Embedding({ classes: CLASSES, outputSize: 4, random }),
    new Sequence(new LSTMCell({ inputSize: 4, hiddenSize: 5, random }), { outputs: 'last' }),
    new Dense({ inputSize: 5, outputSize: 3, random }),
  );
  const batches = Array.from({ length: STEPS }, (): Batch<Indices, Indices> => {
    const tokens = Array.from({ length: BATCH }, () =>
      Array.from({ length: TIME }, () => Math.floor(random.next() * CLASSES)),
    );
    return { inputs: indices(tokens), targets: indices(tokens.map(([first]) => first! % 3)) };
  });
  return { model, batches };
}

/** The exported weights, batches and training settings. */
function departure(): Uint8Array {
  const { model, batches } = build();
  const tensors = new Map<string, Tensor>(stateDict(model, { prefix: 'model', names }));
  batches.forEach(({ inputs, targets }, step) => {
    tensors.set(`inputs.${step}`, tensor(inputs.data, inputs.shape));
    tensors.set(`targets.${step}`, tensor((targets as Indices).data, [BATCH]));
  });
  return writeSafetensors(tensors, { metadata: { steps: `${STEPS}`, learningRate: '0.01' } });
}

const file = (name: string) => fileURLToPath(new URL(`../fixtures/formats/${name}`, import.meta.url));

/** The results of two PyTorch processes: of this run if PyTorch is installed, and of the fixture. */
function arrivals(): [string, () => Tensors][] {
  const kept = (): Tensors => readCheckpoint(new Uint8Array(readFileSync(file('ddp.pt'))));
  if (python === undefined) return [['kept', kept]];
  const now = () => {
    const folder = mkdtempSync(join(tmpdir(), 'ddp-'));
    try {
      const [source, target] = [join(folder, 'from.safetensors'), join(folder, 'to.pt')];
      writeFileSync(source, departure());
      const script = fileURLToPath(new URL('ddp.py', import.meta.url));
      execFileSync(python!, ['-B', script, source, target, '2'], {
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: 50_000,
      });
      return readCheckpoint(new Uint8Array(readFileSync(target)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return [
    ['kept', kept],
    ['now', now],
  ];
}

test.each(arrivals())(
  'two PyTorch processes take the same steps as one of ours on the whole batch: %s',
  async (_, arrival) => {
    const { model, batches } = build();
    const { loss, optimizer } = { loss: crossEntropy(), optimizer: new Adam({ learningRate: 0.01 }) };
    const before = model.parameters().get('2.weight')!.read();
    for await (const step of train(model, batches, { loss, optimizer })) if (step.step === STEPS) break;
    const { model: returned } = build();
    loadStateDict(returned, arrival(), { names });
    let [worst, moved] = [0, 0];
    for (const [name, parameter] of model.parameters()) {
      const theirs = returned.parameters().get(name)!.read();
      parameter.read().forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - theirs[i]!));
      });
    }
    model
      .parameters()
      .get('2.weight')!
      .read()
      .forEach((value, i) => {
        moved = Math.max(moved, Math.abs(value - before[i]!));
      });
    expect(moved).toBeGreaterThan(0.05);
    expect(worst).toBeLessThan(1e-5);
  },
);

test('the exported file is read by any reader of the format', () => {
  const { tensors, metadata } = readSafetensors(departure());
  expect(metadata).toEqual({ steps: '20', learningRate: '0.01' });
  expect(tensors.get('model.lstm.weight_ih_l0')!.shape).toEqual([20, 4]);
  expect(tensors.get('inputs.19')!.shape).toEqual([8, 6]);
});
