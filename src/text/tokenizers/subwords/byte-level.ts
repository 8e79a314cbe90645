/** Bytes as visible characters, as in GPT-2: ` the` is `Ġthe`. */

/** [256] The character of each byte: the byte itself if printable in Latin-1, otherwise the next character from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = /* @__PURE__ */ (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const BYTES: ReadonlyMap<string, number> = /* @__PURE__ */ (() =>
  new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte])))();
const encoder = /* @__PURE__ */ new TextEncoder();

/** Converts text to the characters of its bytes. */
export function toByteCharacters(text: string): string {
  return Array.from(encoder.encode(text), (byte) => BYTE_CHARACTERS[byte]!).join('');
}

/** [bytes + 1] The position in `text` where each byte's character begins; within a character, where it ends. */
export function byteOffsets(text: string): Int32Array {
  const offsets: number[] = [0];
  let at = 0;
  for (const character of text) {
    at += character.length;
    const { length } = encoder.encode(character);
    for (let byte = 0; byte < length; byte++) offsets.push(at);
  }
  return Int32Array.from(offsets);
}

/** Decodes tokens of such characters; a token with any other character is unchanged. */
export function fromByteCharacters(tokens: readonly string[]): string {
  const bytes: number[] = [];
  for (const token of tokens) {
    const own = Array.from(token, (character) => BYTES.get(character));
    for (const byte of own.includes(undefined) ? encoder.encode(token) : own) bytes.push(byte!);
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
