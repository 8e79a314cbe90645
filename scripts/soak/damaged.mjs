/** A damaged file, of any format, loads or is an error of the library: no engine error, no hang, no large memory. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as rc from 'recurrent-cells';
import { fromKeras, fromTfjs } from 'recurrent-cells/keras';
import { fromOnnx, toOnnx } from 'recurrent-cells/onnx';
import { readCheckpoint } from 'recurrent-cells/pytorch';
import * as text from 'recurrent-cells/text';
import { begin, sized } from './common.mjs';

const model = () => rc.manyToMany({ classes: 3, hiddenSize: 2, outputSize: 3 });
const parts = begin();
const documents = [
  ['a', 'b', 'a'],
  ['b', 'c'],
];
const utf8 = new TextEncoder();
const json = (value) => utf8.encode(JSON.stringify(value));
const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
const fixture = (name) => readFileSync(new URL(`../../test/fixtures/formats/${name}`, import.meta.url));
/** The model of the fixtures whose files are the smallest. */
const smallest = (name, sizeOf) => JSON.parse(fixture(name)).sort((a, b) => sizeOf(a) - sizeOf(b))[0];
const keras = smallest('keras.json', ({ keras }) => keras.length);
const unpacked = (base64) => new Uint8Array(gunzipSync(Buffer.from(base64, 'base64')));
const tfjs = smallest('tfjs.json', ({ json }) => JSON.stringify(json).length);
const tfjsWeights = new Uint8Array(Buffer.from(tfjs.weights, 'base64'));
const readAll = (tensors) => {
  for (const { elements } of tensors.values()) void elements;
};
const formats = {
  model: [rc.save(model()), (bytes) => rc.load(bytes)],
  weights: [rc.save(model()), (bytes) => rc.loadWeights(model(), bytes)],
  checkpoint: [rc.saveCheckpoint(parts), (bytes) => rc.loadCheckpoint(bytes, parts)],
  safetensors: [
    rc.writeSafetensors(
      new Map([
        [
          'a',
          rc.tensor([
            [1, 2],
            [3, 4],
          ]),
        ],
      ]),
    ),
    (bytes) => readAll(rc.readSafetensors(bytes).tensors),
  ],
  onnx: [toOnnx(model()), (bytes) => fromOnnx(bytes)],
  pt: [new Uint8Array(fixture('small.pt')), (bytes) => readAll(readCheckpoint(bytes))],
  keras: [unpacked(keras.keras), (bytes) => fromKeras(bytes)],
  h5: [unpacked(keras.h5), (bytes) => fromKeras(bytes)],
  tfjs: [json(tfjs.json), (bytes) => fromTfjs({ 'model.json': bytes, 'weights.bin': tfjsWeights })],
  vocabulary: [json(text.Vocabulary.fit(documents)), (bytes) => text.Vocabulary.fromJSON(parsed(bytes))],
  counts: [json(text.TokenCounts.of(documents)), (bytes) => text.TokenCounts.fromJSON(parsed(bytes))],
  terms: [json(text.TermCounter.fit(documents)), (bytes) => text.TermCounter.fromJSON(parsed(bytes))],
};
const checksummed = ['model', 'weights', 'checkpoint'];
const stride = sized(1, 37);
let [cases, refused] = [0, 0];
for (const [name, [whole, load]] of Object.entries(formats)) {
  load(whole);
  const attempt = (bytes, what) => {
    cases++;
    const began = performance.now();
    try {
      load(bytes);
      assert(!checksummed.includes(name), `${name}, ${what}: it was loaded`);
    } catch (error) {
      if (error.name === 'AssertionError') throw error;
      refused++;
      assert(
        /expected/.test(error.message) || error instanceof SyntaxError,
        `${name}, ${what}: ${error.stack}`,
      );
    }
    assert(performance.now() - began < 5000, `${name}, ${what}: it took long`);
  };
  for (let at = 0; at < whole.length; at += stride) {
    attempt(whole.slice(0, at), `cut at ${at}`);
    for (const bits of sized([1, 2, 4, 8, 16, 32, 64, 128, 255], [1, 128])) {
      const flipped = whole.slice();
      flipped[at] ^= bits;
      attempt(flipped, `byte ${at} changed by ${bits}`);
    }
  }
}
assert(process.memoryUsage().rss < 2 ** 30);
console.log(
  `damaged: ${cases} files of ${Object.keys(formats).length} kinds, ${refused} refused, each by an error of the library`,
);
