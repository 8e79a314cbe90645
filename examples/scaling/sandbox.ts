/** Runs in a separate process. BullMQ starts one for each job that a worker handles at the same time. */
import type { SandboxedJob } from 'bullmq';
import { countPart, trainOne } from './tasks.ts';

export default function work(job: SandboxedJob): Promise<unknown> {
  if (job.name === 'count') return countPart(job.data);
  return trainOne(job.data, (done) => job.updateProgress(done));
}
