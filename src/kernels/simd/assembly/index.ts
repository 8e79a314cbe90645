/**
 * The float32 kernels of the contract in `../../kernels.ts`, for WebAssembly with 128-bit SIMD.
 *
 * Exports take element offsets and strides, as in the contract; internal functions take byte addresses and byte
 * strides. The same sources are compiled for each flavour: `simd`, and `relaxed` with fused multiply–adds.
 */
export { adagrad, rmsprop } from './adaptive';
export { add, clamp, copy, fill, mul, mulAdd, relu, scale, sub } from './arithmetic';
export { reluBackward, sigmoidBackward, tanhBackward } from './derivatives';
export { exp, sigmoid, softplus, tanh } from './functions';
export { normalize, normalizeBackward } from './normalization';
export { adam, sgd } from './optimizers';
export { gemm, gemmPacked, pack, packedLength } from './products';
export { maximumMagnitude, sumOfSquares } from './reductions';
export { addRow, columnSums, gather, scatterAdd, transpose } from './rows';
export { heapBase } from './scratch';
export { logSoftmax, softmax } from './softmax';
