/** The rows of a model's description: each layer, its output shape and its parameters, found by running it on zeros. */
import type { Architecture } from '../common/architecture.ts';
import { elementsOf, type Indices, type Tensor } from '../common/tensor.ts';
import type { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import type { AnyLayer } from '../layers/sequential.ts';
import { type Arena, withArena } from '../matrix/arena.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { dense, type Signal } from '../signal/signal.ts';

/** A row of the table. */
export interface Row {
  readonly name: string;
  readonly output: string;
  readonly parameters: number;
}

/** A row with its axes after the batch axis, as measured in one run. */
export interface Line {
  readonly name: string;
  /** An axis without a size is shown by its name. */
  readonly axes: readonly { readonly name: string; readonly size: number | undefined }[];
  readonly parameters: number;
}

// The number of steps in the trial run, unless a convolution's kernel needs more.
const FEW = 64;
// The additional steps of the second run: more than any stride.
const FURTHER = 256;
const MANY = 2048;
// The steps of the sequence at each step.
const INNER = 16;

/** The rows of the input and of a layer or chain of layers, with or without a time axis. */
export function layerRows(
  model: AnyLayer,
  timed: boolean,
): { readonly rows: Row[]; readonly timed: boolean } {
  let timedOutput = timed;
  const rows = twice(model, function* (arena, time) {
    const input = zeros(arena, model, timed ? time : undefined);
    yield inputLine('input', 'time', model, input);
    const output = yield* layerLines(arena, model, '', 'time', input);
    timedOutput = output.timed;
  });
  return { rows, timed: timedOutput };
}

/** The rows of an encoder–decoder whose source may have a time axis. */
// biome-ignore lint/suspicious/noExplicitAny: whatever its source is
export function encoderDecoderRows(model: EncoderDecoder<any>, timed: boolean): Row[] {
  const { encoder, bridge, decoder, attention, combination, output } = model;
  const [source, target] = ['source time', 'target time'];
  return twice(model, function* (arena, time) {
    const input = zeros(arena, encoder, timed ? time : undefined);
    yield inputLine('source', source, encoder, input);
    const memory = yield* layerLines(arena, encoder, 'encoder', source, input);
    for (const { name, size, layer } of bridge.crossings)
      yield {
        name: titled(`bridge.${name}`, layer?.type ?? ''),
        axes: [{ name: '', size }],
        parameters: layer === undefined ? 0 : count(layer),
      };
    const tokens = zeros(arena, decoder, time);
    yield inputLine('target', target, decoder, tokens);
    let hidden = yield* layerLines(arena, decoder, 'decoder', target, tokens);
    if (attention !== undefined) {
      const { width } = memory;
      yield line(
        titled('attention', `Attention(${attention.score})`),
        target,
        { ...hidden, width },
        count(attention),
      );
      hidden = dense(hidden, arena.zeros(time, output.inputSize));
      yield line(titled('combination', combination!.type), target, hidden, count(combination!));
    }
    yield* layerLines(arena, output, 'output', target, hidden);
  });
}

/**
 * Runs with two numbers of steps to find how each axis depends on the input's; one run could not tell a fixed number of steps
 * from a remainder of the input's.
 */
export function twice(
  owner: { readonly backend: Arena['backend'] },
  run: (arena: Arena, time: number) => Iterable<Line>,
  time: number = FEW,
): Row[] {
  const linesAt = (time: number) => withArena(owner.backend, (arena) => [...run(arena, time)]);
  try {
    const [lines, others] = [linesAt(time), linesAt(time + FURTHER)];
    return lines.map(({ name, axes, parameters }, i) => {
      const sizes = axes.map(({ name, size }, at) => {
        if (size === undefined) return name;
        const more = others[i]!.axes[at]!.size! - size;
        return more === 0 ? size : relative(name, size, time, Math.round(FURTHER / more));
      });
      return { name, output: `[${['batch', ...sizes].join(', ')}]`, parameters };
    });
  } catch (error) {
    if (time === FEW && error instanceof RangeError) return twice(owner, run, MANY);
    throw error;
  }
}

/** `time`, or `time − 2` if a convolution leaves fewer, or about `time / 2` with a stride of two. */
function relative(name: string, size: number, time: number, stride: number): string {
  if (stride !== 1) return `${name} / ${stride}`;
  const missing = time - size;
  return missing === 0 ? name : `${name} − ${missing}`;
}

/** Runs a layer; yields one row for it, or one for each layer of a chain. */
export function* layerLines(
  arena: Arena,
  layer: AnyLayer,
  path: string,
  timeName: string,
  input: Signal,
): Generator<Line, Signal> {
  const architecture = layer.architecture();
  const { type, parts = {} } = architecture;
  if (type === 'Sequential') {
    let signal = input;
    for (const [at, part] of Object.entries(parts))
      signal = yield* layerLines(
        arena,
        part as AnyLayer,
        path === '' ? at : `${path}.${at}`,
        timeName,
        signal,
      );
    return signal;
  }
  const { output } = layer.compute(arena, layer.accept(input), undefined);
  // The layers of a chain inside a residual connection get their own rows.
  const around = type === 'Residual' && parts.layer?.architecture().type === 'Sequential';
  const name = titled(path, around ? type : title(architecture));
  yield line(name, timeName, output, around ? 0 : count(layer));
  if (around)
    yield* layerLines(
      arena,
      parts.layer as AnyLayer,
      path === '' ? 'layer' : `${path}.layer`,
      timeName,
      input,
    );
  return output;
}

/** An input as the layer takes it: indices without a width, and the steps of a sequence at each step. */
export function inputLine(
  name: string,
  timeName: string,
  { accepts, takesSequences }: Pick<AnyLayer, 'accepts' | 'takesSequences'>,
  signal: Signal,
): Line {
  const { axes, ...rest } = line(name, timeName, signal, 0);
  const timed = signal.timed ? 1 : 0;
  return {
    ...rest,
    axes: [
      ...axes.slice(0, timed),
      ...(takesSequences ? [{ name: 'steps', size: undefined }] : []),
      ...(accepts === 'indices' ? [] : axes.slice(timed)),
    ],
  };
}

export function line(name: string, timeName: string, signal: Signal, parameters: number): Line {
  const { timed, time, width } = signal;
  const axes = [...(timed ? [{ name: timeName, size: time }] : []), { name: 'width', size: width }];
  return { name, axes, parameters };
}

function zeros(arena: Arena, layer: AnyLayer, time: number | undefined): Signal {
  return layer.toSignal(arena, 'describe', zeroInput(layer, time), undefined);
}

/** A public input of zeros; without a time axis if `time` is undefined. */
export function zeroInput(
  { accepts, takesSequences, inputSize = 1 }: Pick<AnyLayer, 'accepts' | 'takesSequences' | 'inputSize'>,
  time: number | undefined,
): Tensor | Indices {
  const shape = [
    1,
    ...(time === undefined ? [] : [time]),
    ...(takesSequences ? [INNER] : []),
    ...(accepts === 'indices' ? [] : [inputSize]),
  ];
  const elements = elementsOf(shape);
  return accepts === 'indices'
    ? { data: new Int32Array(elements), shape }
    : { data: new Float32Array(elements), shape };
}

export function titled(path: string, title: string): string {
  return [path, title].filter((part) => part !== '').join(' ');
}

/** A layer and its contents, such as `Sequence(GRUCell)`. */
function title({ type, parts = {} }: Architecture): string {
  const inside = Object.values(parts).map((part) => title(part.architecture()));
  return inside.length === 0 ? type : `${type}(${[...new Set(inside)].join(', ')})`;
}

/** The total number of elements of the parameters. */
export function count(of: { parameters(): ReadonlyMap<string, Parameter> }): number {
  return [...of.parameters().values()].reduce((sum, { value }) => sum + value.rows * value.columns, 0);
}
