import { expect } from 'vitest';

/** Numbers, or nested lists of numbers, that agree to twelve decimals. */
export function close(got: unknown, want: unknown): void {
  const [a, b] = [[got].flat(3), [want].flat(3)] as [number[], number[]];
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, 12);
  });
}
