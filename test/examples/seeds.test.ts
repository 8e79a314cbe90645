import { expect, test } from 'vitest';
import { overSeeds } from '../../scripts/seeds.ts';

const result = (seed: number, values: string[], seconds: number) => ({
  title: 'a result',
  seed,
  seconds,
  model: 'one LSTM',
  rows: [
    { system: 'ours', kind: 'ours', values },
    { system: 'always 1', kind: 'baseline', values: ['0.1667', '–'] },
  ],
});

test('results of several seeds are their mean and standard deviation', () => {
  const of = [
    result(1, ['0.0002', '1.0 %'], 3),
    result(2, ['0.0006', '2.0 %'], 4),
    result(3, ['0.0004', '3.0 %'], 5),
  ];
  expect(overSeeds(of)).toEqual({
    title: 'a result',
    seed: undefined,
    seconds: 12,
    model: 'one LSTM; mean and standard deviation over seeds 1 to 3',
    rows: [
      { system: 'ours', kind: 'ours', values: ['0.0004 ± 0.0002', '2.0 ± 1.0 %'] },
      { system: 'always 1', kind: 'baseline', values: ['0.1667', '–'] },
    ],
  });
});
