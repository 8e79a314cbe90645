/** Tools to test layers with: `recurrent-cells/testing`. */
export {
  type Checkable,
  checkGradients,
  type GradientCheckOptions,
  type GradientError,
  type GradientReport,
} from './gradients.ts';
