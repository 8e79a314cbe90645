/**
 * All that the entries export, for the build: it becomes one file, of which theirs give parts.
 *
 * An engine loads a few files sooner than many, and classes are the same whichever entries a program imports.
 */
export * from './index.ts';
export * from './matrix.ts';
export * from './parallel.ts';
export * from './testing.ts';
