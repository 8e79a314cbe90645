/** The examples of a data set: parts that have the same number of examples, and their lengths. */
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Checks, later } from '../common/options.ts';
import { isRow } from '../common/tensor.ts';
import { type Data, type DataPart, partOf, type Taken } from './parts.ts';

/** Parts by name, such as `{ words, characters }`. */
export interface DataRecord {
  readonly [part: string]: Data;
}

/** The examples to divide into batches, along the first axis of each part. */
export interface Examples<Inputs extends Data | DataRecord, Targets extends Data | DataRecord> {
  readonly inputs: Inputs;
  readonly targets: Targets;
  /** The valid steps of each example, whole numbers up to the steps of a tensor or of indices; sequences have their own lengths. */
  readonly lengths?: ArrayLike<number> | undefined;
}

/** Examples of any parts, with or without targets. */
export interface AnyExamples extends Omit<Unlabelled<Data | DataRecord>, 'targets'> {
  readonly targets?: Data | DataRecord | undefined;
}

/** Examples without targets, such as the inputs of a trained model. */
export interface Unlabelled<Inputs extends Data | DataRecord> {
  readonly inputs: Inputs;
  readonly targets?: undefined;
  /** The valid steps of each example, for tensors and indices; sequences have their own lengths. */
  readonly lengths?: ArrayLike<number> | undefined;
}

export const exampleChecks: Checks<AnyExamples> = {
  inputs: { required: later },
  targets: later,
  lengths: later,
};

/** The type that these examples have in a batch. */
export type TakenOf<Of> = Of extends Data
  ? Taken<Of>
  : { readonly [Part in keyof Of]: Of[Part] extends Data ? Taken<Of[Part]> : never };

/** Whether it is a single part, not a record of parts. */
export function isPart(of: Data | DataRecord): of is Data {
  return isRow(of) || typeof of !== 'object' || of === null || 'data' in of;
}

/** The parts of inputs or targets, with `padding` for sequences. */
export function partsOf(where: string, name: string, of: Data | DataRecord, padding: number): DataPart[] {
  if (isPart(of)) return [partOf(where, name, of, padding)];
  if ('toDense' in of) throw typeError(where, name, `is ${show(of)}`, 'its toDense()');
  const parts = Object.entries(of).map(([part, data]) => partOf(where, `${name}.${part}`, data, padding));
  if (parts.length === 0) throw typeError(where, name, 'has no parts', 'at least one');
  return parts;
}

/** The lengths of the examples: those given, or those of the sequences among the parts, which must agree. */
export function lengthsOf(
  where: string,
  inputs: readonly DataPart[],
  targets: readonly DataPart[],
  given: ArrayLike<number> | undefined,
): readonly number[] | undefined {
  const { count } = inputs[0]!;
  if (given !== undefined && !isRow(given))
    throw typeError(where, 'lengths', `is ${show(given)}`, `an array of ${count}, one for each example`);
  if (given !== undefined && given.length !== count)
    throw rangeError(where, 'lengths', `has ${given.length} entries`, `${count}, one for each example`);
  let lengths: readonly number[] | undefined = given && Array.from(given);
  const most = inputs.reduce((time, part) => Math.min(time, part.time ?? time), Number.MAX_SAFE_INTEGER);
  for (const [i, length] of lengths?.entries() ?? [])
    if (!Number.isInteger(length) || length < 0 || length > most) {
      const expected = most < Number.MAX_SAFE_INTEGER ? `from 0 to ${most}` : 'of at least 0';
      throw rangeError(where, `lengths[${i}]`, `is ${show(length)}`, `a whole number ${expected}`);
    }
  for (const part of [...inputs, ...targets]) {
    if (part.lengths === undefined) continue;
    lengths ??= part.lengths;
    const at = part.lengths.findIndex((length, i) => length !== lengths![i]);
    if (at >= 0)
      throw rangeError(
        where,
        `${part.name}[${at}]`,
        `has ${part.lengths[at]} steps`,
        `${lengths[at]}, the length of example ${at}${targets.includes(part) ? '; a vector for each example is a row of a tensor(…)' : ''}`,
      );
  }
  return lengths;
}
