/** Runs an example: `npm run example NAME [-- OPTIONS]`. Installs what it needs when that is not there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));
// These need the dependencies only; the others' data, a hundred megabytes and more, are development dependencies.
const LIGHT = ['character-language-model', 'adding-problem', 'copy-memory', 'two-digit-addition'];

// Folder by folder: a recursive listing would follow node_modules into this repository again and again.
const names = ['', 'text/'].flatMap((part) =>
  readdirSync(`${folder}${part}`)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${part}${file.slice(0, -3)}`),
);
const [name, ...options] = process.argv.slice(2);

if (!names.includes(name)) {
  console.error(`npm run example: name is ${name}, expected one of ${names.join(', ')}`);
  process.exit(1);
}

// Ctrl-C reaches the example too, which ends in its own way; this program waits for it.
process.on('SIGINT', () => {});

/** Runs a command, and ends with it if it fails. */
function run(cwd, command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const { dependencies, devDependencies } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
const light = LIGHT.includes(name);
const needed = Object.keys(light ? dependencies : { ...dependencies, ...devDependencies });
if (!needed.every((dependency) => existsSync(`${folder}node_modules/${dependency}`))) {
  console.log('Installing what the example needs …');
  run(
    folder,
    'npm',
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(light ? ['--omit=dev'] : []),
  );
}
// Where npm was called, so that files named in the options are found.
const here = process.env.INIT_CWD ?? process.cwd();
run(
  here,
  process.execPath,
  '--import',
  pathToFileURL(`${folder}node_modules/tsx/dist/loader.mjs`).href,
  `${folder}${name}.ts`,
  ...options,
);
