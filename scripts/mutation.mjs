/**
 * Mutation testing, folder by folder: `npm run mutation` (hours), or `npm run mutation -- losses optimizers`.
 *
 * Stryker mutates each place of the sources in turn and checks that a test fails. Only the folder's own tests, the laws and the
 * golden cases are run, not the whole suite: a mutant that only a distant test would notice counts as surviving. Exits with an
 * error if less than 95 % are killed.
 */
import { spawnSync } from 'node:child_process';

/** The tests to run for each folder besides its own. */
const folders = {
  attention: ['golden', 'encoder-decoder'],
  cells: ['laws', 'golden', 'layers', 'inspection'],
  decoding: [],
  'kernels/reference': ['matrix'],
  layers: ['laws', 'golden', 'models'],
  losses: ['golden', 'training'],
  optimizers: ['golden', 'training'],
  storage: ['pytorch'],
  unroll: ['laws', 'cells', 'layers', 'golden'],
};

const asked = process.argv.slice(2);
for (const folder of asked)
  if (!Object.hasOwn(folders, folder))
    throw new RangeError(`mutation: folder is ${folder}, expected one of ${Object.keys(folders).join(', ')}`);

const failed = [];
for (const folder of asked.length > 0 ? asked : Object.keys(folders)) {
  const tests = [folder.split('/')[0], ...folders[folder]].join(' ');
  console.log(`${folder}, against the tests of ${tests}`);
  const { status } = spawnSync('npx', ['stryker', 'run', 'stryker.config.mjs'], {
    stdio: 'inherit',
    env: { ...process.env, MUTATION_FOLDER: folder, MUTATION_TESTS: tests },
  });
  if (status !== 0) failed.push(folder);
}
if (failed.length > 0) {
  console.error(`less than 95 % killed, or ended early: ${failed.join(', ')}`);
  process.exitCode = 1;
}
