/** Pages of the sources, which the reference links to: the text of each file with numbered, addressable lines. */
import ts from 'typescript';

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** The colour class of a token; undefined for the colour of text. */
function kindOf(token: ts.SyntaxKind): string | undefined {
  if (token === ts.SyntaxKind.SingleLineCommentTrivia || token === ts.SyntaxKind.MultiLineCommentTrivia)
    return 'comment';
  if (token >= ts.SyntaxKind.FirstKeyword && token <= ts.SyntaxKind.LastKeyword) return 'keyword';
  if (token === ts.SyntaxKind.StringLiteral || token === ts.SyntaxKind.NumericLiteral) return 'literal';
  return undefined;
}

/** The file as HTML, a string for each line; a comment over several lines is coloured in each. */
function coloured(text: string): string[] {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text);
  let html = '';
  // Templates and regular expressions are scanned in pieces, which affects only their colour.
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const kind = kindOf(token);
    const lines = scanner.getTokenText().split('\n').map(escaped);
    html += lines
      .map((line) => (kind === undefined || line === '' ? line : `<span class="${kind}">${line}</span>`))
      .join('\n');
  }
  return html.split('\n');
}

/** The path of a source's page on the site. */
export const sourcePage = (file: string): string => `sources/${file.replace(/^src\//, '')}.html`;

/** A page of `file`, for example `src/cells/lstm.ts`. */
export function renderSource(file: string, text: string): string {
  const up = '../'.repeat(sourcePage(file).split('/').length - 1);
  const lines = coloured(text.replace(/\n$/, '')).map(
    (line, i) => `<a class="number" id="L${i + 1}" href="#L${i + 1}">${i + 1}</a>${line}`,
  );
  return `<!DOCTYPE html>
<html lang="en" data-base="${up}"><head><meta charset="utf-8"/><title>${file} | recurrent-cells</title>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<link rel="icon" href="${up}assets/favicon.svg"/><link rel="stylesheet" href="${up}assets/style.css"/><link rel="stylesheet" href="${up}assets/custom.css"/></head>
<body><script>document.documentElement.dataset.theme = localStorage.getItem('tsd-theme') || 'os';</script>
<main class="source"><p><a href="${up}index.html">recurrent-cells</a> / ${file}</p>
<h1>${file.split('/').at(-1)}</h1>
<pre>${lines.join('\n')}</pre></main></body></html>
`;
}
