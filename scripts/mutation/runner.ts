/**
 * Runs each test unchanged, and again with every mutant that it reached and that no test has killed yet.
 *
 * Stryker puts all mutants into the sources at once and switches one on by a global, so nothing is loaded twice. A test that
 * failed must pass again without the mutant; otherwise the process is no longer sound, and `scripts/mutation.mjs` tries the
 * mutant alone in a new one. Each event is a line of `events.jsonl`.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestRunner, vi } from 'vitest';

type Test = Parameters<TestRunner['onAfterTryTask']>[0];

/** What Stryker's instrumented code reads and writes. */
interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

const { MUTATION_WORK: work = '', MUTATION_ALONE: alone, MUTATION_LIMIT: limit = 'Infinity' } = process.env;
const stryker: Switch = {};
(globalThis as { __stryker__?: Switch }).__stryker__ = stryker;
const events = join(work, 'events.jsonl');
const say = (event: object) => appendFileSync(events, `${JSON.stringify({ ...event, at: Date.now() })}\n`);

/** Mutants that need no more tests, and tests that all mutants were tried on. */
const decided = new Set<string>();
const done = new Set<string>();
/** Tests that took longer than an earlier run allowed: how long, and the mutants that they reach. */
const slow = new Map<string, { milliseconds: number; covered: string[] }>();
if (existsSync(events))
  for (const line of readFileSync(events, 'utf8').split('\n').filter(Boolean)) {
    const event = JSON.parse(line);
    if (event.decided !== undefined) decided.add(event.decided);
    if (event.done !== undefined) done.add(event.done);
    if (event.slow !== undefined) slow.set(event.slow, event);
  }

export default class MutationRunner extends TestRunner {
  async runTask(test: Test): Promise<void> {
    const run = TestRunner.getTestFn(test);
    const name = `${test.file.name} > ${test.fullTestName}`;
    if (alone === undefined && (done.has(name) || this.#waits(name))) return;
    const { covered, milliseconds, repeatable } = await this.#plain(name, run);
    if (!repeatable) say({ done: name, unrepeatable: name });
    if (repeatable && milliseconds > Number(limit)) say({ slow: name, milliseconds, covered });
    if (!repeatable || milliseconds > Number(limit)) return;
    const tried = covered.filter((mutant) => !decided.has(mutant) && (alone ?? mutant) === mutant);
    const reached: string[] = [];
    for (const mutant of tried) {
      say({ try: mutant, test: name });
      stryker.hitLimit = 100 * stryker.mutantCoverage!.perTest[name]![mutant]!;
      stryker.hitCount = 0;
      stryker.activeMutant = mutant;
      const passed = await passes(run);
      stryker.activeMutant = undefined;
      if (stryker.hitCount > 0) reached.push(mutant);
      if (passed) continue;
      if (alone !== undefined) this.#end({ decided: mutant, killed: name });
      if (!(await passes(run))) this.#end({ unsound: mutant, test: name });
      decided.add(mutant);
      say({ decided: mutant, killed: name });
    }
    if (alone === undefined) say({ done: name, covered, reached });
  }

  /** Whether a test is known to be too slow for now, or to reach only mutants that need no more tests. */
  #waits(name: string): boolean {
    const known = slow.get(name);
    if (known === undefined) return false;
    return known.milliseconds > Number(limit) || known.covered.every((mutant) => decided.has(mutant));
  }

  /** Runs the test twice without a mutant: the mutants that it reached, and how long the second time took. */
  async #plain(name: string, run: () => unknown) {
    stryker.currentTestId = name;
    if (!(await passes(run))) this.#end({ broken: name });
    stryker.currentTestId = 'again';
    const start = process.cpuUsage();
    const repeatable = await passes(run);
    const { user, system } = process.cpuUsage(start);
    const milliseconds = (user + system) / 1000;
    return { covered: Object.keys(stryker.mutantCoverage?.perTest[name] ?? {}), milliseconds, repeatable };
  }

  #end(event: object): never {
    say(event);
    process.kill(process.pid, 'SIGKILL');
    throw new Error('unreachable');
  }

  override async onBeforeRunSuite(suite: Parameters<TestRunner['onBeforeRunSuite']>[0]): Promise<void> {
    stryker.currentTestId = undefined;
    await super.onBeforeRunSuite(suite);
  }

  override onAfterRunFiles(): void {
    super.onAfterRunFiles();
    say({ loaded: Object.keys(stryker.mutantCoverage?.static ?? {}) });
  }
}

async function passes(run: () => unknown): Promise<boolean> {
  try {
    await run();
    return true;
  } catch {
    return false;
  } finally {
    // A test that fails does not restore what it spies on.
    vi.restoreAllMocks();
  }
}
