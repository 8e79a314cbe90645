/**
 * A worker: takes jobs from the queue and runs them in sandboxed processes. Start as many as there are machines:
 *
 *     node --import tsx examples/scaling/worker.ts QUEUE HOST PORT NAME
 */
import { fileURLToPath } from 'node:url';
import { Worker } from 'bullmq';

const [queue, host, port, name] = process.argv.slice(2);
// The name has no spaces, because Redis lists only such names among its clients.
const worker = new Worker(queue!, fileURLToPath(new URL('sandbox.ts', import.meta.url)), {
  connection: { host: host!, port: Number(port) },
  name: name!,
  concurrency: 1,
  // A worker that does not renew its lock for this long counts as dead, and another worker gets its job.
  lockDuration: 5000,
  stalledInterval: 1000,
  maxStalledCount: 10,
});
worker.on('error', (error) => console.error(`${name}: ${error.message}`));
