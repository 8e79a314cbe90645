/** Minimises a smooth convex function: L-BFGS (Liu and Nocedal 1989) with backtracking line search. */

/** A function's value and gradient at a point. */
type Valued = (at: Float64Array) => { value: number; gradient: Float64Array };

/** The number of past steps used to estimate the curvature. */
const MEMORY = 10;
/** Converged when no component of the gradient is larger. */
const TOLERANCE = 1e-4;
const MOST_STEPS = 1000;

/**
 * Minimises from `start` until the gradient is nearly zero.
 *
 * @throws Error after a thousand steps: a baseline that has not converged is not a baseline.
 */
export function minimize(start: Float64Array, f: Valued): Float64Array {
  let [at, { value, gradient }] = [start, f(start)];
  const steps: Step[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    if (gradient.every((slope) => Math.abs(slope) <= TOLERANCE)) return at;
    const direction = downhill(gradient, steps);
    const slope = dot(direction, gradient);
    for (let length = steps.length === 0 ? 1 / norm(gradient) : 1; ; length /= 2) {
      const next = at.map((x, i) => x + length * direction[i]!);
      const found = f(next);
      // Armijo's condition, or no progress within float64 precision.
      if (found.value > value + 1e-4 * length * slope && length > 1e-12) continue;
      const [moved, turned] = [minus(next, at), minus(found.gradient, gradient)];
      steps.push({ moved, turned, curvature: dot(moved, turned) });
      if (steps.length > MEMORY) steps.shift();
      [at, value, gradient] = [next, found.value, found.gradient];
      break;
    }
  }
  throw new Error(`minimize: did not converge in ${MOST_STEPS} steps`);
}

/** The difference between two points, the difference of their gradients, and the product of the two. */
interface Step {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  readonly curvature: number;
}

/** −H⁻¹ · gradient, with the inverse curvature H⁻¹ estimated from the last steps: the two-loop recursion. */
function downhill(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((slope) => -slope);
  const shares = new Map<Step, number>();
  for (const step of [...steps].reverse()) {
    const share = dot(step.moved, direction) / step.curvature;
    shares.set(step, share);
    addTo(direction, -share, step.turned);
  }
  const last = steps.at(-1);
  const scale = last === undefined ? 1 : last.curvature / dot(last.turned, last.turned);
  direction.forEach((value, i) => {
    direction[i] = scale * value;
  });
  for (const step of steps)
    addTo(direction, shares.get(step)! - dot(step.turned, direction) / step.curvature, step.moved);
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function addTo(sum: Float64Array, factor: number, term: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * term[i]!;
}
