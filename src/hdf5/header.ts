/** Object headers: the messages that describe a group or a dataset, of both versions of the format. */
import type { Bytes } from './bytes.ts';

const CONTINUATION = 0x10;
// Bit 1 of a message's flags: it is stored elsewhere, for several objects.
const SHARED = 2;

/** A message: its content is `length` bytes at `at`. */
export interface Message {
  readonly type: number;
  readonly at: number;
  readonly length: number;
}

/** A block of messages. */
interface Block {
  readonly at: number;
  readonly end: number;
}

/** The messages of the object at an address. */
export function messagesOf(bytes: Bytes, address: number): readonly Message[] {
  const version = bytes.byte(address);
  if (version === 1)
    return collect(bytes, { at: address + 16, end: address + 16 + bytes.word(address + 8) }, 8, 0);
  bytes.expect(address, 'OHDR');
  const flags = bytes.byte(address + 5);
  // Four timestamps and two limits on attributes are optional.
  const sizeAt = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizeWidth = 1 << (flags & 3);
  const at = sizeAt + sizeWidth;
  return collect(bytes, { at, end: at + bytes.whole(sizeAt, sizeWidth) }, flags & 4 ? 6 : 4, 4);
}

/**
 * Collects messages from a block and those that continue it.
 *
 * @param prefix the bytes before each message's content: 8 in version 1; 4 or 6 in version 2.
 * @param margin the bytes of the signature, and of the checksum, around each continuing block.
 */
function collect(bytes: Bytes, first: Block, prefix: number, margin: number): Message[] {
  const messages: Message[] = [];
  const blocks = [first];
  // Blocks appended here are visited too. A cycle of blocks is stopped by the bound of `bytes`.
  for (const block of blocks) {
    for (let at = block.at; at + prefix <= block.end; ) {
      const type = prefix === 8 ? bytes.short(at) : bytes.byte(at);
      const length = bytes.short(at + (prefix === 8 ? 2 : 1));
      const flags = bytes.byte(at + (prefix === 8 ? 4 : 3));
      at += prefix;
      if (at + length > block.end) throw bytes.damaged(`has a message at ${at} that runs past its header`);
      if (type !== 0 && flags & SHARED)
        throw bytes.damaged(`has a shared message at ${at}`, 'none, as Keras writes');
      if (type === CONTINUATION) {
        const start = bytes.long(at);
        blocks.push({ at: start + margin, end: start + bytes.long(at + 8) - margin });
      } else messages.push({ type, at, length });
      at += length;
    }
  }
  return messages;
}
