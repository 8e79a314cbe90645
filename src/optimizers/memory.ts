/** The memory that an optimiser keeps for each parameter, and steps that change either everything or nothing. */
import { Copies } from '../matrix/copies.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { maximumMagnitude } from '../matrix/operations.ts';
import { ownedMatrix } from '../matrix/owned.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** The state kept for one parameter. */
export class Memory {
  steps = 0;
  readonly slots: ReadonlyMap<string, Matrix>;

  constructor(names: readonly string[], { value }: Parameter) {
    const { backend, rows, columns } = value;
    this.slots = new Map(names.map((name) => [name, ownedMatrix(backend, rows, columns)]));
  }
}

/** A parameter and its memory, by the parameter's name. */
export interface Remembered {
  readonly name: string;
  readonly parameter: Parameter;
  readonly memory: Memory;
}

/** An update with a result that is not finite. Weights and memories are those before it. */
export class NotFinite extends Error {
  /** The beginning of a sentence that ends with "not finite". */
  readonly what: string;

  constructor(where: string, what: string, rate: number) {
    super(
      `${where}: ${what} not finite (learning rate ${rate}); the weights and the optimiser's memory are those before it`,
    );
    this.what = what;
  }
}

/**
 * Runs `work`, which updates the parameters. If it throws, or if a weight or memory is not finite afterwards, everything is restored.
 *
 * @returns what is not finite, as in {@link NotFinite}; undefined after a complete update.
 */
export function updateWhole(all: readonly Remembered[], work: () => void): string | undefined {
  const copies = new Copies(
    all.flatMap(({ parameter, memory }) => [parameter.value, ...memory.slots.values()]),
  );
  const steps = all.map(({ memory }) => memory.steps);
  let complete = false;
  try {
    work();
    const broken = firstBroken(all);
    complete = broken === undefined;
    return broken;
  } finally {
    if (!complete) {
      copies.putBack();
      all.forEach(({ parameter, memory }, i) => {
        memory.steps = steps[i]!;
        parameter.changed();
      });
    }
    copies.release();
  }
}

function firstBroken(all: readonly Remembered[]): string | undefined {
  const isBroken = (matrix: Matrix) => !Number.isFinite(maximumMagnitude(matrix));
  for (const { name, parameter, memory } of all)
    for (const [slot, matrix] of [['', parameter.value] as const, ...memory.slots])
      if (isBroken(matrix)) {
        if (isBroken(parameter.gradient)) return `the gradient of ${name} is`;
        return `the update made ${slot && `the ${slot} of `}${name}`;
      }
  return undefined;
}
