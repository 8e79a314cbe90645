/** The parts that every section of the page has: its elements, and a worker that is made when first needed. */

/** The elements of a section, by selector. */
export function elementsOf(id: string) {
  const section = document.getElementById(id)!;
  return <Kind extends HTMLElement>(selector: string): Kind => section.querySelector<Kind>(selector)!;
}

/** A worker that answers each request with one message; a later request makes an unanswered one obsolete. */
export class Asker<Request, Answer> {
  readonly #worker: Worker;
  #asked = 0;

  constructor(name: string) {
    this.#worker = new Worker(new URL(name, import.meta.url), { type: 'module' });
  }

  /** The answer; undefined if another request followed. */
  async ask(request: Request): Promise<Answer | undefined> {
    const number = ++this.#asked;
    const answer = await new Promise<Answer>((resolve, reject) => {
      const hear = ({ data }: MessageEvent<{ number: number; answer: Answer; failure?: string }>) => {
        if (data.number !== number) return;
        this.#worker.removeEventListener('message', hear);
        if (data.failure === undefined) resolve(data.answer);
        else reject(new Error(data.failure));
      };
      this.#worker.addEventListener('message', hear);
      this.#worker.postMessage({ number, request });
    });
    return number === this.#asked ? answer : undefined;
  }
}

/** In a worker: answers each request. */
export function answer<Request, Answer>(how: (request: Request) => Answer | Promise<Answer>): void {
  addEventListener('message', async ({ data: { number, request } }: MessageEvent) => {
    try {
      postMessage({ number, answer: await how(request) });
    } catch (error) {
      postMessage({ number, failure: (error as Error).message });
    }
  });
}

/** Calls a function at most once a frame. */
export function eachFrame(draw: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}
