/** `.pt` files, valid and damaged. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tensor, writeSafetensors } from '../../src/index.ts';
import { readCheckpoint } from '../../src/pytorch.ts';
import { zip } from '../storage/archive.ts';

const small = new Uint8Array(
  readFileSync(fileURLToPath(new URL('../fixtures/formats/small.pt', import.meta.url))),
);
const read = (bytes: Uint8Array) =>
  [...readCheckpoint(bytes)].map(([name, { data, shape }]) => [name, data, shape]);

test('a state_dict is read', () => {
  const tensors = readCheckpoint(small);
  expect([...tensors.keys()]).toEqual(['weight', 'bias']);
  expect(tensors.get('bias')).toMatchObject({ dtype: 'F32', shape: [2] });
  expect(Array.from(tensors.get('bias')!.data)).toEqual([1.5, -2.5]);
});

test('every truncation is an error that names the file', () => {
  for (let length = 0; length < small.length; length++)
    expect(() => readCheckpoint(small.subarray(0, length)), `${length} bytes`).toThrow(/^readCheckpoint: /);
});

test('every flipped bit is an error, or changes nothing', () => {
  const whole = read(small);
  let harmless = 0;
  for (let at = 0; at < small.length * 8; at++) {
    const damaged = small.slice();
    damaged[at >> 3]! ^= 1 << (at & 7);
    let tensors: unknown;
    try {
      tensors = read(damaged);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toMatch(/^readCheckpoint: /);
      continue;
    }
    harmless++;
    expect(tensors, `bit ${at}`).toEqual(whole);
  }
  // Dates, padding and redundant sizes.
  expect(harmless).toBeGreaterThan(0);
});

describe('pickles', () => {
  /** A file whose pickle is this text after `\x80\x02`. */
  const file = (pickle: string, storage = new Uint8Array(8)) =>
    zip({ 'a/data.pkl': Buffer.from(`\x80\x02${pickle}`, 'latin1'), 'a/data/0': storage });
  const str = (of: string) => `X${String.fromCharCode(of.length)}\0\0\0${of}`;
  const storage = (type = 'torch\nFloatStorage\n', count = 2) =>
    `(${str('storage')}c${type}${str('0')}${str('cpu')}K${String.fromCharCode(count)}tQ`;
  const tensor = (offset: number, shape: string, strides: string, from = storage()) =>
    `ctorch._utils\n_rebuild_tensor_v2\n(${from}K${String.fromCharCode(offset)}${shape}${strides}\x89ccollections\nOrderedDict\n)RtR`;
  const dictionary = (value: string) => `}${str('w')}${value}s.`;

  test('a tensor worked by hand is read', () => {
    const [[name, data, shape]] = read(file(dictionary(tensor(0, 'K\x02\x85', 'K\x01\x85')))) as [
      [string, Float32Array, number[]],
    ];
    expect([name, Array.from(data), shape]).toEqual(['w', [0, 0], [2]]);
  });

  test.each<[string, string, RegExp]>([
    [
      'that call the operating system',
      'cos\nsystem\nX\x04\0\0\0ls -\x85R.',
      /^readCheckpoint: bytes calls os\.system, expected tensors and plain data alone, as of torch\.save\(model\.state_dict\(\), file\): nothing is executed$/,
    ],
    ['that call by another way', 'X\x02\0\0\0osX\x06\0\0\0system\x93)R.', /calls os\.system, expected/],
    [
      'of a whole model',
      'ctorch.nn.modules.linear\nLinear\n)\x81}b.',
      /^readCheckpoint: bytes holds an object of class torch\.nn\.modules\.linear\.Linear, expected tensors and plain data alone, as of torch\.save\(model\.state_dict\(\), file\): nothing is executed$/,
    ],
    [
      'with the options of a program',
      `}X\x04\0\0\0argscargparse\nNamespace\n)\x81}bs.`,
      /^readCheckpoint: bytes holds an object of class argparse\.Namespace, expected tensors/,
    ],
    ['that make objects with keywords', 'ca\nB\n)}\x92.', /holds an object of class a\.B, expected tensors/],
    [
      'that make objects of a number',
      'K\x01)\x81.',
      /makes an object of what is no class, expected a pickle/,
    ],
    ['that make objects of nothing', '\x81.', /makes an object of what is no class, expected a pickle/],
    ['of protocol 0', 'S"x"\n.', /has opcode 0x53 at 2,/],
    ['that end early', '}', /is cut short/],
    ['that take from nothing', '0.', /has opcode 0x30/],
    ['with an empty stack', '.', /takes from an empty stack/],
    ['without a mark', 'u.', /has no mark/],
    ['that recall a value they have not stored', 'h\x05.', /recalls 5, which it has not kept/],
    ['that fill no list', '}(K\x01e.', /has no list where one is filled/],
    ['that call a number', 'K\x01)R.', /calls what is no callable/],
    ['of a list', '].', /holds no dictionary, expected a state_dict/],
    [
      'of a dictionary that contains itself',
      '}q\x00X\x01\0\0\0ah\x00s.',
      /holds dictionaries within dictionaries at "a\.", expected each once/,
    ],
    [
      'of another storage',
      dictionary(tensor(0, 'K\x02\x85', 'K\x01\x85', storage('torch\nComplexFloatStorage\n'))),
      /has a storage of type torch\.ComplexFloatStorage, expected torch\.DoubleStorage, /,
    ],
    [
      'whose storage has another size',
      dictionary(tensor(0, 'K\x02\x85', 'K\x01\x85', storage(undefined, 3))),
      /has storage "0" of 8 bytes, expected 3 elements of F32/,
    ],
    [
      'that reach beyond their storage',
      dictionary(tensor(1, 'K\x02\x85', 'K\x01\x85')),
      /has a tensor of shape \[2\] and strides \[1\] at 1, expected one within the 2 elements of its storage/,
    ],
    [
      'that claim more than their storage',
      dictionary(tensor(0, '(J\xff\xff\xff\x7fJ\xff\xff\xff\x7ft', 'K\x00K\x00\x86')),
      /has a tensor of shape \[2147483647, 2147483647\]/,
    ],
  ])('%s', (_, pickle, message) => {
    expect(() => readCheckpoint(file(pickle))).toThrow(message);
    expect(() => readCheckpoint(file(pickle))).toThrow(RangeError);
  });

  test('strided views are read, and allocate no more than the size of the file', () => {
    const values = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
    const four = storage(undefined, 4);
    const turned = tensor(0, 'K\x02K\x02\x86', 'K\x01K\x02\x86', four);
    const [[, data]] = read(file(dictionary(turned), values)) as [[string, Float32Array]];
    expect(Array.from(data)).toEqual([1, 3, 2, 4]);
    // Any number of copies of one storage.
    const copies = Array.from({ length: 100 }, (_, i) => `${str(`w${i}`)}${turned}s`).join('');
    const large = new Uint8Array(4096);
    const many = `}${copies.replaceAll('K\x04tQ', 'M\x00\x04tQ').replaceAll('K\x02K\x02\x86', '(K\x20K\x20t')}.`;
    expect(() => readCheckpoint(file(many, large))).toThrow(/share more memory than the file has bytes/);
  });

  test('names have a maximum length', () => {
    const long = `X\0\x04\0\0${'n'.repeat(1024)}`;
    expect(() => readCheckpoint(file(`}${long}${tensor(0, 'K\x02\x85', 'K\x01\x85')}s.`))).toThrow(
      /has a name of 1024 characters, expected at most 512/,
    );
  });
});

const text = (bytes: string) => new Uint8Array(Buffer.from(bytes, 'latin1'));
test.each<[string, Uint8Array]>([
  [
    'a file in the format of PyTorch before 1.6, which torch.load and torch.save convert',
    text('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.'),
  ],
  ['a bare pickle', text('\x80\x04N.')],
  ['an HDF5 file, such as fromKeras reads', text('\x89HDF\r\n\x1a\n')],
  ['a safetensors file, which readSafetensors reads', writeSafetensors(new Map([['w', tensor([1])]]))],
])('%s is named', (what, bytes) => {
  expect(() => readCheckpoint(bytes)).toThrow(
    new RangeError(
      `readCheckpoint: bytes is ${what}, expected a file that torch.save of PyTorch 1.6 or later wrote`,
    ),
  );
});

test('files other than those of torch.save are refused', () => {
  expect(() => readCheckpoint(zip({ 'a/b': new Uint8Array(1) }))).toThrow(
    new RangeError('readCheckpoint: bytes has no data.pkl, expected a file that torch.save wrote'),
  );
  const big = zip({ 'a/data.pkl': Buffer.from('}.'), 'a/byteorder': Buffer.from('big') });
  expect(() => readCheckpoint(big)).toThrow('readCheckpoint: bytes has byteorder "big", expected "little"');
  expect(() => readCheckpoint('x' as never)).toThrow(
    new TypeError('readCheckpoint: bytes is "x", expected a Uint8Array'),
  );
});
