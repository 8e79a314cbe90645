/** Maps parameter names to PyTorch's, such as `1.cell.weightIh` to `rnn.weight_ih_l0`. */
import type { Part } from '../common/architecture.ts';
import { rangeError, show, typeError } from '../common/errors.ts';
import { type Check, callback, checkOptions, text } from '../common/options.ts';
import type { Parameter } from '../matrix/parameter.ts';
import type { Weighted } from '../storage/weights.ts';

/** The module names of a PyTorch model. */
export interface NameOptions {
  /** Precedes all names, such as `'encoder'`. Default empty. */
  readonly prefix?: string | undefined;
  /**
   * The PyTorch name of each layer, such as `{ 0: 'embedding', 1: 'rnn', 2: 'rnn', 4: 'linear' }`: recurrent
   * layers with the same name are the layers `_l0`, `_l1`, … of one module. Default: the layer's name in the model, as in
   * `nn.Sequential`.
   */
  readonly names?: { readonly [layer: string]: string } | undefined;
}

/** A module's name; PyTorch's own `prefix` ends in the dot that is added here. */
export const prefixCheck: Check<string> = (where, argument, value) => {
  const prefix = text(where, argument, value);
  if (prefix.endsWith('.'))
    throw rangeError(
      where,
      argument,
      `is ${show(prefix)}`,
      `${show(prefix.slice(0, -1))}, the module's name`,
    );
  return prefix;
};

/** The parts of an architecture read here. */
interface Described {
  readonly type: string;
  readonly options: {
    readonly learnInitialState?: unknown;
    readonly reverse?: unknown;
    readonly reset?: unknown;
  };
  readonly parts?: { readonly [name in 'cell' | 'forward' | 'reverse']?: Part };
}

/** Cells with a PyTorch equivalent. */
const cells = ['RNNCell', 'LSTMCell', 'GRUCell', 'ProjectedLSTMCell'];
/** Layers whose parameters have the same names in both. */
const alike = ['Dense', 'Embedding', 'LayerNorm', 'Conv1d'];

/** A cell, a layer or a model. */
export type Nameable = Part & Weighted;

/**
 * The parameters of a model by PyTorch name.
 *
 * @throws TypeError for invalid `options`; RangeError if `names` contains an unknown layer, or a layer of the model has no
 * PyTorch equivalent.
 */
export function pytorchParameters(
  where: string,
  model: Nameable,
  options: NameOptions,
): Map<string, Parameter> {
  callback(where, 'model.architecture', (model as Partial<Nameable> | undefined)?.architecture);
  callback(where, 'model.parameters', (model as Partial<Nameable> | undefined)?.parameters);
  checkOptions<NameOptions, NameOptions>(where, options, { prefix: prefixCheck, names: namesCheck });
  const { prefix = '', names = {} } = options;
  const parameters = new Map<string, Parameter>();
  const unused = new Set(Object.keys(names));
  const layersOf = new Map<string, number>();

  const add = (module: string, part: Weighted, suffix: string) => {
    for (const [name, parameter] of part.parameters()) {
      const theirs = join(module, `${pytorchName(name)}${suffix}`);
      if (parameters.has(theirs))
        throw rangeError(where, 'names', `gives two layers ${show(module)}`, 'one each');
      parameters.set(theirs, parameter);
    }
  };
  const recurrent = (module: string, directions: readonly (readonly [Part, string])[]) => {
    const layer = layersOf.get(module) ?? 0;
    layersOf.set(module, layer + 1);
    for (const [cell, direction] of directions) {
      checkCell(where, module, cell);
      add(module, cell as Nameable, `_l${layer}${direction}`);
    }
  };
  const visit = (part: Nameable, own: string, outer: string) => {
    unused.delete(own);
    const module = Object.hasOwn(names, own) ? join(prefix, names[own]!) : outer;
    const { type, options, parts = {} } = part.architecture() as Described;
    if (options.learnInitialState === true)
      throw refused(where, module, type, 'that learns its initial state', 'one that starts from zeros');
    if (type === 'Sequence') recurrent(module, [[parts.cell!, options.reverse === true ? '_reverse' : '']]);
    else if (type === 'Bidirectional')
      recurrent(module, [
        [parts.forward!, ''],
        [parts.reverse!, '_reverse'],
      ]);
    else if (alike.includes(type)) add(module, part, '');
    else if (part.parameters().size === 0) return;
    else if (Object.keys(parts).length > 0)
      for (const [name, inner] of Object.entries(parts))
        visit(inner as Nameable, join(own, name), join(module, name));
    else {
      checkCell(where, module, part);
      add(module, part, '');
    }
  };
  visit(model, '', prefix);
  for (const name of unused)
    throw rangeError(where, 'names', `has ${show(name)}`, 'names of layers with parameters');
  return parameters;
}

function checkCell(where: string, module: string, cell: Part): void {
  const { type, options } = cell.architecture() as Described;
  if (!cells.includes(type))
    throw refused(where, module, type, '', `one of ${[...cells, ...alike].join(', ')}`);
  if (options.reset === 'before')
    throw refused(
      where,
      module,
      type,
      'that resets before the product',
      "reset: 'after', as PyTorch computes",
    );
}

function refused(where: string, module: string, type: string, which: string, expected: string): RangeError {
  const what = which === '' ? `a ${type}` : `a ${type} ${which}`;
  return rangeError(where, 'model', `has ${what} at ${show(module)}`, expected);
}

/** `weight_ih` of `weightIh` */
function pytorchName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function join(prefix: string, name: string): string {
  return prefix === '' || name === '' ? `${prefix}${name}` : `${prefix}.${name}`;
}

function namesCheck(where: string, argument: string, value: unknown): { readonly [layer: string]: string } {
  if (typeof value === 'object' && value !== null) {
    for (const [name, theirs] of Object.entries(value)) text(where, `${argument}[${show(name)}]`, theirs);
    return value as { readonly [layer: string]: string };
  }
  throw typeError(where, argument, `is ${show(value)}`, 'names of modules by names of layers');
}
