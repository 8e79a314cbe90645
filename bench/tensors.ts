/**
 * The weights and inputs of a workload, drawn once from one seed and written to one file that every system reads.
 *
 * The format is safetensors; parameters have the names and layouts of PyTorch's modules, inputs are
 * `[batch, time]` or `[batch, time, features]`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gateCount, type Workload } from './workloads.ts';

/** A tensor as stored in the file. */
export interface Stored {
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

export type Tensors = ReadonlyMap<string, Stored>;

/** A linear congruential generator: quality does not matter, since every system gets the same file. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((size, dimension) => size * dimension, 1);

/** Draws the parameters, inputs, targets and upstream gradients of a workload. */
export function draw(workload: Workload): Tensors {
  const { layers, inputSize, hiddenSize, batch, time, input, task, head, loss } = workload;
  const next = generator(12345);
  const tensors = new Map<string, Stored>();
  const real = (name: string, shape: readonly number[], scale: number) =>
    tensors.set(name, {
      shape,
      data: Float32Array.from({ length: sizeOf(shape) }, () => scale * (2 * next() - 1)),
    });
  const whole = (name: string, shape: readonly number[], below: number) =>
    tensors.set(name, {
      shape,
      data: Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(below * next())),
    });

  const bound = 1 / Math.sqrt(hiddenSize);
  const wide = gateCount(workload) * hiddenSize;
  if (workload.vocabulary !== undefined) real('embedding.weight', [workload.vocabulary, inputSize], 1);
  for (let layer = 0; layer < layers; layer++) {
    real(`rnn.weight_ih_l${layer}`, [wide, layer === 0 ? inputSize : hiddenSize], bound);
    real(`rnn.weight_hh_l${layer}`, [wide, hiddenSize], bound);
    real(`rnn.bias_ih_l${layer}`, [wide], bound);
    real(`rnn.bias_hh_l${layer}`, [wide], bound);
  }
  if (head !== undefined) {
    real('head.weight', [head.size, hiddenSize], bound);
    real('head.bias', [head.size], bound);
  }
  if (input === 'dense') real('inputs', [batch, time, inputSize], 1);
  else whole('inputs', [batch, time], workload.vocabulary ?? inputSize);
  if (loss === 'crossEntropy')
    whole('targets', head?.outputs === 'all' ? [batch, time] : [batch], head!.size);
  if (loss === 'squaredError') real('targets', [batch, hiddenSize], 1);
  if (task === 'gradients') real('dOutput', [batch, time, hiddenSize], 1);
  return tensors;
}

/** Writes tensors as a safetensors file. */
export function write(file: string, tensors: Tensors): void {
  const header: { [name: string]: unknown } = {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = {
      dtype: data instanceof Int32Array ? 'I32' : 'F32',
      shape,
      data_offsets: [end, end + data.byteLength],
    };
    end += data.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const parts = [...tensors.values()].map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  writeFileSync(file, Buffer.concat([length, padded, ...parts]));
}

/** Reads a safetensors file of 32-bit tensors. */
export function read(file: string): Tensors {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as {
    [name: string]: { dtype: string; shape: number[]; data_offsets: [number, number] };
  };
  return new Map(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const part = Uint8Array.from(bytes.subarray(start + from, start + to)).buffer;
        return [name, { shape, data: dtype === 'I32' ? new Int32Array(part) : new Float32Array(part) }];
      },
    ),
  );
}
