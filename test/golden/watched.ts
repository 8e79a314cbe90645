/**
 * Records which parts of a golden case are used.
 *
 * A case with an unused option or tensor is compared with something other than what it describes. This file detects unused
 * parts; `runCase` refuses the case.
 */
import type { GoldenCase, GoldenTensor } from './case.ts';

/** The fields of a case's JSON that only describe it. */
const DESCRIPTIONS = [
  ...['format', 'name', 'kind', 'op', 'source', 'notes', 'tags', 'pytorch_float32_relative_error'],
  ...['tensor_file', 'tensors', 'sizes', 'tolerances'],
  // Describes the graph file.
  ...['onnx_file', 'opset', 'graph_inputs', 'graph_outputs', 'graph_ops'],
];

/** A case, and the names of its unread parts. */
export interface Watched {
  readonly golden: GoldenCase;
  unread(): string[];
}

/** A view of a case that records what is read. Asking whether a tensor exists, or for the names, does not count as reading. */
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

/** The paths of all values that are not records. */
function leaves(record: Readonly<Record<string, unknown>>, path: string): string[] {
  return Object.entries(record).flatMap(([key, value]) =>
    isRecord(value) ? leaves(value, `${path}${key}.`) : [path + key],
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
