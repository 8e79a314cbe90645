/** Parameters flattened into one array, which threads share or transfer. */
import type { Backend } from '../kernels/backend.ts';
import type { Values } from '../kernels/heap.ts';
import { withArena } from '../matrix/arena.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { add, scale } from '../matrix/operations.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** Parameters by name. */
type Parameters = ReadonlyMap<string, Parameter>;

const host = globalThis as {
  crossOriginIsolated?: boolean;
  SharedArrayBuffer?: SharedArrayBufferConstructor;
};

/** An array for all of a model's parameters, in shared memory if available. */
export function flatArray(backend: Backend, parameters: Parameters): Values {
  let length = 0;
  for (const { value } of parameters.values()) length += value.rows * value.columns;
  // Without cross-origin isolation, a page may allocate shared memory but not send it to a worker.
  const shared = host.crossOriginIsolated === false ? undefined : host.SharedArrayBuffer;
  const Buffer = shared ?? ArrayBuffer;
  return backend.dtype === 'float32'
    ? new Float32Array(new Buffer(4 * length))
    : new Float64Array(new Buffer(8 * length));
}

/** The transfer list for sending `array`: its memory, unless it is shared. */
export function moved(array: ArrayBufferView): ArrayBuffer[] {
  return array.buffer instanceof ArrayBuffer ? [array.buffer] : [];
}

/** The names and shapes of parameters in their order in the array. */
export function layoutOf(parameters: Parameters): string[] {
  return Array.from(parameters, ([name, { shape }]) => `${name} [${shape.join(', ')}]`);
}

/** flat ← the values */
export function writeValues(flat: Values, parameters: Parameters): void {
  each(parameters, ({ value }, start) => flat.set(contents(value), start));
}

/** flat ← the gradients */
export function writeGradients(flat: Values, parameters: Parameters): void {
  each(parameters, ({ gradient }, start) => flat.set(contents(gradient), start));
}

/** The values ← flat */
export function readValues(parameters: Parameters, flat: Values): void {
  each(parameters, (parameter, start, end) => {
    contents(parameter.value).set(flat.subarray(start, end));
    parameter.changed();
  });
}

/** The gradients ← factor·gradients */
export function scaleGradients(parameters: Parameters, factor: number): void {
  if (factor !== 1) for (const { gradient } of parameters.values()) scale(gradient, gradient, factor);
}

/** The gradients ← gradients + factor·flat */
export function addGradients(parameters: Parameters, flat: Values, factor: number): void {
  each(parameters, ({ gradient }, start, end) =>
    withArena(gradient.backend, (arena) => {
      // Allocate first: it may replace the heap's array.
      const staged = arena.matrix(gradient.rows, gradient.columns);
      contents(staged).set(flat.subarray(start, end));
      if (factor !== 1) scale(staged, staged, factor);
      add(gradient, gradient, staged);
    }),
  );
}

/** A matrix with contiguous rows, as an array in the heap. */
function contents({ backend, offset, rows, columns }: Matrix): Values {
  return backend.heap.values.subarray(offset, offset + rows * columns);
}

function each(
  parameters: Parameters,
  visit: (parameter: Parameter, start: number, end: number) => void,
): void {
  let start = 0;
  for (const parameter of parameters.values()) {
    const end = start + parameter.value.rows * parameter.value.columns;
    visit(parameter, start, end);
    start = end;
  }
}
