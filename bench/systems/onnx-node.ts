/** Native ONNX Runtime, on one thread. */
import * as runtime from 'onnxruntime-node';
import { serve } from '../protocol.ts';
import { onnxSystem } from './onnx.ts';

await serve(onnxSystem(`onnxruntime-node ${runtime.env.versions.node}`, runtime));
