/**
 * Compares training on two threads with one: `npm run bench:threads -- [steps] [name] [wide|native]`.
 *
 * Both train the same model on the same batches, alternating step by step, so that disturbances affect both alike. If other
 * processes need the cores, look at the processor time (Linux only): on idle cores, a step takes about as long as its busiest thread
 * computes. PyTorch, if available, does the same work on the same cores with one thread and with two.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type PyTorch, startPyTorch } from './threads-pytorch.ts';

const library = (name: string) => import(new URL(`../dist/${name}.js`, import.meta.url).href);
const core: typeof import('../src/index.ts') = await library('index');
const { trainParallel }: typeof import('../src/parallel.ts') = await library('parallel');
const { useNativeProducts, useWideKernels }: typeof import('../src/node.ts') = await library('node');
const { Adam, crossEntropy, Dense, indices, LSTMCell, OneHot, Random, Sequence, SGD, Sequential, train } =
  core;

interface Workload {
  readonly title: string;
  readonly layers: number;
  readonly classes: number;
  readonly hiddenSize: number;
  readonly batch: number;
  readonly time: number;
  readonly adam?: boolean;
}

const workloads: { readonly [name: string]: Workload } = {
  W2: { title: 'two LSTMs of 256', layers: 2, classes: 65, hiddenSize: 256, batch: 64, time: 100 },
  W1: { title: 'LSTM 128', layers: 1, classes: 65, hiddenSize: 128, batch: 32, time: 64 },
  W8: { title: 'LSTM 192, Adam', layers: 1, classes: 83, hiddenSize: 192, batch: 10, time: 50, adam: true },
  tiny: {
    title: 'LSTM 4: hardly more than messages',
    layers: 1,
    classes: 5,
    hiddenSize: 4,
    batch: 2,
    time: 2,
  },
};

function iteration({ layers, classes, hiddenSize, batch, time, adam }: Workload, shards: number) {
  const random = new Random(1);
  const lstm = (_: unknown, at: number) =>
    new Sequence(new LSTMCell({ inputSize: at === 0 ? classes : hiddenSize, hiddenSize, random }));
  const model = new Sequential<import('../src/index.ts').Indices>([
    new OneHot({ classes }),
    ...Array.from({ length: layers }, lstm),
    new Dense({ inputSize: hiddenSize, outputSize: classes, random }),
  ]);
  const draw = () =>
    indices(
      Array.from({ length: batch * time }, () => random.integer(classes)),
      [batch, time],
    );
  const one = { inputs: draw(), targets: draw() };
  const endless = (function* () {
    for (;;) yield one;
  })();
  const optimizer = adam ? new Adam() : new SGD({ learningRate: 0.5 });
  const options = { loss: crossEntropy(), optimizer, clipNorm: 5 };
  return shards === 1
    ? train(model, endless, options)
    : trainParallel(model, endless, { ...options, shards });
}

/** Milliseconds of processor time of each thread of this process, by thread id. */
function busy(): Map<string, number> {
  try {
    const threads = readdirSync('/proc/self/task');
    const time = (id: string) =>
      Number(readFileSync(`/proc/self/task/${id}/schedstat`, 'utf8').split(' ')[0]);
    return new Map(threads.map((id) => [id, time(id) / 1e6]));
  } catch {
    return new Map();
  }
}

interface Cost {
  readonly wall: number;
  readonly total: number;
  readonly busiest: number;
}

async function step(iterator: AsyncGenerator): Promise<Cost> {
  const before = busy();
  const started = performance.now();
  await iterator.next();
  const wall = performance.now() - started;
  const spent = Array.from(busy(), ([id, time]) => time - (before.get(id) ?? 0));
  return { wall, total: spent.reduce((sum, each) => sum + each, 0), busiest: Math.max(...spent) };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** PyTorch's medians, and its best time with and without AVX-512 relative to ours on two threads. */
function printPyTorch(settings: readonly PyTorch[], ours: number): void {
  for (const { title, times } of settings)
    console.log(`  ${title.padEnd(38)} ${median(times).toFixed(2).padStart(9)}`);
  for (const limited of [false, true]) {
    const best = Math.min(
      ...settings.filter((each) => each.limited === limited).map(({ times }) => median(times)),
    );
    const title = `its best${limited ? ' with AVX2' : ''} ÷ ours on two threads`;
    if (Number.isFinite(best)) console.log(`  ${title.padEnd(46)} ${(best / ours).toFixed(2).padStart(9)}`);
  }
}

const [, , count, only, kernels] = process.argv;
if (kernels === 'wide' || kernels === 'native') useWideKernels();
if (kernels === 'native') useNativeProducts();
const steps = Number(count ?? 20);
console.log(
  `Node ${process.version}, ${core.float32().name}; milliseconds of a step, ${steps} steps each in turn`,
);
for (const [name, workload] of Object.entries(workloads)) {
  if (only !== undefined && only !== name) continue;
  const iterations = [iteration(workload, 1), iteration(workload, 2)] as const;
  for (const each of iterations) for (let warm = 0; warm < 3; warm++) await each.next();
  const pytorch = await startPyTorch(name);
  const costs: [Cost[], Cost[]] = [[], []];
  for (let i = 0; i < steps; i++) {
    for (const at of [0, 1] as const) costs[at].push(await step(iterations[at]));
    for (const setting of pytorch) await setting.step();
  }
  for (const each of iterations) await each.return();
  for (const setting of pytorch) await setting.end();
  console.log(`\n${name}, ${workload.title}`);
  const of = (at: 0 | 1, what: keyof Cost) => costs[at].map((cost) => cost[what]);
  const row = (what: string, one: number, two: number) =>
    console.log(
      `  ${what.padEnd(28)} ${one.toFixed(2).padStart(9)} ${two.toFixed(2).padStart(9)} ${(one / two).toFixed(2).padStart(7)}`,
    );
  console.log(`  ${''.padEnd(28)} ${'one'.padStart(9)} ${'two'.padStart(9)} ${'ratio'.padStart(7)}`);
  row('wall, median', median(of(0, 'wall')), median(of(1, 'wall')));
  row('wall, least', Math.min(...of(0, 'wall')), Math.min(...of(1, 'wall')));
  row('processor, all threads', median(of(0, 'total')), median(of(1, 'total')));
  row('processor, busiest thread', median(of(0, 'busiest')), median(of(1, 'busiest')));
  printPyTorch(pytorch, median(of(1, 'wall')));
}
