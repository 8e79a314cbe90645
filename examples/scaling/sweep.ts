/**
 * Many trainings on a queue of BullMQ: a grid of settings, trained by workers, one of which is killed.
 *
 *     npm run example scaling/sweep [-- --quick]
 *
 * Two workers take trainings from the queue. In the middle of one, its worker is killed with SIGKILL, like a machine that loses
 * power; the other worker takes over the job. Training is deterministic, so the models have the same bytes as those of a single
 * process, which this program trains afterwards for comparison. The workers then count the words of a file in parts, and the
 * merged counts equal those of the whole file. Needs `redis-server` (Debian: `apt-get install redis-server`), and starts its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue, QueueEvents } from 'bullmq';
import { type SavedTokenCounts, TokenCounts, Vocabulary } from 'recurrent-cells/text';
import { hasRedis, startRedis } from './redis.ts';
import { countPart, mobyDick, type Settings, type Trained, trainOne } from './tasks.ts';

const QUICK = process.argv.includes('--quick');
const PARTS = 8;
const QUEUE = 'sweep';

const grid: Settings[] = (QUICK ? [16, 24] : [32, 64, 96]).flatMap((hiddenSize) =>
  [0.003, 0.01].map((learningRate) => ({
    hiddenSize,
    learningRate,
    steps: QUICK ? 120 : 190,
  })),
);
const nameOf = ({ hiddenSize, learningRate }: Settings) => `hidden ${hiddenSize}, rate ${learningRate}`;

if (hasRedis()) await sweep();
else console.log('\n  SKIPPED: there is no redis-server here, so nothing was queued, trained or compared.\n');

async function sweep(): Promise<void> {
  const { port, server } = await startRedis();
  const connection = { host: '127.0.0.1', port };
  const workers = ['worker-1', 'worker-2'].map((name) => startWorker(port, name));
  process.on('exit', () => workers.forEach(killWithSandbox));
  const queue = new Queue(QUEUE, { connection });
  const events = new QueueEvents(QUEUE, { connection });
  try {
    await events.waitUntilReady();
    while ((await queue.getWorkersCount()) < workers.length) await setTimeout(50);
    const trained = await trainOnQueue(queue, events, workers);
    await compare(trained);
    keepBest(trained);
    await count(queue, events);
  } finally {
    await events.close();
    await queue.close();
    workers.forEach(killWithSandbox);
    server.kill();
  }
}

/** Leads its own process group, so that its sandboxed process can be killed with it. */
function startWorker(port: number, name: string): ChildProcess {
  const file = fileURLToPath(new URL('worker.ts', import.meta.url));
  const command = [...process.execArgv, file, QUEUE, '127.0.0.1', `${port}`, name];
  return spawn(process.execPath, command, { stdio: 'inherit', detached: true });
}

function killWithSandbox({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended already
  }
}

/** Trains the grid, and kills the first worker in the middle of its first training. */
async function trainOnQueue(queue: Queue, events: QueueEvents, workers: ChildProcess[]): Promise<Trained[]> {
  const jobs = await queue.addBulk(grid.map((data) => ({ name: 'train', data })));
  const settingsOf = (jobId: string) => nameOf(grid[jobs.findIndex(({ id }) => id === jobId)]!);
  let killed: string | undefined;
  let takenOver = false;
  events.on('progress', async ({ jobId, data }) => {
    console.log(`  ${settingsOf(jobId)}: ${Math.round(100 * Number(data))} %`);
    if (killed !== undefined || Number(data) > 0.5) return;
    const job = await queue.getJob(jobId);
    if (job?.processedBy !== 'worker-1' || killed !== undefined) return;
    killed = jobId;
    killWithSandbox(workers[0]!);
    console.log(`  KILLED worker-1 with SIGKILL in the middle of ${settingsOf(jobId)}`);
  });
  events.on('stalled', ({ jobId }) => {
    if (jobId === killed) takenOver = true;
    console.log(`  ${settingsOf(jobId)} has lost its worker, and is back in the queue`);
  });
  const trained: Trained[] = await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
  for (const [i, job] of jobs.entries()) {
    const { processedBy } = (await queue.getJob(job.id!))!;
    console.log(`  ${nameOf(grid[i]!)}: perplexity ${trained[i]!.perplexity.toFixed(3)}, by ${processedBy}`);
  }
  const heir = killed === undefined ? undefined : (await queue.getJob(killed))?.processedBy;
  if (!takenOver || heir !== 'worker-2')
    throw new Error(`the killed training was not taken over by worker-2: ${heir}`);
  return trained;
}

async function compare(trained: readonly Trained[]): Promise<void> {
  for (const [i, settings] of grid.entries()) {
    const { model, perplexity } = await trainOne(settings, async () => {});
    if (model !== trained[i]!.model || perplexity !== trained[i]!.perplexity)
      throw new Error(`${nameOf(settings)}: the queue and one process trained different weights`);
  }
  console.log(`  ${grid.length} models: the same bytes as trained in one process`);
}

function keepBest(trained: readonly Trained[]): void {
  const best = trained.reduce((a, b) => (b.perplexity < a.perplexity ? b : a));
  const folder = fileURLToPath(new URL('../output/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}sweep.safetensors`, Buffer.from(best.model, 'base64'));
  console.log(`  best: ${nameOf(grid[trained.indexOf(best)]!)}, kept in examples/output/sweep.safetensors`);
}

/** Counts the words of a file in parts on the queue, merges the counts, and compares them with those of the whole file. */
async function count(queue: Queue, events: QueueEvents): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-'));
  try {
    const path = join(folder, 'moby-dick.txt');
    writeFileSync(path, mobyDick());
    const parts = Array.from({ length: PARTS }, (_, part) => ({ path, part, parts: PARTS }));
    const jobs = await queue.addBulk(parts.map((data) => ({ name: 'count', data })));
    const saved: SavedTokenCounts[] = await Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
    const merged = TokenCounts.merge(saved);
    if (JSON.stringify(merged) !== JSON.stringify(await countPart({ path, part: 0, parts: 1 })))
      throw new Error('the merged counts differ from those of the whole file');
    const { size } = Vocabulary.from(merged, { minDocuments: 2 });
    console.log(
      `  ${PARTS} parts: ${merged.tokens} words of ${merged.documents} lines, ${merged.types} different,`,
    );
    console.log(`  the same counts as for the whole file; ${size} indices for words in two lines or more`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
