/** Diagrams of the five structures of sequence modelling. */
import type { Architecture } from '../common/architecture.ts';

/** One of the five structures. */
export type Structure = 'one-to-one' | 'one-to-many' | 'many-to-one' | 'many-to-many' | 'encoder–decoder';

/** What a diagram shows of a model besides its structure. */
export interface Features {
  /** The directions in which the sequence is read. */
  readonly directions: ReadonlySet<'forward' | 'reverse'>;
  /** The source of a single output, if there is one: the last step, both ends, or all steps. */
  readonly from: 'last' | 'ends' | 'all';
  /** Whether each decoder step attends to all encoder steps. */
  readonly attention: boolean;
}

const drawings: { readonly [structure in Structure]: readonly string[] } = {
  'one-to-one': [
    'y', //
    '▲',
    'h',
    '▲',
    'x',
  ],
  'one-to-many': [
    'y₁    y₂    y₃', //
    '▲     ▲     ▲',
    'h₁ ─▶ h₂ ─▶ h₃',
    '▲     ▲     ▲',
    'x ────┴─────┘',
  ],
  'many-to-one': [
    '            y', //
    '            ▲',
    'h₁ ─▶ h₂ ─▶ h₃',
    '▲     ▲     ▲',
    'x₁    x₂    x₃',
  ],
  'many-to-many': [
    'y₁    y₂    y₃', //
    '▲     ▲     ▲',
    'h₁ ─▶ h₂ ─▶ h₃',
    '▲     ▲     ▲',
    'x₁    x₂    x₃',
  ],
  'encoder–decoder': [
    '                  y₁       y₂    ⟨end⟩',
    '                  ▲        ▲     ▲',
    '┌─────┬─────┬─────┼────────┼─────┤  attention',
    'h₁ ─▶ h₂ ─▶ h₃ ─▶ s₁ ────▶ s₂ ─▶ s₃',
    '▲     ▲     ▲     ▲        ▲     ▲',
    'x₁    x₂    x₃    ⟨start⟩  y₁    y₂',
  ],
};

const gathered = { ends: '┌─────┴─────┐', all: '┌─────┼─────┐' };

/** The lines of a diagram. Steps read in reverse are drawn in reverse order. */
export function draw(structure: Structure, { directions, from, attention }: Features): string[] {
  const backward = directions.has('reverse');
  const both = backward && directions.has('forward');
  const turned = structure === 'encoder–decoder' ? /(?<=[hx])[₁₃]/g : /(?<=[hxy])[₁₃]/g;
  const lines = drawings[structure]
    .filter((line) => attention || !line.endsWith('attention'))
    .map((line) => {
      if (both) return line.replace(/(?<=h.) ─▶ (?=h)/g, ' ◀▶ ');
      return backward ? line.replace(turned, (step) => (step === '₁' ? '₃' : '₁')) : line;
    });
  if (structure === 'many-to-one' && from !== 'last') lines.splice(0, 2, '      y', gathered[from]);
  return lines;
}

/** The features of a model or of an encoder. */
export function featuresOf(architecture: Architecture): Omit<Features, 'attention'> {
  const directions = new Set<'forward' | 'reverse'>();
  let from: Features['from'] = 'last';
  for (const { type, options } of within(architecture)) {
    if (type === 'Pooling') from = 'all';
    if (type !== 'Sequence' && type !== 'Bidirectional') continue;
    if (type === 'Bidirectional' || options.reverse !== true) directions.add('forward');
    if (type === 'Bidirectional' || options.reverse === true) directions.add('reverse');
    if (options.outputs === 'last') from = type === 'Bidirectional' ? 'ends' : 'last';
  }
  return { directions, from };
}

function* within(architecture: Architecture): Generator<Architecture> {
  yield architecture;
  for (const part of Object.values(architecture.parts ?? {})) yield* within(part.architecture());
}
