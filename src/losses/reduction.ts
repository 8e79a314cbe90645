/** How the terms of a loss become its value. */
import type { Tensor } from '../common/tensor.ts';

/** How terms become a loss: their weighted mean, their sum, or not at all. */
export type Reduction = 'mean' | 'sum' | 'none';

export const reductions: readonly Reduction[] = ['mean', 'sum', 'none'];

/** The value of a loss: a number, or the tensor of the terms. */
export type ValueOf<R extends Reduction> = R extends 'none' ? Tensor : number;
