/** The 256-bit kernels: where they run, what they leave unchanged, and that their results have the same bits. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { simdBackend } from '../../src/kernels/simd/index.ts';
import { instantiate } from '../../src/kernels/simd/instance.ts';
import { bytesOf } from '../../src/kernels/simd/text.ts';
import { pieces } from '../../src/kernels/wide/binaries.generated.ts';
import { isInEffect } from '../../src/kernels/wide/effect.ts';
import { compare } from './fuzz.ts';
import { runsWide, wideBackends } from './sandbox.ts';

const major = Number(process.versions.node.split('.')[0]);
const hasAvx2 =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));

test.runIf([20, 22, 24, 26].includes(major) && hasAvx2)('Node 24 and later run them', () => {
  expect(runsWide).toBe(major >= 24);
});

// Imported anew, since added kernels stay added.
let node: typeof import('../../src/node.ts');
let index: typeof import('../../src/index.ts');
beforeEach(async () => {
  vi.resetModules();
  node = await import('../../src/node.ts');
  index = await import('../../src/index.ts');
});

test('float32() does not use them before useWideKernels()', () => {
  expect(() => index.float32({ kernels: 'wide' })).toThrow(
    new RangeError(
      'float32: kernels is "wide", expected useWideKernels() of recurrent-cells/node to be called before',
    ),
  );
  expect(index.float32().name).not.toContain('256');
});

test.skipIf(runsWide)('an engine without the pass is an error that says so, and changes nothing', () => {
  const before = index.float32();
  expect(() => node.useWideKernels()).toThrow(/^useWideKernels: engine .*, expected Node 24 or later/);
  expect(index.float32()).toBe(before);
});

describe.runIf(runsWide)('on an engine with the pass', () => {
  const [relaxed, simd] = wideBackends as [(typeof wideBackends)[0], (typeof wideBackends)[0]];

  test('float32() is wide afterwards, and its name says so', () => {
    const wide = node.useWideKernels();
    expect(node.useWideKernels()).toBe(wide);
    expect(wide.name).toBe('float32 (relaxed SIMD, 256 bits)');
    expect(index.float32()).toBe(wide);
    expect(index.float32({ kernels: 'wide' })).toBe(wide);
    const same = index.float32({ deterministic: true });
    expect(same.name).toBe('float32 (SIMD, 256 bits)');
    expect(index.float32({ kernels: 'wide', deterministic: true })).toBe(same);
    expect(index.float32({ kernels: 'relaxed' }).name).toBe('float32 (relaxed SIMD)');
    expect(index.float32({ kernels: 'simd' }).name).toBe('float32 (SIMD)');
  });

  // A custom section without content: for the same bytes, V8 would reuse its compiled code.
  const OTHER = '00020178';

  test('modules compiled afterwards are not merged', () => {
    node.useWideKernels();
    const bytes = bytesOf([...pieces.map((piece) => piece.relaxed), OTHER]);
    expect(isInEffect(relaxed)).toBe(true);
    expect(isInEffect(instantiate('narrow', new WebAssembly.Module(bytes)))).toBe(false);
  });

  test('an engine that accepts the flag but ignores it is detected', async () => {
    vi.doMock(import('../../src/kernels/wide/binaries.generated.ts'), async (original) => {
      const { pieces } = await original();
      return { pieces: [...pieces, { simd: OTHER, relaxed: `${OTHER}${OTHER}` }] };
    });
    vi.spyOn(process, 'getBuiltinModule').mockImplementation((() => ({ setFlagsFromString() {} })) as never);
    vi.resetModules();
    const { useWideKernels } = await import('../../src/node.ts');
    const { float32 } = await import('../../src/index.ts');
    expect(() => useWideKernels()).toThrow(
      /^useWideKernels: engine compiled the kernels without merging their instructions/,
    );
    vi.restoreAllMocks();
    vi.doUnmock('../../src/kernels/wide/binaries.generated.ts');
    expect(float32().name).toBe('float32 (relaxed SIMD)');
  });

  test.each([1, 2, 3])('random calls give the bits of relaxed SIMD, seed %d', (seed) => {
    expect(compare(seed, 100, simdBackend('relaxed')!, relaxed)).toBe(3300);
  });

  test.each([1, 2, 3])('unfused random calls give the bits of SIMD, seed %d', (seed) => {
    expect(compare(seed, 100, simdBackend('simd')!, simd)).toBe(3300);
  });
});
