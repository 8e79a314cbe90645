/** What layers made of other layers share. */
import type { Parameter } from '../matrix/parameter.ts';

/** The parameters of named parts, each name behind that of its part; a shared one once, under its first name. */
export function prefixed(parts: {
  readonly [name: string]: { parameters(): ReadonlyMap<string, Parameter> };
}): ReadonlyMap<string, Parameter> {
  const named = new Map<string, Parameter>();
  const seen = new Set<Parameter>();
  for (const [prefix, part] of Object.entries(parts))
    for (const [name, parameter] of part.parameters()) {
      if (seen.has(parameter)) continue;
      seen.add(parameter);
      named.set(`${prefix}.${name}`, parameter);
    }
  return named;
}
