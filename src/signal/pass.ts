/** One forward pass: what came out of it, and its backward. */
import { type Checks, checkOptions, flag } from '../common/options.ts';
import type { Backend } from '../kernels/backend.ts';
import { type Arena, borrowArena, returnArena } from '../matrix/arena.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** The gradients that a pass hands back, shaped like what they belong to. */
export interface Gradients<Input, State> {
  /** ∂L/∂input; undefined for indices, which have none. */
  readonly input: Input;
  /** ∂L/∂(initial state); undefined for a layer without state. */
  readonly state: State;
}

/** How a pass goes backward, within an arena scope; supplied by the layer that made it. */
export type Backward<Output, Input, State> = (
  dOutput: Output | undefined,
  dState: State | undefined,
) => Gradients<Input, State>;

/** What a layer hands to the pass it made. */
export interface PassTrace<Output, Input, State> {
  readonly output: Output;
  readonly state: State;
  readonly backward: Backward<Output, Input, State>;
}

const checks: Checks<{ retain?: boolean | undefined }> = { retain: flag };

// A pass that is dropped without going backward gives its memory back when it is collected.
const dropped = /* @__PURE__ */ new FinalizationRegistry<Arena>(returnArena);

/**
 * The record of one forward pass. It holds working memory until it has gone backward, is released, or is collected.
 */
export class Pass<Output, Input, State> {
  /** A copy of what the layer computed. */
  readonly output: Output;
  /** The state after each sequence's last step; undefined for a layer without state. */
  readonly state: State;
  readonly #where: string;
  readonly #backward: Backward<Output, Input, State>;
  #arena: Arena | undefined;

  /** @internal */
  constructor(where: string, arena: Arena, trace: PassTrace<Output, Input, State>) {
    this.#where = where;
    this.#arena = arena;
    this.output = trace.output;
    this.state = trace.state;
    this.#backward = trace.backward;
    dropped.register(this, arena, this);
  }

  /**
   * Goes backward: adds to the gradient of every parameter, and returns those of the input and the initial state.
   *
   * The pass then gives its memory back; with `retain` it stays, and can go backward again.
   *
   * @param dOutput ∂L/∂output, shaped like `output`; none if the loss depends on the state alone.
   * @param dState ∂L/∂state, shaped like `state`; none if the loss does not depend on it.
   * @throws RangeError if a gradient's shape is not that of what it belongs to; Error if the pass is over, or a parameter has
   * been changed since the forward: half of the gradient would be that of other weights.
   */
  backward(
    dOutput?: Output,
    dState?: State,
    options: { retain?: boolean | undefined } = {},
  ): Gradients<Input, State> {
    checkOptions('backward', options, checks);
    const arena = this.#arena;
    if (arena === undefined)
      throw new Error(
        `${this.#where}: this pass is over, expected one backward for each forward (or { retain: true } before)`,
      );
    const gradients = arena.scope(() => this.#backward(dOutput, dState));
    if (options.retain !== true) this.release();
    return gradients;
  }

  /** `using pass = …` releases it. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Gives the working memory back without going backward. */
  release(): void {
    const arena = this.#arena;
    if (arena === undefined) return;
    this.#arena = undefined;
    dropped.unregister(this);
    returnArena(arena);
  }
}

/** What a pass belongs to. */
interface Owner {
  readonly backend: Backend;
  parameters?(): ReadonlyMap<string, Parameter>;
}

/** Runs a forward in an arena of its own, which the pass then holds; its backward insists on the same parameters. */
export function recordPass<Output, Input, State>(
  where: string,
  owner: Owner,
  forward: (arena: Arena) => PassTrace<Output, Input, State>,
): Pass<Output, Input, State> {
  const versions = Array.from(owner.parameters?.() ?? [], ([name, parameter]) => ({
    name,
    parameter,
    version: parameter.version,
  }));
  const arena = borrowArena(owner.backend);
  try {
    const trace = forward(arena);
    const backward: typeof trace.backward = (dOutput, dState) => {
      for (const { name, parameter, version } of versions)
        if (parameter.version !== version)
          throw new Error(
            `${where}: ${name} has changed since this forward, expected backward before an update`,
          );
      return trace.backward(dOutput, dState);
    };
    return new Pass(where, arena, { ...trace, backward });
  } catch (error) {
    returnArena(arena);
    throw error;
  }
}
