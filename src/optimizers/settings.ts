/** The settings common to all optimisers, and checks of settings. */
import { isBuiltin } from '../common/builtin.ts';
import { number, rangeError, show, typeError } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, flag, magnitude } from '../common/options.ts';

/** Returns `value` if it is a number with 0 ≤ value < 1: a decay rate. */
export function share(where: string, argument: string, value: unknown): number {
  const fits = (value: number) => value >= 0 && value < 1;
  return number(where, argument, value, 'a number of at least 0 and below 1', fits);
}

/** A subset of a model's parameters, selected by name, with separate settings. */
export interface ParameterGroup {
  /** An expression that matches the names, such as `/bias|norm/`, or a predicate of a name. */
  readonly parameters: RegExp | ((name: string) => boolean);
  /** The factor of the learning rate; default 1. */
  readonly rateFactor?: number | undefined;
  /** λ; default the optimiser's. */
  readonly weightDecay?: number | undefined;
}

/** Options of every optimiser. */
export interface SharedOptions {
  /** λ; default 0, or 0.01 for `AdamW`. */
  readonly weightDecay?: number | undefined;
  /** Whether to ascend the gradient; default `false`. */
  readonly maximize?: boolean | undefined;
  /** Groups of parameters with separate settings; a parameter belongs to the first group that matches. Default none. */
  readonly groups?: readonly ParameterGroup[] | undefined;
}

const groupChecks: Checks<ParameterGroup> = {
  parameters: {
    required: (where, argument, value) => {
      if (isBuiltin(value, 'RegExp') || typeof value === 'function') return value as RegExp;
      throw typeError(where, argument, `is ${show(value)}`, 'a regular expression or a function of a name');
    },
  },
  rateFactor: magnitude,
  weightDecay: magnitude,
};

const groupList: Check<readonly ParameterGroup[]> = (where, argument, value) => {
  if (!Array.isArray(value)) throw typeError(where, argument, `is ${show(value)}`, 'an array of groups');
  Array.from(value).forEach((group, i) => {
    checkOptions(`${where}: ${argument}[${i}]`, group, groupChecks);
    const { parameters } = group as ParameterGroup;
    if (isBuiltin(parameters, 'RegExp') && (parameters.global || parameters.sticky))
      throw rangeError(
        `${where}: ${argument}[${i}]`,
        'parameters',
        `is ${parameters}`,
        'an expression without the flags g and y, which remember',
      );
  });
  return value;
};

/** The checks of the common settings. */
export const sharedChecks: Checks<SharedOptions> = {
  weightDecay: magnitude,
  maximize: flag,
  groups: groupList,
};

/** The first group that a parameter belongs to. */
export function groupOf(groups: readonly ParameterGroup[], name: string): ParameterGroup | undefined {
  return groups.find(({ parameters }) =>
    typeof parameters === 'function' ? parameters(name) : parameters.test(name),
  );
}
