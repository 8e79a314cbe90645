/** Shared by several layers: names of the parameters of parts, and checks. */
import { rangeError, wholeNumber } from '../common/errors.ts';
import type { Check } from '../common/options.ts';
import type { Parameter } from '../matrix/parameter.ts';
import { MOST_INDICES } from '../matrix/rows.ts';

/** The parameters of named parts, prefixed with the name of the part; a shared one once, under its first name. */
export function prefixed(parts: {
  readonly [name: string]: { parameters(): ReadonlyMap<string, Parameter> } | undefined;
}): ReadonlyMap<string, Parameter> {
  const named = new Map<string, Parameter>();
  const seen = new Set<Parameter>();
  for (const [prefix, part] of Object.entries(parts))
    for (const [name, parameter] of part?.parameters() ?? []) {
      if (seen.has(parameter)) continue;
      seen.add(parameter);
      named.set(`${prefix}.${name}`, parameter);
    }
  return named;
}

/** A number of classes small enough that indices are exact. */
export const classCount: Check<number> = (where, argument, value) => {
  const classes = wholeNumber(where, argument, value);
  if (classes > MOST_INDICES) throw rangeError(where, argument, `is ${classes}`, `at most ${MOST_INDICES}`);
  return classes;
};
