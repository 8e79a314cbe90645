/** Vitest with the sources of one folder instrumented by Stryker, in one process: `scripts/mutation.mjs` starts it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from '../../vitest.config.ts';

const { MUTATION_TESTS: tests = '', MUTATION_WORK: work = '' } = process.env;
const sources = JSON.parse(readFileSync(join(work, 'sources.json'), 'utf8')) as Record<string, string>;
const asked = tests.split(' ');

/** The tests in the requested order: those that fail soonest first. */
class AsAsked extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      asked.findIndex((name) => moduleId.includes(`/test/${name}`));
    return files.sort((a, b) => place(a) - place(b));
  }
}

export default {
  ...base,
  plugins: [{ name: 'mutants', enforce: 'pre' as const, load: (id: string) => sources[id.split('?')[0]!] }],
  test: {
    ...base.test,
    include: asked.map((name) => (name.endsWith('.ts') ? `test/${name}` : `test/${name}/**/*.test.ts`)),
    runner: 'scripts/mutation/runner.ts',
    setupFiles: ['scripts/mutation/seed.ts'],
    sequence: { sequencer: AsAsked },
    pool: 'forks' as const,
    isolate: false,
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 20_000,
    reporters: ['dot'],
  },
};
