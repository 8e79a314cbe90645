/** Finds the Node to measure. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The program itself, or that of a version (`26`, `26.12`, `latest`), installed by npm beside the peers. */
export function nodeProgram(option: string): string {
  if (!/^(\d+(\.\d+)*|latest)$/.test(option)) return option;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(import.meta.dirname, 'node_modules', '.nodes', option);
  const program = join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  // `latest` is looked up each time.
  if (option === 'latest' || !existsSync(program))
    execFileSync('npm', ['install', '--no-save', '--silent', '--prefix', folder, `${name}@${option}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  return program;
}
