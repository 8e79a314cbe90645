/** Runs the Silero voice activity detector over a recorded sentence, frame by frame. */
import { float32, type Tensor } from 'recurrent-cells';
import { fromOnnx } from 'recurrent-cells/onnx';
import type { VoiceReport } from './voice.ts';

const [RATE, FRAME, CONTEXT, HEADER] = [16_000, 512, 64, 44];
const report = (message: VoiceReport) => postMessage(message);

async function bytesOf(name: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

async function listen(): Promise<void> {
  const [graph, file] = await Promise.all(['silero_vad_v5.onnx', 'speech.wav'].map(bytesOf));
  const model = fromOnnx(new Uint8Array(graph!));
  const samples = Float32Array.from(new Int16Array(file!, HEADER), (value) => value / 32768);
  const frames = Math.floor(samples.length / FRAME);
  const outline = Array.from({ length: 640 }, (_, i) => {
    const piece = samples.subarray((samples.length * i) / 640, (samples.length * (i + 1)) / 640);
    return [Math.min(...piece), Math.max(...piece)] as const;
  });
  report({ outline, frames, seconds: samples.length / RATE });

  let state: Tensor = { data: new Float32Array(256), shape: [2, 1, 128] };
  let probabilities: number[] = [];
  let busy = 0;
  for (let i = 0; i < frames; i++) {
    const data = new Float32Array(CONTEXT + FRAME);
    const from = i * FRAME - CONTEXT;
    data.set(samples.subarray(Math.max(from, 0), from + data.length), Math.max(-from, 0));
    const started = performance.now();
    const result = model.run({
      input: { data, shape: [1, data.length] },
      state,
      sr: { data: Int32Array.of(RATE), shape: [] },
    });
    busy += performance.now() - started;
    state = result.stateN as Tensor;
    probabilities.push(result.output!.data[0]!);
    if (probabilities.length === 10 || i === frames - 1) {
      report({ probabilities });
      probabilities = [];
    }
  }
  report({ perFrame: busy / frames, kernels: float32().name });
}

listen().catch(({ message }: Error) => report({ failure: message }));
