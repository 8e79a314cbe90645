/** The reduction of a loss's terms to its value. */
import type { Tensor } from '../common/tensor.ts';

/** The reduction of terms: their weighted mean, their sum, or none. */
export type Reduction = 'mean' | 'sum' | 'none';

export const reductions: readonly Reduction[] = ['mean', 'sum', 'none'];

/** The value of a loss: a number, or the tensor of terms. */
export type ValueOf<R extends Reduction> = R extends 'none' ? Tensor : number;
