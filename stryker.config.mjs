/**
 * Mutation testing: `npm run mutation -- losses` changes every place of `src/losses` in turn, and sees whether a test fails.
 */
const { MUTATION_FOLDER: folder = '' } = process.env;
const name = folder.replaceAll('/', '-');

export default {
  packageManager: 'npm',
  plugins: ['@stryker-mutator/vitest-runner'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.ts', related: false },
  coverageAnalysis: 'perTest',
  mutate: [`src/${folder}/**/*.ts`],
  // What runs once, when a module is loaded, would need all tests again for each mutant.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `node_modules/.cache/stryker/${name}-incremental.json`,
  // Vitest looks at no types, and cannot read those of AssemblyScript.
  disableTypeChecks: false,
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: 'node_modules/.cache/stryker',
  ignorePatterns: ['dist', 'bench', 'docs', 'examples', 'coverage', '.ci'],
  reporters: ['clear-text', 'json'],
  clearTextReporter: { reportTests: false, allowEmojis: false },
  jsonReporter: { fileName: `node_modules/.cache/stryker/${name}.json` },
  thresholds: { high: 100, low: 95, break: 95 },
};
