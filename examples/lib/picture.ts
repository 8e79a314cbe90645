/** The plots of the examples, as standalone SVG in the reader's colour scheme. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** The SVG of a plot. */
export function picture(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<html><body></body></html>');
  const plot = Plot.plot({
    document: document as unknown as Document,
    ...options,
    style: { fontSize: '13px', background: 'transparent' },
  });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return standalone(`${plot.outerHTML}\n`);
}

/** Makes an SVG that takes its text colour from the page follow the reader's colour scheme as a standalone image. */
export function standalone(svg: string): string {
  const style = 'svg:root{color:#222}@media(prefers-color-scheme:dark){svg:root{color:#ddd}}';
  return svg.replace('>', `><style>${style}</style>`);
}
