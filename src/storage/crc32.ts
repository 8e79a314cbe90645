/** The checksum of files: CRC-32 (ISO 3309), as in PNG and ZIP. */

/** The checksum of the concatenated pieces, as eight hexadecimal digits. */
export function crc32(pieces: Iterable<Uint8Array>): string {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
    return rest;
  });
  let sum = 0xffffffff;
  for (const bytes of pieces) for (const byte of bytes) sum = table[(sum ^ byte) & 0xff]! ^ (sum >>> 8);
  return ((sum ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
