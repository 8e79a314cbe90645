/**
 * The links of large groups in newer files: a tree (B-tree, version 2) whose records point into a heap (a fractal heap).
 *
 * Heaps of up to a few megabytes of links are supported: those whose blocks are listed directly.
 */
import type { Bytes } from './bytes.ts';

// Each record is a hash of the name, 4 bytes, and the place in the heap.
const HASH = 4;
const NAMES = 5;

/** The places of the link messages of a group, from the addresses of its heap and its tree. */
export function denseLinks(bytes: Bytes, heap: number, tree: number): number[] {
  const placeOf = heapOf(bytes, heap);
  bytes.expect(tree, 'BTHD');
  const [kind, recordSize, depth] = [bytes.byte(tree + 5), bytes.short(tree + 10), bytes.short(tree + 12)];
  if (kind !== NAMES) throw bytes.damaged(`has links in a tree of type ${kind}`, `type ${NAMES}`);
  const nodeSize = bytes.word(tree + 6);
  const places: number[] = [];
  const visit = (node: number, count: number, level: number): void => {
    bytes.expect(node, level === 0 ? 'BTLF' : 'BTIN');
    for (let i = 0; i < count; i++) places.push(placeOf(node + 6 + i * recordSize + HASH));
    if (level === 0) return;
    const widths = childWidths(nodeSize, recordSize, level);
    let at = node + 6 + count * recordSize;
    for (let i = 0; i <= count; i++) {
      visit(bytes.long(at), bytes.whole(at + 8, widths.count), level - 1);
      at += 8 + widths.count + widths.total;
    }
  };
  const count = bytes.short(tree + 24);
  if (count > 0) visit(bytes.long(tree + 16), count, depth);
  return places;
}

/** The widths of the numbers of records, in a child and below it, that follow a child's address. */
function childWidths(nodeSize: number, recordSize: number, level: number): { count: number; total: number } {
  const widthOf = (most: number) => Math.max(1, Math.ceil(Math.log2(most + 1) / 8));
  // The prefix and the checksum of a node take 10 bytes.
  const leaf = Math.floor((nodeSize - 10) / recordSize);
  let [most, below] = [leaf, leaf];
  let widths = { count: widthOf(leaf), total: 0 };
  for (let at = 1; at < level; at++) {
    const child = 8 + widths.count + widths.total;
    most = Math.floor((nodeSize - 10 - child) / (recordSize + child));
    below = (most + 1) * below + most;
    widths = { count: widthOf(leaf), total: widthOf(below) };
  }
  return widths;
}

/** Maps the identifier of an object in a heap, stored at an offset, to the object's place in the file. */
function heapOf(bytes: Bytes, heap: number): (id: number) => number {
  bytes.expect(heap, 'FRHP');
  if (bytes.short(heap + 7) !== 0)
    throw bytes.damaged(`has a packed heap at ${heap}`, 'none, as Keras writes');
  const offsetWidth = Math.ceil(bytes.short(heap + 128) / 8);
  const [width, start, largest] = [bytes.short(heap + 110), bytes.long(heap + 112), bytes.long(heap + 120)];
  const [root, rows] = [bytes.long(heap + 132), bytes.short(heap + 140)];
  const blocks = rows === 0 ? [root] : directBlocks(bytes, root, rows, width, offsetWidth);
  /** The blocks of a row are as large as all before it; those of the first two rows are of equal size. */
  const sizeOf = (block: number) => start * 2 ** Math.max(Math.floor(block / width) - 1, 0);
  return (id) => {
    if ((bytes.byte(id) & 0x30) !== 0)
      throw bytes.damaged(`has a link of another form at ${id}`, 'one in a heap');
    let offset = bytes.whole(id + 1, offsetWidth);
    for (const [at, block] of blocks.entries()) {
      const size = sizeOf(at);
      if (size > largest) break;
      if (offset < size) return block + offset;
      offset -= size;
    }
    throw bytes.damaged(`has a link outside of its heap, at ${id}`, 'a heap without nested tables');
  };
}

function directBlocks(
  bytes: Bytes,
  root: number,
  rows: number,
  width: number,
  offsetWidth: number,
): number[] {
  bytes.expect(root, 'FHIB');
  const first = root + 13 + offsetWidth;
  return Array.from({ length: rows * width }, (_, i) => bytes.long(first + 8 * i));
}
