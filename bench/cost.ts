/**
 * How time and memory grow with the hidden size, the steps and the batch: `npx tsx bench/cost.ts`.
 *
 * Measures an LSTM's forward and backward pass. Time is the process's own processor time, best of several runs; memory is what the
 * backend's heap allocates, with the formula of `Sequence` for comparison. Prints a table and draws `docs/cost-time.svg` and
 * `docs/cost-memory.svg`.
 */
import { writeFileSync } from 'node:fs';
import { LSTMCell, Sequence } from '../src/index.ts';
import { type SimdKind, simdBackend } from '../src/kernels/simd/index.ts';

interface Shape {
  readonly H: number;
  readonly T: number;
  readonly B: number;
}

interface Point extends Shape {
  /** Of one forward and backward pass. */
  readonly ms: number;
  /** Of the matrix products. */
  readonly gflops: number;
  readonly mebibytes: number;
  readonly formula: number;
}

const D = 64;
const MIDDLE: Shape = { H: 128, T: 100, B: 16 };
const SWEEPS = {
  H: [32, 64, 128, 256, 512, 1024],
  T: [10, 30, 100, 300, 1000],
  B: [1, 4, 16, 64, 256],
};
const GATES = 4;
const KEPT_OF_A_STEP = 7;

/** A backend with a private heap. */
function freshBackend() {
  const kinds: SimdKind[] = ['relaxed', 'simd'];
  for (const kind of kinds) {
    const backend = simdBackend(kind);
    if (backend !== undefined) return backend;
  }
  throw new Error('bench/cost.ts: this engine has no WebAssembly with SIMD, expected one that has');
}

/** Milliseconds of processor time, and elements of the heap, for one forward and backward pass. */
function cost({ H, T, B }: Shape, inputSize: number, options: object, seconds: number) {
  const backend = freshBackend();
  const layer = new Sequence(new LSTMCell({ inputSize, hiddenSize: H, backend }), options);
  // Gradients belong to the parameters and are allocated on first access.
  for (const parameter of layer.parameters().values()) void parameter.gradient;
  const before = backend.heap.used;
  const inputs = { data: new Float32Array(B * T * inputSize).fill(0.1), shape: [B, T, inputSize] };
  let ms = Number.POSITIVE_INFINITY;
  let elements = 0;
  const end = performance.now() + seconds * 1000;
  do {
    const start = process.cpuUsage();
    const pass = layer.forward(inputs);
    pass.backward(pass.output);
    const { user, system } = process.cpuUsage(start);
    ms = Math.min(ms, (user + system) / 1000);
    elements = backend.heap.used - before;
  } while (performance.now() < end);
  return { ms, elements };
}

function formula({ H, T, B }: Shape): number {
  const weights = GATES * H * (D + H + Math.min(256, T * B)) + (B > 1 ? T * Math.max(D, H) : 0);
  return T * B * (2 * D + (KEPT_OF_A_STEP + 1) * H) + weights;
}

function measure(shape: Shape): Point {
  const { H, T, B } = shape;
  const { ms, elements } = cost(shape, D, {}, 0.6);
  // The forward pass, and twice as much for the backward pass: the gradients of the weights and of the inputs.
  const flops = 3 * 2 * T * B * GATES * H * (D + H);
  const mebibytes = (of: number) => (4 * of) / 2 ** 20;
  return {
    ...shape,
    ms,
    gflops: flops / ms / 1e6,
    mebibytes: mebibytes(elements),
    formula: mebibytes(formula(shape)),
  };
}

/** One panel per sweep, in a row; both axes are logarithmic. */
function drawing(
  title: string,
  unit: string,
  sweeps: { name: string; points: { x: number; y: number; line?: number }[] }[],
  range: [number, number],
): string {
  const [width, height, margin] = [260, 200, 44];
  const y = (value: number) =>
    margin + (1 - Math.log(value / range[0]) / Math.log(range[1] / range[0])) * height;
  const text = (x: number, at: number, content: string, more = '') =>
    `<text x="${x.toFixed(1)}" y="${at.toFixed(1)}" ${more}>${content}</text>`;
  const ticks: number[] = [];
  for (let tick = range[0]; tick <= range[1]; tick *= range[1] / range[0] > 200 ? 10 : 2) ticks.push(tick);
  const panels = sweeps.map(({ name, points }, panel) => {
    const left = margin + panel * (width + 30);
    const [first, last] = [points[0]!.x, points.at(-1)!.x];
    const x = (value: number) =>
      left + 16 + (Math.log(value / first) / Math.log(last / first)) * (width - 32);
    const path = points
      .filter((point) => point.line !== undefined)
      .map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.x).toFixed(1)},${y(point.line!).toFixed(1)}`);
    return [
      ...ticks.map((tick) => `<path d="M${left},${y(tick).toFixed(1)}h${width}" stroke="#ddd"/>`),
      ...(panel === 0
        ? ticks.map((tick) => text(left - 6, y(tick) + 4, String(tick), 'text-anchor="end"'))
        : []),
      `<path d="${path.join('')}" fill="none" stroke="#888"/>`,
      ...points.map(
        (point) =>
          `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="4" fill="#2266aa"/>`,
      ),
      ...points.map((point) =>
        text(x(point.x), margin + height + 18, String(point.x), 'text-anchor="middle"'),
      ),
      text(left + width / 2, margin + height + 38, name, 'text-anchor="middle"'),
    ].join('\n');
  });
  const total = margin + sweeps.length * (width + 30);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total} ${height + 2 * margin + 10}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${text(margin, 20, `${title} [${unit}]`, 'font-size="14"')}
${panels.join('\n')}
</svg>
`;
}

const names = { H: 'hidden size H', T: 'steps T', B: 'batch B' };
const swept = (['H', 'T', 'B'] as const).map((axis) => {
  console.log(`\n${names[axis]}, else ${JSON.stringify(MIDDLE)}, ${D} inputs`);
  const points = SWEEPS[axis].map((value) => {
    const point = measure({ ...MIDDLE, [axis]: value });
    const ratio = (point.mebibytes / point.formula).toFixed(2);
    console.log(
      `  ${String(value).padStart(5)}  ${point.ms.toFixed(2).padStart(8)} ms  ${point.gflops.toFixed(1).padStart(5)} GFLOP/s  ${point.mebibytes.toFixed(1).padStart(7)} MiB, ${ratio} of the formula`,
    );
    return { x: value, point };
  });
  return { name: names[axis], points };
});
const of = (value: (point: Point) => { y: number; line?: number }) =>
  swept.map(({ name, points }) => ({
    name,
    points: points.map(({ x, point }) => ({ x, ...value(point) })),
  }));
const picture = (name: string, svg: string) =>
  writeFileSync(new URL(`../docs/${name}.svg`, import.meta.url), svg);
picture(
  'cost-time',
  drawing(
    'Time of an LSTM forward and backward, by the work of its products',
    'ns / kFLOP',
    of(({ gflops }) => ({ y: 1000 / gflops })),
    [10, 320],
  ),
);
picture(
  'cost-memory',
  drawing(
    'Memory of an LSTM forward and backward; the line is the formula',
    'MiB',
    of(({ mebibytes, formula: line }) => ({ y: mebibytes, line })),
    [0.1, 1000],
  ),
);

console.log('\nrecompute: 320 beside keeping all, T 10,000, H 256, B 8, 16 inputs');
for (const outputs of ['all', 'last'] as const) {
  const long: Shape = { H: 256, T: 10_000, B: 8 };
  const keep = cost(long, 16, { outputs }, 5);
  const again = cost(long, 16, { outputs, recompute: 320 }, 5);
  console.log(
    `  outputs ${outputs}: memory ${(again.elements / keep.elements).toFixed(2)}, time ${(again.ms / keep.ms).toFixed(2)}`,
  );
}
