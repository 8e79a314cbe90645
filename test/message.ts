/** What a call throws; undefined if it returns. */
export function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The error that a call throws, as a user reads it: `RangeError: where: argument came, expected what`. */
export function messageOf(act: () => unknown): string {
  const error = errorOf(act);
  return error === undefined ? 'no error' : String(error);
}
