/**
 * Reads the report of a cut from a saved vocabulary, and makes that of a vocabulary without counts.
 *
 * vocabulary-cut.ts defines the fields.
 */
import { numberWithin, rangeError, typeError, wholeNumber } from '../../common/errors.ts';
import { readFields, type SavedFields } from '../../common/saved.ts';
import type { CutReport } from './vocabulary-cut.ts';

/** The report of an uncounted list. */
export function emptyReport(types: number): CutReport {
  return {
    tokens: 0,
    types,
    keptTypes: types,
    droppedTypes: 0,
    keptTokens: 0,
    coverage: Number.NaN,
    largestError: 0,
  };
}

/** Reads the field `report`, for a vocabulary with this number of kept tokens. */
export function readReport(where: string, fields: SavedFields, kept: number): CutReport {
  const report = readFields(where, fields, 'report');
  const number = (name: string) => wholeNumber(where, `report.${name}`, report[name], 0);
  const known = (name: string) => (report[name] === undefined ? undefined : number(name));
  const [tokens, keptTypes, keptTokens] = [number('tokens'), number('keptTypes'), number('keptTokens')];
  if (keptTypes !== kept)
    throw rangeError(where, 'report.keptTypes', `is ${keptTypes}`, `${kept}, the tokens`);
  // JSON has neither NaN (the coverage without tokens) nor undefined (the types of approximate counts).
  const coverage =
    tokens === 0 && (report.coverage === null || Number.isNaN(report.coverage))
      ? Number.NaN
      : numberWithin(where, 'report.coverage', report.coverage, 0, 1);
  const [types, droppedTypes] = [known('types'), known('droppedTypes')];
  if ((types === undefined) !== (droppedTypes === undefined))
    throw typeError(where, 'report.types', `is ${types}, droppedTypes ${droppedTypes}`, 'both or none');
  return {
    tokens,
    types,
    keptTypes,
    droppedTypes,
    keptTokens,
    coverage,
    largestError: number('largestError'),
  };
}
