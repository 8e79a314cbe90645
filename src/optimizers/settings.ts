/** The settings that all optimisers share, and the checks of settings. */
import { number, rangeError, show, typeError } from '../common/errors.ts';
import { type Check, type Checks, checkOptions, flag, magnitude } from '../common/options.ts';

/** Passes `value` on if it is a number with 0 ≤ value < 1: how much of a running mean stays. */
export function share(where: string, argument: string, value: unknown): number {
  const fits = (value: number) => value >= 0 && value < 1;
  return number(where, argument, value, 'a number of at least 0 and below 1', fits);
}

/** Some of a model's parameters, by their names, with settings of their own. */
export interface ParameterGroup {
  /** What their names match, such as `/bias|norm/`, or whether one is among them. */
  readonly parameters: RegExp | ((name: string) => boolean);
  /** What the learning rate is multiplied by; default 1. */
  readonly rateFactor?: number | undefined;
  /** λ; default that of the optimiser. */
  readonly weightDecay?: number | undefined;
}

/** Options of every optimiser. */
export interface SharedOptions {
  /** λ; default 0, of `AdamW` 0.01. */
  readonly weightDecay?: number | undefined;
  /** Whether to go up the gradient; default `false`. */
  readonly maximize?: boolean | undefined;
  /** Parameters with settings of their own; of several groups that one is in, the first counts. Default none. */
  readonly groups?: readonly ParameterGroup[] | undefined;
}

const groupChecks: Checks<ParameterGroup> = {
  parameters: {
    required: (where, argument, value) => {
      if (value instanceof RegExp || typeof value === 'function') return value as RegExp;
      throw typeError(where, argument, `is ${show(value)}`, 'a regular expression or a function of a name');
    },
  },
  rateFactor: magnitude,
  weightDecay: magnitude,
};

const groupList: Check<readonly ParameterGroup[]> = (where, argument, value) => {
  if (!Array.isArray(value)) throw typeError(where, argument, `is ${show(value)}`, 'an array of groups');
  value.forEach((group, i) => {
    checkOptions(`${where}: ${argument}[${i}]`, group, groupChecks);
    const { parameters } = group as ParameterGroup;
    if (parameters instanceof RegExp && (parameters.global || parameters.sticky))
      throw rangeError(
        `${where}: ${argument}[${i}]`,
        'parameters',
        `is ${parameters}`,
        'an expression without the flags g and y, which remember',
      );
  });
  return value;
};

/** The checks of what all share. */
export const sharedChecks: Checks<SharedOptions> = {
  weightDecay: magnitude,
  maximize: flag,
  groups: groupList,
};

/** The first group that a parameter is in. */
export function groupOf(groups: readonly ParameterGroup[], name: string): ParameterGroup | undefined {
  return groups.find(({ parameters }) =>
    parameters instanceof RegExp ? parameters.test(name) : parameters(name),
  );
}
