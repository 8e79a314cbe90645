#!/usr/bin/env node
/**
 * Long tests of the built package (`npm run build` first): each file of scripts/soak tests one promise and prints one line.
 *
 *     npm run soak                 everything, hours
 *     npm run soak -- --quick      a small part of each
 *     npm run soak -- killed disk  some
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('./soak/', import.meta.url));
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const quick = process.argv.includes('--quick') ? ['--quick'] : [];
for (const file of readdirSync(folder).sort()) {
  const name = file.replace('.mjs', '');
  if (name === 'common' || (asked.length > 0 && !asked.includes(name))) continue;
  const args = ['--expose-gc', `${folder}${file}`, ...quick];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status === 0) continue;
  console.log(`FAILED  ${name}`);
  process.exitCode = 1;
}
