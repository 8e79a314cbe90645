/**
 * Tools for testing cells and layers, including custom ones.
 *
 * @module recurrent-cells/testing
 */
export {
  type Checkable,
  checkGradients,
  type GradientCheckOptions,
  type GradientReport,
} from './testing/gradients.ts';
export type { GradientError } from './testing/probe.ts';
