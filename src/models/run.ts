/** The inputs of one pass through a graph. */
import { rangeError } from '../common/errors.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { Lengths } from '../data/batch.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import type { Arena } from '../matrix/arena.ts';
import { denseInput } from '../signal/boundary.ts';
import { type Signal, validSteps } from '../signal/signal.ts';
import { type MatrixState, partOf, type State, type StateSizes, stateInput } from '../signal/state.ts';
import type { Plan } from './plan.ts';

/** The inputs of one pass, checked and copied into the arena where a step needs them. */
export class Run {
  readonly arena: Arena;
  readonly where: string;
  readonly plan: Plan;
  readonly #inputs: { readonly [name: string]: Tensor | Indices };
  readonly #lengths: Lengths | undefined;
  readonly #state: State | undefined;
  readonly #stateSizes: StateSizes;
  #first: { readonly name: string; readonly batch: number } | undefined;
  #initial: MatrixState | undefined;
  #tokens = 0;

  constructor(
    arena: Arena,
    where: string,
    plan: Plan,
    inputs: { readonly [name: string]: Tensor | Indices },
    lengths: Lengths | undefined,
    state: State | undefined,
    stateSizes: StateSizes,
  ) {
    this.arena = arena;
    this.where = where;
    this.plan = plan;
    this.#inputs = inputs;
    this.#lengths = lengths;
    this.#state = state;
    this.#stateSizes = stateSizes;
  }

  /** The number of sequences. */
  batch(): number {
    return this.#first!.batch;
  }

  /** The number of valid steps of the input that has the most. */
  tokens(): number {
    return this.#tokens;
  }

  /** An input as a layer takes it. */
  forLayer(name: string, layer: AnyLayer): Signal {
    const argument = `inputs.${name}`;
    const lengths = this.#lengthsOf(name, layer);
    return this.#counted(
      name,
      layer.toSignal(this.arena, this.where, this.#inputs[name], lengths, argument, 'lengths'),
    );
  }

  /** An input of features as a join takes it. */
  forJoin(name: string, size: number | undefined): Signal {
    const expectation = { where: this.where, argument: `inputs.${name}`, width: size, widthName: 'size' };
    const input = this.#inputs[name] as Tensor;
    return this.#counted(name, denseInput(this.arena, expectation, input, this.#lengthsOf(name)));
  }

  /** The initial state of a layer, once an input is known. */
  stateOf(name: string): MatrixState | undefined {
    if (this.#state === undefined) return undefined;
    this.#initial ??= stateInput(
      this.arena,
      this.where,
      'state',
      this.#state,
      this.#stateSizes,
      this.batch(),
    );
    return partOf(this.#initial, name);
  }

  /** Lengths given for all inputs do not apply to one without a time axis. */
  #lengthsOf(name: string, layer?: AnyLayer): readonly number[] | undefined {
    const lengths = this.#lengths;
    if (typeof lengths === 'object' && lengths !== null && !isList(lengths)) return lengths[name];
    const timed = layer?.accepts === 'indices' || this.#inputs[name]?.shape?.length !== 2;
    return timed ? (lengths as readonly number[] | undefined) : undefined;
  }

  #counted(name: string, signal: Signal): Signal {
    const { batch } = signal;
    this.#first ??= { name, batch };
    if (batch !== this.#first.batch)
      throw rangeError(
        this.where,
        `inputs.${name}`,
        `has ${batch} sequences`,
        `${this.#first.batch}, as inputs.${this.#first.name} has`,
      );
    this.#tokens = Math.max(this.#tokens, validSteps(signal));
    return signal;
  }
}

function isList(value: Lengths): value is readonly number[] {
  return Array.isArray(value);
}
