/** Converts documents to rows of counts, under any numbering of tokens, in one pass; the counter selects the terms. */
import { show, typeError } from '../../common/errors.ts';
import { type Document, tokensOf } from '../counts/documents.ts';
import type { Counts } from '../counts/token-counts.ts';
import type { TokenMap } from '../counts/token-map.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { documentFrequency } from './inverse-document-frequency.ts';
import { eachEntry, type SparseMatrix } from './sparse-matrix.ts';
import { SparseRows } from './sparse-rows.ts';

/** The columns and counts of each document; tokens without a column are ignored. */
export function countRows(
  where: string,
  documents: Iterable<Document>,
  tokenizer: Tokenizer | undefined,
  columnOf: (token: string) => number | undefined,
): SparseRows {
  const rows = new SparseRows(where);
  let counts = new Int32Array(1024); // [columns], with spare capacity; 0 between documents
  let found = new Int32Array(1024); // the columns of a document, with spare capacity
  let row = 0;
  for (const document of documents) {
    let types = 0;
    for (const token of tokensOf(where, document, row++, tokenizer)) {
      if (typeof token !== 'string') throw typeError(where, 'a token', `is ${show(token)}`, 'a string');
      const column = columnOf(token);
      if (column === undefined) continue;
      if (column >= counts.length) {
        counts = larger(counts, 2 * column);
      }
      if (counts[column]! === 0) {
        if (types === found.length) found = larger(found, 2 * types);
        found[types++] = column;
      }
      counts[column]! += 1;
    }
    const columns = found.subarray(0, types).sort();
    for (let i = 0; i < types; i++) {
      const column = columns[i]!;
      rows.add(column, counts[column]!);
      counts[column] = 0;
    }
    rows.end();
  }
  return rows;
}

function larger(values: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(values);
  return copy;
}

/** The column sums, as counts for a cut. */
export function countsOf(matrix: SparseMatrix, columns: TokenMap): Counts {
  const counts = new Float64Array(matrix.width);
  const documents = documentFrequency(matrix);
  eachEntry(matrix, (count, column) => {
    counts[column]! += count;
  });
  return {
    tokens: counts.reduce((sum, count) => sum + count, 0),
    documents: matrix.rows,
    types: matrix.width,
    *entries() {
      let column = 0;
      for (const token of columns.tokens())
        yield { token, count: counts[column]!, error: 0, documents: documents[column++]! };
    },
  };
}
