/** A model as text: its structure as a diagram, its layers, shapes and parameter counts. */

import { instanceOf } from '../common/instance.ts';
import { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import { Layer } from '../layers/layer.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import type { AnyGraph } from '../models/graph.ts';
import { Graph } from '../models/graph.ts';
import { draw, type Features, featuresOf, type Structure } from './drawings.ts';
import { graphRows } from './graph-rows.ts';
import { count, encoderDecoderRows, layerRows, type Row } from './layer-rows.ts';

/**
 * Describes a model: a diagram showing which of the five structures it is, and a table of its layers with output shapes and
 * parameter counts.
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
 * Nested chains are expanded, including one inside a `Residual`; an `EncoderDecoder` is split into encoder, bridge, decoder,
 * attention and output; a `Graph` has a row for each input, layer and join, without a diagram. Shapes are found by running the model on zeros. Shared parameters count once in the total.
 *
 * @throws TypeError if `model` is neither a layer nor a graph nor an encoder–decoder.
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
// biome-ignore lint/suspicious/noExplicitAny: whatever its source is
export function describe(model: AnyLayer | EncoderDecoder<any> | AnyGraph): string {
  if (model instanceof Graph) return describeGraph(model);
  const { rows, structure, features } =
    model instanceof EncoderDecoder
      ? encoderDecoder(model)
      : layers(instanceOf<AnyLayer>('describe', 'model', model, Layer, 'a layer or a model of layers'));
  return [
    structure,
    '',
    ...draw(structure, features).map((line) => `    ${line}`),
    '',
    ...table([...rows, { name: 'total', output: '', parameters: count(model) }]),
  ].join('\n');
}

function describeGraph(model: AnyGraph): string {
  const { inputs, heads, single } = model.plan;
  const outputs = single ? 'one output' : [...heads.keys()].join(', ');
  const rows = [...graphRows(model), { name: 'total', output: '', parameters: count(model) }];
  return [`graph: ${[...inputs.keys()].join(', ')} → ${outputs}`, '', ...table(rows)].join('\n');
}

interface Found {
  readonly rows: Row[];
  readonly structure: Structure;
  readonly features: Features;
}

function layers(model: AnyLayer): Found {
  return tried(model, (timed) => {
    const { rows, timed: timedOutput } = layerRows(model, timed);
    return {
      rows,
      structure: structureOf(model, timed, timedOutput),
      features: { ...featuresOf(model.architecture()), attention: false },
    };
  });
}

function encoderDecoder(model: EncoderDecoder): Found {
  return tried(model.encoder, (timed) => ({
    rows: encoderDecoderRows(model, timed),
    structure: 'encoder–decoder',
    features: { ...featuresOf(model.encoder.architecture()), attention: model.attention !== undefined },
  }));
}

/** Runs the model with the fewest axes that its first layer accepts. */
function tried({ accepts }: AnyLayer, run: (timed: boolean) => Found): Found {
  if (accepts === 'indices') return run(true);
  try {
    return run(false);
  } catch (error) {
    if (error instanceof RangeError) return run(true);
    throw error;
  }
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
  const [names, outputs, counts] = [0, 1, 2].map((at) =>
    cells.reduce((most, row) => Math.max(most, row[at]!.length), 0),
  );
  return cells.map(([name, output, count]) =>
    `${name!.padEnd(names!)}  ${output!.padEnd(outputs!)}  ${count!.padStart(counts!)}`.trimEnd(),
  );
}
