/**
 * Reads saved JSON: checks the format, the version and the types of fields.
 *
 * Each class interprets its own fields.
 */
import { rangeError, show, typeError } from './errors.ts';

// The current version of every format.
const VERSION = 1;

/** An object parsed from JSON, with only format and version checked. */
export type SavedFields = Readonly<Record<string, unknown>>;

/** Accepts the object or its JSON text, and checks format and version; `name` and `hint` are used in errors. */
export function readSaved(
  where: string,
  saved: unknown,
  format: string,
  name = 'the saved value',
  hint = '',
): SavedFields {
  const value = typeof saved === 'string' ? parse(where, saved, name) : saved;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw typeError(where, name, `is ${show(value)}`, `an object of format "${format}"`);
  const fields = value as SavedFields;
  if (fields.format !== format)
    throw rangeError(where, 'format', `is ${show(fields.format)}`, `"${format}"${hint}`);
  if (fields.version !== VERSION)
    throw rangeError(
      where,
      'version',
      `is ${show(fields.version)}`,
      `${VERSION}, the one this release reads`,
    );
  return fields;
}

function parse(where: string, text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw typeError(where, name, `is ${show(text)}`, 'an object or its JSON text');
  }
}

/** A field that must be an object. */
export function readFields(where: string, fields: SavedFields, name: string): SavedFields {
  const value = fields[name];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as SavedFields;
  throw typeError(where, name, `is ${show(value)}`, 'an object');
}

/** A field that must be an array whose elements all pass `is`. */
export function readArray<Element>(
  where: string,
  fields: SavedFields,
  name: string,
  is: (element: unknown) => element is Element,
  expected: string,
): Element[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw typeError(where, name, `is ${show(value)}`, expected);
  const wrong = value.findIndex((element) => !is(element));
  if (wrong !== -1) throw typeError(where, `${name}[${wrong}]`, `is ${show(value[wrong])}`, expected);
  return value;
}

/** A field that must be an array of distinct strings. */
export function readTokens(where: string, fields: SavedFields, name: string): string[] {
  const isString = (value: unknown): value is string => typeof value === 'string';
  const tokens = readArray(where, fields, name, isString, 'an array of strings');
  const seen = new Set<string>();
  for (const token of tokens) {
    if (seen.has(token)) throw rangeError(where, name, `has ${show(token)} twice`, 'each token once');
    seen.add(token);
  }
  return tokens;
}

/** A field that must be an array of whole numbers of at least 0, one per token. */
export function readCounts(where: string, fields: SavedFields, name: string, length: number): number[] {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const counts = readArray(where, fields, name, isCount, 'an array of whole numbers of at least 0');
  if (counts.length !== length)
    throw rangeError(where, name, `has ${counts.length} entries`, `${length}, one for each token`);
  return counts;
}
