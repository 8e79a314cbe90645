/** Runs a decoder token by token, carrying its state; the encoder has run once. */
import type { Memory } from '../attention/attend.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { copy, gather, logSoftmax } from '../matrix/operations.ts';
import { denseOnly, type OneHotSignal } from '../signal/signal.ts';
import type { MatrixState } from '../signal/state.ts';
import { type ReadoutParts, read } from './readout.ts';
import { makeState, partAt, partsOf } from './state-parts.ts';

const WHERE = 'EncoderDecoder';

/** The parts needed to decode token by token. */
export interface StepsParts extends ReadoutParts {
  readonly decoder: AnyLayer;
  readonly memory: Memory | undefined;
  /** The initial state, [batch, size] each. */
  readonly initial: MatrixState;
  readonly batch: number;
  /** The number of hypotheses per sequence. */
  readonly width: number;
}

/**
 * `width` hypotheses for each of `batch` sequences: row w·batch + b is hypothesis w of sequence b, so attention sees the
 * hypotheses of a sequence as its queries and keeps one copy of its keys.
 */
export class Steps {
  readonly batch: number;
  readonly width: number;
  readonly classes: number;
  /** ln p of each next token, [width·batch, classes], after {@link advance}. */
  readonly logProbabilities: Matrix;
  /** The attention weights of each row's last step, [batch·width, keys], sequence by sequence. */
  readonly weights: Matrix | undefined;
  readonly #arena: Arena;
  readonly #parts: StepsParts;
  readonly #state: MatrixState;
  #taken = 0;

  constructor(arena: Arena, parts: StepsParts) {
    const { batch, width, memory, decoder, output, initial } = parts;
    this.batch = batch;
    this.width = width;
    this.classes = output.outputSize!;
    this.#arena = arena;
    this.#parts = parts;
    this.logProbabilities = arena.matrix(width * batch, this.classes);
    this.weights = memory && arena.matrix(batch * width, memory.time);
    this.#state = makeState(decoder.stateSizes ?? {}, (size, path) => {
      const part = arena.matrix(width * batch, size);
      for (let w = 0; w < width; w++) copy(part.rowsFrom(w * batch, batch), partAt(initial, path));
      return part;
    });
  }

  /**
   * Feeds each row a token.
   *
   * @throws Error if a resulting probability is NaN.
   */
  advance(tokens: ArrayLike<number>): void {
    const { batch, width } = this;
    const { decoder, memory } = this.#parts;
    this.#arena.scope(() => {
      const decoded = decoder.compute(this.#arena, this.#input(tokens), this.#state);
      // Attention treats the hypotheses of a sequence as its time steps.
      const hidden = { ...denseOnly(WHERE, 'what its decoder gives', decoded.output), batch, time: width };
      const { output, weights } = read(this.#arena, this.#parts, hidden, memory);
      logSoftmax(this.logProbabilities, denseOnly(WHERE, 'its output', output).values);
      if (weights !== undefined) copy(this.weights!, weights);
      for (const [path] of partsOf(decoder.stateSizes))
        copy(partAt(this.#state, path), partAt(decoded.state!, path));
    });
    this.#check();
    this.#taken++;
  }

  /** Replaces the state of each row r by that of row `from[r]`. */
  reorder(from: ArrayLike<number>): void {
    const { rows } = this.logProbabilities;
    this.#arena.scope(() => {
      const order = this.#arena.matrix(1, rows);
      order.write(from);
      for (const [path] of partsOf(this.#parts.decoder.stateSizes)) {
        const part = partAt(this.#state, path);
        const moved = this.#arena.matrix(rows, part.columns);
        gather(moved, part, order);
        copy(part, moved);
      }
    });
  }

  #input(tokens: ArrayLike<number>): OneHotSignal {
    const { rows: batch, columns: width } = this.logProbabilities;
    const indices = this.#arena.matrix(1, batch);
    indices.write(tokens);
    return { kind: 'oneHot', batch, time: 1, timed: true, width, lengths: undefined, indices };
  }

  #check(): void {
    if (!this.logProbabilities.read().some(Number.isNaN)) return;
    throw new Error(
      `EncoderDecoder: the probabilities after step ${this.#taken} are not numbers, expected finite weights and inputs`,
    );
  }
}
