/** Runs an example: `npm run example NAME [-- OPTIONS]`. Builds the library and installs the example's dependencies if they are missing. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}examples/`;
// These examples need only the dependencies; the data of the others, over a hundred megabytes, is in the development dependencies.
const LIGHT = ['character-language-model', 'adding-problem', 'copy-memory', 'two-digit-addition'];

// Folder by folder: a recursive listing would follow links in node_modules back into this repository.
const names = ['', 'text/', 'scaling/'].flatMap((part) =>
  readdirSync(`${folder}${part}`)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${part}${file.slice(0, -3)}`),
);
const [name, ...options] = process.argv.slice(2);

if (!names.includes(name)) {
  console.error(`npm run example: name is ${name}, expected one of ${names.join(', ')}`);
  process.exit(1);
}

// Ctrl-C also reaches the example, which handles it; this process waits for it.
process.on('SIGINT', () => {});

/** Runs a command; exits if it fails. */
function run(cwd, command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}dist`)) {
  console.log('Building the library …');
  run(root, 'npm', 'run', '--silent', 'build');
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
// npm's original working directory, so that file names in the options resolve.
const here = process.env.INIT_CWD ?? process.cwd();
run(
  here,
  process.execPath,
  '--import',
  pathToFileURL(`${folder}node_modules/tsx/dist/loader.mjs`).href,
  `${folder}${name}.ts`,
  ...options,
);
