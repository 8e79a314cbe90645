/** A new user's program: a page whose worker learns its text and continues it; `post` is the worker's `postMessage`. */
import { expect, test } from 'vitest';
import * as rc from '../../src/index.ts';
import { characters, chunksOf, Vocabulary } from '../../src/text.ts';

test('language model in a worker', async () => {
  const posted: { [what: string]: unknown; loss?: number; text?: string; bytes?: Uint8Array }[] = [];
  const post = (message: (typeof posted)[number]) => void posted.push(message);
  const text = 'she sells sea shells by the sea shore; '.repeat(20);

  // Program
  const tokenizer = characters();
  const vocabulary = Vocabulary.fit([text], { tokenizer });
  const encode = (text: string) => vocabulary.encode(tokenizer.tokenize(text));
  const random = new rc.Random(1);
  const { size } = vocabulary;
  const model = rc.manyToMany({ classes: size, hiddenSize: 48, outputSize: size, random });
  const windows = chunksOf(encode(text), { batchSize: 8, k1: 16, epochs: 15 });
  for await (const { epoch, loss, secondsLeft } of rc.train(model, windows, {
    loss: rc.crossEntropy(),
    optimizer: new rc.Adam({ learningRate: 0.02 }),
    schedule: rc.cosineDecay({ steps: windows.steps }),
    clipNorm: 1,
  }))
    post({ epoch, loss, secondsLeft });
  const options = { prompt: encode('she sells '), length: 29, temperature: 0.2, seed: 1 };
  for await (const { token } of rc.generate(model, options)) post({ text: vocabulary.tokenAt(token) });
  post({ bytes: rc.save(model, { metadata: { vocabulary: JSON.stringify(vocabulary) } }) });
  // End

  const losses = posted.flatMap(({ loss }) => loss ?? []);
  expect(losses).toHaveLength(windows.steps);
  expect(losses.at(-1)).toBeLessThan(0.3);
  expect(posted.map(({ text }) => text ?? '').join('')).toBe('sea shells by the sea shore; ');
  expect(rc.load(posted.at(-1)!.bytes!).parameters().size).toBe(model.parameters().size);
});
