/**
 * The float32 kernels of the contract in `../../kernels.ts`, for WebAssembly with 128-bit SIMD.
 *
 * Exports take element offsets and strides, as the contract says; everything inside takes byte addresses and byte
 * strides. One binary serves engines with relaxed SIMD and without: see `madd` in `vector.ts` and `fused` in `../index.ts`.
 */
export { add, copy, fill, mul, mulAdd, scale, sub } from './arithmetic';
export { sigmoid, tanh } from './functions';
export { gemm, gemmPacked, pack, packedLength } from './products';
export { addRow, gather, transpose } from './rows';
export { heapBase } from './scratch';
