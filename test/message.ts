/** The error that a call throws, as a user reads it: `RangeError: where: argument came, expected what`. */
export function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return String(error);
  }
  return 'no error';
}
