/** An optimiser's state as plain data, saved in checkpoints with the weights. */
import { number, rangeError, show, typeError, wholeNumber } from '../common/errors.ts';
import type { Values } from '../kernels/heap.ts';
import type { Parameter } from '../matrix/parameter.ts';

/** The state kept for one parameter. */
export interface ParameterState {
  /** The number of updates so far. */
  readonly steps: number;
  /** Running sums by name, such as Adam's `mean` and `square`, each shaped like the parameter. */
  readonly slots: { readonly [name: string]: Values };
}

/** An optimiser's state: with the weights, all that is needed to resume training bit for bit. */
export interface OptimizerState {
  /** The optimiser's class. */
  readonly type: string;
  /** The state by parameter name, for parameters that have been updated. */
  readonly parameters: { readonly [name: string]: ParameterState };
}

/**
 * Checks that a state is of this class and fits the parameters.
 *
 * @param type the optimiser's class.
 * @param slots the names of the state kept for each parameter.
 */
export function checkState(
  type: string,
  slots: readonly string[],
  parameters: ReadonlyMap<string, Parameter>,
  state: OptimizerState,
): void {
  const where = `${type}.restore`;
  if (typeof state?.parameters !== 'object' || state.parameters === null)
    throw typeError(where, 'state', `is ${show(state)}`, 'what state(parameters) gave');
  if (state.type !== type) throw rangeError(where, 'state', `is of type ${show(state.type)}`, show(type));
  for (const [name, own] of Object.entries(state.parameters)) {
    const parameter = parameters.get(name);
    if (parameter === undefined)
      throw rangeError(where, 'state', `has ${show(name)}`, 'only names of the parameters given');
    checkParameter(where, slots, name, parameter, own);
  }
}

function checkParameter(
  where: string,
  slots: readonly string[],
  name: string,
  { value, shape }: Parameter,
  own: ParameterState,
): void {
  wholeNumber(where, `${name}.steps`, own?.steps, 0);
  for (const slot of Object.keys(own.slots ?? {}))
    if (!slots.includes(slot))
      throw rangeError(where, name, `has ${show(slot)}`, `only ${slots.join(', ') || 'steps'}`);
  for (const slot of slots) {
    const values = own.slots?.[slot];
    const path = `${name}.${slot}`;
    if (values === undefined)
      throw typeError(where, path, 'is missing', `values of shape [${shape.join(', ')}]`);
    if (values.length !== value.rows * value.columns)
      throw rangeError(
        where,
        path,
        `has length ${values.length}`,
        `${value.rows * value.columns} for shape [${shape.join(', ')}]`,
      );
    for (let i = 0; i < values.length; i++)
      number(where, `${path}[${i}]`, values[i], 'a finite number', Number.isFinite);
  }
}
