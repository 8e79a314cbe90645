/**
 * Models of Keras: what TensorFlow.js saves, with layers of the library that compute the same.
 *
 * @packageDocumentation
 */
export { KerasModel } from './keras/model.ts';
export { type Files, type FromTfjsOptions, fromTfjs } from './keras/tfjs.ts';
