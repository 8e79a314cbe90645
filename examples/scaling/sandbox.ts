/** Runs in a process of its own, which BullMQ starts for each job that a worker handles at a time. */
import type { SandboxedJob } from 'bullmq';
import { countPart, trainOne } from './tasks.ts';

export default function work(job: SandboxedJob): Promise<unknown> {
  if (job.name === 'count') return countPart(job.data);
  return trainOne(job.data, (done) => job.updateProgress(done));
}
