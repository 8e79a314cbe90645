/**
 * Building blocks of SVG plots, as text and without dependencies.
 *
 * They guarantee valid XML and rounded coordinates. Colours follow the page's text colour.
 */

/** A complete image; `label` is read by screen readers. */
export function svg(width: number, height: number, label: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(label)}" fill="currentColor" font-family="sans-serif" font-size="12">`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** A line of text; `attributes` starts with a space. */
export function text(x: number, y: number, content: string, anchor = 'start', attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${attributes}>${escapeXml(content)}</text>`;
}

/** The label of a vertical axis, rotated, at the left edge; `y` is the middle of the axis. */
export function axisName(y: number, content: string): string {
  return `<text transform="translate(16 ${y}) rotate(-90)" text-anchor="middle">${escapeXml(content)}</text>`;
}

/** A coordinate rounded to a hundredth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Escapes text for XML content and attributes. */
function escapeXml(content: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  // XML cannot represent most control characters or lone surrogates.
  return content
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (character) => entities[character]!);
}
