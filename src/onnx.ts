/**
 * Models as ONNX files: read and run here, or written for ONNX Runtime and other runtimes.
 *
 * @module recurrent-cells/onnx
 */
export { type ToOnnxOptions, toOnnx } from './onnx/export/model.ts';
export type { Int64s, OnnxFeeds } from './onnx/import/feeds.ts';
export type { GraphValue } from './onnx/import/graph.ts';
export { type FromOnnxOptions, fromOnnx, OnnxModel } from './onnx/import/model.ts';
export type { Kind } from './onnx/import/value.ts';
