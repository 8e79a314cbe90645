/** Garbage collection, called for: what it gives back must really come back. */
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects until `done`, or until it is plain that this will not happen. */
export async function collected(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !done(); i++) {
    // A weak reference that was looked at holds until its task ends; finalisers run between tasks.
    await setTimeout();
    collect();
    await setTimeout();
  }
}
