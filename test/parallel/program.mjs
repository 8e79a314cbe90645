/** Trains with the build in the given folder, ends training in the given way, and must then exit by itself. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, format, way] = process.argv.slice(2);
const load = (name) =>
  format === 'cjs'
    ? createRequire(import.meta.url)(`${folder}${name}.cjs`)
    : import(pathToFileURL(`${folder}${name}.js`).href);
const { Dense, meanSquaredError, SGD, tensor } = await load('index');
const { trainParallel } = await load('parallel');

const model = new Dense({ inputSize: 1, outputSize: 1 });
const batch = { inputs: tensor([[1], [2], [3]]), targets: tensor([[2], [4], [6]]) };
const wrong = { inputs: tensor([[1], [2], [3]]), targets: tensor([[2], [4], [Number.NaN]]) };
const batches = { end: [batch, batch], throw: [batch, batch, wrong] }[way] ?? Array(1000).fill(batch);
const options = { loss: meanSquaredError(), optimizer: new SGD({ learningRate: 0.01 }), shards: 2 };

const steps = trainParallel(model, batches, options);
let count = 0;
if (way === 'abandon') {
  await steps.next();
  count = (await steps.next()).value.step + 1;
} else {
  try {
    for await (const { step } of steps) {
      count = step + 1;
      if (way === 'break' && step === 1) break;
    }
  } catch {
    count += 10;
  }
}
console.log(`${count} steps`);
