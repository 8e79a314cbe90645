/** Reads golden cases, and compares results with them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Numbers of a case, in float64, row-major. */
export interface GoldenTensor {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** A case as stored in its files: `NAME.json` with `NAME.safetensors` beside it. */
export interface GoldenCase {
  readonly name: string;
  readonly kind: string;
  readonly op: string;
  // biome-ignore lint/suspicious/noExplicitAny: the settings differ from operation to operation
  readonly options: Readonly<Record<string, any>>;
  // biome-ignore lint/suspicious/noExplicitAny: whole numbers, nested as the operation needs
  readonly ints: Readonly<Record<string, any>>;
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
  readonly tolerances: { readonly [dtype in 'float64' | 'float32']: Tolerance };
  /** The whole JSON; in text cases it contains the numbers. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it depends on the kind
  readonly json: any;
  /** The folder of the case's files. */
  readonly folder: string;
}

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** One result compared with its expected values. */
export interface TensorResult {
  readonly tensor: string;
  /** The largest |got − want|; infinite if the lengths differ or a number is NaN. */
  readonly worst: number;
  /** atol + rtol · max |want| */
  readonly allowed: number;
}

export const passed = ({ worst, allowed }: TensorResult): boolean => worst <= allowed;

export function readCase(root: string, name: string): GoldenCase {
  const path = join(root, name);
  const json = JSON.parse(readFileSync(`${path}.json`, 'utf8'));
  const { kind, op, options = {}, ints = {}, tolerances } = json;
  const tensors = json.tensor_file
    ? readTensors(join(dirname(path), json.tensor_file))
    : new Map<string, GoldenTensor>();
  return { name, kind, op, options, ints, tensors, tolerances, json, folder: dirname(path) };
}

function readTensors(file: string): Map<string, GoldenTensor> {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> =
    JSON.parse(bytes.toString('utf8', 8, 8 + length));
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (dtype !== 'F64') throw new Error(`${file}: tensor ${name} is ${dtype}, expected F64`);
    const [start, end] = data_offsets.map((offset) => 8 + length + offset);
    // A copy, since the data of a file need not start at a multiple of 8 in memory.
    tensors.set(name, { data: new Float64Array(Uint8Array.from(bytes.subarray(start, end)).buffer), shape });
  }
  return tensors;
}

/** A tensor that the case requires. */
export function take(golden: GoldenCase, name: string): GoldenTensor {
  const found = golden.tensors.get(name);
  if (found === undefined) throw new Error(`tensor ${name} is missing`);
  return found;
}

/** The upstream gradient of a result; if the case has none, the loss does not depend on the result. */
export function upstreamOf(golden: GoldenCase, name: string): GoldenTensor {
  const { shape, data } = take(golden, `out.${name}`);
  return golden.tensors.get(`up.${name}`) ?? { data: new Float64Array(data.length), shape };
}

/** Refuses each of these options unless it is absent or has the only supported value. */
export function expectOnly(golden: GoldenCase, computed: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(computed)) {
    const came = golden.options[name] ?? value;
    if (came !== value)
      throw new Error(`option ${name} is ${JSON.stringify(came)}, only ${JSON.stringify(value)} is computed`);
  }
}

/** The number of an option, which PyTorch stores as a number or as a list of one. */
export function single(golden: GoldenCase, name: string): number | undefined {
  const value: unknown = golden.options[name];
  if (!Array.isArray(value)) return value as number | undefined;
  if (value.length !== 1) throw new Error(`option ${name} is ${JSON.stringify(value)}, only one is computed`);
  return value[0];
}

/** Compares a result with the case's tensor of that name. */
export function compare(
  golden: GoldenCase,
  dtype: 'float64' | 'float32',
  name: string,
  got: ArrayLike<number>,
): TensorResult {
  const { data: want } = take(golden, name);
  const { rtol, atol } = golden.tolerances[dtype];
  let worst = got.length === want.length ? 0 : Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i]! - want[i]!);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(want[i]!));
  }
  return { tensor: name, worst, allowed: atol + rtol * largest };
}
