/**
 * Checks options by a description of them: a table of their names, and a check of each.
 *
 * Answers for names and for what is missing; what a value must be is each check's affair.
 */
import { number, numberWithin, oneOf, show, typeError, wholeNumber } from './errors.ts';

/** Passes a value on if it is right; throws if not. */
export type Check<Value> = (where: string, argument: string, value: unknown) => Value;

/** What an option must be: what a check passes, or one of these words. */
type Kind<Value> = Check<Value> | readonly Value[];

/** A check for each option; a name too few or too many does not compile. Optional ones may be undefined. */
export type Checks<Options> = {
  readonly [Name in keyof Options]-?: undefined extends Options[Name]
    ? Kind<Exclude<Options[Name], undefined>>
    : { readonly required: Kind<Options[Name]> };
};

/** Options with every default filled in. */
export type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** Passes options on if they are an object of known names with the right values. */
export function checkOptions<Described extends object, Options extends Described>(
  where: string,
  options: Options,
  checks: Checks<Described>,
): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw typeError(where, 'options', `is ${show(options)}`, `an object such as ${example(checks)}`);
  for (const name of Object.keys(options))
    if (!Object.hasOwn(checks, name))
      throw typeError(where, `option ${show(name)}`, 'is unknown', expectedName(name, Object.keys(checks)));
  for (const name in checks) {
    const value: unknown = options[name];
    const check = checks[name] as Kind<unknown> | { readonly required: Kind<unknown> };
    if ('required' in check) apply(where, name, value, check.required);
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

/** An object, whatever it has; an array is none. */
export const record: Check<object> = (where, argument, value) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw typeError(where, argument, `is ${show(value)}`, 'an object');
};

/** A function, whatever it takes and gives. */
// biome-ignore lint/suspicious/noExplicitAny: what it takes and gives cannot be checked before it is called
export const callback: Check<any> = (where, argument, value) => {
  if (typeof value === 'function') return value;
  throw typeError(where, argument, `is ${show(value)}`, 'a function');
};

/** Functions by name. */
// biome-ignore lint/suspicious/noExplicitAny: what they take and give cannot be checked before they are called
export const functionsByName: Check<any> = (where, argument, value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw typeError(where, argument, `is ${show(value)}`, 'functions by name');
  for (const [name, make] of Object.entries(value)) callback(where, `${argument}.${name}`, make);
  return value;
};

/** What is checked where it is used, beside what it must fit. */
// biome-ignore lint/suspicious/noExplicitAny: stands for every kind
export const later: Check<any> = (_where, _argument, value) => value;

function apply(where: string, name: string, value: unknown, kind: Kind<unknown>): void {
  if (typeof kind === 'function') kind(where, name, value);
  else oneOf(where, name, value, kind as readonly string[]);
}

/** The required options, or the first where none is. */
function example(checks: Checks<object>): string {
  const names = Object.keys(checks);
  const required = names.filter((name) => 'required' in (checks as Record<string, object>)[name]!);
  return `{ ${(required.length > 0 ? required : names.slice(0, 1)).join(', ')} }`;
}

/** What other libraries call an option, without capitals and underscores. */
const aliases: { readonly [name: string]: string } = {
  betas: 'beta1',
  c: 'state',
  eps: 'epsilon',
  h: 'state',
  infeatures: 'inputSize',
  lr: 'learningRate',
  numembeddings: 'classes',
  outfeatures: 'outputSize',
  p: 'rate',
  returnsequences: 'outputs',
  seed: 'random',
  units: 'hiddenSize',
  vocabsize: 'classes',
};

/** What is expected in place of an unknown name: the nearest known one, or, where none is near, all. */
function expectedName(name: string, known: readonly string[]): string {
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
  return nearest ?? (known.length === 0 ? 'no options' : `only ${known.join(', ')}`);
}

/** The letters to insert, delete or replace between two names; 1 at most where one contains the other. */
function distance(a: string, b: string): number {
  if (a === b) return 0;
  if (Math.min(a.length, b.length) > 2 && (a.includes(b) || b.includes(a))) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
