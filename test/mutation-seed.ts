/** Seeds fast-check alike in every run: the seed is in the names of its tests, by which Stryker picks those of a mutant. */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: 1 });
