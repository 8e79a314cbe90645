/**
 * Models as ONNX files: read and run here, or written for ONNX Runtime and other runtimes.
 *
 * @module recurrent-cells/onnx
 */
export { type ToOnnxOptions, toOnnx } from './onnx/export.ts';
export type { Int64s, OnnxFeeds } from './onnx/feeds.ts';
export type { GraphValue } from './onnx/graph.ts';
export { type FromOnnxOptions, fromOnnx, OnnxModel } from './onnx/import.ts';
export type { Kind } from './onnx/value.ts';
