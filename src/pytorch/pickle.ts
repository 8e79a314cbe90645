/**
 * Reads Python pickles, as far as a state_dict needs them (protocols 2 to 4).
 *
 * A pickle is a program for a stack machine. This reader supports the opcodes of plain data and executes no callables: it
 * passes their names to the caller, which constructs the known ones and refuses all others.
 */
import { rangeError } from '../common/errors.ts';

/** A callable or class by its Python name, such as `collections.OrderedDict`. */
export class Global {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Handles the callables and external references of a pickle. */
export interface Unpickler {
  /** The result of a call. */
  call(name: string, args: readonly unknown[]): unknown;
  /** Refuses an object of a class. */
  instance(name: string): never;
  /** The object outside the pickle with this identifier. */
  outside(id: unknown): unknown;
}

/** A dictionary. */
export type Dictionary = Map<unknown, unknown>;

class Machine {
  readonly stack: unknown[] = [];
  readonly marks: number[] = [];
  readonly memo = new Map<number, unknown>();
  readonly view: DataView;
  readonly of: Unpickler;
  at = 0;

  constructor(bytes: Uint8Array, of: Unpickler) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.of = of;
  }

  pop(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw new Malformed('takes from an empty stack');
    return this.stack.pop();
  }

  /** Pops all items above the last mark. */
  popMark(): unknown[] {
    const from = this.marks.pop();
    if (from === undefined) throw new Malformed('has no mark');
    return this.stack.splice(from);
  }

  top<Kind>(kind: new (...args: never[]) => Kind): Kind {
    const value = this.stack.at(-1);
    if (value instanceof kind) return value;
    throw new Malformed(`has no ${kind.name === 'Map' ? 'dictionary' : 'list'} where one is filled`);
  }

  /** Skips `length` bytes and returns their position. */
  skip(length: number): number {
    const from = this.at;
    if (from + length > this.view.byteLength) throw new Malformed('is cut short');
    this.at += length;
    return from;
  }

  uint8 = (): number => this.view.getUint8(this.skip(1));
  uint32 = (): number => this.view.getUint32(this.skip(4), true);

  text(length: number): string {
    const from = this.skip(length);
    return new TextDecoder().decode(new Uint8Array(this.view.buffer, this.view.byteOffset + from, length));
  }

  line(): string {
    const from = this.at;
    while (this.uint8() !== 0x0a);
    const length = this.at - 1 - from;
    return new TextDecoder().decode(new Uint8Array(this.view.buffer, this.view.byteOffset + from, length));
  }

  recall(key: number): unknown {
    if (!this.memo.has(key)) throw new Malformed(`recalls ${key}, which it has not kept`);
    return this.memo.get(key);
  }

  setAll(pairs: readonly unknown[]): void {
    const dictionary = this.top(Map) as Dictionary;
    for (let i = 0; i + 1 < pairs.length; i += 2) dictionary.set(pairs[i], pairs[i + 1]);
  }

  reduce(): unknown {
    const args = this.pop();
    const callable = this.pop();
    if (!(callable instanceof Global) || !Array.isArray(args))
      throw new Malformed('calls what is no callable');
    return this.of.call(callable.name, args);
  }

  /** An object of the class that lies `below` the top, under its arguments. */
  instance(below: number): never {
    const type = this.stack.at(-1 - below);
    if (type instanceof Global) return this.of.instance(type.name);
    throw new Malformed('makes an object of what is no class');
  }
}

/** An error in a pickle, before its source is known. */
class Malformed extends Error {}

type Opcode = (m: Machine) => void;

const push =
  (make: (m: Machine) => unknown): Opcode =>
  (m) => {
    m.stack.push(make(m));
  };
const tuple = (length: number): Opcode => push((m) => Array.from({ length }, () => m.pop()).reverse());

/** By opcode character. */
const opcodes = new Map<string, Opcode>([
  ['\x80', (m) => void m.skip(1)],
  ['\x95', (m) => void m.skip(8)],
  ['(', (m) => void m.marks.push(m.stack.length)],
  ['N', push(() => null)],
  ['\x88', push(() => true)],
  ['\x89', push(() => false)],
  ['J', push((m) => m.view.getInt32(m.skip(4), true))],
  ['K', push((m) => m.uint8())],
  ['M', push((m) => m.view.getUint16(m.skip(2), true))],
  ['\x8a', push((m) => long(m, m.uint8()))],
  ['G', push((m) => m.view.getFloat64(m.skip(8), false))],
  ['X', push((m) => m.text(m.uint32()))],
  ['\x8c', push((m) => m.text(m.uint8()))],
  ['}', push(() => new Map())],
  [']', push(() => [])],
  [')', push(() => [])],
  ['\x85', tuple(1)],
  ['\x86', tuple(2)],
  ['\x87', tuple(3)],
  ['t', push((m) => m.popMark())],
  ['a', (m) => pushTo(m, [m.pop()])],
  ['e', (m) => pushTo(m, m.popMark())],
  ['s', (m) => m.setAll([m.pop(), m.pop()].reverse())],
  ['u', (m) => m.setAll(m.popMark())],
  ['c', push((m) => new Global(`${m.line()}.${m.line()}`))],
  ['\x93', push((m) => new Global([m.pop(), m.pop()].reverse().join('.')))],
  ['R', push((m) => m.reduce())],
  ['\x81', (m) => m.instance(1)],
  ['\x92', (m) => m.instance(2)],
  ['Q', push((m) => m.of.outside(m.pop()))],
  // Attributes of a dictionary, such as `_metadata` of a state_dict, are ignored.
  ['b', (m) => void [m.pop(), m.top(Map)]],
  ['q', (m) => void m.memo.set(m.uint8(), m.stack.at(-1))],
  ['r', (m) => void m.memo.set(m.uint32(), m.stack.at(-1))],
  ['\x94', (m) => void m.memo.set(m.memo.size, m.stack.at(-1))],
  ['h', push((m) => m.recall(m.uint8()))],
  ['j', push((m) => m.recall(m.uint32()))],
]);

function pushTo(m: Machine, values: readonly unknown[]): void {
  const list = m.top(Array) as unknown[];
  for (const value of values) list.push(value);
}

/** A two's complement integer of `length` bytes, little-endian. */
function long(m: Machine, length: number): number {
  let value = 0n;
  for (let i = 0; i < length; i++) value |= BigInt(m.uint8()) << BigInt(8 * i);
  return Number(BigInt.asIntN(8 * length, value));
}

/**
 * Unpickles an object.
 *
 * @param where the prefix of errors.
 * @param file the pickle's name in errors.
 * @throws RangeError if it is truncated, or has an unsupported opcode.
 */
export function unpickle(where: string, file: string, bytes: Uint8Array, of: Unpickler): unknown {
  const machine = new Machine(bytes, of);
  try {
    for (;;) {
      const at = machine.at;
      const code = String.fromCharCode(machine.uint8());
      if (code === '.') return machine.pop();
      const run = opcodes.get(code);
      if (run === undefined)
        throw new Malformed(`has opcode 0x${code.charCodeAt(0).toString(16).padStart(2, '0')} at ${at}`);
      run(machine);
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw rangeError(where, file, error.message, 'a pickle of plain data and tensors');
  }
}
