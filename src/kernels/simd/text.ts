/** Decodes binaries stored as text. */

/** The bytes encoded as lower-case hexadecimal digits, in one or more pieces. */
export function bytesOf(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  const digits = pieces.join('');
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = 16 * digitOf(digits.charCodeAt(2 * i)) + digitOf(digits.charCodeAt(2 * i + 1));
  return bytes;
}

/** The value of a digit's code: '0' is 48, 'a' is 97. */
function digitOf(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
