/** Reads the fields of a `tokenizer.json`, with errors that name them. */
import { rangeError, show, typeError } from '../../../common/errors.ts';

/** The function's name in errors. */
export const WHERE = 'huggingFace';

/** More would overflow the engine's stack. */
const DEEPEST = 100;

/** The index of a token: tokens are encoded as 32-bit integers. */
export function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

/** One object of the file, and its path. */
export class Part {
  readonly path: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  readonly #depth: number;

  constructor(path: string, value: unknown, depth = 0) {
    if (depth > DEEPEST)
      throw rangeError(
        WHERE,
        'the file',
        `has parts within more than ${DEEPEST} others`,
        `at most ${DEEPEST}`,
      );
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw typeError(WHERE, path, `is ${show(value)}`, 'an object');
    this.path = path;
    this.#depth = depth;
    this.#fields = value as Readonly<Record<string, unknown>>;
  }

  /** A string field; required without a fallback. */
  string(name: string, fallback?: string): string {
    const value = this.#fields[name] ?? fallback;
    return typeof value === 'string' ? value : this.refuse(name, 'a string');
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#fields[name] ?? fallback;
    return typeof value === 'boolean' ? value : this.refuse(name, 'true or false');
  }

  /** A whole number of at least 0. */
  count(name: string, fallback?: number): number {
    const value = this.#fields[name] ?? fallback;
    return Number.isSafeInteger(value) && (value as number) >= 0
      ? (value as number)
      : this.refuse(name, 'a whole number of at least 0');
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields[name];
    return Array.isArray(value) ? value : this.refuse(name, 'an array');
  }

  /** An object field. */
  part(name: string): Part {
    return new Part(`${this.path}.${name}`, this.#fields[name], this.#depth + 1);
  }

  /** A field with a list of objects. */
  parts(name: string): Part[] {
    return this.list(name).map((value, i) => new Part(`${this.path}.${name}[${i}]`, value, this.#depth + 1));
  }

  /** A field that may be missing or null. */
  optional(name: string): Part | undefined {
    return this.has(name) ? this.part(name) : undefined;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  entries(): [string, unknown][] {
    return Object.entries(this.#fields);
  }

  /** Converts the field `pattern`, a string or an expression, to a global RegExp. */
  pattern(): RegExp {
    const pattern = this.part('pattern');
    if (pattern.has('String')) return new RegExp(escaped(pattern.string('String')), 'gu');
    const source = pattern.string('Regex');
    try {
      return new RegExp(translated(source), 'gu');
    } catch {
      return pattern.refuse('Regex', 'an expression that JavaScript knows');
    }
  }

  /** Throws an error about an invalid field. */
  refuse(name: string, expected: string): never {
    throw typeError(WHERE, `${this.path}.${name}`, `is ${show(this.#fields[name])}`, expected);
  }

  /** Throws an error about an unsupported type. */
  unsupported(what: string, known: readonly string[]): never {
    const came = `is the ${what} ${show(this.#fields.type)}`;
    throw rangeError(WHERE, this.path, came, `one of ${known.join(', ')}`);
  }
}

/** Escapes a string for use in an expression. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => `\\${sign === '-' ? 'x2d' : sign}`);
}

/** Translates Oniguruma syntax to JavaScript: case-insensitive groups, possessive repetition, scripts, line ends. */
function translated(source: string): string {
  return source
    .replace(/\(\?i:([^()]*)\)/g, (_, inner: string) => {
      const bothCases = inner.replace(
        /[a-z]/gi,
        (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`,
      );
      return `(?:${bothCases})`;
    })
    .replace(/([?*+}])\+/g, '$1')
    .replace(/\\p\{(Han|Hangul|Hiragana|Katakana|Latin|Cyrillic|Greek|Arabic|Thai)\}/g, '\\p{Script=$1}')
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$');
}
