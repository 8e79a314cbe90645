/** Plots and tables of very long sequences: no list is passed as the arguments of a call. */
import { expect, test } from 'vitest';
import { flowTable } from '../../src/inspection/flow-table.ts';
import { logPlot } from '../../src/inspection/plot.ts';

const norms = Array.from({ length: 200_000 }, (_, t) => 10 ** (-t / 1e5));

test('200,000 steps are drawn', () => {
  const lines = [{ name: 'h', values: norms, beside: [] }];
  const picture = logPlot('test', { title: 'norms', xLabel: 't', yLabel: 'norm', lines });
  expect(picture.match(/L\d/g)?.length).toBe(norms.length - 1);
});

test('200,000 steps fit into the table', () => {
  const flow = {
    norms,
    ratio: 100,
    name: 'layer',
    cell: 'GRUCell',
    verdict: 'vanishes',
    saturated: {},
    spectralRadius: {},
    states: { h: { norms, ratio: 100 } },
  };
  expect(flowTable([flow as never])).toContain('layer GRUCell');
});
