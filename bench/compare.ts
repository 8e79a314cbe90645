/** Measures one workload: prepares all its systems, compares their values, and times them alternately. */
import { Measured } from './measured.ts';
import type { Peer } from './peers.ts';
import type { Ready } from './protocol.ts';
import { productFlops, type Workload } from './workloads.ts';

/** A row of the result. */
export interface Row {
  readonly workload: string;
  readonly system: string;
  /** The runtime: Node's version, or Python's and PyTorch's. */
  readonly node: string;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** The rate of the matrix products, from the median time. */
  readonly gflops: number;
  readonly peakRssMiB: number;
  /** The number of rounds measured; 0 if only the first, cold run was possible. */
  readonly rounds: number;
  /** The largest relative difference of its values from the reference's; undefined if they cannot be compared. */
  readonly disagreement: number | undefined;
  readonly note: string | undefined;
}

/** A workload's results. */
export interface Comparison {
  readonly workload: Workload;
  /** The system whose values the others are compared with. */
  readonly reference: string | undefined;
  readonly rows: readonly Row[];
  /** Why some systems have no result. */
  readonly cannot: readonly { readonly system: string; readonly reason: string }[];
}

/** Measurement settings. */
export interface Settings {
  readonly rounds: number;
  /** The approximate duration of a round; for a slow system, one run. */
  readonly roundMs: number;
  /** The time after which a system gets no more rounds. */
  readonly budgetMs: number;
  command(peer: Peer, workload: Workload): string[];
  readonly environment: NodeJS.ProcessEnv;
  progress(text: string): void;
}

interface Entrant {
  readonly peer: Peer;
  readonly process: Measured;
  readonly ready: Ready;
  readonly times: number[];
  spentMs: number;
}

// Preparation may take this many times the budget: it includes compilation and two runs of the slowest system.
const PATIENCE = 6;

/** Measures one workload alternately: a round of every system, then the next round. */
export async function compare(
  workload: Workload,
  peers: readonly Peer[],
  settings: Settings,
): Promise<Comparison> {
  const { rounds, roundMs, budgetMs, progress } = settings;
  const entrants: Entrant[] = [];
  const cannot: { system: string; reason: string }[] = [];
  for (const peer of peers) {
    progress(`${workload.name}: preparing ${peer.name}`);
    const command = settings.command(peer, workload);
    const process = new Measured(command, { ...settings.environment, ...peer.limits }, PATIENCE * budgetMs);
    const ready = await process.ready();
    if (typeof ready === 'string') {
      await process.end();
      cannot.push({ system: peer.name, reason: ready });
    } else entrants.push({ peer, process, ready, times: [], spentMs: 0 });
  }
  for (let round = 0; round < rounds; round++)
    for (const entrant of entrants) {
      progress(`${workload.name}: round ${round + 1} of ${rounds}, ${entrant.peer.name}`);
      await measure(entrant, roundMs, budgetMs);
    }
  const reference = referenceOf(entrants);
  const rows = await Promise.all(entrants.map((entrant) => rowOf(workload, entrant, reference?.ready)));
  return { workload, reference: reference?.peer.name, rows, cannot };
}

/** One round, unless the system's time is up. */
async function measure(entrant: Entrant, roundMs: number, budgetMs: number): Promise<void> {
  const { process, ready, times } = entrant;
  if (entrant.spentMs + (times.at(-1) ?? ready.firstMs) > budgetMs) return;
  const start = performance.now();
  const time = await process.round(roundMs);
  entrant.spentMs += performance.now() - start;
  if (time !== undefined) times.push(time);
}

function referenceOf(entrants: readonly Entrant[]): Entrant | undefined {
  return ['pytorch', 'ours']
    .map((name) => entrants.find(({ peer }) => peer.name === name))
    .find((entrant) => entrant !== undefined);
}

/**
 * The largest relative difference between two systems' values. For training, the first loss is compared, and its decrease in one
 * step, which depends on the gradients.
 */
function disagreement({ task }: Workload, values: number[][], expected: number[][]): number {
  const relative = (a: number, b: number) => Math.abs(a - b) / Math.max(Math.abs(b), 1e-30);
  const both = Math.min(values.length, expected.length);
  let largest = 0;
  for (let run = 0; run < both; run++)
    expected[run]!.forEach((value, i) => {
      const fell = task === 'train' && run > 0;
      const found = fell ? values[0]![i]! - values[run]![i]! : values[run]![i]!;
      largest = Math.max(largest, relative(found, fell ? expected[0]![i]! - value : value));
    });
  return largest;
}

async function rowOf(workload: Workload, entrant: Entrant, reference: Ready | undefined): Promise<Row> {
  const { peer, process, ready, times } = entrant;
  const peakRssMiB = (await process.end()) ?? Number.NaN;
  const sorted = (times.length > 0 ? [...times] : [ready.firstMs]).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const medianMs = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const comparable = reference !== undefined && !ready.ownWeights;
  return {
    workload: workload.name,
    system: peer.name,
    node: ready.runtime,
    medianMs,
    minMs: sorted[0]!,
    maxMs: sorted.at(-1)!,
    gflops: productFlops(workload) / medianMs / 1e6,
    peakRssMiB,
    rounds: times.length,
    disagreement: comparable ? disagreement(workload, ready.values, reference.values) : undefined,
    note: ready.differs,
  };
}
