/**
 * Tools to test cells and layers with, those of one's own too.
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
