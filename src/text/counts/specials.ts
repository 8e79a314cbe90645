/**
 * The special indices: padding, unknown words, start and end.
 *
 * They come before all tokens, in the order pad, unknown, start, end.
 */
import { rangeError, show, typeError } from '../../common/errors.ts';
import { readFields, type SavedFields } from '../../common/saved.ts';

/** The spelling of each special; omitted ones have no index. */
export interface Specials {
  readonly pad?: string | undefined;
  readonly unknown?: string | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

/** All four, at the indices 0 to 3. */
export const ALL_SPECIALS: Specials = { pad: '<pad>', unknown: '<unknown>', start: '<start>', end: '<end>' };

const ROLES = ['pad', 'unknown', 'start', 'end'] as const;

/** The index of each special in use, and their spellings in this order. */
export function orderSpecials(
  where: string,
  specials: Specials,
): { spellings: string[]; index: Readonly<Record<keyof Specials, number | undefined>> } {
  if (typeof specials !== 'object' || specials === null)
    throw typeError(where, 'specials', `is ${show(specials)}`, 'an object such as { pad: "<pad>" }');
  const stranger = Object.keys(specials).find((role) => !(ROLES as readonly string[]).includes(role));
  if (stranger !== undefined)
    throw rangeError(where, 'specials', `has ${show(stranger)}`, 'pad, unknown, start and end alone');
  const spellings: string[] = [];
  const index: Record<keyof Specials, number | undefined> = {
    pad: undefined,
    unknown: undefined,
    start: undefined,
    end: undefined,
  };
  for (const role of ROLES) {
    const spelling: unknown = specials[role];
    if (spelling === undefined) continue;
    if (typeof spelling !== 'string')
      throw typeError(where, `specials.${role}`, `is ${show(spelling)}`, 'a string');
    if (spellings.includes(spelling))
      throw rangeError(where, `specials.${role}`, `is ${show(spelling)} again`, 'a spelling of its own');
    index[role] = spellings.length;
    spellings.push(spelling);
  }
  return { spellings, index };
}

/** The saved form of the specials: null for an unused one, so that a missing one is detected. */
export type SavedSpecials = { readonly [Role in keyof Specials]-?: string | null };

/** The saved form. */
export function savedSpecials({ pad, unknown, start, end }: Specials): SavedSpecials {
  return { pad: pad ?? null, unknown: unknown ?? null, start: start ?? null, end: end ?? null };
}

/** Reads the field `specials`. */
export function readSpecials(where: string, fields: SavedFields): Specials {
  const saved = readFields(where, fields, 'specials');
  const specials: { -readonly [Role in keyof Specials]: string } = {};
  for (const role of ROLES) {
    const spelling = saved[role];
    if (typeof spelling === 'string') specials[role] = spelling;
    else if (spelling !== null)
      throw typeError(where, `specials.${role}`, `is ${show(spelling)}`, 'a string, or null for none');
  }
  const stranger = Object.keys(saved).find((role) => !(ROLES as readonly string[]).includes(role));
  if (stranger === undefined) return specials;
  throw rangeError(where, 'specials', `has ${show(stranger)}`, 'pad, unknown, start and end alone');
}
