/** HDF5 files that no library writes: small ones whose tables describe endless work. */

/** A file of 8-byte words, written at offsets. */
class Draft {
  readonly #bytes: Buffer;

  constructor(size: number) {
    this.#bytes = Buffer.alloc(size);
  }

  long(at: number, value: number): void {
    this.#bytes.writeBigUInt64LE(BigInt(value), at);
  }

  text(at: number, value: string): void {
    this.#bytes.write(value, at, 'latin1');
  }

  short(at: number, value: number): void {
    this.#bytes.writeUInt16LE(value, at);
  }

  byte(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }
}

const ROOT = 96;
const HEAP = 136;
const TREE = 192;
const NODE = 64;

/** A file of the oldest version: its root group has the message of `type` with two addresses. */
function rooted(size: number, type: number, first: number, second: number): Draft {
  const draft = new Draft(size);
  draft.text(0, '\x89HDF\r\n\x1a\n');
  draft.byte(13, 8);
  draft.byte(14, 8);
  draft.long(64, ROOT);
  draft.byte(ROOT, 1);
  draft.short(ROOT + 2, 1);
  draft.long(ROOT + 8, 24);
  draft.short(ROOT + 16, type);
  draft.short(ROOT + 18, 16);
  draft.long(ROOT + 24, first);
  draft.long(ROOT + 32, second);
  return draft;
}

/** A tree of so many levels, each of one node that names the one below it twice: 2^levels paths in 64 bytes for each level. */
export function doublingTree(levels: number): Uint8Array {
  const draft = rooted(TREE + levels * NODE, 0x11, TREE, HEAP);
  draft.text(HEAP, 'HEAP');
  draft.long(HEAP + 8, 16);
  draft.long(HEAP + 24, HEAP + 32);
  for (let at = 0; at < levels; at++) {
    const node = TREE + at * NODE;
    draft.text(node, 'TREE');
    draft.byte(node + 5, levels - 1 - at);
    draft.short(node + 6, at === levels - 1 ? 0 : 2);
    draft.long(node + 32, node + NODE);
    draft.long(node + 48, node + NODE);
  }
  return draft.bytes;
}

/** A header that continues in itself. */
export function circularHeader(): Uint8Array {
  return rooted(TREE, 0x10, ROOT + 16, 24).bytes;
}

/** A tree whose node is its own child. */
export function circularTree(): Uint8Array {
  const draft = rooted(TREE + NODE, 0x11, TREE, HEAP);
  draft.text(HEAP, 'HEAP');
  draft.long(HEAP + 8, 16);
  draft.long(HEAP + 24, HEAP + 32);
  draft.text(TREE, 'TREE');
  draft.byte(TREE + 5, 9);
  draft.short(TREE + 6, 1);
  draft.long(TREE + 32, TREE);
  return draft.bytes;
}
