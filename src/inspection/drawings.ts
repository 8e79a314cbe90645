/** The five structures of sequence modelling, as they are drawn on a blackboard. */

/** One of the five. */
export type Structure = 'one-to-one' | 'one-to-many' | 'many-to-one' | 'many-to-many' | 'encoder–decoder';

export const drawings: { readonly [structure in Structure]: readonly string[] } = {
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
    '                  y₁    y₂    ⟨end⟩',
    '                  ▲     ▲     ▲',
    'h₁ ─▶ h₂ ─▶ h₃ ─▶ s₁ ─▶ s₂ ─▶ s₃',
    '▲     ▲     ▲     ▲     ▲     ▲',
    'x₁    x₂    x₃    ⟨start⟩ y₁  y₂',
  ],
};
