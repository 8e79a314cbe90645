/** The float32 kernels of the contract in `../../training.ts`. */
export { sigmoidBackward, tanhBackward } from './derivatives';
export { adam, sgd } from './optimizers';
export { maximumMagnitude, sumOfSquares } from './reductions';
export { columnSums, scatterAdd } from './rows';
