/** Zip archives for tests. */
import { crc32, deflateRawSync } from 'node:zlib';

/**
 * The bytes of an archive, stored or deflated; `method` and `size` of the entries may be wrong, and all may have extra fields and
 * comments.
 */
export function zip(
  files: Readonly<Record<string, Uint8Array>>,
  lie: {
    readonly method?: number;
    readonly size?: number;
    readonly deflate?: boolean;
    readonly localExtra?: number;
    readonly extra?: number;
    readonly comment?: number;
    readonly end?: Buffer;
  } = {},
): Uint8Array {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, plain] of Object.entries(files)) {
    const bytes = lie.deflate ? deflateRawSync(plain) : plain;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(lie.method ?? (lie.deflate ? 8 : 0), 4);
    fields.writeUInt32LE(crc32(plain), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(lie.size ?? plain.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const { localExtra = 0, extra = 0, comment = 0 } = lie;
    const localFields = Buffer.from(fields);
    localFields.writeUInt16LE(localExtra, 24);
    fields.writeUInt16LE(extra, 24);
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      localFields,
      Buffer.from(name),
      Buffer.alloc(localExtra),
      bytes,
    ]);
    const place = Buffer.alloc(14);
    place.writeUInt16LE(comment, 0);
    place.writeUInt32LE(offset, 10);
    entries.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02\0\0'),
        fields,
        place,
        Buffer.from(name),
        Buffer.alloc(extra + comment),
      ]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const { end: endComment = Buffer.alloc(0) } = lie;
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(endComment.length, 20);
  return new Uint8Array(Buffer.concat([...locals, directory, end, endComment]));
}
