/** Prints an example's result with its baselines and published figures, and saves it for docs/results.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const OUTPUT = fileURLToPath(new URL('../output/', import.meta.url));

/** A row of a result: a system and its value for each measure. */
export interface ResultRow {
  readonly system: string;
  readonly kind: 'ours' | 'baseline' | 'published';
  /** As printed, one per measure; `'–'` if unknown. */
  readonly values: readonly string[];
}

/** Rows of cells, each starting with its name, and the column headings. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The result of an example, with all that is needed to judge it. */
export interface Result {
  /** As in `npm run example NAME`. */
  readonly example: string;
  readonly title: string;
  /** One of the five structures. */
  readonly structure: string;
  /** The corpus and its size. */
  readonly data: string;
  /** The training and test sets. */
  readonly split: string;
  /** Undefined if the figures are from several seeds. */
  readonly seed?: number | undefined;
  /** The network and its size. */
  readonly model: string;
  readonly measures: readonly string[];
  readonly rows: readonly ResultRow[];
  /** Caveats for the reader. */
  readonly notes?: string | undefined;
  /** An optional second table. */
  readonly table?: Table | undefined;
  /** An optional plot: an SVG and its caption. */
  readonly picture?: { readonly svg: string; readonly caption: string } | undefined;
}

/**
 * Prints a result and writes its plot to examples/output; if the variable RESULTS_FILE names a file, the result is written there,
 * with the plot next to it.
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

function print(result: Omit<Result, 'picture'>): void {
  const { title, data, split, seed, model, measures, rows, notes, table } = result;
  console.log(`\n${title}`);
  console.log(`  ${data}; ${split}; ${model}${seed === undefined ? '' : `; seed ${seed}`}\n`);
  const bold = new Set(rows.filter(({ kind }) => kind === 'ours').map(({ system }) => system));
  printTable([['', ...measures], ...rows.map(({ system, values }) => [system, ...values])], bold);
  // The notes describe the full run and do not apply to a short one.
  if (process.argv.includes('--quick')) console.log('\n  --quick: it runs; nothing was learned.');
  else if (notes !== undefined) console.log(`\n  ${notes}`);
  if (table === undefined) return;
  console.log(`\n  ${table.caption}:\n`);
  printTable([['', ...table.columns], ...table.rows]);
}

function printTable(rows: readonly (readonly string[])[], bold: ReadonlySet<string> = new Set()): void {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((cells) => cells[at]!.length)));
  for (const [name, ...cells] of rows) {
    const padded = name!.padEnd(widths[0]!);
    const rest = cells.map((cell, at) => `   ${cell.padStart(widths[at + 1]!)}`).join('');
    console.log(`  ${bold.has(name!) ? `\u001b[1m${padded}\u001b[22m` : padded}${rest}`);
  }
}
