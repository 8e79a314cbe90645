/** The backends: one for each precision and implementation. */
import type { Backend } from './backend.ts';
import { referenceBackend } from './reference/index.ts';

let double: Backend | undefined;
let single: Backend | undefined;

/** float64 in plain TypeScript. */
export function float64(): Backend {
  double ??= referenceBackend('float64');
  return double;
}

/** float32, the fastest that runs here. */
export function float32(): Backend {
  single ??= referenceBackend('float32');
  return single;
}
