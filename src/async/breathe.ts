/** Yields to the event loop between steps of long work. */

// A frame at 60 Hz is 16.7 ms: working this long leaves time to draw it.
const BREATH_MS = 12;

interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** The host's scheduling functions that this file uses, where present. */
const host = globalThis as unknown as {
  setImmediate?: ((callback: () => void) => void) | undefined;
  MessageChannel?: new () => { port1: Port; port2: Port };
  setTimeout(callback: () => void, milliseconds: number): void;
};

/** Resolves in a later turn of the event loop, without the delay that browsers add to timers. */
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

// Shared by the whole program, so that many short tasks yield as often as one long task.
let last = 0;

/** Await it between steps: yields to the event loop unless the program has yielded recently. */
export function breathe(): Promise<void> | undefined {
  if (performance.now() - last < BREATH_MS) return undefined;
  return nextTurn().then(() => {
    last = performance.now();
  });
}
