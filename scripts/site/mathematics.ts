/**
 * The equations of documentation comments as mathematics. In the sources they are plain text, readable in an editor:
 *
 *     (2) c_t = f * c_{t−1} + i * g
 *
 * `texOf` translates such a line to TeX, and `equations` typesets a block of them with KaTeX.
 */
import katex from 'katex';

/** The TeX of a letter or sign. */
const signs: { readonly [sign: string]: string } = {
  '+=': '\\mathrel{+}=',
  '*': '\\odot ',
  '·': '\\cdot ',
  '⊕': '\\oplus ',
  '−': '-',
  '←': '\\leftarrow ',
  '≤': '\\le ',
  '≥': '\\ge ',
  '≠': '\\ne ',
  '∂': '\\partial ',
  '…': '\\ldots ',
  '‖': '\\Vert ',
  '′': "'",
  '½': '\\tfrac12 ',
  '∞': '\\infty ',
  Σ: '\\textstyle\\sum',
  Π: '\\textstyle\\prod',
  ℓ: '\\ell ',
  α: '\\alpha ',
  β: '\\beta ',
  γ: '\\gamma ',
  δ: '\\delta ',
  ε: '\\varepsilon ',
  η: '\\eta ',
  κ: '\\kappa ',
  λ: '\\lambda ',
  μ: '\\mu ',
  π: '\\pi ',
  ρ: '\\rho ',
  σ: '\\sigma ',
  τ: '\\tau ',
  φ: '\\varphi ',
  ψ: '\\psi ',
  ω: '\\omega ',
  Δ: '\\Delta ',
};

const raised: { readonly [sign: string]: string } = {
  '⁰': '0',
  '¹': '1',
  '²': '2',
  '³': '3',
  ⁿ: 'n',
  ᵀ: '\\top ',
  ᵗ: 't',
  '⁻': '-',
};
const lowered: { readonly [sign: string]: string } = {
  '₀': '0',
  '₁': '1',
  '₂': '2',
  '₃': '3',
  '₋': '-',
  '₊': '+',
  '₌': '=',
  ₜ: 't',
  ᵢ: 'i',
  ₙ: 'n',
};

const functions = new Set(['tanh', 'exp', 'ln', 'log', 'max', 'min', 'lim', 'cos', 'sin']);
// Short words of prose; longer ones are recognised by their length.
const words = new Set([
  'a',
  'all',
  'at',
  'by',
  'for',
  'if',
  'is',
  'it',
  'of',
  'on',
  'or',
  'the',
  'to',
  'with',
]);

/** One piece of a line, longest kinds first. */
const PIECE =
  /(\s+)|(_\{[^}]*\}|_[A-Za-z0-9]+)|(\^\()|(√\(|√)|([⁰¹²³⁻ᵀᵗⁿ]+)|([₀₁₂₃₋₊₌ₜᵢₙ…]*[₀₁₂₃₋₊₌ₜᵢₙ][₀₁₂₃₋₊₌ₜᵢₙ…]*)|([A-Za-z]\u0303)|([A-Za-zéö’]+)|(\d+(?:\.\d+)?)|(\+=|.)/gu;

const nextIsWord = (text: string) => {
  const letters = /^[A-Za-zéö’]+/.exec(text)?.[0];
  return letters !== undefined && isWord(letters, text.slice(letters.length));
};

/** Whether a run of letters is a word of prose rather than the name of a value. */
function isWord(text: string, after: string): boolean {
  if (functions.has(text)) return false;
  if (words.has(text)) return !(text === 'a' && /^\s*(?:[=←_(,;)−+*·]|$)/.test(after));
  return /^[A-Z]?[a-zéö’]{3,}$/.test(text) && !/^[_(.]/.test(after);
}

function name(text: string, after: string): string {
  if (functions.has(text)) return `\\${text} `;
  if (text.length === 1) return text;
  // A gradient: dW, dTanhC.
  if (/^d[A-Za-z]$/.test(text)) return `\\mathrm d ${text[1]}`;
  if (after.startsWith('(') || text === 'softmax' || text === 'sign') return `\\operatorname{${text}}`;
  return `\\mathrm{${text}}`;
}

const map = (text: string, table: { readonly [sign: string]: string }) =>
  [...text].map((sign) => table[sign] ?? signs[sign] ?? sign).join('');

/** TeX of one equation, or of prose with names in it. */
export function texOf(line: string): string {
  let tex = '';
  // The open brackets: `}` if TeX needs its own end, `)` for those of the text.
  const open: string[] = [];
  let afterWord = false;
  for (const piece of line.matchAll(PIECE)) {
    const [text, space, subscript, power, root, high, low, tilde, letters, number] = piece;
    const after = line.slice(piece.index + text.length);
    if (space !== undefined) tex += afterWord || nextIsWord(after) ? '\\ ' : ' ';
    else if (subscript !== undefined) tex += `_{${texOf(subscript.replace(/^_\{?|\}$/g, ''))}}`;
    else if (power !== undefined) {
      tex += '^{';
      open.push('}');
    } else if (root !== undefined) {
      if (root === '√(') {
        tex += '\\sqrt{';
        open.push('}');
      } else tex += '\\sqrt ';
    } else if (high !== undefined) tex += `^{${map(high, raised)}}`;
    else if (low !== undefined) tex += `_{${map(low, lowered)}}`;
    else if (tilde !== undefined) tex += `\\tilde ${tilde[0]}`;
    else if (letters !== undefined) {
      tex += isWord(letters, after) ? `\\text{${letters}}` : name(letters, after);
    } else if (number !== undefined) tex += number;
    else if (text === '(') {
      tex += '(';
      open.push(')');
    } else if (text === ')') tex += open.pop() ?? ')';
    else if ('{}%#&$~'.includes(text)) tex += `\\${text}`;
    else tex += signs[text] ?? text;
    afterWord = letters !== undefined && isWord(letters, after);
  }
  return tex;
}

const NUMBER = /^\((\d+′?)\)\s+(.*)$|^(.*?) {2,}\((\d+)\)$/;
const DRAWN = /[─│┌┐└┘┴┬┼▲▶]/;

/** Whether every line of a block of plain text is an equation: it relates two sides, and nothing is drawn. */
export function isEquations(block: string): boolean {
  const lines = linesOf(block);
  return (
    lines.length > 0 &&
    !DRAWN.test(block) &&
    lines.every((line) => /(?:=|←|\+=)/.test(line) && !/[`$"]|--|\/\//.test(line))
  );
}

const linesOf = (block: string) => block.split('\n').filter((line) => line.trim() !== '');

/** A block of equations as HTML, aligned at their starts; it scrolls rather than wraps. */
export function equations(block: string): string {
  const rows = linesOf(block).map((line) => {
    const [, before, rest, other, behind] = NUMBER.exec(line.trim()) ?? [];
    // Two spaces separate columns, except where they align signs.
    const columns = (rest ?? other ?? line).trim().split(/ {2,}(?![=←])/);
    return { number: before ?? behind, tex: columns.map(texOf).join(' \\qquad ') };
  });
  const numbered = rows.some(({ number }) => number !== undefined);
  const lines = rows.map(({ number, tex }) => {
    if (!numbered) return tex;
    return `${number === undefined ? '' : `(${texOf(number)})`} & ${tex}`;
  });
  const tex = `\\def\\arraystretch{1.25}\\begin{array}{${numbered ? 'll' : 'l'}} ${lines.join(' \\\\ ')} \\end{array}`;
  return katex.renderToString(tex, { displayMode: true, throwOnError: true, strict: false, fleqn: true });
}
