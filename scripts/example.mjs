/** Runs an example: `npm run example NAME [-- OPTIONS]`. Installs what the examples need when it is not there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
const [name, ...options] = process.argv.slice(2);

if (!names.includes(name)) {
  console.error(`npm run example: name is ${name}, expected one of ${names.join(', ')}`);
  process.exit(1);
}

/** Runs a command in the folder of the examples, and ends with it if it fails. */
function run(command, ...args) {
  const { status, signal } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(signal === null ? status : 1);
}

if (!existsSync(`${folder}node_modules`)) run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
run('npx', 'tsx', `${name}.ts`, ...options);
