/** The systems to measure, and how to start a process for each. */
import { execFileSync } from 'node:child_process';

/** One system. */
export interface Peer {
  readonly name: string;
  /** Where it runs: `ours` and `js` in the Node under test, `native` outside it. */
  readonly kind: 'ours' | 'js' | 'native';
  /** The bundle in `dist/` and its argument, or a Python program. */
  readonly program: string;
  readonly argument?: string;
  /** Environment variables in addition to {@link environment}. */
  readonly limits?: NodeJS.ProcessEnv;
}

/** PyTorch without AVX-512, as on most machines: OpenBLAS, PyTorch's own kernels, and oneDNN. */
export const avx2: NodeJS.ProcessEnv = {
  OPENBLAS_CORETYPE: 'Haswell',
  ATEN_CPU_CAPABILITY: 'avx2',
  DNNL_MAX_CPU_ISA: 'AVX2',
};

export const peers: readonly Peer[] = [
  { name: 'ours', kind: 'ours', program: 'ours' },
  { name: 'ours-wide', kind: 'ours', program: 'ours', argument: 'wide' },
  { name: 'ours-native', kind: 'ours', program: 'ours', argument: 'native' },
  { name: 'onnxruntime-web', kind: 'js', program: 'onnx-web' },
  { name: 'jax-js', kind: 'js', program: 'jax' },
  { name: 'tfjs-wasm', kind: 'js', program: 'tfjs', argument: 'wasm' },
  { name: 'tfjs-cpu', kind: 'js', program: 'tfjs', argument: 'cpu' },
  { name: 'brain.js', kind: 'js', program: 'brain' },
  { name: 'onnxruntime-node', kind: 'native', program: 'onnx-node' },
  { name: 'pytorch', kind: 'native', program: 'pytorch.py' },
  { name: 'pytorch-avx2', kind: 'native', program: 'pytorch.py', limits: avx2 },
];

/** The command prefix that pins a process to one core, if available. */
export function pinning(core: number): string[] {
  try {
    execFileSync('taskset', ['-c', String(core), 'true'], { stdio: 'ignore' });
    return ['taskset', '-c', String(core)];
  } catch {
    return [];
  }
}

/** The first Python that has torch, if any. */
export function pythonWithTorch(): string | undefined {
  return ['python3', '/usr/bin/python3', 'python'].find((python) => {
    try {
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** The environment of every process: one thread; otherwise libraries choose what suits the machine. */
export function environment(): NodeJS.ProcessEnv {
  const rest = { ...process.env };
  for (const name of [...Object.keys(avx2), 'OPENBLAS_L2_SIZE']) delete rest[name];
  return { ...rest, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
}
