/** The random generators of a model, such as those of its dropout layers, and how each shard gets separate ones. */
import type { Part } from '../common/architecture.ts';
import { Random, type RandomState } from './random.ts';

/**
 * The generators held as properties by the parts of a model, in order of the parts. A generator shared by several parts is
 * listed once per part, so that the count matches a rebuilt model, whose parts do not share generators.
 */
export function randomsOf(model: Part): Random[] {
  const seen = new Set<Part>();
  const found: Random[] = [];
  const visit = (part: Part): void => {
    if (seen.has(part)) return;
    seen.add(part);
    for (const value of Object.values(part)) if (value instanceof Random) found.push(value);
    for (const inner of Object.values(part.architecture().parts ?? {})) visit(inner);
  };
  visit(model);
  return found;
}

/** The states of new generators, one forked from each. */
export function forked(randoms: readonly Random[]): RandomState[] {
  return randoms.map((random) => random.fork().state);
}
