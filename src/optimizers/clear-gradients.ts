/** Where gradients begin again. */
import type { Parameters } from './optimizer.ts';

/**
 * Sets the gradients of parameters to zero: before each backward pass, unless gradients are to add up.
 *
 * @example
 * ```ts
 * import { clearGradients, Dense, tensor } from 'recurrent-cells';
 *
 * const dense = new Dense({ inputSize: 1, outputSize: 1 });
 * const weight = dense.parameters().get('weight')!;
 * dense.forward(tensor([[3]])).backward(tensor([[1]]));
 * weight.readGradient()[0] // → 3
 * clearGradients(dense.parameters());
 * weight.readGradient()[0] // → 0
 * ```
 */
export function clearGradients(parameters: Parameters): void {
  for (const parameter of parameters.values()) parameter.clearGradient();
}
