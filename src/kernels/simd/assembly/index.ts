/**
 * The float32 kernels of the contract in `../../kernels.ts`, for WebAssembly with 128-bit SIMD.
 *
 * Exports take element offsets and strides, as the contract says; everything inside takes byte addresses and byte
 * strides. One source makes two binaries: `madd` in `vector.ts` is fused where relaxed SIMD is enabled.
 */
export { add, clamp, copy, fill, mul, mulAdd, relu, reluBackward, scale, sub } from './arithmetic';
export { exp, sigmoid, sigmoidBackward, softplus, tanh, tanhBackward } from './functions';
export { normalize, normalizeBackward } from './normalize';
export { gemm, gemmPacked, pack, packedLength } from './products';
export { adagrad, adam, rmsprop, sgd } from './optimizers';
export { maximumMagnitude, sumOfSquares } from './reductions';
export { addRow, columnSums, gather, scatterAdd, transpose } from './rows';
export { logSoftmax, softmax } from './softmax';
export { multiplyAdds } from './ceiling';
export { heapBase } from './scratch';
