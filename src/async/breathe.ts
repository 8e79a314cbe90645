/** Lets the event loop run between steps of long work. */

// A frame of a page at 60 Hz is 16.7 ms: work this long leaves time to draw it.
const BREATH_MS = 12;

interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** What this file needs of its surroundings, whichever they are. */
const host = globalThis as unknown as {
  setImmediate?: ((callback: () => void) => void) | undefined;
  MessageChannel?: new () => { port1: Port; port2: Port };
  setTimeout(callback: () => void, milliseconds: number): void;
};

/** Resolves in a later turn of the event loop, without the delay that browsers put on timers. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (host.setImmediate !== undefined) host.setImmediate(resolve);
    else if (host.MessageChannel !== undefined) {
      const { port1, port2 } = new host.MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    } else host.setTimeout(resolve, 0);
  });
}

// One for the whole program: work in many short pieces gives way as often as work in one.
let last = 0;

/** To be awaited between steps: gives way to the event loop, unless somebody here has done so not long ago. */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - last < BREATH_MS) return undefined;
  return nextTurn().then(() => {
    last = performance.now();
  });
}
