/** How an example ends: its result beside a baseline and a published figure, printed, and kept for docs/results.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const OUTPUT = fileURLToPath(new URL('../output/', import.meta.url));

/** One line of a result: a system and its value of each measure. */
export interface ResultRow {
  readonly system: string;
  readonly kind: 'ours' | 'baseline' | 'published';
  /** As printed, one for each measure; `'–'` where unknown. */
  readonly values: readonly string[];
}

/** What an example found, and all that is needed to judge it. */
export interface Result {
  /** As in `npm run example NAME`. */
  readonly example: string;
  readonly title: string;
  /** Which of the five structures. */
  readonly structure: string;
  /** The corpus, and its size. */
  readonly data: string;
  /** What was learned from, what was tested on. */
  readonly split: string;
  readonly seed: number;
  /** The network and its size. */
  readonly model: string;
  readonly measures: readonly string[];
  readonly rows: readonly ResultRow[];
  /** What a reader should know before believing the figures. */
  readonly notes?: string | undefined;
  /** What is easier seen than read: an SVG, and what it shows. */
  readonly picture?: { readonly svg: string; readonly caption: string } | undefined;
}

/**
 * Prints a result, and writes its picture to examples/output; where the variable RESULTS_FILE names a file, the result goes
 * there as well, and the picture beside it.
 */
export function report({ picture, ...result }: Result): void {
  print(result);
  const file = process.env.RESULTS_FILE;
  const image = file?.replace(/\.json$/, '.svg') ?? `${OUTPUT}${result.example}.svg`;
  if (picture !== undefined) {
    if (file === undefined) mkdirSync(OUTPUT, { recursive: true });
    writeFileSync(image, picture.svg);
    console.log(`\n  ${picture.caption}: ${image}`);
  }
  if (file === undefined) return;
  const made = {
    ...result,
    caption: picture?.caption,
    seconds: Math.round(performance.now() / 1000),
    machine: { processor: cpus()[0]?.model, cores: cpus().length, node: process.version },
    date: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(file, `${JSON.stringify(made, undefined, 2)}\n`);
}

function print({ title, data, split, seed, model, measures, rows, notes }: Omit<Result, 'picture'>): void {
  const width = Math.max(...rows.map(({ system }) => system.length));
  const columns = measures.map((measure, at) =>
    Math.max(measure.length, ...rows.map(({ values }) => values[at]!.length)),
  );
  const line = (name: string, cells: readonly string[]) =>
    console.log(
      `  ${name.padEnd(width)}${cells.map((cell, at) => `   ${cell.padStart(columns[at]!)}`).join('')}`,
    );
  console.log(`\n${title}`);
  console.log(`  ${data}; ${split}; ${model}; seed ${seed}\n`);
  line('', measures);
  for (const { system, kind, values } of rows)
    line(kind === 'ours' ? `\u001b[1m${system.padEnd(width)}\u001b[22m` : system, values);
  if (notes !== undefined) console.log(`\n  ${notes}`);
}
