/**
 * `npm run bench`: measures this library and its peers alternately, one process each, on one core. See README.md.
 *
 *     --only W1,W5          these workloads (W7 includes all three variants); default all
 *     --peers none|js|all   which peers, or their names separated by commas; default all
 *     --node PATH|VERSION   the Node to measure: a program, or a version that npm installs, such as 26 or latest; default the running one
 *     --rounds N            rounds of each system; default 7
 *     --core N              the core to run on; default the last
 *     --json FILE           also writes { ceilings, rows, cannot }
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Ceilings } from './ceilings.ts';
import { type Comparison, compare, type Settings } from './compare.ts';
import { nodeProgram } from './node-program.ts';
import { environment, type Peer, peers, pinning, pythonWithTorch } from './peers.ts';
import { prepare, programFile } from './prepare.ts';
import { digits, table } from './table.ts';
import { draw, write } from './tensors.ts';
import { type Workload, workloads } from './workloads.ts';

const ROUND_MS = 250;
const BUDGET_MS = 20_000;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    peers: { type: 'string', default: 'all' },
    node: { type: 'string', default: process.execPath },
    rounds: { type: 'string', default: '7' },
    core: { type: 'string', default: String(cpus().length - 1) },
    json: { type: 'string' },
  },
});

/** The entries of `all` named in a comma-separated list. */
function chosen<Item extends { readonly name: string }>(
  option: string,
  names: string,
  all: readonly Item[],
): Item[] {
  const wanted = names.split(',');
  const is = ({ name }: Item, want: string) => name === want || name.startsWith(`${want}-`);
  for (const want of wanted)
    if (!all.some((item) => is(item, want)))
      throw new RangeError(
        `bench: --${option} is "${want}", expected one of ${all.map(({ name }) => name).join(', ')}`,
      );
  return all.filter((item) => wanted.some((want) => is(item, want)));
}

function entrants(names: string): Peer[] {
  const kinds: { [set: string]: readonly Peer['kind'][] } = { none: [], js: ['js'], all: ['js', 'native'] };
  const set = kinds[names];
  const named = set === undefined ? chosen('peers', names, peers) : [];
  return peers.filter((peer) => peer.kind === 'ours' || set?.includes(peer.kind) || named.includes(peer));
}

/** A progress line that the next one overwrites, on a terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

await prepare();
const core = pinning(Number(options.core));
const python = pythonWithTorch();
const files = mkdtempSync(join(tmpdir(), 'recurrent-cells-bench-'));
process.on('exit', () => rmSync(files, { recursive: true, force: true }));

const runtime = nodeProgram(options.node);
const node = (program: string) => [...core, runtime, programFile(program)];
const settings: Settings = {
  rounds: Number(options.rounds),
  roundMs: ROUND_MS,
  budgetMs: BUDGET_MS,
  environment: environment(),
  progress,
  command({ program, argument }: Peer, workload: Workload): string[] {
    const start = program.endsWith('.py') ? [...core, python!, programFile(program)] : node(program);
    const told = [JSON.stringify(workload), join(files, `${workload.name}.safetensors`)];
    return [...start, ...told, ...(argument === undefined ? [] : [argument])];
  },
};

progress('ceilings');
const [program, ...parameters] = node('ceilings');
const ceilings = JSON.parse(execFileSync(program!, parameters, { encoding: 'utf8' })) as Ceilings;
const pinned = core.length > 0 ? `core ${options.core}` : 'any core (no taskset)';
console.log(`${cpus()[0]?.model.trim()}, ${ceilings.runtime}, processes on ${pinned}`);
if (ceilings.gflops !== undefined)
  console.log(`multiply–add ceiling of ${ceilings.kernels}: ${digits(ceilings.gflops)} GFLOP/s`);
if (ceilings.wideGflops !== undefined) console.log(`of 256 bits: ${digits(ceilings.wideGflops)} GFLOP/s`);
console.log(`large copy: ${digits(ceilings.copyGBs)} GB/s`);
if (python === undefined) console.log('no python3 with torch here: PyTorch is left out');

const systems = entrants(options.peers).filter(
  ({ program: file }) => python !== undefined || !file.endsWith('.py'),
);
const selected = options.only === undefined ? workloads : chosen('only', options.only, workloads);
const comparisons: Comparison[] = [];
for (const workload of selected) {
  const file = join(files, `${workload.name}.safetensors`);
  write(file, draw(workload));
  const comparison = await compare(workload, systems, settings);
  rmSync(file);
  comparisons.push(comparison);
  progress('');
  console.log(`\n${table(comparison, ceilings.gflops)}`);
  // Written after each workload, so that an interrupted run keeps its results.
  if (options.json !== undefined) writeFileSync(options.json, report());
}

function report(): string {
  const rows = comparisons.flatMap((comparison) => comparison.rows);
  const cannot = comparisons.flatMap(({ workload, cannot: list }) =>
    list.map((entry) => ({ workload: workload.name, ...entry })),
  );
  return `${JSON.stringify({ cpu: cpus()[0]?.model.trim(), ceilings, rows, cannot }, undefined, 2)}\n`;
}
