/**
 * Tools for testing cells and layers, including custom ones.
 *
 * @module recurrent-cells/testing
 */
export {
  type Checkable,
  checkGradients,
  type GradientCheckOptions,
  type GradientError,
  type GradientReport,
} from './testing/gradients.ts';
