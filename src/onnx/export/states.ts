/** Where the states of exported layers come from, and where they go. */
import type { GraphWriter } from './writer.ts';

/** The states of the layers of a graph, each part by its path, such as `1.h`. */
export interface States {
  /** An initial part, [B, size]; undefined for zeros or the learned state. */
  initial(path: string, size: number): string | undefined;
  /** Takes a final part, [B, size]. */
  final(path: string, value: string, size: number): void;
}

/** Sequences start from zeros or the learned state; the final one is not used. */
export const ownStates: States = { initial: () => undefined, final: () => {} };

/** Initial and final states as inputs and outputs of the graph. */
export class NamedStates implements States {
  readonly #graph: GraphWriter;
  readonly #finals: { readonly name: string; readonly value: string; readonly size: number }[] = [];

  constructor(graph: GraphWriter) {
    this.#graph = graph;
  }

  initial(path: string, size: number): string {
    return this.#graph.input(`initial.${path}`, 'float32', ['batch', size]);
  }

  final(path: string, value: string, size: number): void {
    this.#finals.push({ name: `final.${path}`, value, size });
  }

  /** Adds the outputs, after those of the model. */
  write(): void {
    for (const { name, value, size } of this.#finals) this.#graph.output(name, value, ['batch', size]);
  }
}
