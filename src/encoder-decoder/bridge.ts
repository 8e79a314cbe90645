/**
 * Maps the encoder's final state to the decoder's initial state.
 *
 * It decides which part comes from which, and adds a layer where sizes differ: s = tanh(W [s₁; s₂; …] + b).
 */
import type { Backend } from '../kernels/backend.ts';
import { Dense, type DenseOptions } from '../layers/dense.ts';
import { prefixed } from '../layers/parts.ts';
import type { Arena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, copy, tanh, tanhBackward } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { type DenseSignal, vectors } from '../signal/signal.ts';
import type { MatrixState, StateSizes, Tree } from '../signal/state.ts';
import { makeState, type Path, partAt } from './state-parts.ts';

/** The parts of a recurrent layer's state by name: one path each, or two for a bidirectional layer. */
type LayerParts = ReadonlyMap<string, readonly Path[]>;

/** The source of one part of the decoder's state. */
interface Link {
  readonly path: Path;
  readonly from: readonly Path[];
  /** Undefined if the part is passed on unchanged. */
  readonly dense: Dense | undefined;
}

/** A bridged state and its backward pass. */
export interface BridgeTrace {
  readonly state: MatrixState | undefined;
  /** ∂L/∂(the encoder's final state) */
  backward(dState: MatrixState | undefined): MatrixState | undefined;
}

/** Options for the bridge's layers. */
export type BridgeOptions = Omit<DenseOptions, 'inputSize' | 'outputSize' | 'bias'> & {
  readonly backend: Backend;
};

/** The bridge between states of these sizes. */
export class Bridge {
  readonly #encoderSizes: StateSizes;
  readonly #decoderSizes: StateSizes;
  readonly #links: readonly Link[];

  constructor(
    encoderSizes: StateSizes | undefined,
    decoderSizes: StateSizes | undefined,
    options: BridgeOptions,
  ) {
    this.#encoderSizes = encoderSizes ?? {};
    this.#decoderSizes = decoderSizes ?? {};
    const encoder = layersOf(this.#encoderSizes);
    const decoder = layersOf(this.#decoderSizes);
    this.#links = decoder.flatMap((parts, at) => {
      const source = encoder.length === decoder.length ? encoder[at] : encoder.at(-1);
      if (source === undefined) return [];
      return [...parts].map(([name, [path]]) => {
        const from = source.get(name) ?? [...source.values()][0]!;
        const inputSize = from.reduce((sum, of) => sum + partAt(this.#encoderSizes, of), 0);
        const outputSize = partAt(this.#decoderSizes, path!);
        const passed = from.length === 1 && inputSize === outputSize;
        return {
          path: path!,
          from,
          dense: passed ? undefined : new Dense({ inputSize, outputSize, ...options }),
        };
      });
    });
  }

  /** Whether no part of the state is passed on. */
  get empty(): boolean {
    return this.#links.length === 0;
  }

  /** The parts of the decoder's state that come from the encoder, each with its layer unless passed on unchanged. */
  get crossings(): readonly {
    readonly name: string;
    readonly size: number;
    /** The parts of the encoder's state that are joined. */
    readonly from: readonly string[];
    readonly layer: Dense | undefined;
  }[] {
    return this.#links.map(({ path, from, dense }) => ({
      name: path.join('.'),
      from: from.map((part) => part.join('.')),
      size: partAt(this.#decoderSizes, path),
      layer: dense,
    }));
  }

  /** The parameters by name, such as `1.h.weight`. */
  parameters(): ReadonlyMap<string, Parameter> {
    return prefixed(
      Object.fromEntries(this.crossings.flatMap(({ name, layer }) => (layer ? [[name, layer]] : []))),
    );
  }

  /** The state that the decoder starts from. */
  record(arena: Arena, final: MatrixState | undefined): BridgeTrace {
    if (final === undefined || this.empty) return { state: undefined, backward: () => undefined };
    const crossings = new Map(
      this.#links.map((link) => [link.path.join('.'), { link, ...cross(arena, link, final) }]),
    );
    return {
      state: makeState(this.#decoderSizes, (_, path) => crossings.get(path.join('.'))!.part),
      backward: (dState) => {
        const { batch } = [...crossings.values()][0]!;
        const dFinal = makeState(this.#encoderSizes, (size) => arena.zeros(batch, size));
        for (const { link, backward } of crossings.values()) {
          const dParts = backward(partAt(dState!, link.path));
          let column = 0;
          for (const path of link.from) {
            const dPart = partAt(dFinal, path);
            add(dPart, dPart, dParts.columnsFrom(column, dPart.columns));
            column += dPart.columns;
          }
        }
        return dFinal;
      },
    };
  }
}

/** One part of the decoder's state. */
interface Crossing {
  readonly batch: number;
  readonly part: Matrix;
  /** The gradient of the joined inputs. */
  backward(dPart: Matrix): Matrix;
}

function cross(arena: Arena, { from, dense }: Link, final: MatrixState): Crossing {
  const parts = from.map((path) => partAt(final, path));
  const { rows: batch } = parts[0]!;
  if (dense === undefined) return { batch, part: parts[0]!, backward: (dPart) => dPart };
  const trace = dense.record(arena, joined(arena, parts, batch));
  const part = trace.output.values;
  tanh(part, part);
  return {
    batch,
    part,
    backward(dPart) {
      const dSum = arena.matrix(part.rows, part.columns);
      tanhBackward(dSum, part, dPart);
      return trace.backward(dSum, undefined, true).input!;
    },
  };
}

/** Concatenates matrices with equal numbers of rows column-wise. */
function joined(arena: Arena, parts: readonly Matrix[], batch: number): DenseSignal {
  const width = parts.reduce((sum, { columns }) => sum + columns, 0);
  const values = arena.matrix(batch, width);
  let column = 0;
  for (const part of parts) {
    copy(values.columnsFrom(column, part.columns), part);
    column += part.columns;
  }
  return vectors(values);
}

/** The recurrent layers of a state, first to last. */
function layersOf(sizes: StateSizes, above: Path = []): LayerParts[] {
  const nodes = Object.entries(sizes);
  if (nodes.length === 0) return [];
  if (nodes.every(([, node]) => isSize(node)))
    return [new Map(nodes.map(([name]) => [name, [[...above, name]]]))];
  const inner = nodes.flatMap(([name, node]) => (isSize(node) ? [] : layersOf(node, [...above, name])));
  const [forward, reverse] = inner;
  if (nodes.map(([name]) => name).join() !== 'forward,reverse') return inner;
  return [new Map([...forward!].map(([name, paths]) => [name, [...paths, ...(reverse!.get(name) ?? [])]]))];
}

function isSize(node: number | Tree<number>): node is number {
  return typeof node === 'number';
}
