/** Compares a gradient with central differences, element by element. */

/** The worst element of an input, state or parameter. */
export interface GradientError {
  /** `input`, `input.words`, `state.h`, `parameter cell.weightHh` and so on. */
  readonly name: string;
  /** |backward − numerical|, relative to the largest numerical gradient there, or to 10⁻³·max(1, |L|) if that is larger. */
  readonly error: number;
  /** The index of the worst element, one entry per dimension. */
  readonly index: readonly number[];
  /** The gradient from the backward pass. */
  readonly backward: number;
  /** The gradient from the differences. */
  readonly numerical: number;
}

/** Values to vary, and the gradient that the backward pass gave them. */
export interface Probe {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
  readonly backward: ArrayLike<number>;
  /** Makes a change to an element of `values` take effect. */
  apply(): void;
}

/** The element whose gradients differ most. */
export function worstOf(
  { name, shape, values, backward, apply }: Probe,
  loss: () => number,
  step: number,
  floor: number,
): GradientError {
  const lossWith = (at: number, value: number) => {
    const kept = values[at]!;
    values[at] = value;
    apply();
    const result = loss();
    values[at] = kept;
    apply();
    return result;
  };
  const numerical = Float64Array.from(values, (value, at) => {
    const [above, below] = [value + step, value - step];
    return (lossWith(at, above) - lossWith(at, below)) / (above - below);
  });
  const numbers = numerical.filter((value) => !Number.isNaN(value));
  const scale = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), floor);
  let worst = 0;
  let error = 0;
  numerical.forEach((value, at) => {
    const difference = Math.abs(backward[at]! - value) / scale;
    // NaN counts as the worst error.
    const found = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    if (found > error) {
      worst = at;
      error = found;
    }
  });
  return {
    name,
    error,
    index: indexOf(worst, shape),
    backward: backward[worst]!,
    numerical: numerical[worst]!,
  };
}

function indexOf(at: number, shape: readonly number[]): number[] {
  let rest = at;
  return [...shape]
    .reverse()
    .map((dimension) => {
      const index = rest % dimension;
      rest = Math.floor(rest / dimension);
      return index;
    })
    .reverse();
}
