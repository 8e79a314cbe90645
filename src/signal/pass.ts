/** A forward pass: its results and its backward pass. */
import { type Checks, checkOptions, flag } from '../common/options.ts';
import type { Backend } from '../kernels/backend.ts';
import { type Arena, borrowArena, returnArena } from '../matrix/arena.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** The gradients returned by a pass, shaped like the values they belong to. */
export interface Gradients<Input, State> {
  /** ∂L/∂input; undefined for indices. */
  readonly input: Input;
  /** ∂L/∂(initial state); undefined for a layer without state. */
  readonly state: State;
}

/** The backward pass, run in an arena scope; supplied by the layer that made the pass. */
export type Backward<Output, Input, State> = (
  dOutput: Output | undefined,
  dState: State | undefined,
) => Gradients<Input, State>;

/** The results and the backward pass that a layer supplies to its pass. */
export interface PassTrace<Output, Input, State> {
  readonly output: Output;
  readonly state: State;
  readonly backward: Backward<Output, Input, State>;
}

const checks: Checks<{ retain?: boolean | undefined }> = { retain: flag };

// A pass that is dropped without `backward` releases its memory when it is collected.
const dropped = /* @__PURE__ */ new FinalizationRegistry<Arena>(returnArena);

/**
 * The record of one forward pass. It holds working memory until `backward`, `release` or garbage collection.
 */
export class Pass<Output, Input, State> {
  /** A copy of the layer's output. */
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
   * Runs the backward pass: adds to the gradient of every parameter, and returns those of the input and the initial state.
   *
   * The pass then releases its memory; with `retain` it keeps it, and `backward` can be called again.
   *
   * @param dOutput ∂L/∂output, shaped like `output`; omit it if the loss depends only on the state.
   * @param dState ∂L/∂state, shaped like `state`; omit it if the loss does not depend on it.
   * @throws RangeError if a gradient has the wrong shape; Error if the pass has been released, or a parameter has
   * changed since the forward pass, since the gradient would then mix old and new weights.
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

  /** Releases the pass at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Releases the working memory without running the backward pass. */
  release(): void {
    const arena = this.#arena;
    if (arena === undefined) return;
    this.#arena = undefined;
    dropped.unregister(this);
    returnArena(arena);
  }
}

/** The owner of a pass. */
interface Owner {
  readonly backend: Backend;
  parameters?(): ReadonlyMap<string, Parameter>;
}

/** Runs a forward pass in a new arena, held by the pass; its backward pass requires unchanged parameters. */
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
