/**
 * Checks options against a table of their names and a check for each value.
 *
 * This file checks for unknown and missing names; each check decides which values are valid.
 */
import { number, numberWithin, oneOf, show, typeError, wholeNumber } from './errors.ts';

/** Returns a valid value; throws otherwise. */
export type Check<Value> = (where: string, argument: string, value: unknown) => Value;

/** The values an option accepts: those that pass a check, or one of these words. */
type Kind<Value> = Check<Value> | readonly Value[];

/** A check for each option; a missing or superfluous name does not compile. Optional options may be undefined. */
export type Checks<Options> = {
  readonly [Name in keyof Options]-?: undefined extends Options[Name]
    ? Kind<Exclude<Options[Name], undefined>>
    : { readonly required: Kind<Options[Name]> };
};

/** Options with every default filled in. */
export type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** Returns options if they are an object with known names and valid values. */
export function checkOptions<Described extends object, Options extends Described>(
  where: string,
  options: Options,
  checks: Checks<Described>,
): Options {
  // An iterable, such as an array or the map of a model's parameters, has no options.
  if (typeof options !== 'object' || options === null || Symbol.iterator in options)
    throw typeError(where, 'options', `is ${show(options)}`, `an object such as ${example(checks)}`);
  for (const name of Object.keys(options))
    if (!Object.hasOwn(checks, name))
      throw typeError(where, `option ${show(name)}`, 'is unknown', expectedName(name, Object.keys(checks)));
  for (const name in checks) {
    const value: unknown = options[name];
    const check = checks[name] as Kind<unknown> | { readonly required: Kind<unknown> };
    if (typeof check === 'object' && 'required' in check) apply(where, name, value, check.required);
    else if (value !== undefined) apply(where, name, value, check);
  }
  return options;
}

/** A whole number of at least 1. */
export const size: Check<number> = (where, argument, value) => wholeNumber(where, argument, value);

/** A whole number of at least 0. */
export const count: Check<number> = (where, argument, value) => wholeNumber(where, argument, value, 0);

/** Any whole number. */
export const integer: Check<number> = (where, argument, value) =>
  number(where, argument, value, 'a whole number', Number.isSafeInteger);

/** Any number but NaN. */
export const real: Check<number> = (where, argument, value) =>
  number(where, argument, value, 'a number', (value) => !Number.isNaN(value));

/** A finite number of at least 0. */
export const magnitude: Check<number> = (where, argument, value) =>
  number(
    where,
    argument,
    value,
    'a finite number of at least 0',
    (value) => value >= 0 && Number.isFinite(value),
  );

/** A number of at least 0, infinity included. */
export const notNegative: Check<number> = (where, argument, value) =>
  numberWithin(where, argument, value, 0, Number.POSITIVE_INFINITY);

/** A number from 0 to 1. */
export const fraction: Check<number> = (where, argument, value) => numberWithin(where, argument, value, 0, 1);

export const flag: Check<boolean> = (where, argument, value) => {
  if (typeof value === 'boolean') return value;
  throw typeError(where, argument, `is ${show(value)}`, 'true or false');
};

export const text: Check<string> = (where, argument, value) => {
  if (typeof value === 'string') return value;
  throw typeError(where, argument, `is ${show(value)}`, 'a string');
};

/** A non-null object that is not an array. */
export const record: Check<object> = (where, argument, value) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw typeError(where, argument, `is ${show(value)}`, 'an object');
};

/** A function. */
// biome-ignore lint/suspicious/noExplicitAny: parameters and result cannot be checked before the call
export const callback: Check<any> = (where, argument, value) => {
  if (typeof value === 'function') return value;
  throw typeError(where, argument, `is ${show(value)}`, 'a function');
};

/** Functions by name. */
// biome-ignore lint/suspicious/noExplicitAny: parameters and results cannot be checked before the call
export const functionsByName: Check<any> = (where, argument, value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw typeError(where, argument, `is ${show(value)}`, 'functions by name');
  for (const [name, make] of Object.entries(value)) callback(where, `${argument}.${name}`, make);
  return value;
};

/** For values that are checked where they are used, together with what they must match. */
// biome-ignore lint/suspicious/noExplicitAny: stands for every kind
export const later: Check<any> = (_where, _argument, value) => value;

function apply(where: string, name: string, value: unknown, kind: Kind<unknown>): void {
  if (typeof kind === 'function') kind(where, name, value);
  else oneOf(where, name, value, kind as readonly string[]);
}

/** The required options, or the first option if none is required. */
function example(checks: Checks<object>): string {
  const names = Object.keys(checks);
  const required = names.filter((name) => 'required' in (checks as Record<string, object>)[name]!);
  return `{ ${(required.length > 0 ? required : names.slice(0, 1)).join(', ')} }`;
}

/** Names used by other libraries, in lower case without underscores. */
const aliases: { readonly [name: string]: string } = {
  betas: 'beta1',
  c: 'state',
  eps: 'epsilon',
  h: 'state',
  infeatures: 'inputSize',
  length: 'k1',
  lr: 'learningRate',
  numembeddings: 'classes',
  outfeatures: 'outputSize',
  p: 'rate',
  returnsequences: 'outputs',
  seed: 'random',
  units: 'hiddenSize',
  vocabsize: 'classes',
  x: 'inputs',
  y: 'targets',
};

/** What to expect instead of an unknown name: the nearest known name, or all names if none is near. */
function expectedName(name: string, known: readonly string[]): string {
  return nearestName(name, known) ?? (known.length === 0 ? 'no options' : `only ${known.join(', ')}`);
}

/** The known name that an unknown one most likely stands for; undefined if none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const plain = (name: string) => name.replace(/[_-]/g, '').toLowerCase();
  const alias = aliases[plain(name)];
  if (alias !== undefined && known.includes(alias)) return alias;
  const most = Math.max(1, name.length / 3);
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const other of known) {
    const away = distance(plain(name), plain(other));
    if (away > most || away >= least) continue;
    least = away;
    nearest = other;
  }
  return nearest;
}

/** The edit distance between two names; at most 1 if one contains the other. */
function distance(a: string, b: string): number {
  if (a === b) return 0;
  if (Math.min(a.length, b.length) > 2 && (a.includes(b) || b.includes(a))) return 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const changed = row[j]! + (a[i] === b[j] ? 0 : 1);
      const swapped = i > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? before[j - 1]! + 1 : changed;
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, changed, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
