/** Common to the two ONNX runtimes: one LSTM node, inference only. */
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-common';
import { lstmModel } from '../onnx-model.ts';
import { type Job, type System, squareMean } from '../protocol.ts';
import type { Tensors } from '../tensors.ts';
import type { Workload } from '../workloads.ts';

/** The part of `onnxruntime-web` and `onnxruntime-node` in use. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => Tensor;
}

/** `[batch, time, width]` → `[time, batch, width]`. */
function timeMajor(data: Float32Array, { batch, time, inputSize }: Workload): Float32Array {
  const out = new Float32Array(data.length);
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < time; t++) {
      const from = (b * time + t) * inputSize;
      out.set(data.subarray(from, from + inputSize), (t * batch + b) * inputSize);
    }
  return out;
}

async function prepare(runtime: Runtime, workload: Workload, tensors: Tensors): Promise<Job> {
  const { task, cell, time, batch, inputSize, hiddenSize } = workload;
  if ((task !== 'infer' && task !== 'step') || cell !== 'lstm') throw new Error('it does not train');
  const session = await runtime.InferenceSession.create(lstmModel(workload, tensors), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const inputs = timeMajor(tensors.get('inputs')!.data as Float32Array, workload);
  const x = new runtime.Tensor('float32', inputs, [time, batch, inputSize]);
  const zeros = new runtime.Tensor('float32', new Float32Array(batch * hiddenSize), [1, batch, hiddenSize]);
  let [h, c, y]: Tensor[] = [zeros, zeros, zeros];
  const step = async () => {
    const result = await session.run({ x, h: h!, c: c! }, ['nextH', 'nextC']);
    h = result.nextH;
    c = result.nextC;
  };
  const infer = async () => {
    y = (await session.run({ x, h: zeros, c: zeros })).y;
  };
  const run = task === 'step' ? step : infer;
  const data = (tensor: Tensor | undefined) => (tensor as TypedTensor<'float32'>).data;
  return {
    async run(times) {
      for (let i = 0; i < times; i++) await run();
    },
    values: () => (task === 'step' ? [h, c] : [y]).map((tensor) => squareMean(data(tensor))),
  };
}

/** Makes a system from a runtime. */
export function onnxSystem(version: string, runtime: Runtime): System {
  return { version, prepare: (workload, tensors) => prepare(runtime, workload, tensors) };
}
