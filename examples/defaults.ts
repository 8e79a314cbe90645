/**
 * How the initial biases and weights of LSTMs and GRUs affect what they learn: the study behind the cells' defaults.
 *
 *     npm run example defaults -- --task "adding, T = 100" --cell LSTM --seed 1,2
 *     npm run example defaults -- --table
 *
 * Every option is a list: tasks, cells, starts, learning rates, seeds. Without options the whole grid is run, which takes hours. Runs
 * that docs/results/defaults.json has already are not repeated; each new one is added to it, and the tables of docs/defaults.md are
 * written again. A run depends on nothing but its five settings: it uses one thread, and all kernels give the same bits.
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

const list = { type: 'string', multiple: true } as const;
const { values: options } = parseArgs({
  options: { task: list, cell: list, start: list, rate: list, seed: list, table: { type: 'boolean' } },
});

/** What an option names, which may contain commas only where `split` is false; default `all`. */
function chosen<Item>(given: readonly string[] | undefined, all: readonly Item[], split = true): Item[] {
  const names = split ? given?.flatMap((one) => one.split(',')) : given;
  const unknown = names?.find((name) => !all.some((item) => String(item) === name));
  if (unknown !== undefined) throw new RangeError(`${unknown} is unknown, expected one of ${all.join('; ')}`);
  return all.filter((item) => names?.includes(String(item)) ?? true);
}

/** The runs asked for, seed by seed. */
function* grid(): Generator<{ readonly task: Task } & Omit<Run, 'task' | 'value'>> {
  const names = tasks.map(({ name }) => name);
  for (const seed of chosen(options.seed, [1, 2, 3]))
    for (const name of chosen(options.task, names, false)) {
      const task = tasks.find((task) => task.name === name)!;
      for (const cell of chosen(options.cell, task.cells))
        for (const rate of chosen(options.rate, task.rates))
          for (const start of chosen(options.start, startNames)) yield { task, cell, start, rate, seed };
    }
}

const runs: Run[] = existsSync(RUNS) ? JSON.parse(readFileSync(RUNS, 'utf8')) : [];
const sameRun = (a: Omit<Run, 'value'>, b: Omit<Run, 'value'>) =>
  a.task === b.task && a.cell === b.cell && a.start === b.start && a.rate === b.rate && a.seed === b.seed;

/** The mean over the seeds and their number, in brackets; the least of a row in bold. */
function table(): string {
  const rows = tasks.flatMap((task) =>
    task.cells.flatMap((cell) =>
      task.rates.flatMap((rate) => {
        const means = startNames.map((start) => {
          const some = runs.filter(
            (run) => run.task === task.name && run.cell === cell && run.rate === rate && run.start === start,
          );
          return { count: some.length, mean: some.reduce((sum, { value }) => sum + value, 0) / some.length };
        });
        if (means.every(({ count }) => count === 0)) return [];
        const least = Math.min(
          ...means.map(({ mean }) => (Number.isNaN(mean) ? Number.POSITIVE_INFINITY : mean)),
        );
        const shown = means.map(({ count, mean }) => {
          if (count === 0) return '';
          const text = mean < 0.01 ? mean.toFixed(5) : mean.toFixed(3);
          return `${mean === least ? `**${text}**` : text} (${count})`;
        });
        return [`| ${[`${task.name}, ${task.measure}`, cell, rate, ...shown].join(' | ')} |`];
      }),
    ),
  );
  return [
    `| task | cell | rate | ${startNames.join(' | ')} |`,
    `| --- | --- | --- | ${startNames.map(() => '---:').join(' | ')} |`,
    ...rows,
  ].join('\n');
}

function writeTable(): void {
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(
    PAGE,
    page.replace(/\| task [\s\S]*?\n\n/, () => `${table()}\n\n`),
  );
}

if (!options.table) {
  try {
    useWideKernels();
  } catch {
    // The same results, in more time.
  }
  for (const { task, ...settings } of grid()) {
    const run = { task: task.name, ...settings };
    if (runs.some((done) => sameRun(done, run))) continue;
    const cell = starting(run.cell, run.start, task.longest);
    runs.push({ ...run, value: await task.run(cell, run.rate, run.seed) });
    console.log(JSON.stringify(runs.at(-1)));
    writeFileSync(RUNS, `[\n${runs.map((run) => `  ${JSON.stringify(run)}`).join(',\n')}\n]\n`);
    writeTable();
  }
}
if (options.table) writeTable();
console.log(table());
