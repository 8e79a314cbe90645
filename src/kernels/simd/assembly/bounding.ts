/** The float32 kernels of the contract in `../../bounding.ts`. */
export { clamp, relu } from './arithmetic';
export { reluBackward } from './derivatives';
export { softplus } from './functions';
