/** Beam search. */

import { numberWithin, rangeError } from '../common/errors.ts';
import { type Checks, size } from '../common/options.ts';
import type { Indices, Tensor } from '../common/tensor.ts';
import type { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import type { Steps } from '../encoder-decoder/steps.ts';
import { withArena } from '../matrix/arena.ts';
import { Best } from './best.ts';
import {
  checkDecoding,
  type DecodingOptions,
  decodingChecks,
  type Hypothesis,
  hypothesis,
  type Trail,
  weightsOf,
} from './hypothesis.ts';

/** Options of {@link beamSearch}. */
export interface BeamSearchOptions extends DecodingOptions {
  /** The number of hypotheses kept for each source. */
  readonly width: number;
  /** The number of hypotheses returned per source, best first: default 1, at most `width`. */
  readonly results?: number | undefined;
  /** α, how strongly long hypotheses are favoured: default 0, not at all. Wu et al. used 0.2. */
  readonly lengthPenalty?: number | undefined;
}

const checks = (): Checks<BeamSearchOptions> => ({
  ...decodingChecks,
  width: { required: size },
  results: size,
  lengthPenalty: (where, argument, value) => numberWithin(where, argument, value, 0, 10),
});

/** A hypothesis of a beam search. */
export interface ScoredHypothesis extends Hypothesis {
  /** The value that hypotheses are ranked by. */
  readonly score: number;
}

/**
 * Decodes each source by extending its `width` most probable prefixes in parallel.
 *
 * At each step, the best `width` continuations that do not end are kept; one that ends becomes a result if it is among the
 * best `width`. The search for a source stops when no prefix can still enter its `results`, or at `maxLength`, where the
 * unfinished prefixes become results too, marked as cut off. Results are ranked by the score of Wu et al. (2016,
 * arXiv:1609.08144), without its coverage term:
 *
 *     score(Y) = ln p(Y) / ((5 + |Y|) / 6)^α
 *
 * where |Y| counts the end token. Width 1 is greedy decoding. All sources and prefixes are computed as one batch, and the
 * encoder runs once.
 *
 * @param source as the model's encoder takes it: `[batch, time]`, or features `[batch, time, width]`.
 * @returns the results of each source, best first; fewer than `results` only if no more exist.
 * @throws TypeError or RangeError if the source, the lengths or the options do not fit.
 *
 * @example
 * ```ts
 * import { beamSearch, Dense, Embedding, EncoderDecoder, GRUCell, indices, Sequence, sequential } from 'recurrent-cells';
 *
 * const recurrent = () =>
 *   sequential(
 *     new Embedding({ classes: 4, outputSize: 3 }),
 *     new Sequence(new GRUCell({ inputSize: 3, hiddenSize: 3 })),
 *   );
 * const output = new Dense({ inputSize: 3, outputSize: 4 });
 * const model = new EncoderDecoder({ encoder: recurrent(), decoder: recurrent(), output, start: 0, end: 1 });
 * const [found] = beamSearch(model, indices([[2, 3]]), { width: 4, results: 3, maxLength: 5 });
 * found!.length // → 3
 * found![0]!.score >= found![1]!.score // → true
 * ```
 */
export function beamSearch<Source extends Tensor | Indices>(
  model: EncoderDecoder<Source>,
  source: Source,
  options: BeamSearchOptions,
): ScoredHypothesis[][] {
  const where = 'beamSearch';
  checkDecoding(where, model, options, checks());
  const { width, results = 1, lengthPenalty = 0, maxLength, lengths, weights } = options;
  if (results > width) throw rangeError(where, 'results', `is ${results}`, `at most ${width}, the width`);
  const { start, end } = model;
  return withArena(model.backend, (arena) => {
    const steps = model.begin(arena, model.toSource(arena, where, source, lengths, 'lengths'), width);
    const { batch } = steps;
    const settings = { end, weights, results, lengthPenalty, maxLength };
    const beams = Array.from({ length: batch }, (_, b) => new Beam(steps, b, settings));
    const tokens = new Int32Array(width * batch).fill(start);
    const from = new Int32Array(width * batch);
    for (let t = 0; t < maxLength && beams.some((beam) => !beam.finished); t++) {
      steps.advance(tokens);
      for (const beam of beams) if (!beam.finished) beam.extend(tokens, from);
      steps.reorder(from);
    }
    return beams.map((beam) => beam.results());
  });
}

/** A prefix under way. */
interface Beginning {
  readonly trail: Trail | undefined;
  readonly logProbability: number;
  /** The number of its tokens, including the end token. */
  readonly length: number;
}

/** Settings shared by the beams of all sources. */
interface BeamSettings {
  readonly end: number;
  readonly weights: boolean | undefined;
  readonly results: number;
  readonly lengthPenalty: number;
  readonly maxLength: number;
}

/** The hypotheses of one source. */
class Beam {
  readonly #steps: Steps;
  readonly #b: number;
  readonly #settings: BeamSettings;
  /** At most `width` prefixes; initially the empty one. */
  #live: readonly Beginning[] = [{ trail: undefined, logProbability: 0, length: 0 }];
  readonly #ended: Beginning[] = [];

  constructor(steps: Steps, b: number, settings: BeamSettings) {
    this.#steps = steps;
    this.#b = b;
    this.#settings = settings;
  }

  /** Whether no live prefix can still enter the results. */
  get finished(): boolean {
    const [likeliest] = this.#live;
    if (likeliest === undefined) return true;
    const { results, maxLength } = this.#settings;
    if (this.#ended.length < results) return false;
    if (this.#steps.width === 1) return true;
    const scores = this.#ended.map(({ logProbability, length }) => this.#score(logProbability, length));
    const worst = scores.sort((a, b) => b - a)[results - 1]!;
    // The log-probability can only fall, and the longest length gives the largest length bonus.
    return worst >= this.#score(likeliest.logProbability, maxLength);
  }

  /** Processes the last step: writes the next token of each of this source's rows, and the row it continues. */
  extend(tokens: Int32Array, from: Int32Array): void {
    const { width, batch, classes } = this.#steps;
    const live: Beginning[] = [];
    // Each prefix has one ending continuation, so at most half of 2·width can end.
    this.#continuations(2 * width).forEach(({ item: code, score: logProbability }, rank) => {
      const w = Math.floor(code / classes);
      const token = code % classes;
      const ends = token === this.#settings.end;
      if (ends ? rank >= width : live.length === width) return;
      const weights = weightsOf(this.#steps, this.#b, w, this.#settings.weights);
      const before = this.#live[w]!;
      const trail = { token, before: before.trail, weights };
      const beginning = { trail, logProbability, length: before.length + 1 };
      if (ends) this.#ended.push(beginning);
      else {
        const row = live.length * batch + this.#b;
        tokens[row] = token;
        from[row] = w * batch + this.#b;
        live.push(beginning);
      }
    });
    this.#live = live;
  }

  /** The best of the ended hypotheses and, unless the search has finished, of the live ones. */
  results(): ScoredHypothesis[] {
    const { end, results } = this.#settings;
    const cut = this.finished ? [] : this.#live;
    return [...this.#ended, ...cut]
      .map(({ trail, logProbability, length }) => {
        const score = this.#score(logProbability, length);
        return { ...hypothesis(trail, logProbability, end), score };
      })
      .sort((a, b) => b.score - a.score)
      .slice(0, results);
  }

  /** The score of a hypothesis with `length` tokens, including the end token. */
  #score(logProbability: number, length: number): number {
    return logProbability / ((5 + length) / 6) ** this.#settings.lengthPenalty;
  }

  /** The most probable continuations, as codes w·classes + token for prefix w, best first. */
  #continuations(count: number) {
    const { batch, classes, logProbabilities } = this.#steps;
    const best = new Best<number>(count);
    this.#live.forEach(({ logProbability }, w) => {
      const scores = logProbabilities.rowsFrom(w * batch + this.#b, 1).read();
      scores.forEach((score, token) => {
        best.offer(w * classes + token, logProbability + score);
      });
    });
    return best.items;
  }
}
