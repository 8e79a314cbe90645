/** Counts what a graph makes and computes, so that no file, damaged or hostile, takes unbounded memory or time. */

/** The limits of loading, or of one run. */
export interface Limits {
  /** The elements of all values together. */
  readonly mostElements: number;
  /** Multiply–adds, and operations that take as long. */
  readonly mostOperations: number;
}

/** An error about a value, before its node is known. */
export class Unfit extends Error {
  readonly came: string;
  readonly expected: string;

  constructor(came: string, expected: string) {
    super(`${came}, expected ${expected}`);
    this.came = came;
    this.expected = expected;
  }
}

interface Room {
  readonly limits: Limits;
  elements: number;
  operations: number;
}

let room: Room | undefined;

/** Computes within limits of its own. */
export function within<Result>(limits: Limits, compute: () => Result): Result {
  const before = room;
  room = { limits, elements: 0, operations: 0 };
  try {
    return compute();
  } finally {
    room = before;
  }
}

/** Counts elements before they are allocated. @throws Unfit if there is no room for them. */
export function takeElements(count: number): void {
  const { limits, elements } = room!;
  if (!(elements + count <= limits.mostElements))
    throw new Unfit(
      `makes ${count} elements, after ${elements} before it`,
      `at most ${limits.mostElements} in all, or more by the option mostElements`,
    );
  room!.elements += count;
}

/** Counts operations before they begin. @throws Unfit if there is no room for them. */
export function takeOperations(count: number): void {
  const { limits, operations } = room!;
  if (!(operations + count <= limits.mostOperations))
    throw new Unfit(
      `takes ${count} operations, after ${operations} before it`,
      `at most ${limits.mostOperations} in all, or more by the option mostOperations`,
    );
  room!.operations += count;
}

/** The number of elements of a shape. An axis of size 0 counts as 1, because loops may run over the others. */
export function spanOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * Math.max(size, 1), 1);
}
