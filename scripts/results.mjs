/**
 * Runs the examples and writes docs/results.md: `npm run results [-- NAME …]`.
 *
 * Each run leaves a JSON file in docs/results; one that is there is not made again unless it is named, so that what was
 * interrupted goes on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = `${root}docs/results/`;

const examples = [
  'character-language-model',
  'part-of-speech',
  'document-classification',
  'document-genre',
  'names',
  'weather',
  'voice-activity',
  'number-words',
  'spelling-to-phonemes',
  'translation',
  'sentiment',
  'gradient-flow',
  'adding-problem',
  'copy-memory',
  'two-digit-addition',
].filter((name) => existsSync(`${root}examples/${name}.ts`));

/** The options of those that do less than their best without. */
const options = { 'character-language-model': ['--full'] };

const fileOf = (name) => `${folder}${name}.json`;
const named = process.argv.slice(2);
const unknown = named.find((name) => !examples.includes(name));
if (unknown !== undefined) {
  console.error(`npm run results: name is ${unknown}, expected one of ${examples.join(', ')}`);
  process.exit(1);
}

mkdirSync(folder, { recursive: true });
for (const name of named.length > 0 ? named : examples.filter((name) => !existsSync(fileOf(name)))) {
  console.log(`\n── ${name} ──`);
  const command = [`${root}scripts/example.mjs`, name, ...(options[name] ?? [])];
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, RESULTS_FILE: fileOf(name) },
  });
  if (status !== 0) {
    console.error(`npm run results: ${name} ended with ${status}; the others go on`);
    process.exitCode = 1;
  }
}

const results = examples
  .filter((name) => existsSync(fileOf(name)))
  .map((name) => JSON.parse(readFileSync(fileOf(name), 'utf8')));
writeFileSync(`${root}docs/results.md`, page(results));

function page(results) {
  return `# Results

Made by \`npm run results\` from the files in \`docs/results\`; not edited by hand. Every figure is of data held out from
training. Beside ours stand a trivial baseline and, where there is one, a published figure.
${results.map(section).join('')}`;
}

function section({
  example,
  title,
  structure,
  data,
  split,
  seed,
  model,
  measures,
  rows,
  notes,
  table,
  caption,
  ...run
}) {
  const minutes = (run.seconds / 60).toFixed(1);
  const name = example.split(' ')[0];
  return `
## ${title}

\`npm run example ${example}\` · ${structure}

${data}; ${split}. ${model}; seed ${seed}.

${grid(
  measures,
  rows.map(({ system, kind, values }) =>
    kind === 'ours'
      ? [system, ...values].map((cell) => `**${cell}**`)
      : [kind === 'published' ? `${system} (published)` : system, ...values],
  ),
)}
${notes === undefined ? '' : `\n${notes}\n`}${table === undefined ? '' : `\n${table.caption}:\n\n${grid(table.columns, table.rows)}\n`}${caption === undefined ? '' : `\n![${caption}](results/${name}.svg)\n\n_${caption}._\n`}
${minutes} minutes, data and baselines included, on ${run.machine.cores} cores of ${run.machine.processor}, Node ${run.machine.node}, ${run.date}.
`;
}

function grid(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(['', ...columns]), line(['---', ...columns.map(() => '---:')]), ...rows.map(line)].join('\n');
}
