/**
 * Takes the fused multiply–adds out of a WebAssembly binary, which every engine with SIMD then runs:
 *
 *     relaxed_madd        →        local.set t   mul   local.get t   add
 *
 * t is the same local in every function that needs it: others between it and the function's own stay unused. What goes out is
 * longer than what comes in, so a loader puts it back in place, where the engine has relaxed SIMD, and fills up with
 * instructions that do nothing.
 */

const V128 = 0x7b;
const T = 31;
/** A multiply–add in instructions of its own. */
export const APART = [0x21, T, 0xfd, 0xe6, 0x01, 0x20, T, 0xfd, 0xe4, 0x01];
const MADD = [0xfd, 0x85, 0x02];
/** The fused one, as long. */
export const TOGETHER = [...MADD, ...new Array(APART.length - MADD.length).fill(1)];
const TYPES = 1;
const FUNCTIONS = 3;
const CODE = 10;

/** The binary without relaxed SIMD. */
export function unfused(bytes) {
  const reader = new Reader(bytes, 8);
  const out = [...bytes.subarray(0, 8)];
  let parameterCounts = [];
  let types = [];
  while (!reader.done) {
    const id = reader.byte();
    const section = reader.bytes(reader.number());
    const within = new Reader(section);
    if (id === TYPES) parameterCounts = within.vector(() => within.functionType());
    if (id === FUNCTIONS) types = within.vector(() => within.number());
    const bodies =
      id === CODE
        ? within.vector((f) => unfusedBody(within.bytes(within.number()), parameterCounts[types[f]]))
        : undefined;
    const content = bodies === undefined ? section : [...number(bodies.length), ...bodies.flat()];
    out.push(id, ...number(content.length), ...content);
  }
  return Uint8Array.from(out);
}

/** A function's body behind its length. */
function unfusedBody(body, parameters) {
  const reader = new Reader(body);
  const groups = reader.vector(() => ({ count: reader.number(), type: reader.byte() }));
  const locals = groups.reduce((sum, { count }) => sum + count, parameters);
  if (locals > T) throw new Error(`a function has ${locals} locals, expected at most ${T}`);
  const code = [...body.subarray(reader.at)];
  let found = false;
  for (let i = 0; i < code.length; i++) {
    if (isAt(i, code, APART)) throw new Error('a product and a sum would be fused that are not meant to be');
    if (!isAt(i, code, MADD)) continue;
    code.splice(i, MADD.length, ...APART);
    i += APART.length - 1;
    found = true;
  }
  if (found) groups.push({ count: T + 1 - locals, type: V128 });
  const declared = groups.flatMap(({ count, type }) => [...number(count), type]);
  const written = [...number(groups.length), ...declared, ...code];
  return [...number(written.length), ...written];
}

function isAt(i, code, bytes) {
  return bytes.every((byte, j) => code[i + j] === byte);
}

/** A number in LEB128. */
function number(value) {
  return value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))];
}

class Reader {
  #bytes;

  constructor(bytes, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get done() {
    return this.at >= this.#bytes.length;
  }

  byte() {
    return this.#bytes[this.at++];
  }

  bytes(length) {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  number() {
    const byte = this.byte();
    return byte < 128 ? byte : byte - 128 + 128 * this.number();
  }

  vector(item) {
    return Array.from({ length: this.number() }, (_, i) => item(i));
  }

  /** How many parameters it has; its results are passed over. */
  functionType() {
    this.byte();
    const count = this.number();
    this.bytes(count);
    this.bytes(this.number());
    return count;
  }
}
