/** HDF5 files that lie. */
import { expect, test } from 'vitest';
import { openHdf5 } from '../../src/hdf5/file.ts';
import { circularHeader, circularTree, doublingTree } from './hostile.ts';

const message = (of: Uint8Array) => {
  try {
    openHdf5('test', of);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as Error).message;
  }
  return 'opened';
};

test('a tree that names one node over and over is read at most in proportion to the size of the file', () => {
  expect(message(doublingTree(3))).toBe('opened');
  const start = process.cpuUsage();
  expect(message(doublingTree(60))).toBe(
    'test: bytes has tables that refer to more than 16 times its size, expected a whole HDF5 file',
  );
  // 2⁶⁰ paths in 4 kB: a reader that follows them all never ends.
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
});

test('circles end', () => {
  expect(message(circularHeader())).toBe(
    'test: bytes has tables that refer to more than 16 times its size, expected a whole HDF5 file',
  );
  expect(message(circularTree())).toBe(
    'test: bytes has a tree at 192 of mixed levels, expected a whole HDF5 file',
  );
});

test('what is not an HDF5 file', () => {
  expect(message(new Uint8Array(9))).toBe(
    'test: bytes has 9 bytes without the signature of HDF5, expected an HDF5 file',
  );
  const large = doublingTree(3);
  large[13] = 4;
  expect(message(large)).toBe('test: bytes has addresses of 4 and 8 bytes from 0, expected 8 and 8 from 0');
  large[8] = 9;
  expect(message(large)).toBe('test: bytes has version 9 of HDF5, expected at most 3');
});
