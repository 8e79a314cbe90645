/** A full disk and a read-only folder are errors of the system; the old checkpoint stays, and nothing is left beside it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dense, loadCheckpoint } from 'recurrent-cells';
import { writeCheckpoint } from 'recurrent-cells/node';

const folder = mkdtempSync(join(tmpdir(), 'soak-'));
const mount = (...options) => spawnSync('mount', [...options, folder]).status === 0;
if (!mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs'))
  console.log('disk: not run, since mount is not permitted here');
else
  try {
    const file = join(folder, 'a.safetensors');
    const small = { model: new Dense({ inputSize: 10, outputSize: 10 }) };
    const large = { model: new Dense({ inputSize: 300, outputSize: 300 }) };
    await writeCheckpoint(file, small);
    const before = readFileSync(file);
    const unchanged = () => {
      assert.deepEqual(readFileSync(file), before);
      loadCheckpoint(readFileSync(file), small);
    };
    for (let i = 0; i < 100; i++) {
      await assert.rejects(writeCheckpoint(file, large), { code: 'ENOSPC' });
      unchanged();
      assert.deepEqual(readdirSync(folder), ['a.safetensors']);
    }
    writeFileSync(join(folder, 'filler'), new Uint8Array(4096));
    assert(mount('-o', 'remount,ro'));
    for (let i = 0; i < 100; i++) {
      await assert.rejects(writeCheckpoint(file, small), { code: 'EROFS' });
      unchanged();
    }
    console.log(
      'disk: 100 writes to a full disk and 100 to a read-only one, each an error, the old file whole',
    );
  } finally {
    spawnSync('umount', [folder]);
  }
rmSync(folder, { recursive: true, force: true });
