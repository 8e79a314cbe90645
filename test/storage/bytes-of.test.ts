import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { bytesOf } from '../../src/node.ts';

const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'digits');
writeFileSync(path, '0123456789');

async function text(start: number, end: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytesOf(path).open(start, end)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('the bytes between two places', async () => {
  expect(bytesOf(path).size).toBe(10);
  expect(await text(0, 10)).toBe('0123456789');
  expect(await text(2, 5)).toBe('234');
  expect(await text(9, 10)).toBe('9');
  expect(await text(3, 3)).toBe('');
});

test('where there is no file system, an error says so', () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  try {
    expect(() => bytesOf(path)).toThrow(new Error('bytesOf: there is no file system here, expected Node'));
  } finally {
    vi.restoreAllMocks();
  }
});
