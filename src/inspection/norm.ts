/** ‖v‖₂, computed so that squares neither overflow nor underflow. */
export function norm(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!);
    if (!(magnitude <= most)) most = magnitude;
    if (Number.isNaN(most)) return most;
  }
  if (most === 0 || most === Number.POSITIVE_INFINITY) return most;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! / most) ** 2;
  return most * Math.sqrt(sum);
}
