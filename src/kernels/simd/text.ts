/** Decodes binaries stored as text. */

/** The bytes encoded as hexadecimal digits, in one or more pieces. */
export function bytesOf(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  const digits = pieces.join('');
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
