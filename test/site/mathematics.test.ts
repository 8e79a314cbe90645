/** Equations in plain text become TeX that KaTeX accepts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { equations, isEquations, texOf } from '../../scripts/site/mathematics.ts';
import { root } from '../examples/blocks.ts';

describe('TeX of an equation', () => {
  test.each([
    ['c_t = f * c_{t−1} + i * g', 'c_{t} = f \\odot  c_{t-1} + i \\odot  g'],
    ['W_ihᵀ', 'W_{\\mathrm{ih}}^{\\top }'],
    ['√(σ² + ε)', '\\sqrt{\\sigma ^{2} + \\varepsilon }'],
    ['β₁ᵗ', '\\beta _{1}^{t}'],
    ['‖Aⁿ‖^(1/n)', '\\Vert A^{n}\\Vert ^{1/n}'],
    ['μₜ₊₁', '\\mu _{t+1}'],
    ['h̃_t = tanh(x)', '\\tilde h_{t} = \\tanh (x)'],
    ['dW_ih += dPᵀ·X', '\\mathrm d W_{\\mathrm{ih}} \\mathrel{+}= \\mathrm d P^{\\top }\\cdot X'],
    ['reset after it', '\\text{reset}\\ \\text{after}\\ \\text{it}'],
    ['(1 − z) of a', '(1 - z)\\ \\text{of}\\ a'],
  ])('%s', (text, tex) => {
    expect(texOf(text)).toBe(tex);
  });
});

test('a drawing, a command and a table of sizes are not equations', () => {
  expect(isEquations('h₁ ─▶ h₂        h_t = φ(x_t)\n')).toBe(false);
  expect(isEquations('npm run bench -- --only=W1\n')).toBe(false);
  expect(isEquations('infer    T·B·(D + H)\n')).toBe(false);
  expect(isEquations('(1) a = b\n\n(2) c ← d\n')).toBe(true);
});

test('a number before or after an equation has its own column', () => {
  const [before, behind] = [equations('(1) a = b\n'), equations('a = b      (1)\n')];
  expect(before).toBe(behind);
  expect(before).toContain('class="katex-display');
  expect(equations('a = b    from (1)\n')).toContain('from');
});

test('every block of equations in the sources and on pages is typeset', () => {
  const files = ['src', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(({ name, parentPath }) => /\.(?:ts|md)$/.test(name) && !/docs\/api|assembly/.test(parentPath))
      .map(({ name, parentPath }) => join(parentPath, name)),
  );
  const blocks = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:^ *\* {5,}\S.*\n)+/gm)].map(([block]) =>
      block.replace(/^ *\*/gm, ''),
    ),
  );
  const set = blocks.filter(isEquations).map(equations);
  expect(set.length).toBeGreaterThan(30);
  for (const html of set) expect(html).not.toContain('katex-error');
});
