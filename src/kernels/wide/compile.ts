/**
 * Compiles for 256 bits. V8 has an optional pass that merges two adjacent 128-bit instructions into one AVX2 instruction; it
 * applies only if a flag is set while a function is compiled.
 */

/** The parts of Node's `process` and `node:v8` used here. */
interface Process {
  readonly arch: string;
  readonly versions: {
    readonly node?: string;
    readonly v8?: string;
    readonly bun?: string;
    readonly deno?: string;
  };
  readonly config?: { readonly variables?: { readonly v8_enable_wasm_simd256_revec?: number } };
  getBuiltinModule(name: 'node:v8'): { setFlagsFromString(flags: string): void };
}

/** Why this engine cannot run wide kernels, as worded in the error; undefined if it may be tried. */
export function obstacle(): string | undefined {
  const { process } = globalThis as { process?: Process };
  if (process?.versions?.v8 === undefined || process.versions.bun !== undefined) return 'is no Node';
  if (process.versions.deno !== undefined) return 'is Deno';
  if (process.arch !== 'x64') return `is Node for ${process.arch}`;
  const v8 = process.versions.v8;
  // Before V8 13, fused multiply–adds are not merged, and some code crashes the process.
  if (Number.parseInt(v8, 10) < 13) return `is Node ${process.versions.node} with V8 ${v8}`;
  if (process.config?.variables?.v8_enable_wasm_simd256_revec !== 1)
    return 'was built without the pass that merges instructions';
  return undefined;
}

/**
 * Compiles a binary with the pass, eagerly and with the optimising compiler, because the flags apply only during
 * compilation. They are reset immediately afterwards, so no other module of the process is affected.
 */
export function compileWide(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const { process } = globalThis as unknown as { process: Process };
  const { setFlagsFromString } = process.getBuiltinModule('node:v8');
  // Since V8 15 the pass is no longer experimental.
  const pass =
    Number.parseInt(process.versions.v8!, 10) < 15 ? 'experimental-wasm-revectorize' : 'wasm-revectorize';
  setFlagsFromString(`--${pass}`);
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--no-wasm-lazy-compilation');
  setFlagsFromString('--no-wasm-inlining');
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString('--wasm-inlining');
    setFlagsFromString('--wasm-lazy-compilation');
    setFlagsFromString('--liftoff');
    setFlagsFromString(`--no-${pass}`);
  }
}
