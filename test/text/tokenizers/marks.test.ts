import { test as property } from '@fast-check/vitest';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withSortedMarks } from '../../../src/text/tokenizers/marks.ts';
import { characters, pattern } from '../../../src/text.ts';

/** Every mark that the engine knows. */
const marks = Array.from({ length: 0x20000 }, (_, code) => String.fromCodePoint(code)).filter((mark) =>
  /^\p{M}$/u.test(mark),
);

property.prop([
  fc.constantFrom('a', 'é', '', '각', 'क', 'ก'),
  fc.array(fc.constantFrom(...marks), { minLength: 256, maxLength: 400 }),
])('a long run of marks is normalised as by the engine', (base, run) => {
  const text = base + run.join('');
  expect(withSortedMarks(text).normalize('NFD')).toBe(text.normalize('NFD'));
  expect(withSortedMarks(text).normalize('NFC')).toBe(text.normalize('NFC'));
});

test('each pair of marks has the engine’s order', () => {
  const run = [...marks, ...marks].join('');
  expect(withSortedMarks(run).normalize('NFD')).toBe(run.normalize('NFD'));
  const reversed = [...marks, ...[...marks].reverse()].join('');
  expect(withSortedMarks(reversed).normalize('NFD')).toBe(reversed.normalize('NFD'));
});

test('a short run is unchanged', () => expect(withSortedMarks('a\u0301\u0316')).toBe('a\u0301\u0316'));

test('200,000 unordered marks do not take quadratic time', () => {
  const text = `a${'\u0301'.repeat(100_000)}${'\u0316'.repeat(100_000)} b`;
  const start = process.cpuUsage();
  for (const tokenizer of [characters(), pattern(/\S+/u, { lowercase: true })]) {
    const tokens = [...tokenizer.tokens(text)];
    expect(tokens.at(-1)).toMatchObject({ text: 'b', start: 200_002, end: 200_003 });
  }
  // The engine alone takes some 30 seconds for each.
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(10);
});
