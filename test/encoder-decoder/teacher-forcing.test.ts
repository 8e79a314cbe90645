import { describe, expect, test } from 'vitest';
import { teacherForcing } from '../../src/index.ts';

const model = { start: 0, end: 1 };

test('an empty source has length 0, and an empty target length 1', () => {
  const { inputs, targets } = teacherForcing(model, [[], [2]], [[], [3]]);
  expect(inputs.sourceLengths).toEqual([0, 1]);
  expect(inputs.targetLengths).toEqual([1, 2]);
  expect(inputs.target).toEqual({ data: Int32Array.of(0, 0, 0, 3), shape: [2, 2] });
  expect(targets).toEqual({ data: Int32Array.of(1, 0, 3, 1), shape: [2, 2] });
});

describe('errors', () => {
  test.each<[unknown, unknown, string]>([
    [[], [], 'sources is an array of 0, expected lists of tokens, at least one'],
    ['안녕', [[1]], 'sources is "안녕", expected lists of tokens, at least one'],
    [[[2]], [[2], [3]], 'targets has 2 lists, expected 1, as sources'],
    [[[2]], ['안녕'], 'targets[0] is "안녕", expected an array of tokens'],
    [[[2.5]], [[2]], 'sources[0] has 2.5, expected tokens (whole numbers from 0)'],
    [[[2]], [[-1]], 'targets[0] has -1, expected tokens (whole numbers from 0)'],
    [[[2]], [[2, 1]], 'targets[0] holds the end token 1, expected tokens before it only'],
  ])('%#', (sources, targets, message) =>
    expect(() => teacherForcing(model, sources as never, targets as never)).toThrow(
      expect.objectContaining({ message: `teacherForcing: ${message}` }),
    ),
  );
});
