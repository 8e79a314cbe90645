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

/** A function to await between steps: it gives way to the event loop when it last did so long enough ago. */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < BREATH_MS) return undefined;
    return nextTurn().then(() => {
      last = performance.now();
    });
  };
}
