/** Prepares a measurement: the peers, the library, and one bundle for each system. */
import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

export const directory = import.meta.dirname;
const root = join(directory, '..');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Installs missing peers, builds the library, and bundles the systems into `dist/`. */
export async function prepare(): Promise<void> {
  const quiet: ExecFileSyncOptions = { stdio: ['ignore', 'ignore', 'inherit'] };
  if (!existsSync(join(directory, 'node_modules')))
    execFileSync(npm, ['ci', '--ignore-scripts'], { cwd: directory, ...quiet });
  execFileSync(npm, ['run', 'build'], { cwd: root, ...quiet });
  const { build } = await import('esbuild');
  const programs = readdirSync(join(directory, 'systems')).filter((file) => file.endsWith('.ts'));
  await build({
    entryPoints: [
      ...programs.map((file) => join(directory, 'systems', file)),
      join(directory, 'ceilings.ts'),
    ],
    outdir: join(directory, 'dist'),
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    // The peers as installed, the library as published.
    packages: 'external',
    alias: {
      'recurrent-cells': join(root, 'dist', 'index.js'),
      'recurrent-cells/node': join(root, 'dist', 'node.js'),
    },
    logLevel: 'error',
  });
}

/** The bundle of a system, or its Python program. */
export function programFile(program: string): string {
  return program.endsWith('.py')
    ? join(directory, 'systems', program)
    : join(directory, 'dist', `${basename(program)}.js`);
}
