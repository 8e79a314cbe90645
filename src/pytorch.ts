/**
 * Weights from PyTorch and back: state_dicts by their names, from safetensors and `.pt` files.
 *
 * Our cells compute what PyTorch's do, gate order and both biases included, so only names are converted.
 *
 * @module recurrent-cells/pytorch
 */
export { readCheckpoint } from './pytorch/checkpoint.ts';
export type { Nameable, NameOptions } from './pytorch/names.ts';
export { type RecurrentOptions, recurrent } from './pytorch/recurrent.ts';
export { type LoadStateDictOptions, loadStateDict, stateDict, type Tensors } from './pytorch/state-dict.ts';
