/** Draws the same properties in every run, so that a test can be repeated; the first failure is enough. */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: 1, endOnFailure: true });
