/**
 * Mutation testing, folder by folder: `npm run mutation`, or `npm run mutation -- losses optimizers`.
 *
 * Stryker's instrumenter mutates each place of the sources, and a test should fail for each. Stryker's own runner loads the
 * library anew for every mutant, which takes seconds for each of thousands; here all tests of a folder run in one process,
 * which tries every mutant on each test that reaches it (`scripts/mutation/runner.ts`). Only the folder's own tests, the laws
 * and the golden cases are run, not the whole suite: a mutant that only a distant test would notice counts as surviving.
 * Exits with an error if less than 95 % are killed.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Instrumenter } from '@stryker-mutator/instrumenter';

/** The tests to run for each folder besides its own, the quick ones first. */
const folders = {
  attention: ['attention', 'golden', 'encoder-decoder'],
  cells: [
    'cells/cell.test.ts',
    'cells/forget-bias.test.ts',
    'cells/passes.test.ts',
    'cells/noise.test.ts',
    'storage/model-file.test.ts',
    'golden',
    'layers',
    'inspection',
    'laws',
  ],
  decoding: ['decoding'],
  // Without owned.test.ts, whose garbage collections pass only once in a process.
  'kernels/reference': [
    'matrix/operations.test.ts',
    'matrix/matrix.test.ts',
    'kernels/elementwise.test.ts',
    'kernels/normalization.test.ts',
    'kernels/rows.test.ts',
    'kernels/products.test.ts',
    'kernels/optimizers.test.ts',
    'optimizers',
    'golden',
    'losses',
  ],
  layers: ['layers', 'storage/model-file.test.ts', 'training/frozen.test.ts', 'golden', 'models', 'laws'],
  losses: ['losses', 'golden', 'models/graph.test.ts', 'training'],
  optimizers: ['optimizers', 'golden', 'training'],
  storage: ['storage', 'text/counts/lines.test.ts', 'pytorch'],
  unroll: ['unroll', 'cells/cell.test.ts', 'golden', 'inspection', 'layers', 'laws'],
};

/** Tests that take more milliseconds of the processor are left out. */
const LONGEST = 2000;

/** A mutant that keeps a test busy for so many seconds counts as killed. */
const PATIENCE = 60;

const asked = process.argv.slice(2);
for (const folder of asked)
  if (!Object.hasOwn(folders, folder))
    throw new RangeError(`mutation: folder is ${folder}, expected one of ${Object.keys(folders).join(', ')}`);

/** Writes the instrumented sources of a folder, and returns its mutants. */
async function instrument(folder, work) {
  const names = readdirSync(`src/${folder}`, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => resolve('src', folder, name));
  const quiet = { debug() {}, info() {}, isDebugEnabled: () => false };
  const { files, mutants } = await new Instrumenter(quiet).instrument(
    names.map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') })),
    { plugins: null, excludedMutations: ['StringLiteral'], ignorers: [] },
  );
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(
    `${work}/sources.json`,
    JSON.stringify(Object.fromEntries(files.map(({ name, content }) => [name, content]))),
  );
  return mutants.filter(({ status }) => status !== 'Ignored');
}

const eventsOf = (work) =>
  existsSync(`${work}/events.jsonl`)
    ? readFileSync(`${work}/events.jsonl`, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];

/** The last event; {} if it is long, as only those of a finished test are. */
function lastOf(work) {
  if (!existsSync(`${work}/events.jsonl`)) return {};
  const file = openSync(`${work}/events.jsonl`, 'r');
  const bytes = Buffer.alloc(4096);
  const size = readSync(file, bytes, 0, bytes.length, Math.max(0, fstatSync(file).size - bytes.length));
  closeSync(file);
  const line = bytes.toString('utf8', 0, size).trimEnd().split('\n').at(-1);
  return line.startsWith('{') && line.endsWith('}') ? JSON.parse(line) : {};
}

const say = (work, event) =>
  writeFileSync(`${work}/events.jsonl`, `${JSON.stringify(event)}\n`, { flag: 'a' });

/** Tries all mutants; starts again after one that hung, crashed or left the process unsound. */
async function tryAll(folder, work) {
  // The quick tests first, in milliseconds: few mutants are left for the slow ones.
  const limits = [30, 300, LONGEST];
  for (let broken; limits.length > 0; ) {
    const status = await vitest(folder, work, { MUTATION_LIMIT: limits[0] });
    const last = lastOf(work);
    if (status === 0) limits.shift();
    else if (last.try !== undefined) say(work, { decided: last.try, killed: last.test, how: status });
    else if (last.unsound !== undefined) await tryAlone(folder, work, last.unsound);
    else if (last.broken !== undefined && last.broken !== broken) broken = last.broken;
    else if (last.broken !== undefined) say(work, { done: last.broken, unrepeatable: last.broken });
    else throw new Error(`mutation: the tests of ${folder} do not run`);
  }
}

/** Tries one mutant in a separate process. */
async function tryAlone(folder, work, mutant) {
  await vitest(folder, work, { MUTATION_ALONE: mutant });
  const last = lastOf(work);
  if (last.decided === mutant) return;
  say(work, last.try === mutant ? { decided: mutant, killed: last.test, how: 'hung' } : { decided: mutant });
}

/** Runs the tests; returns the exit status, or 'hung' if nothing happened for a minute. */
async function vitest(folder, work, how) {
  const child = spawn('npx', ['vitest', 'run', '--config', 'scripts/mutation/config.ts'], {
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      MUTATION_TESTS: folders[folder].join(' '),
      MUTATION_WORK: work,
      ...how,
    },
  });
  const started = Date.now();
  let status;
  child.on('exit', (code) => {
    status = code ?? 'killed';
  });
  while (status === undefined) {
    await sleep(250);
    const last = lastOf(work);
    const since = Math.max(
      started,
      existsSync(`${work}/events.jsonl`) ? statSync(`${work}/events.jsonl`).mtimeMs : 0,
    );
    const hung = last.try !== undefined && Date.now() - since > 1000 * PATIENCE;
    const ended = last.unsound !== undefined || last.broken !== undefined;
    if (!hung && !(ended && since > started)) continue;
    end(child);
    return hung ? 'hung' : 'ended';
  }
  return status;
}

/** Ends a process and those that it started, unless they have ended. */
function end({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Prints every mutant that no test killed, and the share of those killed. */
function report(folder, work, mutants) {
  const events = eventsOf(work);
  const killed = new Set(events.filter((event) => event.killed !== undefined).map((event) => event.decided));
  const [covered, reached, loaded] = ['covered', 'reached', 'loaded'].map(
    (kind) => new Set(events.flatMap((event) => event[kind] ?? [])),
  );
  for (const { unrepeatable } of events)
    if (unrepeatable !== undefined)
      console.log(`not used, since it passes only once in a process: ${unrepeatable}`);
  const kinds = { killed: 0, survived: 0, 'reached by no test': 0, 'runs once': 0 };
  for (const { id, fileName, location, mutatorName, replacement } of mutants) {
    const kind = killed.has(id)
      ? 'killed'
      : reached.has(id)
        ? 'survived'
        : covered.has(id) || loaded.has(id)
          ? 'runs once'
          : 'reached by no test';
    kinds[kind]++;
    if (kind === 'killed' || kind === 'runs once') continue;
    const { line, column } = location.start;
    const lines = readFileSync(fileName, 'utf8').split('\n');
    const original =
      location.end.line === line
        ? lines[line].slice(column, location.end.column)
        : `${lines[line].slice(column)} …`;
    console.log(
      `${relative('src', fileName)}:${line + 1}:${column + 1} ${kind}, ${mutatorName}: ${original} → ${replacement.replace(/\s+/g, ' ')}`,
    );
  }
  const share = kinds.killed / (mutants.length - kinds['runs once']);
  console.log(`${folder}: ${JSON.stringify(kinds)}, ${(100 * share).toFixed(1)} % killed`);
  if (share < 0.95) process.exitCode = 1;
}

for (const folder of asked.length > 0 ? asked : Object.keys(folders)) {
  const work = resolve('node_modules/.cache/mutation', folder.replaceAll('/', '-'));
  const mutants = await instrument(folder, work);
  await tryAll(folder, work);
  report(folder, work, mutants);
}
