/**
 * Fields of a `tokenizer.json`, each read once and refused by name.
 *
 * It reports errors; the files that build the parts interpret them.
 */
import { rangeError, show, typeError } from '../../../common/errors.ts';

/** What errors call the function that reads. */
export const WHERE = 'huggingFace';

/** One object of the file, and the way to it. */
export class Part {
  readonly path: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(path: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw typeError(WHERE, path, `is ${show(value)}`, 'an object');
    this.path = path;
    this.#fields = value as Readonly<Record<string, unknown>>;
  }

  /** A field that must be a string, unless there is a default. */
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

  /** A field that is an object. */
  part(name: string): Part {
    return new Part(`${this.path}.${name}`, this.#fields[name]);
  }

  /** A field that is a list of objects. */
  parts(name: string): Part[] {
    return this.list(name).map((value, i) => new Part(`${this.path}.${name}[${i}]`, value));
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

  /** The field `pattern`, a string or an expression, as one that finds all matches. */
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

  /** Where a field is not what it must be. */
  refuse(name: string, expected: string): never {
    throw typeError(WHERE, `${this.path}.${name}`, `is ${show(this.#fields[name])}`, expected);
  }

  /** Where this part is of a type that is not supported. */
  unsupported(what: string, known: readonly string[]): never {
    const came = `is the ${what} ${show(this.#fields.type)}`;
    throw rangeError(WHERE, this.path, came, `one of ${known.join(', ')}`);
  }
}

/** A string as an expression that matches it alone. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (sign) => `\\${sign === '-' ? 'x2d' : sign}`);
}

/** Oniguruma's spellings as JavaScript's: ignored case within a group, possessive repetition, scripts, line ends. */
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
