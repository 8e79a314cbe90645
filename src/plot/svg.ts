/**
 * The parts every picture is made of, as SVG text without any dependency.
 *
 * Answers for valid XML and rounded coordinates; what is drawn is each plot's own affair. Colours follow the page's text colour.
 */

/** A whole picture; `label` is what a screen reader says. */
export function svg(width: number, height: number, label: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(label)}" fill="currentColor" font-family="sans-serif" font-size="12">`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** A line of text; `attributes` begin with a space. */
export function text(x: number, y: number, content: string, anchor = 'start', attributes = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${attributes}>${escapeXml(content)}</text>`;
}

/** The name of a vertical axis, reading upwards at the left edge; `y` is the axis's middle. */
export function axisName(y: number, content: string): string {
  return `<text transform="translate(16 ${y}) rotate(-90)" text-anchor="middle">${escapeXml(content)}</text>`;
}

/** A coordinate to a hundredth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Text as XML holds it, in content and attributes. */
function escapeXml(content: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  // XML has no way to write most controls and lone surrogates.
  return content
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"]/g, (character) => entities[character]!);
}
