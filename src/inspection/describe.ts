/** A model in words: its structure as a small drawing, its layers, shapes and numbers of parameters. */

import type { Architecture } from '../architecture.ts';
import { show, typeError } from '../errors.ts';
import { newValues } from '../kernels/backend.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { withArena } from '../matrix/arena.ts';
import { shapeOf } from '../signal/boundary.ts';
import type { Signal } from '../signal/signal.ts';
import { drawings, type Structure } from './drawings.ts';

/** A line of the table. */
interface Row {
  readonly name: string;
  readonly output: string;
  readonly parameters: number;
}

// The steps of the sequence that a model is tried with: enough for the kernel of a convolution.
const TIME = 64;

/**
 * Describes a model: which of the five structures it is, in a drawing, and a table of its layers with the shapes they
 * give and their parameters.
 *
 *     many-to-one
 *
 *                     y
 *                     ▲
 *         h₁ ─▶ h₂ ─▶ h₃
 *         ▲     ▲     ▲
 *         x₁    x₂    x₃
 *
 *     layer                output            parameters
 *     input                [batch, time, 3]
 *     0 Sequence(GRUCell)  [batch, 8]               312
 *     1 Dense              [batch, 2]                18
 *     total                                         330
 *
 * It is found out by running the model on zeros. Shared parameters are counted once in the total.
 *
 * @throws TypeError if `model` is not a layer.
 *
 * @example
 * ```ts
 * import { describe, GRUCell, manyToOne } from 'recurrent-cells';
 *
 * const model = manyToOne({ inputSize: 3, hiddenSize: 8, cell: GRUCell, outputSize: 2 });
 * describe(model).split('\n')[0] // → 'many-to-one'
 * describe(model).split('\n').at(-2) // → '1 Dense              [batch, 2]                18'
 * ```
 */
export function describe(model: AnyLayer): string {
  if (typeof model?.compute !== 'function')
    throw typeError('describe', 'model', `is ${show(model)}`, 'a layer or a model of layers');
  const { rows, structure } = tried(model);
  const total = [...model.parameters().values()].reduce(
    (sum, { value }) => sum + value.rows * value.columns,
    0,
  );
  return [
    structure,
    '',
    ...drawings[structure].map((line) => `    ${line}`),
    '',
    ...table([...rows, { name: 'total', output: '', parameters: total }]),
  ].join('\n');
}

/** The layers of a model as it runs, with the fewest axes that it takes. */
function tried(model: AnyLayer): { rows: Row[]; structure: Structure } {
  if (model.accepts === 'indices') return run(model, true);
  try {
    return run(model, false);
  } catch (error) {
    if (error instanceof RangeError) return run(model, true);
    throw error;
  }
}

function run(model: AnyLayer, timed: boolean): { rows: Row[]; structure: Structure } {
  const { backend, inputSize = 1, accepts } = model;
  const time = timed ? [TIME] : [];
  return withArena(backend, (arena) => {
    const input =
      accepts === 'indices'
        ? { data: new Int32Array(TIME), shape: [1, ...time] }
        : { data: newValues(backend, (timed ? TIME : 1) * inputSize), shape: [1, ...time, inputSize] };
    let signal = model.toSignal(arena, 'describe', input, undefined);
    const rows: Row[] = [
      { name: 'input', output: accepts === 'indices' ? '[batch, time]' : shape(signal), parameters: 0 },
    ];
    for (const [path, layer] of leaves(model, '')) {
      signal = layer.compute(arena, signal, undefined).output;
      const parameters = [...layer.parameters().values()];
      rows.push({
        name: `${path}${path && ' '}${title(layer.architecture())}`,
        output: shape(signal),
        parameters: parameters.reduce((sum, { value }) => sum + value.rows * value.columns, 0),
      });
    }
    return { rows, structure: structureOf(model, timed, signal.timed) };
  });
}

/** The layers of a chain, and of chains in it, each with its path. */
function* leaves(model: AnyLayer, path: string): Generator<[path: string, layer: AnyLayer]> {
  const { type, parts = {} } = model.architecture();
  if (type !== 'Sequential') yield [path, model];
  else
    for (const [at, part] of Object.entries(parts))
      yield* leaves(part as AnyLayer, path === '' ? at : `${path}.${at}`);
}

/** `Sequence(GRUCell)`: a layer and what it is made of. */
function title({ type, parts = {} }: Architecture): string {
  const inside = Object.values(parts).map((part) => title(part.architecture()));
  return inside.length === 0 ? type : `${type}(${[...new Set(inside)].join(', ')})`;
}

function shape(signal: Signal): string {
  const [, ...axes] = shapeOf(signal);
  if (signal.timed) {
    const missing = TIME - signal.time;
    const steps = missing === 0 ? 'time' : signal.time;
    return `[batch, ${steps}, ${axes[1]}]`;
  }
  return `[batch, ${axes[0]}]`;
}

function structureOf(model: AnyLayer, timedInput: boolean, timedOutput: boolean): Structure {
  const recurrent = Object.keys(model.stateSizes ?? {}).length > 0;
  if (!recurrent && timedInput === timedOutput) return 'one-to-one';
  return `${timedInput ? 'many' : 'one'}-to-${timedOutput ? 'many' : 'one'}`;
}

function table(rows: readonly Row[]): string[] {
  const cells = rows.map(({ name, output, parameters }) => [
    name,
    output,
    parameters === 0 ? '' : parameters.toLocaleString('en'),
  ]);
  cells.unshift(['layer', 'output', 'parameters']);
  const [names, outputs, counts] = [0, 1, 2].map((at) => Math.max(...cells.map((row) => row[at]!.length)));
  return cells.map(([name, output, count]) =>
    `${name!.padEnd(names!)}  ${output!.padEnd(outputs!)}  ${count!.padStart(counts!)}`.trimEnd(),
  );
}
