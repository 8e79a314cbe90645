/**
 * What of a golden case is used.
 *
 * A case that holds an option or a tensor which nobody reads is not computed from the whole of it: it would be compared
 * with something else than it says. Answers for noticing that; refusing it is the affair of `runCase`.
 */
import type { GoldenCase, GoldenTensor } from './case.ts';

/** What of a case's JSON describes it, and changes no number. */
const DESCRIPTIONS = [
  ...['format', 'name', 'kind', 'op', 'source', 'notes', 'tags', 'pytorch_float32_relative_error'],
  ...['tensor_file', 'tensors', 'sizes', 'tolerances'],
  // Of the graph beside it.
  ...['onnx_file', 'opset', 'graph_inputs', 'graph_outputs', 'graph_ops'],
];

/** A case, and the names of what was not read of it so far. */
export interface Watched {
  readonly golden: GoldenCase;
  unread(): string[];
}

/** A view of a case that remembers what is read. To ask whether a tensor is there, or for their names, reads nothing. */
export function watched(golden: GoldenCase): Watched {
  const read = new Set<string>();
  const json = follow(golden.json, '', read);
  const { options = {}, ints = {} } = json;
  const tensors = new WatchedTensors(golden.tensors, read);
  const names = [
    ...leaves(golden.json, ''),
    ...Array.from(golden.tensors.keys(), (name) => `tensor ${name}`),
  ];
  return {
    golden: { ...golden, json, options, ints, tensors },
    unread: () => names.filter((name) => !read.has(name) && !DESCRIPTIONS.includes(name.split('.')[0]!)),
  };
}

class WatchedTensors extends Map<string, GoldenTensor> {
  readonly #read: Set<string>;

  constructor(tensors: Iterable<readonly [string, GoldenTensor]>, read: Set<string>) {
    super(tensors);
    this.#read = read;
  }

  override get(name: string): GoldenTensor | undefined {
    this.#read.add(`tensor ${name}`);
    return super.get(name);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: JSON
function follow(record: any, path: string, read: Set<string>): any {
  return new Proxy(record, {
    get(target, key) {
      const value = target[key];
      if (typeof key === 'symbol') return value;
      if (isRecord(value)) return follow(value, `${path}${key}.`, read);
      read.add(path + key);
      return value;
    },
  });
}

/** The paths of what is no record. */
function leaves(record: Readonly<Record<string, unknown>>, path: string): string[] {
  return Object.entries(record).flatMap(([key, value]) =>
    isRecord(value) ? leaves(value, `${path}${key}.`) : [path + key],
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
