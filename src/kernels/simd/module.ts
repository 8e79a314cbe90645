/** WebAssembly from text. */

/** Compiles a binary that is written in hexadecimal digits. */
export function moduleOf(digits: string): WebAssembly.Module {
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return new WebAssembly.Module(bytes);
}
