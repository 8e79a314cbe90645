import { expect, test } from 'vitest';
import { axisName, svg, text } from '../../src/plot/svg.ts';

test('characters that XML does not allow are escaped or replaced in every label', () => {
  const words = 'a < "b" & \u0001\ud800';
  const escaped = 'a &lt; &quot;b&quot; &amp; \uFFFD\uFFFD';
  expect(text(1.234, 5, words, 'end', ' fill="red"')).toBe(
    `<text x="1.23" y="5" text-anchor="end" fill="red">${escaped}</text>`,
  );
  expect(axisName(7, words)).toContain(`>${escaped}</text>`);
  expect(svg(200, 300, words, ['<g/>'])).toBe(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300" width="200" height="300" role="img" aria-label="${escaped}" fill="currentColor" font-family="sans-serif" font-size="12">\n<g/>\n</svg>\n`,
  );
});
