/** The float32 kernels of the contract in `../../probabilities.ts`. */
export { exp } from './functions';
export { logSoftmax, softmax } from './softmax';
