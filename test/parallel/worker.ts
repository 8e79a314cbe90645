/** A worker that supports a custom layer and loss, or misbehaves. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Loss } from '../../src/index.ts';
import { serve } from '../../src/parallel.ts';
import type { Behaviour } from './bundle.ts';
import { Doubled, Halved } from './own.ts';

const { behaviour, index } = workerData as { behaviour: Behaviour; index: number };
const port = parentPort!;
// The first message initialises, and each further one is a step.
let messages = 0;
const atStep = (step: number, act: () => void) =>
  port.on('message', () => {
    if (messages++ === step + 1) act();
  });

if (behaviour === 'exit') atStep(1, () => process.exit(7));
if (behaviour === 'throw')
  atStep(1, () =>
    setImmediate(() => {
      throw new Error('out of order');
    }),
  );
if (behaviour === 'slow') {
  // Later workers answer sooner.
  const post = port.postMessage.bind(port);
  port.postMessage = (message, transfer) => setTimeout(() => post(message, transfer), 40 / index);
}
if (behaviour === 'silent') port.on('message', () => {});
else
  serve({
    builders: { Doubled: (options) => new Doubled(options) },
    losses: { halved: () => new Halved() as Loss<never> },
  });
