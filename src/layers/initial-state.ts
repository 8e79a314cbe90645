/** A learned initial state, shared by all sequences. */

import type { Backend } from '../kernels/backend.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { addColumnSums, copyRow } from '../matrix/operations.ts';
import { Parameter } from '../matrix/parameter.ts';
import type { StateSizes } from '../signal/state.ts';
import { mapNames } from '../unroll/rule.ts';

/** A parameter `[size]`, initially zero, for each part of a cell's state. */
export class InitialState {
  readonly #parts: ReadonlyMap<string, Parameter>;

  constructor(backend: Backend, sizes: StateSizes) {
    this.#parts = new Map(
      Object.entries(sizes as { readonly [name: string]: number }).map(([name, size]) => [
        name,
        new Parameter(backend, [size], () => new Float64Array(size)),
      ]),
    );
  }

  parameters(): ReadonlyMap<string, Parameter> {
    return this.#parts;
  }

  /** The state repeated for every sequence of a batch, [B, size] each. */
  state(arena: Arena, batch: number): { readonly [name: string]: Matrix } {
    return mapNames([...this.#parts.keys()], (name) => {
      const { value } = this.#parts.get(name)!;
      const part = arena.matrix(batch, value.columns);
      copyRow(part, value);
      return part;
    });
  }

  /** Adds the gradient of a batch's initial state to the parameters' gradients. */
  addGradient(dState: { readonly [name: string]: Matrix }): void {
    for (const [name, { gradient }] of this.#parts) addColumnSums(gradient, dState[name]!);
  }
}
