/** The five structures of sequence modelling, as they are drawn on a blackboard. */
import type { Architecture } from '../common/architecture.ts';

/** One of the five. */
export type Structure = 'one-to-one' | 'one-to-many' | 'many-to-one' | 'many-to-many' | 'encoder–decoder';

/** What a drawing shows of a model beside its structure. */
export interface Features {
  /** Which way the sequence is read: from its beginning, from its end, or both. */
  readonly directions: ReadonlySet<'forward' | 'reverse'>;
  /** Where one output comes from, if there is one: a last step, both ends, or all steps. */
  readonly from: 'last' | 'ends' | 'all';
  /** Whether each step of a decoder looks at all of the encoder's. */
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

/** The lines of a drawing. What is read from its end is drawn with its steps the other way round. */
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

/** What a drawing shows of a model or of an encoder. */
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
