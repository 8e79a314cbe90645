/** The rows of a model's description: each layer, its output shape and its parameters, found by running it on zeros. */
import type { Architecture } from '../common/architecture.ts';
import type { EncoderDecoder } from '../encoder-decoder/encoder-decoder.ts';
import { newValues } from '../kernels/backend.ts';
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
interface Line {
  readonly name: string;
  readonly axes: readonly { readonly name: string; readonly size: number }[];
  readonly parameters: number;
}

// The number of steps in the trial run, unless a convolution's kernel needs more.
const FEW = 64;
// The additional steps of the second run: more than any stride.
const FURTHER = 256;
const MANY = 2048;

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
function twice(
  owner: { readonly backend: Arena['backend'] },
  run: (arena: Arena, time: number) => Iterable<Line>,
  time: number = FEW,
): Row[] {
  const linesAt = (time: number) => withArena(owner.backend, (arena) => [...run(arena, time)]);
  try {
    const [lines, others] = [linesAt(time), linesAt(time + FURTHER)];
    return lines.map(({ name, axes, parameters }, i) => {
      const sizes = axes.map((axis, at) => {
        const more = others[i]!.axes[at]!.size - axis.size;
        return more === 0 ? axis.size : relative(axis, time, Math.round(FURTHER / more));
      });
      return { name, output: `[${['batch', ...sizes].join(', ')}]`, parameters };
    });
  } catch (error) {
    if (time === FEW && error instanceof RangeError) return twice(owner, run, MANY);
    throw error;
  }
}

/** `time`, or `time − 2` if a convolution leaves fewer, or about `time / 2` with a stride of two. */
function relative({ name, size }: Line['axes'][number], time: number, stride: number): string {
  if (stride !== 1) return `${name} / ${stride}`;
  const missing = time - size;
  return missing === 0 ? name : `${name} − ${missing}`;
}

/** Runs a layer; yields one row for it, or one for each layer of a chain. */
function* layerLines(
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

function inputLine(name: string, timeName: string, { accepts }: AnyLayer, signal: Signal): Line {
  const { axes, ...rest } = line(name, timeName, signal, 0);
  return { ...rest, axes: accepts === 'indices' ? axes.slice(0, 1) : axes };
}

function line(name: string, timeName: string, signal: Signal, parameters: number): Line {
  const { timed, time, width } = signal;
  const axes = [...(timed ? [{ name: timeName, size: time }] : []), { name: 'width', size: width }];
  return { name, axes, parameters };
}

/** An input of zeros; without a time axis if `time` is undefined. */
function zeros(arena: Arena, layer: AnyLayer, time: number | undefined): Signal {
  const { accepts, inputSize = 1, backend } = layer;
  const steps = time === undefined ? [] : [time];
  const input =
    accepts === 'indices'
      ? { data: new Int32Array(time ?? 1), shape: [1, ...steps] }
      : { data: newValues(backend, (time ?? 1) * inputSize), shape: [1, ...steps, inputSize] };
  return layer.toSignal(arena, 'describe', input, undefined);
}

function titled(path: string, title: string): string {
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
