/** Forces garbage collection, to test that memory is returned. */
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage until `done` returns true or the attempts run out. */
export async function collected(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !done(); i++) {
    // A dereferenced WeakRef keeps its target until the task ends; finalisers run between tasks.
    await setTimeout();
    collect();
    await setTimeout();
  }
}
