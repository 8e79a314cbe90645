/**
 * How the initial biases and weights of LSTMs and GRUs affect what they learn: the study behind the cells' defaults.
 *
 *     npm run example defaults -- --task "adding, T = 100" --cell LSTM --start "bias 0,bias 1"
 *     npm run example defaults -- --table
 *
 * Each start is trained at each learning rate with seed 1, then with seeds 2 and 3 at the best of these rates, so starts are
 * compared at the rate that suits each. Every option is a list, and limits the study to its items; without options it takes
 * hours. Runs already in docs/results/defaults.json are not repeated. Each new run is added there, and the table of
 * docs/defaults.md is rewritten. A run depends only on its five settings: it uses one thread, and all kernels give the same bits.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { useWideKernels } from 'recurrent-cells/node';
import { type CellName, type StartName, starting, startNames } from './study/starts.ts';
import { type Task, tasks } from './study/tasks.ts';

interface Run {
  readonly task: string;
  readonly cell: CellName;
  readonly start: StartName;
  readonly rate: number;
  readonly seed: number;
  /** The error on the validation part. */
  readonly value: number;
}

const RUNS = fileURLToPath(new URL('../docs/results/defaults.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/defaults.md', import.meta.url));

const taskNames = tasks.map(({ name }) => name);

const list = { type: 'string', multiple: true } as const;
const { values: options } = parseArgs({
  options: { task: list, cell: list, start: list, seed: list, table: { type: 'boolean' } },
});

/** The items that an option names, default `all`. They may contain commas only if `split` is false. */
function chosen<Item>(given: readonly string[] | undefined, all: readonly Item[], split = true): Item[] {
  const names = split ? given?.flatMap((one) => one.split(',')) : given;
  const unknown = names?.find((name) => !all.some((item) => String(item) === name));
  if (unknown !== undefined) throw new RangeError(`${unknown} is unknown, expected one of ${all.join('; ')}`);
  return all.filter((item) => names?.includes(String(item)) ?? true);
}

const runs: Run[] = existsSync(RUNS) ? JSON.parse(readFileSync(RUNS, 'utf8')) : [];

type Settings = Omit<Run, 'value'>;
const sameRun = (a: Settings, b: Settings) =>
  a.task === b.task && a.cell === b.cell && a.start === b.start && a.rate === b.rate && a.seed === b.seed;

/** The runs of a start at the learning rate whose error with seed 1 is least. */
function bestRuns(task: string, cell: CellName, start: StartName): Run[] {
  const ofStart = runs.filter((run) => run.task === task && run.cell === cell && run.start === start);
  const first = ofStart.filter(({ seed }) => seed === 1).sort((a, b) => a.value - b.value)[0];
  return ofStart.filter(({ rate }) => rate === first?.rate);
}

/** The requested runs: all rates with the first seed, then the other seeds at the best of them. */
function* grid(): Generator<{ readonly task: Task; readonly settings: Settings }> {
  const seeds = chosen(options.seed, [1, 2, 3]);
  for (const name of chosen(options.task, taskNames, false)) {
    const task = tasks.find((task) => task.name === name)!;
    for (const cell of chosen(options.cell, task.cells)) {
      const starts = chosen(options.start, startNames);
      if (seeds.includes(1))
        for (const rate of task.rates)
          for (const start of starts) yield { task, settings: { task: name, cell, start, rate, seed: 1 } };
      for (const seed of seeds.filter((seed) => seed > 1))
        for (const start of starts) {
          const rate = bestRuns(name, cell, start)[0]?.rate;
          if (rate !== undefined) yield { task, settings: { task: name, cell, start, rate, seed } };
        }
    }
  }
}

/**
 * For each start the mean over the seeds at its best rate, their standard deviation, and in brackets their number and the rate, with
 * an asterisk if not all rates were tried.
 */
function table(): string {
  const rows = tasks.flatMap((task) =>
    task.cells.flatMap((cell) => {
      const bests = startNames.map((start) => bestRuns(task.name, cell, start));
      if (bests.every((some) => some.length === 0)) return [];
      const least = Math.min(...bests.filter((some) => some.length > 0).map((some) => statistics(some).mean));
      const shown = bests.map((some) => (some.length === 0 ? '' : shownOf(some, least, task.rates)));
      return [`| ${[`${task.name}, ${task.measure}`, cell, ...shown].join(' | ')} |`];
    }),
  );
  return [
    `| task | cell | ${startNames.join(' | ')} |`,
    `| --- | --- | ${startNames.map(() => '---:').join(' | ')} |`,
    ...rows,
  ].join('\n');
}

function statistics(some: readonly Run[]): { mean: number; deviation: number } {
  const mean = some.reduce((sum, { value }) => sum + value, 0) / some.length;
  const squares = some.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (some.length - 1)) };
}

function shownOf(some: readonly Run[], least: number, rates: readonly number[]): string {
  const { mean, deviation } = statistics(some);
  const digits = mean < 0.01 ? 5 : 3;
  const value = mean.toFixed(digits);
  const spread = some.length > 1 ? ` ± ${deviation.toFixed(digits)}` : '';
  const all = rates.every((rate) => runs.some((run) => sameRun(run, { ...some[0]!, rate, seed: 1 })));
  return `${mean === least ? `**${value}**` : value}${spread} (${some.length} at ${some[0]!.rate}${all ? '' : '*'})`;
}

function writeTable(): void {
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(
    PAGE,
    page.replace(/\| task +\| cell[\s\S]*?\n\n/, () => `${table()}\n\n`),
  );
}

if (!options.table) {
  try {
    useWideKernels();
  } catch {
    // The results are the same, but take longer.
  }
  for (const { task, settings } of grid()) {
    if (runs.some((done) => sameRun(done, settings))) continue;
    const cell = starting(settings.cell, settings.start, task.longest);
    runs.push({ ...settings, value: await task.run(cell, settings.rate, settings.seed) });
    console.log(JSON.stringify(runs.at(-1)));
    writeFileSync(RUNS, `[\n${runs.map((run) => `  ${JSON.stringify(run)}`).join(',\n')}\n]\n`);
    writeTable();
  }
}
if (options.table) writeTable();
console.log(table());
