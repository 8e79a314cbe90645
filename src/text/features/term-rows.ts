/** Converts documents to rows of counts, under any numbering of tokens, in one pass; the counter selects the terms. */
import { show, typeError } from '../../common/errors.ts';
import { type Document, tokensOf } from '../counts/documents.ts';
import type { Counts, TokenCount } from '../counts/token-counts.ts';
import type { TokenMap } from '../counts/token-map.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { type Rows, SparseRows } from './sparse-rows.ts';

/** The columns and counts of each document, ascending if `sorted`; tokens without a column are ignored. */
export function countRows(
  where: string,
  documents: Iterable<Document>,
  tokenizer: Tokenizer | undefined,
  columnOf: (token: string) => number | undefined,
  sorted: boolean,
): SparseRows {
  const rows = new SparseRows(where);
  const row = new RowCounts();
  let document = 0;
  for (const tokens of documents) {
    countTokens(where, tokensOf(where, tokens, document++, tokenizer), columnOf, row);
    row.writeTo(rows, sorted);
  }
  return rows;
}

// A function of its own, which engines compile before the first hundred documents are counted.
function countTokens(
  where: string,
  tokens: Iterable<string>,
  columnOf: (token: string) => number | undefined,
  row: RowCounts,
): void {
  for (const token of tokens) {
    if (typeof token !== 'string') throw typeError(where, 'a token', `is ${show(token)}`, 'a string');
    const column = columnOf(token);
    if (column !== undefined) row.add(column);
  }
}

/** The counts of one document after another. */
class RowCounts {
  #counts = new Int32Array(1024); // [columns], with spare capacity; 0 between documents
  #found = new Int32Array(1024); // [types], with spare capacity: the columns of this document
  #types = 0;

  add(column: number): void {
    if (column >= this.#counts.length) this.#counts = larger(this.#counts, 2 * column);
    if (this.#counts[column] === 0) {
      if (this.#types === this.#found.length) this.#found = larger(this.#found, 2 * this.#types);
      this.#found[this.#types++] = column;
    }
    this.#counts[column]! += 1;
  }

  /** Ends the document. */
  writeTo(rows: SparseRows, sorted: boolean): void {
    const found = this.#found.subarray(0, this.#types);
    if (sorted) found.sort();
    for (const column of found) {
      rows.add(column, this.#counts[column]!);
      this.#counts[column] = 0;
    }
    rows.end();
    this.#types = 0;
  }
}

function larger(values: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(values);
  return copy;
}

/** A token's counts, and its column. */
interface ColumnCount extends TokenCount {
  readonly column: number;
}

/** The counts of numbered tokens, for a cut. */
export function countsOf({ rows, columns, values }: Rows, numbers: TokenMap): Counts<ColumnCount> {
  const counts = new Float64Array(numbers.size);
  const documents = new Int32Array(numbers.size);
  for (let i = 0; i < columns.length; i++) {
    counts[columns[i]!]! += values[i]!;
    documents[columns[i]!]! += 1;
  }
  return {
    tokens: counts.reduce((sum, count) => sum + count, 0),
    documents: rows,
    types: numbers.size,
    *entries() {
      let column = 0;
      for (const token of numbers.tokens()) {
        yield { token, count: counts[column]!, error: 0, documents: documents[column]!, column };
        column++;
      }
    },
  };
}
