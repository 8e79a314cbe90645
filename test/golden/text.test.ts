import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runText, type TextCase } from './text.ts';

const folder = new URL('../fixtures/golden/text/', import.meta.url);
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as TextCase);

test('the fixtures have every case', () => expect(cases.length).toBe(14));

describe.each(cases.map((text) => [text.name, text] as const))('%s', (_, text) => {
  test.each(runText(text))('$tensor: $worst ≤ $allowed', ({ passed }) => expect(passed).toBe(true));

  test('a wrong value is noticed', () => {
    const spoilt = structuredClone(text) as unknown as { matrix: number[][] };
    spoilt.matrix[0]![0]! += 1e-6;
    expect(runText(spoilt).filter(({ passed }) => !passed).map(({ tensor }) => tensor)).toEqual(['matrix']); // biome-ignore format: one step
  });
});

describe('settings that no case has', () => {
  const docs = ['to be or not to be', 'a bee', 'Été à Paris'];
  const tolerances = { float64: { rtol: 0, atol: 0 } };
  // Features from scikit-learn 1.2.1.
  test.each<[string, TextCase['settings'], string]>([
    [
      'characters within words',
      { analyzer: 'char_wb', ngram_range: [3, 5] },
      ' a | be| be | bee| bee | no| not| not | or| or | pa| par| pari| to| to | à | ét| été| été |ari|aris|aris |be |bee|bee |ee |is |not|not |or |ot |par|pari|paris|ris|ris |to |té |été|été ',
    ],
    [
      'stop words',
      { stop_words: ['to', 'be'], ngram_range: [1, 2] },
      'bee|not|or|or not|paris|été|été paris',
    ],
    [
      'accents',
      { strip_accents: 'unicode', token_pattern: '(?u)\\b\\w+\\b' },
      'a|be|bee|ete|not|or|paris|to',
    ],
    ['a vocabulary', { vocabulary: { be: 1, to: 0 } }, 'to|be'],
    ['shares', { min_df: 0.3, max_df: 0.5 }, 'be|bee|not|or|paris|to|été'],
  ])('%s', (_, settings, features) => {
    const given = {
      op: 'CountVectorizer',
      settings,
      docs,
      features: features.split('|'),
      matrix: [],
      tolerances,
    };
    expect(runText(given)[0]).toEqual({ tensor: 'features', worst: 0, allowed: 0, passed: true });
  });

  test('an unsupported list of stop words is an error', () => {
    const settings = { stop_words: 'english' };
    expect(() =>
      runText({ op: 'CountVectorizer', settings, docs, features: [], matrix: [], tolerances }),
    ).toThrow('runText: settings.stop_words is "english", expected a list or null');
  });
});
