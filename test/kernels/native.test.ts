/** Products by the system's BLAS: where they run, what they leave alone, and what is refused. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { nativeBackends, runsNative } from './sandbox.ts';

// Imported anew, since added products stay added.
let node: typeof import('../../src/node.ts');
let index: typeof import('../../src/index.ts');
beforeEach(async () => {
  vi.resetModules();
  node = await import('../../src/node.ts');
  index = await import('../../src/index.ts');
});

const hasFfi = process.getBuiltinModule('node:ffi') !== undefined;

test.runIf(process.env.KERNELS === 'native')('KERNELS=native tests them', () => {
  expect(runsNative).toBe(true);
});

test('options are checked before anything is opened', () => {
  expect(() => node.useNativeProducts({ libary: 'libblas.so' } as never)).toThrow(
    'useNativeProducts: option "libary" is unknown, expected library',
  );
  expect(() => node.useNativeProducts({ threads: 0 })).toThrow(
    new RangeError('useNativeProducts: threads is 0, expected a whole number of at least 1'),
  );
  expect(() => node.useNativeProducts({ threads: 2 ** 31 })).toThrow(
    new RangeError('useNativeProducts: threads is 2147483648, expected at most 2147483647'),
  );
});

test.skipIf(hasFfi)('an engine without node:ffi is an error that says so, and changes nothing', () => {
  const before = [index.float32(), index.float64()];
  expect(() => node.useNativeProducts()).toThrow(
    new RangeError(
      `useNativeProducts: engine is Node ${process.versions.node} without node:ffi, expected Node 26.1 or later, with node:ffi`,
    ),
  );
  expect([index.float32(), index.float64()]).toEqual(before);
});

describe.runIf(hasFfi)('where the engine has node:ffi', () => {
  test.each([
    ['a missing library', 'libthere-is-none.so', 'cannot be opened (dlopen failed: '],
    [
      'a library of other functions',
      process.platform === 'linux' ? 'libm.so.6' : 'libSystem.dylib',
      'has no function cblas_sgemm, ',
    ],
  ])('%s is an error that says so, and changes nothing', (_, library, came) => {
    const before = index.float32();
    expect(() => node.useNativeProducts({ library })).toThrow(
      `useNativeProducts: library "${library}" ${came}`,
    );
    expect(index.float32()).toBe(before);
  });

  // A library whose integers have 64 bits, or whose functions only have the right names.
  test.each([
    ['has integers of 64 bits', 'OpenBLAS 0.3.21 USE64BITINT', () => {}],
    ['computes a wrong product', 'OpenBLAS 0.3.21', () => {}],
  ])('a library that %s is refused', (came, config, gemm) => {
    const ffi = process.getBuiltinModule('node:ffi');
    const functions = { cblas_sgemm: gemm, cblas_dgemm: gemm, openblas_get_config: () => 1n };
    class DynamicLibrary {
      getFunction(name: keyof typeof functions) {
        if (functions[name] === undefined) throw new Error('undefined symbol');
        return functions[name];
      }
    }
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({
      ...ffi,
      DynamicLibrary,
      toString: () => config,
    } as never);
    expect(() => node.useNativeProducts({ library: 'libforeign.so' })).toThrow(
      `useNativeProducts: library "libforeign.so" ${came}, expected a BLAS library`,
    );
    expect(() => node.useNativeProducts({ library: 'libforeign.so', threads: 2 })).toThrow();
    vi.restoreAllMocks();
  });
});

describe.runIf(runsNative)('where the system has a library', () => {
  test('float32() and float64() have its products afterwards, and their names say so', () => {
    const before = [index.float32(), index.float64()];
    const native = node.useNativeProducts();
    expect(node.useNativeProducts({ threads: 1 })).toBe(native);
    expect(native.name).toMatch(/^float32 \(.*SIMD, products by .+\)$/);
    expect(index.float32()).toBe(native);
    expect(index.float64().name).toMatch(/^float64 \(TypeScript, products by .+\)$/);
    expect(index.float64()).toBe(index.float64());
    expect(before).not.toContain(index.float64());
    // Kernels that are named, or must be the same everywhere, remain.
    expect(index.float32({ deterministic: true }).name).not.toContain('products');
    expect(index.float32({ kernels: 'relaxed' })).toBe(before[0]);
  });

  test('another library or number of threads is refused', () => {
    node.useNativeProducts();
    expect(() => node.useNativeProducts({ threads: 2 })).toThrow(
      new RangeError('useNativeProducts: threads is 2, expected 1, which is in use'),
    );
    expect(() => node.useNativeProducts({ library: 'libm.so.6' })).toThrow(
      /^useNativeProducts: library is "libm.so.6", expected ".+", which is in use$/,
    );
  });

  test('256 bits and the library are one backend, whichever comes first', async (context) => {
    try {
      node.useWideKernels();
    } catch {
      context.skip();
    }
    const both = node.useNativeProducts();
    expect(both.name).toMatch(/^float32 \(relaxed SIMD, 256 bits, products by .+\)$/);
    expect(node.useWideKernels()).toBe(both);
    expect(index.float32({ kernels: 'wide' }).name).toBe('float32 (relaxed SIMD, 256 bits)');
    vi.resetModules();
    const again = await import('../../src/node.ts');
    again.useNativeProducts();
    expect(again.useWideKernels().name).toBe(both.name);
  });

  test.each([0, 1])('products follow the memory when it grows: backend %d', (at) => {
    const { heap, kernels } = nativeBackends[at]!;
    const before = heap.values;
    const [a, b, c] = [heap.allocate(400), heap.allocate(400), heap.allocate(400)];
    const multiply = () => {
      heap.values
        .fill(2, a, a + 400)
        .fill(3, b, b + 400)
        .fill(1, c, c + 400);
      kernels.gemm(c, 20, a, 20, 1, b, 20, 1, 20, 20, 20, 1);
      return new Set(heap.values.subarray(c, c + 400));
    };
    expect(multiply()).toEqual(new Set([121]));
    const large = heap.allocate(2 * before.length);
    expect(heap.values === before).toBe(false);
    expect(multiply()).toEqual(new Set([121]));
    for (const block of [a, b, c, large]) heap.free(block);
  });

  test('a model in float64 learns as it does without the library', () => {
    const { LSTMCell, Sequence, Random, tensor, float64 } = index;
    const loss = () => {
      const cell = new LSTMCell({ inputSize: 5, hiddenSize: 7, random: new Random(3), backend: float64() });
      const inputs = tensor(
        Float64Array.from({ length: 120 }, (_, i) => Math.sin(i)),
        [4, 6, 5],
      );
      const pass = new Sequence(cell).forward(inputs);
      const gradient = pass.backward(pass.output).input.data;
      return [...pass.output.data, ...gradient, ...cell.weightHh.readGradient()];
    };
    const plain = loss();
    node.useNativeProducts();
    const native = loss();
    expect(index.float64().name).toContain('products');
    const errors = native.map((value, i) => Math.abs(value - plain[i]!));
    expect(Math.max(...errors)).toBeLessThan(1e-14);
  });
});
