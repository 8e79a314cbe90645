/** Lists, reads and builds the parts of nested states. */
import type { StateSizes, Tree } from '../signal/state.ts';

/** The names leading to a part, such as `1`, `forward`, `h`. */
export type Path = readonly string[];

/** The parts of a state, each with its path and size. */
export function partsOf(sizes: StateSizes | undefined, above: Path = []): [Path, number][] {
  return Object.entries(sizes ?? {}).flatMap(([name, size]): [Path, number][] => {
    const path = [...above, name];
    return typeof size === 'number' ? [[path, size]] : partsOf(size, path);
  });
}

/** The part at a path. */
export function partAt<Part>(state: Tree<Part>, path: Path): Part {
  return path.reduce<Part | Tree<Part>>((node, name) => (node as Tree<Part>)[name]!, state) as Part;
}

/** Builds a state part by part. */
export function makeState<Part>(
  sizes: StateSizes,
  make: (size: number, path: Path) => Part,
  above: Path = [],
): Tree<Part> {
  return Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => {
      const path = [...above, name];
      return [name, typeof size === 'number' ? make(size, path) : makeState(size, make, path)];
    }),
  );
}
