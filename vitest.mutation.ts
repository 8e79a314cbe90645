import base from './vitest.config.ts';

/** The tests that hold one folder: `scripts/mutation.mjs` names them. */
const folders = (process.env.MUTATION_TESTS ?? '').split(' ');

export default {
  ...base,
  test: {
    ...base.test,
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    setupFiles: ['test/mutation-seed.ts'],
    reporters: ['default'],
  },
};
