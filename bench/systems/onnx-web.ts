/** ONNX Runtime compiled to WebAssembly, on one thread. */
import * as runtime from 'onnxruntime-web';
import { serve } from '../protocol.ts';
import { onnxSystem } from './onnx.ts';

runtime.env.wasm.numThreads = 1;
await serve(onnxSystem(`onnxruntime-web ${runtime.env.versions.web}`, runtime));
