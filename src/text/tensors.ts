/**
 * The plain data that pass from texts and series to a sequence: indices, real numbers, lengths.
 *
 * Answers for the shapes' meaning; the rest of the library takes the same objects.
 */

/** Indices: [batch, time]. */
export interface IndexTensor {
  readonly data: Int32Array;
  readonly shape: readonly [batch: number, time: number];
}

/** Real numbers: [batch, time, features]. */
export interface RealTensor {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly number[];
}
