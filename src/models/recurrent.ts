/** Shared by the model builders: the input layer and the recurrent layers. */
import { Cell, type CellOptions } from '../cells/cell.ts';
import { forgetBiasOption, type GatedCellOptions } from '../cells/forget-bias.ts';
import { LSTMCell } from '../cells/lstm.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { isCopy, otherCopy } from '../common/instance.ts';
import { type Check, type Checks, flag, size } from '../common/options.ts';
import { type Backend, backendOption } from '../kernels/backend.ts';
import { Bidirectional, type Merge, merges } from '../layers/bidirectional.ts';
import { noiseOption } from '../layers/cell-noise.ts';
import { Dropout } from '../layers/dropout.ts';
import { Embedding } from '../layers/embedding.ts';
import { dropoutRate, type Noise } from '../layers/noise.ts';
import { OneHot } from '../layers/one-hot.ts';
import { classCount } from '../layers/parts.ts';
import { Residual } from '../layers/residual.ts';
import { Sequence } from '../layers/sequence.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { type Random, randomOption } from '../random/random.ts';

/** A cell class, such as `GRUCell`. */
// biome-ignore lint/suspicious/noExplicitAny: whichever states it has
export type CellClass = new (options: CellOptions) => Cell<any, number, number>;

/** A function that makes a cell of the given sizes, such as `(sizes) => new RNNCell({ ...sizes, activation: 'relu' })`. */
// biome-ignore lint/suspicious/noExplicitAny: whichever states it has
export type CellMaker = (options: CellOptions) => Cell<any, number, number, number>;

/** A cell class or a function that makes cells. */
export type CellKind = CellClass | CellMaker;

/** The backend and the random generator. */
export interface PlaceOptions {
  /** The compute backend: default `float32()`. */
  readonly backend?: Backend | undefined;
  /** Draws the initial weights: default the program's shared generator, seeded with 0. */
  readonly random?: Random | undefined;
}

export const placeChecks: Checks<PlaceOptions> = { backend: backendOption, random: randomOption };

/** Inputs of real features. */
export interface FeatureInput<InputSize extends number = number> {
  /** The features of an input. */
  readonly inputSize: InputSize;
  readonly classes?: undefined;
  readonly embeddingSize?: undefined;
}

/** Inputs of indices, such as characters or words. */
export interface IndexInput {
  readonly inputSize?: undefined;
  /** The number of classes: indices go from 0 to `classes` − 1. */
  readonly classes: number;
  /** The size of a learned embedding for each class: default one-hot vectors. */
  readonly embeddingSize?: number | undefined;
}

/** Either kind of input, as checked. */
export interface AnyInput {
  readonly inputSize?: number | undefined;
  readonly classes?: number | undefined;
  readonly embeddingSize?: number | undefined;
}

export const inputChecks: Checks<AnyInput> = { inputSize: size, classes: classCount, embeddingSize: size };

/** The recurrent layers of a model. */
export interface RecurrentOptions extends PlaceOptions {
  /**
   * The cell class, or a function that makes a cell of given sizes; for a stack of different cells, an array with one per
   * layer: default `LSTMCell`.
   */
  readonly cell?: CellKind | readonly CellKind[] | undefined;
  /** The units of the recurrent layer; for a stack, an array with one number per layer. */
  readonly hiddenSize: number | readonly number[];
  /** The initial bias of the gate that keeps the state, for cells that have one: default the cell's. */
  readonly forgetBias?: GatedCellOptions['forgetBias'];
  /** Whether a second cell reads each sequence from its end: default false. */
  readonly bidirectional?: boolean | undefined;
  /** How the outputs of the two directions are combined if `bidirectional`: default `'concatenate'`. */
  readonly merge?: Merge | undefined;
  /** Whether to add a residual connection around every recurrent layer above the first that keeps width and steps (`Residual`): default false. */
  readonly residual?: boolean | undefined;
  /** Whether initial states are learned (in an encoder–decoder, the encoder's): default false. */
  readonly learnInitialState?: boolean | undefined;
  /** Noise applied to the recurrent layers in training, such as recurrent dropout; each layer gets a separate generator. Default none. */
  readonly noise?: Noise | undefined;
  /** The dropout rate after every recurrent layer: default no dropout. */
  readonly dropout?: number | undefined;
}

/** The sizes of layers: one number, or several. */
export const sizes: Check<number | readonly number[]> = (where, argument, value) => {
  for (const one of Array.isArray(value) ? value : [value]) size(where, argument, one);
  return value as number;
};

const cellKinds: Check<CellKind | readonly CellKind[]> = (where, argument, value) => {
  const expected = 'a class of cells, such as GRUCell, or a function';
  for (const kind of Array.isArray(value) ? value : [value]) {
    if (typeof kind !== 'function') throw typeError(where, argument, `is ${show(kind)}`, expected);
    if (isCopy(kind.prototype, Cell)) throw otherCopy(where, argument, expected);
  }
  return value as CellKind;
};

export const recurrentChecks = (): Checks<RecurrentOptions> => ({
  ...placeChecks,
  cell: cellKinds,
  hiddenSize: { required: sizes },
  forgetBias: forgetBiasOption,
  bidirectional: flag,
  merge: merges,
  residual: flag,
  learnInitialState: flag,
  noise: noiseOption,
  dropout: dropoutRate,
});

/** Layer sizes as an array. Holes are kept as entries, which `flat` would drop. */
export function listOf(sizes: number | readonly number[]): readonly number[] {
  return typeof sizes === 'object' ? Array.from(sizes) : [sizes];
}

/** The input layer for indices, if the input is indices, and the resulting width. */
export function inputLayer(
  where: string,
  options: (FeatureInput | IndexInput) & PlaceOptions,
): { layers: AnyLayer[]; width: number } {
  const { inputSize, classes, embeddingSize, backend, random } = options;
  if ((inputSize === undefined) === (classes === undefined))
    throw typeError(
      where,
      'inputSize',
      `is ${show(inputSize)} and classes ${show(classes)}`,
      'one of them: inputSize for real features, classes for indices',
    );
  if (classes === undefined) {
    if (embeddingSize !== undefined)
      throw typeError(where, 'embeddingSize', `is ${show(embeddingSize)}`, 'no embedding without classes');
    return { layers: [], width: inputSize! };
  }
  if (embeddingSize === undefined) return { layers: [new OneHot({ classes, backend })], width: classes };
  const embedding = new Embedding({ classes, outputSize: embeddingSize, backend, random });
  return { layers: [embedding], width: embeddingSize };
}

// biome-ignore lint/suspicious/noExplicitAny: whichever states it has
function makeCell(kind: CellKind, options: CellOptions): Cell<any> {
  return isClass(kind) ? new kind(options) : kind(options);
}

function isClass(kind: CellKind): kind is CellClass {
  return kind.prototype instanceof Cell;
}

/** A stack of recurrent layers, the last with the requested outputs, and the resulting width. */
export function recurrentLayers(
  where: string,
  inputSize: number,
  options: RecurrentOptions,
  outputs: 'all' | 'last',
): { layers: AnyLayer[]; width: number } {
  const { cell = LSTMCell, bidirectional = false, residual = false, dropout, backend, random } = options;
  const { forgetBias, merge, learnInitialState, noise } = options;
  // Cells without such a gate refuse the option.
  const gated = forgetBias === undefined ? {} : { forgetBias };
  if (!bidirectional && merge !== undefined)
    throw rangeError(where, 'merge', `is ${show(merge)}`, 'none without bidirectional: true');
  const units = listOf(options.hiddenSize);
  if (units.length === 0) throw rangeError(where, 'hiddenSize', 'is empty', 'a number for each layer');
  const kinds = Array.isArray(cell) ? (cell as readonly CellKind[]) : units.map(() => cell as CellKind);
  if (kinds.length !== units.length)
    throw rangeError(
      where,
      'cell',
      `has ${kinds.length} for ${units.length} layers`,
      'as many as hiddenSize has numbers',
    );
  let width = inputSize;
  const layers = units.flatMap((hiddenSize, at) => {
    const cell = () => makeCell(kinds[at]!, { inputSize: width, hiddenSize, backend, random, ...gated });
    const given = at === units.length - 1 ? outputs : 'all';
    const settings = { outputs: given, learnInitialState, noise: noise?.fork() };
    const recurrent: AnyLayer = bidirectional
      ? new Bidirectional(cell(), cell(), { ...settings, merge })
      : new Sequence(cell(), settings);
    const around = residual && at > 0 && given === 'all' && recurrent.outputSize === width;
    const layer = around ? new Residual(recurrent) : recurrent;
    width = recurrent.outputSize!;
    return dropout === undefined
      ? [layer]
      : [layer, new Dropout({ rate: dropout, backend, random: random?.fork() })];
  });
  return { layers, width };
}
