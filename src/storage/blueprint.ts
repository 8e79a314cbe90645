/**
 * Architectures as plain JSON, and models built from them.
 *
 * A part that occurs twice in a model is written once; later occurrences refer to the path of the first.
 */
import type { Part } from '../common/architecture.ts';
import { rangeError, show } from '../common/errors.ts';
import type { Backend } from '../kernels/backend.ts';
import { type Builders, builderOf, type Model } from './builders.ts';

// Far beyond any model, and far from a stack overflow.
const DEEPEST = 100;

/** An architecture with all its parts. */
export interface Blueprint {
  readonly type: string;
  readonly options: { readonly [name: string]: unknown };
  readonly parts?: { readonly [name: string]: Blueprint | Reference } | undefined;
}

/** A reference to an earlier, identical part, at the path `same` such as `0.cell`. */
interface Reference {
  readonly same: string;
}

/** The blueprint of a model. */
export function blueprintOf(model: Part): Blueprint {
  const places = new Map<Part, string>();
  const draw = (of: Part, path: string): Blueprint => {
    places.set(of, path);
    const { type, options, parts } = of.architecture();
    if (parts === undefined) return { type, options };
    const drawn = Object.entries(parts).map(([name, part]): [string, Blueprint | Reference] => {
      const same = places.get(part);
      return [name, same === undefined ? draw(part, join(path, name)) : { same }];
    });
    return { type, options, parts: Object.fromEntries(drawn) };
  };
  return draw(model, '');
}

/**
 * Builds the model that a blueprint describes.
 *
 * @throws RangeError if it names a class that is neither the library's nor among `own`, or is not a valid blueprint.
 */
export function build(
  where: string,
  argument: string,
  blueprint: unknown,
  backend: Backend,
  own: Builders,
): Model {
  const built = new Map<string, Model>();
  const refuse = (came: string, expected: string) => rangeError(where, argument, came, expected);
  const make = (from: unknown, path: string, depth: number): Model => {
    if (depth > DEEPEST) throw refuse(`holds parts within parts ${depth} deep`, `at most ${DEEPEST}`);
    const { type, options, parts, same } = (from ?? {}) as Partial<Blueprint & Reference>;
    const found = same === undefined ? undefined : built.get(same);
    if (found !== undefined) return found;
    const builder = typeof type === 'string' ? builderOf(type, own) : undefined;
    if (builder === undefined)
      throw refuse(
        typeof type === 'string' ? `holds a ${show(type)}` : 'holds a part of no class',
        'a class of the library, or a builder for it in options.builders',
      );
    const made = Object.entries(parts ?? {}).map(([name, part]): [string, Model] => [
      name,
      make(part, join(path, name), depth + 1),
    ]);
    try {
      // A layer with parts takes its backend from them.
      const place = made.length === 0 ? { backend } : {};
      const model = builder({ ...options, ...place }, Object.fromEntries(made));
      if (!Object.hasOwn(own, type!)) checkOptions(options ?? {}, model);
      built.set(path, model);
      return model;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = Object.hasOwn(own, type!)
        ? rangeError(
            where,
            `options.builders.${type}`,
            `threw ${show(reason)}`,
            '(options, parts) => a new one',
          )
        : refuse(`holds a ${type} that cannot be built (${reason})`, 'a whole file');
      error.cause = cause;
      throw error;
    }
  };
  return make(blueprint, '', 0);
}

/** Checks that a file contains only options known to a class of the library. */
function checkOptions(options: Blueprint['options'], model: Part): void {
  const { type, options: known } = model.architecture();
  for (const name of Object.keys(options))
    if (!Object.hasOwn(known, name))
      throw rangeError(type, 'options', `has ${show(name)}`, `only ${Object.keys(known).join(', ')}`);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
