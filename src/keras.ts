/**
 * Models of Keras and TensorFlow.js, with layers of the library that compute the same.
 *
 * @module recurrent-cells/keras
 */
export { type FromKerasOptions, fromKeras } from './keras/file.ts';
export { KerasModel } from './keras/model.ts';
export { type Files, type FromTfjsOptions, fromTfjs } from './keras/tfjs.ts';
export { toTfjs } from './keras/write-tfjs.ts';
export type { Inflate } from './storage/zip.ts';
