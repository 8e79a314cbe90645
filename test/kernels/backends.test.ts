/** How a backend is chosen and shared, and what happens if the engine refuses. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { flavours } from './sandbox.ts';

// Imported anew for each test, since backends are made once.
let kernels: typeof import('../../src/kernels/index.ts');
beforeEach(async () => {
  vi.resetModules();
  kernels = await import('../../src/kernels/index.ts');
});
afterEach(() => vi.unstubAllGlobals());

const major = Number(process.versions.node.split('.')[0]);

// By name for the versions of Node in .ci/run, so that no flavour can disappear together with its tests.
test.runIf([20, 22, 24, 26].includes(major))('each version of Node runs the kernels that it supports', () => {
  expect(flavours).toEqual(major === 20 ? ['simd'] : ['simd', 'relaxed']);
  for (const kind of flavours) expect(kernels.float32({ kernels: kind }).name).toContain('SIMD');
});

describe('on this engine', () => {
  test('each backend is made once', () => {
    const { float32, float64 } = kernels;
    expect(float64()).toBe(float64());
    expect(float32()).toBe(float32({ kernels: 'auto' }));
    expect(float32({ kernels: 'simd' })).toBe(float32({ deterministic: true }));
    expect(float32({ kernels: 'typescript' })).toBe(float32({ kernels: 'typescript' }));
  });

  test('a backend names its precision and its kernels', () => {
    const { float32, float64 } = kernels;
    expect([float64().name, float64().dtype]).toEqual(['float64 (TypeScript)', 'float64']);
    expect([float32().dtype, float32({ kernels: 'simd' }).name]).toEqual(['float32', 'float32 (SIMD)']);
    expect(float32({ kernels: 'typescript' }).name).toBe('float32 (TypeScript)');
    expect(float32({ deterministic: true }).name).toBe('float32 (SIMD)');
    expect(float32().name).toBe(flavours.includes('relaxed') ? 'float32 (relaxed SIMD)' : 'float32 (SIMD)');
  });

  test('contradictory and unknown options are a RangeError', () => {
    const { float32 } = kernels;
    expect(() => float32({ kernels: 'relaxed', deterministic: true })).toThrow(
      new RangeError(
        'float32: deterministic is true with kernels "relaxed", expected "auto", "wide" or "simd"',
      ),
    );
    expect(() => float32({ kernels: 'fast' as 'auto' })).toThrow(
      new RangeError(
        'float32: kernels is "fast", expected one of "auto", "wide", "relaxed", "simd", "typescript"',
      ),
    );
  });
});

test('a flavour that the engine refuses is tried once', () => {
  const compiled = vi.fn();
  const { Memory } = WebAssembly;
  vi.stubGlobal('WebAssembly', {
    Memory,
    Module: class {
      constructor() {
        compiled();
        throw new WebAssembly.CompileError('unknown instruction');
      }
    },
    CompileError: WebAssembly.CompileError,
  });
  for (let i = 0; i < 3; i++) kernels.float32();
  // Once per flavour.
  expect(compiled).toHaveBeenCalledTimes(2);
});

describe('a damaged binary is an error, not a fallback to slower kernels', () => {
  afterEach(() => vi.doUnmock('../../src/kernels/simd/binaries.generated.ts'));

  test.each(flavours)('%s', async (kind) => {
    vi.doMock(import('../../src/kernels/simd/binaries.generated.ts'), async (original) => {
      const binaries = await original();
      return { ...binaries, pieces: binaries.pieces.slice(0, -1) };
    });
    vi.resetModules();
    const { float32 } = await import('../../src/kernels/index.ts');
    expect(() => float32({ kernels: kind })).toThrow(WebAssembly.CompileError);
  });
});

/** An engine with WebAssembly that throws `error` when compiling. */
function refuseModules(error: Error): void {
  const { Memory } = WebAssembly;
  vi.stubGlobal('WebAssembly', {
    Memory,
    Module: class {
      constructor() {
        throw error;
      }
    },
  });
}

describe.each([
  ['no WebAssembly', () => vi.stubGlobal('WebAssembly', undefined)],
  ['no SIMD', () => refuseModules(new WebAssembly.CompileError('unknown instruction'))],
  [
    'a content security policy that forbids WebAssembly',
    () => refuseModules(new EvalError('Refused to compile')),
  ],
])('%s', (_name, refuse) => {
  beforeEach(() => {
    vi.restoreAllMocks();
    refuse();
  });
  afterEach(() => vi.restoreAllMocks());

  test('plain TypeScript takes over silently', () => {
    expect(kernels.float32().name).toBe('float32 (TypeScript)');
    expect(kernels.float32()).toBe(kernels.float32({ kernels: 'typescript' }));
  });

  test('kernels requested by name, or needed for deterministic, are refused by name', () => {
    const error = (came: string, kind: string): RangeError =>
      new RangeError(
        `float32: ${came}, expected an engine that runs WebAssembly with ${kind}, which this one does not`,
      );
    expect(() => kernels.float32({ kernels: 'simd' })).toThrow(error('kernels is "simd"', 'SIMD'));
    expect(() => kernels.float32({ kernels: 'relaxed' })).toThrow(
      error('kernels is "relaxed"', 'relaxed SIMD'),
    );
    expect(() => kernels.float32({ deterministic: true })).toThrow(error('deterministic is true', 'SIMD'));
  });
});
