/** What `writeCheckpoint` asks of the file system, in order: only a power failure would show a part of it. */
import { afterEach, expect, test, vi } from 'vitest';
import { Dense, saveCheckpoint } from '../../src/index.ts';
import { writeCheckpoint } from '../../src/node.ts';

afterEach(() => vi.restoreAllMocks());

const parts = { model: new Dense({ inputSize: 1, outputSize: 1 }) };

/** A file system that records what it is asked for, and fails where `fails` says. */
function recorder(fails: (asked: string) => boolean = () => false): string[] {
  const asked: string[] = [];
  const ask = async (what: string) => {
    asked.push(what);
    if (fails(what)) throw new Error(`no ${what}`);
  };
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue({
    async open(path: string, flags: string) {
      await ask(`open ${path} ${flags}`);
      return {
        writeFile: (bytes: Uint8Array) => ask(`write ${bytes.length}`),
        sync: () => ask(`sync ${path}`),
        close: () => ask(`close ${path}`),
      };
    },
    rename: (from: string, to: string) => ask(`rename ${from} ${to}`),
    rm: (path: string, options: object) => ask(`rm ${path} ${JSON.stringify(options)}`),
  } as never);
  return asked;
}

const { length } = saveCheckpoint(parts);

test.each([
  ['a/b/c', 'a/b/'],
  ['a\\b', 'a\\'],
  ['a/b\\c', 'a/b\\'],
  ['/a', '/'],
  ['a', '.'],
])('%s is synced, renamed, and its folder %s synced', async (path, folder) => {
  const asked = recorder();
  await writeCheckpoint(path, parts);
  expect(asked).toEqual([
    `open ${path}.part w`,
    `write ${length}`,
    `sync ${path}.part`,
    `close ${path}.part`,
    `rename ${path}.part ${path}`,
    `open ${folder} r`,
    `sync ${folder}`,
    `close ${folder}`,
  ]);
});

test.each(['open a.part', 'write', 'sync a.part', 'close a.part', 'rename'])(
  'if %s fails, the temporary file is removed',
  async (what) => {
    const asked = recorder((one) => one.startsWith(what));
    await expect(writeCheckpoint('a', parts)).rejects.toThrow(`no ${what}`);
    expect(asked.at(-1)).toBe('rm a.part {"force":true}');
    expect(asked.filter((one) => one.startsWith('close')).length).toBe(what === 'open a.part' ? 0 : 1);
  },
);

test.each(['open .', 'sync .', 'close .'])('that %s fails for the folder is no error', async (what) => {
  const asked = recorder((one) => one.startsWith(what));
  await writeCheckpoint('a', parts);
  expect(asked).toContain('rename a.part a');
});

test('that the temporary file cannot be removed hides no error', async () => {
  recorder((one) => one.startsWith('rename') || one.startsWith('rm'));
  await expect(writeCheckpoint('a', parts)).rejects.toThrow('no rename');
});

test('where there is no file system, an error says so', async () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  await expect(writeCheckpoint('a', parts)).rejects.toThrow(
    'writeCheckpoint: there is no file system here, expected Node; keep the bytes of saveCheckpoint',
  );
});

test.each([undefined, null, 5])('%s is no model', (model) => {
  expect(() => saveCheckpoint({ model: model as never })).toThrow(
    new TypeError(`saveCheckpoint: parts.model is ${model}, expected a model`),
  );
});
