/** Runs graphs of ONNX files with layers of the library. */
import { rangeError, show } from '../../common/errors.ts';
import { checkOwn, own } from '../../common/instance.ts';
import { type Checks, checkOptions, notNegative } from '../../common/options.ts';
import type { Tensor } from '../../common/tensor.ts';
import { type Backend, backendOption } from '../../kernels/backend.ts';
import { float32 } from '../../kernels/index.ts';
import type { AnyLayer } from '../../layers/sequential.ts';
import { bytesOf } from '../../storage/safetensors.ts';
import { Malformed } from '../protobuf.ts';
import { arithmetic } from './arithmetic.ts';
import { arrangement } from './arrangement.ts';
import { fed, type OnnxFeeds } from './feeds.ts';
import { type Graph, type GraphValue, type Node, readModel } from './graph.ts';
import { indexing } from './indexing.ts';
import { layered } from './layered.ts';
import { type Extent, extentOf, limitsOfLoading, limitsOfRun } from './limits.ts';
import { type Compute, checkRead, type Making, type Operator, refused, titleOf } from './operator.ts';
import { type Limits, takeElements, Unfit, within } from './room.ts';
import type { Value } from './value.ts';

/** Options of {@link fromOnnx}. */
export interface FromOnnxOptions {
  /** The compute backend. Default `float32()`. */
  readonly backend?: Backend | undefined;
  /**
   * The most elements that loading, or one run, may make in all values together. Default, for a file of n bytes: for loading
   * 2²² + 8n; for a run 2²² + 4n + the elements of the inputs · the largest dimension in the file and the inputs · the number of
   * nodes, or 64 if there are more. Long additive attention may need more.
   */
  readonly mostElements?: number | undefined;
  /**
   * The most multiply–adds with weights of loading, or of one run; one without weights counts as 4, a reduced element as 16.
   * Default, for a file of n bytes: for loading 2³⁰ + 64n; for a run 2³⁰ + the elements of the inputs · (n + 4 · the largest
   * dimension in the inputs · the largest in the file).
   */
  readonly mostOperations?: number | undefined;
}

const checks: Checks<FromOnnxOptions> = {
  backend: backendOption,
  mostElements: notNegative,
  mostOperations: notNegative,
};

const operators: { readonly [op: string]: Operator } = {
  ...arithmetic,
  ...arrangement,
  ...indexing,
  ...layered,
};
// The operator that contains graphs; it is handled here, not in a table.
const IF = 'If';

/** Values by name; inner graphs see those of the enclosing graphs. */
class Scope {
  readonly #values = new Map<string, Value>();
  readonly #around: readonly Scope[];

  constructor(...around: readonly Scope[]) {
    this.#around = around;
  }

  get(name: string): Value | undefined {
    const own = this.#values.get(name);
    if (own !== undefined) return own;
    for (const scope of this.#around) {
      const value = scope.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}

/** A compiled node. */
interface Step {
  readonly node: Node;
  readonly compute: (scope: Scope) => readonly Value[];
}

/**
 * A graph read by {@link fromOnnx}.
 *
 * The operators with weights are layers of the library, under the names of their nodes. Continue training with them, or
 * build a new model from them.
 *
 * @example
 * ```ts
 * import { Dense, LSTMCell, Sequence, sequential } from 'recurrent-cells';
 * import { fromOnnx, toOnnx } from 'recurrent-cells/onnx';
 *
 * const model = sequential(
 *   new Sequence(new LSTMCell({ inputSize: 2, hiddenSize: 3 })),
 *   new Dense({ inputSize: 3, outputSize: 1, bias: false }),
 * );
 * const { layers } = fromOnnx(toOnnx(model));
 * [...layers.values()].map(({ type }) => type) // → ['Sequence', 'Dense']
 * ```
 */
export class OnnxModel {
  /** The inputs of {@link OnnxModel.run}. */
  readonly inputs: readonly GraphValue[];
  /** Its outputs. */
  readonly outputs: readonly GraphValue[];
  /** The operator version of the file. */
  readonly opset: number;
  /** The layers by node name: recurrent ones as `Sequence` or `Bidirectional`, `Dense`, `Conv1d`. */
  readonly layers: ReadonlyMap<string, AnyLayer>;
  readonly #constants: Scope;
  readonly #steps: readonly Step[];
  readonly #limitsOf: (inputs: readonly Value[]) => Limits;

  /** @internal */
  constructor(key: typeof own, graph: Graph, opset: number, reading: Reading) {
    checkOwn('OnnxModel', key, 'fromOnnx(…)');
    const { backend, extent, given } = reading;
    const layers = new Map<string, AnyLayer>();
    const compiled = within({ ...limitsOfLoading(extent.bytes), ...given }, () =>
      compile(graph, undefined, { backend, opset, layers }),
    );
    this.#limitsOf = (inputs) => ({ ...limitsOfRun(extent, inputs), ...given });
    this.inputs = graph.inputs;
    this.outputs = graph.outputs;
    this.opset = opset;
    this.layers = layers;
    this.#constants = compiled.constants;
    this.#steps = compiled.steps;
  }

  /**
   * Computes the outputs from the inputs, by name.
   *
   * @param feeds a tensor for each input; a scalar has the shape `[]`. Whole numbers may also come as a `BigInt64Array`, which
   * ONNX Runtime takes.
   * @returns copies: changing them changes neither the inputs nor each other.
   * @throws RangeError if an input is missing, unknown or of another shape, or has fractions where the graph takes whole
   * numbers, or does not fit its operator, or if the run would make or compute more than {@link FromOnnxOptions} allow; TypeError
   * if one is not a tensor.
   */
  run(feeds: OnnxFeeds): { readonly [name: string]: Tensor } {
    const scope = new Scope(this.#constants);
    const inputs = fed(this.inputs, feeds);
    for (const [name, value] of inputs) scope.set(name, value);
    return within(this.#limitsOf(inputs.map(([, value]) => value)), () => {
      for (const { node, compute } of this.#steps) keep(scope, node, compute(scope));
      return Object.fromEntries(
        this.outputs.map(({ name }) => [
          name,
          naming(
            () => `output ${show(name)}`,
            () => copied(scope.get(name)!),
          ),
        ]),
      );
    });
  }
}

/** Values may share their elements with inputs, weights and each other. */
function copied({ data, shape }: Value): Tensor {
  takeElements(data.length);
  return { data: data.slice(), shape: [...shape] };
}

interface Reading {
  readonly backend: Backend;
  readonly extent: Extent;
  readonly given: Partial<Limits>;
}

interface Compiling {
  readonly backend: Backend;
  readonly opset: number;
  readonly layers: Map<string, AnyLayer>;
}

/** Compiles the nodes of a graph; nodes that depend only on weights are computed immediately. */
function compile(
  graph: Graph,
  outer: Scope | undefined,
  to: Compiling,
): { constants: Scope; steps: readonly Step[] } {
  const constants = outer === undefined ? new Scope() : new Scope(outer);
  for (const [name, value] of graph.constants) constants.set(name, value);
  const steps: Step[] = [];
  const given = new Set([...graph.constants.keys(), ...graph.inputs.map(({ name }) => name)]);
  for (const node of graph.nodes) {
    if (node.op === IF) steps.push(branches(node, constants, to));
    else {
      const known = node.inputs.map((name) => (name === '' ? undefined : constants.get(name)));
      const compute = ready(node, known, to);
      const isKnown = node.inputs.every((name, at) => name === '' || known[at] !== undefined);
      if (isKnown) keep(constants, node, compute(known));
      else
        steps.push({ node, compute: (scope) => compute(node.inputs.map((name) => read(scope, node, name))) });
    }
    for (const name of node.outputs) if (name !== '') given.add(name);
  }
  for (const { name } of graph.outputs)
    if (!given.has(name) && outer === undefined)
      throw rangeError('fromOnnx', 'bytes', `has no node that makes ${show(name)}`, 'one for each output');
  return { constants, steps };
}

function ready(node: Node, known: readonly (Value | undefined)[], to: Compiling): Compute {
  const operator = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  if (operator === undefined)
    throw refused(
      node,
      'is an operator that is not computed',
      `one of ${[...Object.keys(operators), IF].sort().join(', ')}`,
    );
  const making: Making = {
    node,
    known,
    backend: to.backend,
    opset: to.opset,
    read: new Set(),
    made: (layer) => to.layers.set(node.name === '' ? node.outputs[0]! : node.name, layer),
  };
  const title = () => titleOf(node);
  const compute = naming(title, () => operator(making));
  checkRead(making);
  return (inputs) => naming(title, () => compute(inputs));
}

/** Adds the place in the graph to errors of values and layers. */
function naming<Result>(place: () => string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof Unfit) throw rangeError('fromOnnx', place(), error.came, error.expected);
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    if (error.message.startsWith('fromOnnx: ')) throw error;
    const Kind = error instanceof TypeError ? TypeError : RangeError;
    throw new Kind(`fromOnnx: ${place()}: ${error.message}`, { cause: error });
  }
}

/** Compiles a node that runs one of two graphs. */
function branches(node: Node, constants: Scope, to: Compiling): Step {
  const [then, otherwise] = ['then_branch', 'else_branch'].map((name) => {
    const graph = node.attributes.get(name);
    if (typeof graph !== 'object' || !('nodes' in graph)) throw refused(node, `has no ${name}`, 'a graph');
    return { graph, compiled: compile(graph, constants, to) };
  }) as [Branch, Branch];
  return {
    node,
    compute: (scope) => {
      const { graph, compiled } = read(scope, node, node.inputs[0] ?? '')?.data[0] ? then : otherwise;
      const inner = new Scope(compiled.constants, scope);
      for (const step of compiled.steps) keep(inner, step.node, step.compute(inner));
      return graph.outputs.map(({ name }) => read(inner, node, name)!);
    },
  };
}

interface Branch {
  readonly graph: Graph;
  readonly compiled: ReturnType<typeof compile>;
}

function read(scope: Scope, node: Node, name: string): Value | undefined {
  if (name === '') return undefined;
  const value = scope.get(name);
  if (value === undefined) throw refused(node, `reads ${show(name)}`, 'a value that a node before it makes');
  return value;
}

function keep(scope: Scope, node: Node, values: readonly Value[]): void {
  node.outputs.forEach((name, at) => {
    if (name === '') return;
    const value = values[at];
    if (value === undefined) throw refused(node, `gives an output ${at}`, `at most ${values.length}`);
    scope.set(name, value);
  });
}

/**
 * Reads an ONNX file: a graph around recurrent layers.
 *
 * Supports RNN, LSTM and GRU in both directions, with lengths and initial states; Gemm, MatMul, Conv (over time), Gather;
 * the elementwise functions, reductions and rearrangements that exporters use around recurrent layers; and
 * If. Nodes that depend only on weights, such as PyTorch's Slices and Concats, are computed once.
 *
 * Opsets 7 to 21. Memory and time are bounded, for files that are damaged or hostile: no value may exceed 2²⁸ elements, and
 * what all nodes make and compute is limited by the sizes of the file and the inputs (`mostElements`, `mostOperations`).
 *
 * @throws TypeError if `bytes` is not a Uint8Array; RangeError if it is not a complete ONNX file, or contains an
 * unsupported operator or form of one: the error names it and its node.
 *
 * @example
 * ```ts
 * import { GRUCell, Sequence, tensor } from 'recurrent-cells';
 * import { fromOnnx, toOnnx } from 'recurrent-cells/onnx';
 *
 * const layer = new Sequence(new GRUCell({ inputSize: 2, hiddenSize: 3 }));
 * const model = fromOnnx(toOnnx(layer));
 * model.inputs.map(({ name }) => name) // → ['input', 'initial.h']
 * const x = tensor([[[1, 2], [3, 4]]]);
 * model.run({ input: x, 'initial.h': layer.initialState(1).h }).output!.shape // → [1, 2, 3]
 * ```
 */
export function fromOnnx(bytes: Uint8Array, options: FromOnnxOptions = {}): OnnxModel {
  const { backend = float32(), mostElements, mostOperations } = checkOptions('fromOnnx', options, checks);
  try {
    const { graph, opset } = readModel(bytesOf('fromOnnx', bytes));
    const given = {
      ...(mostElements === undefined ? {} : { mostElements }),
      ...(mostOperations === undefined ? {} : { mostOperations }),
    };
    return new OnnxModel(own, graph, opset, { backend, extent: extentOf(graph, bytes.length), given });
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw rangeError('fromOnnx', 'bytes', error.message, 'a whole ONNX file');
  }
}
