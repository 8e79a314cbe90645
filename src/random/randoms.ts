/** The random generators of a model, such as those of its dropouts, and how each shard gets its own. */
import type { Part } from '../common/architecture.ts';
import { Random, type RandomState } from './random.ts';

/**
 * Every generator that a part of a model holds as a property, in the order of the parts. One that several parts share
 * occurs for each of them, so that a model built again, whose parts share none, has as many.
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
