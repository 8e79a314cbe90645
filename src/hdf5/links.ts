/** The links of a group: the names of its members, and their addresses. */
import type { Bytes } from './bytes.ts';
import { denseLinks } from './dense-links.ts';
import type { Message } from './header.ts';

const LINK_INFO = 2;
const LINK = 6;
const SYMBOL_TABLE = 0x11;
/** An address that refers to nothing: all bits are set. */
export const NOWHERE: number = 2 ** 64;
const HARD = 0;

/** The members of a group. Links to other names and other files are left out. */
export function linksOf(bytes: Bytes, messages: readonly Message[]): ReadonlyMap<string, number> {
  const links = new Map<string, number>();
  for (const { type, at } of messages) {
    if (type === SYMBOL_TABLE) symbols(bytes, bytes.long(at), bytes.long(at + 8), links);
    else if (type === LINK) link(bytes, at, links);
    else if (type === LINK_INFO) {
      // The largest creation-order number is optional.
      const start = at + 2 + (bytes.byte(at + 1) & 1 ? 8 : 0);
      const [heap, tree] = [bytes.long(start), bytes.long(start + 8)];
      if (heap !== NOWHERE && tree !== NOWHERE)
        for (const place of denseLinks(bytes, heap, tree)) link(bytes, place, links);
    }
  }
  return links;
}

/** A link of newer files. */
function link(bytes: Bytes, at: number, links: Map<string, number>): void {
  const flags = bytes.byte(at + 1);
  let place = at + 2;
  const kind = flags & 8 ? bytes.byte(place++) : HARD;
  if (flags & 4) place += 8;
  if (flags & 0x10) place++;
  const width = 1 << (flags & 3);
  const length = bytes.whole(place, width);
  place += width;
  if (kind === HARD) links.set(bytes.text(place, length), bytes.long(place + length));
}

/** The links of older files: a tree (B-tree, version 1) of tables, whose names lie in a heap. */
function symbols(bytes: Bytes, root: number, heap: number, links: Map<string, number>): void {
  bytes.expect(heap, 'HEAP');
  const [size, names] = [bytes.long(heap + 8), bytes.long(heap + 24)];
  const visit = (node: number, level: number): void => {
    bytes.expect(node, 'TREE');
    if (bytes.byte(node + 5) !== level) throw bytes.damaged(`has a tree at ${node} of mixed levels`);
    const count = bytes.short(node + 6);
    for (let i = 0; i < count; i++) {
      const child = bytes.long(node + 32 + 16 * i);
      if (level > 0) visit(child, level - 1);
      else table(child);
    }
  };
  const table = (at: number): void => {
    bytes.expect(at, 'SNOD');
    const count = bytes.short(at + 6);
    for (let i = 0; i < count; i++) {
      const entry = at + 8 + 40 * i;
      const name = bytes.long(entry);
      if (name >= size) throw bytes.damaged(`has a name at ${name} of ${size} bytes of names`);
      // Kind 2 refers to another name, not to an object.
      if (bytes.word(entry + 16) !== 2) links.set(bytes.terminated(names + name), bytes.long(entry + 8));
    }
  };
  visit(root, bytes.byte(root + 5));
}
