/**
 * Random models of TensorFlow.js with their inputs and outputs, for the tests:
 *
 *     cd bench && npm ci --ignore-scripts && npx esbuild ../test/keras/cases.mjs --bundle --platform=node \
 *       --main-fields=module,main --outfile=cases.cjs && node cases.cjs ../test/fixtures/formats/tfjs.json
 */
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';

const COUNT = 24;

let seed = 12;
const next = () => {
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
};
const pick = (...choices) => choices[Math.floor(next() * choices.length)];

function recurrentLayer(last) {
  const options = {
    units: pick(1, 2, 3),
    useBias: pick(true, true, false),
    returnSequences: !last,
    kernelInitializer: 'zeros',
    recurrentInitializer: 'zeros',
  };
  const layer = pick(
    () => tfl.layers.simpleRNN({ ...options, activation: pick('tanh', 'relu') }),
    () => tfl.layers.lstm({ ...options, recurrentActivation: 'sigmoid' }),
    () => tfl.layers.gru({ ...options, recurrentActivation: 'sigmoid', resetAfter: false }),
  )();
  return pick(true, false)
    ? tfl.layers.bidirectional({ layer, mergeMode: pick('concat', 'sum', 'mul', 'ave') })
    : layer;
}

function layersOf(front, last) {
  const layers = [];
  if (front === 'embedding') layers.push(tfl.layers.embedding({ inputDim: 6, outputDim: 2 }));
  if (front === 'masked') layers.push(tfl.layers.embedding({ inputDim: 6, outputDim: 3, maskZero: true }));
  if (front === 'masking') layers.push(tfl.layers.masking({ maskValue: -1 }));
  if (front === 'conv')
    layers.push(
      tfl.layers.conv1d({
        filters: 3,
        kernelSize: pick(1, 2, 3),
        padding: pick('valid', 'same'),
        activation: pick('linear', 'relu'),
      }),
    );
  const masked = front === 'masked' || front === 'masking';
  const depth = pick(1, 2);
  for (let at = 0; at < depth; at++) {
    let layer = recurrentLayer(last && at === depth - 1);
    // TensorFlow.js does not mask the second direction.
    if (masked)
      while (layer.getClassName() === 'Bidirectional') layer = recurrentLayer(last && at === depth - 1);
    layers.push(layer);
    if (at === 0 && !masked)
      layers.push(pick(tfl.layers.layerNormalization(), tfl.layers.dropout({ rate: 0.3 })));
  }
  const dense = tfl.layers.dense({ units: 2, activation: pick('linear', 'sigmoid', 'softmax') });
  layers.push(last || pick(true, false) || masked ? dense : tfl.layers.timeDistributed({ layer: dense }));
  return layers;
}

function draw(front) {
  const [batch, time] = [2, 5];
  const lengths = Array.from({ length: batch }, () => 1 + Math.floor(next() * time));
  const indices = front === 'embedding' || front === 'masked';
  const shape = indices ? [batch, time] : [batch, time, 2];
  const rest = shape[2] ?? 1;
  const data = Array.from({ length: batch * time * rest }, (_, at) => {
    const beyond = Math.floor(at / rest) % time >= lengths[Math.floor(at / rest / time)];
    if (front === 'masked' && beyond) return 0;
    if (front === 'masking' && beyond) return -1;
    return indices ? 1 + Math.floor(next() * 5) : Math.fround(next() * 2 - 0.9);
  });
  return { shape, data, indices };
}

async function saved(model) {
  let artifacts;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, weightSpecs, weightData } = artifacts;
  return {
    json: { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] },
    weights: Buffer.from(weightData).toString('base64'),
  };
}

async function run() {
  const cases = [];
  for (let k = 0; k < COUNT; k++) {
    const front = pick('none', 'embedding', 'masked', 'masking', 'conv');
    const layers = layersOf(front, pick(true, false));
    const { shape, data, indices } = draw(front);
    const dtype = indices ? 'int32' : 'float32';
    const inputShape = [null, ...shape.slice(2)];
    const input = tfl.input({ shape: inputShape, dtype });
    const model =
      k % 2 === 0
        ? tfl.model({ inputs: input, outputs: layers.reduce((x, layer) => layer.apply(x), input) })
        : tfl.sequential({ layers: [tfl.layers.inputLayer({ inputShape, dtype }), ...layers] });
    model.setWeights(
      model.getWeights().map((weight) =>
        tf.tensor(
          Array.from({ length: weight.size }, () => Math.fround(2 * next() - 1)),
          weight.shape,
        ),
      ),
    );
    const output = model.predict(tf.tensor(data, shape, dtype));
    cases.push({
      ...(await saved(model)),
      input: { data, shape, indices },
      output: { data: Array.from(output.dataSync()), shape: output.shape },
    });
  }
  writeFileSync(process.argv[2], `${JSON.stringify(cases)}\n`);
}

// Bundled as CommonJS, which has no top-level await.
void run();
