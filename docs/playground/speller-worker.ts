/** Pronounces words with the model of train-speller.mjs. */
import {
  EncoderDecoder,
  greedy,
  indices,
  load,
  loadMetadata,
  type Tensor,
  teacherForcing,
} from 'recurrent-cells';
import { answer } from './section.ts';
import type { Pronunciation } from './speller.ts';

const ready = fetch(new URL('speller.safetensors', import.meta.url)).then(async (response) => {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const model = load(bytes);
  if (!(model instanceof EncoderDecoder))
    throw new TypeError('speller.safetensors is not an encoder–decoder');
  const { letters, phonemes, words, accuracy } = loadMetadata(bytes) as { [name: string]: string };
  const about = `It was trained on ${Number(words).toLocaleString('en')} words of CMUdict of at most 8 letters, and pronounces ${accuracy} of 1,000 others correctly.`;
  return { model, letters: [...letters!], phonemes: phonemes!.split(' '), about };
});

answer(async (word: string): Promise<Pronunciation> => {
  const { model, letters, phonemes, about } = await ready;
  const spelled = [...word].map((letter) => letters.indexOf(letter));
  const [best] = greedy(model, indices([spelled]), { maxLength: 20 });
  const tokens = [...best!.tokens];
  const { weights } = model.infer(teacherForcing(model, [spelled], [tokens]).inputs);
  const { output } = model.encoder.infer(indices([spelled]));
  return {
    letters: [...word],
    phonemes: tokens.map((token) => phonemes[token]!),
    weights: rowsOf(weights!).slice(0, tokens.length),
    units: rowsOf(output),
    about,
  };
});

/** The rows of the only sequence. */
function rowsOf({ data, shape }: Tensor): number[][] {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, i) => [
    ...data.subarray(i * width, (i + 1) * width),
  ]);
}
