/**
 * Checks the package as published: installs its tarball in an empty folder, and tests both module formats and the types in the
 * strictest settings, that entries imported together share their classes, and the sizes of programs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules/.bin', name);
const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: 'inherit' });
const folder = await mkdtemp(join(tmpdir(), 'package-'));

const use = `
const x = tensor([[1, 2]]);
const options = { inputSize: 2, outputSize: 1, backend: float64() };
const dense = new Dense(options);
const same = [
  dense.weight instanceof Parameter,
  fromOnnx(toOnnx(dense)).run({ input: x }).output?.data.length === 1,
  typeof fromTfjs === 'function',
  stateDict(dense).get('weight')?.data?.[0] === dense.weight.read()[0],
  dense.weight.value instanceof Matrix,
  checkGradients(dense, x).worst.error < 1e-6,
  load(save(dense)).backend === dense.backend,
  new LSTMCell({ inputSize: 2, hiddenSize: 3 }).infer(x).state.c.shape.join() === '1,3',
  pattern().tokenize('a b').length === 2,
];
if (same.includes(false)) throw new Error('the entries do not fit together: ' + same);
const batch = { inputs: tensor([[1, 2], [3, 4]]), targets: tensor([[1], [2]]) };
const how = { loss: meanSquaredError(), optimizer: new SGD({ learningRate: 0.01 }), shards: 2 };
const train = async () => {
  let steps = 0;
  for await (const _ of trainParallel(dense, [batch], how)) steps++;
  if (steps !== 1) throw new Error('a worker was not found');
};
// Anything it throws ends the program.
void train();
`;
const names = {
  'recurrent-cells': ['Dense', 'float64', 'load', 'LSTMCell', 'meanSquaredError', 'save', 'SGD', 'tensor'],
  'recurrent-cells/matrix': ['Matrix', 'Parameter'],
  'recurrent-cells/node': ['useNativeProducts', 'useWideKernels'],
  'recurrent-cells/parallel': ['trainParallel'],
  'recurrent-cells/keras': ['fromTfjs'],
  'recurrent-cells/onnx': ['fromOnnx', 'toOnnx'],
  'recurrent-cells/pytorch': ['stateDict'],
  'recurrent-cells/testing': ['checkGradients'],
  'recurrent-cells/text': ['pattern'],
};
const imports = Object.entries(names).map(([from, what]) => `import { ${what.join(', ')} } from '${from}';`);
const requires = Object.entries(names).map(
  ([from, what]) => `const { ${what.join(', ')} } = require('${from}');`,
);

const typed = `
import { type StateOf, Sequence } from 'recurrent-cells';
const lstm = new LSTMCell({ inputSize: 2, hiddenSize: 3 });
const state: StateOf<typeof lstm> = new Sequence(lstm).infer(tensor([[[1, 2]]])).state;
// @ts-expect-error: a cell has no such state
state.z;
`;

try {
  // Builds it first (prepack).
  run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const { version } = (await import('../package.json', { with: { type: 'json' } })).default;
  const tarball = join(folder, `recurrent-cells-${version}.tgz`);
  run(bin('publint'), ['run', tarball, '--strict']);
  run(bin('attw'), [tarball, '--profile', 'node16', '--quiet']);

  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', tarball], folder);
  await writeFile(join(folder, 'module.mjs'), imports.join('\n') + use);
  await writeFile(join(folder, 'common.cjs'), requires.join('\n') + use);
  run(process.execPath, ['module.mjs'], folder);
  run(process.execPath, ['common.cjs'], folder);

  await writeFile(join(folder, 'module.mts'), imports.join('\n') + typed + use);
  await writeFile(join(folder, 'common.cts'), imports.join('\n') + typed + use);
  // No proposals and no Node types; from the DOM only AbortSignal.
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    types: [],
    module: 'Node16',
  };
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['module.mts', 'common.cts'] }),
  );
  run(bin('tsc'), ['-p', folder]);
  run(bin('size-limit'), []);
  console.log('package: ok');
} finally {
  await rm(folder, { recursive: true, force: true });
}
