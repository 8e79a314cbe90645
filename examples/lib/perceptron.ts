/** The averaged perceptron of Collins (2002), a linear baseline: it tags each word by its neighbours and the tags before it. */

/** A sentence: its words, and the tag of each. */
interface Tagged {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** The weight of a tag for a feature, and its sum over all updates so far, up to date at `since`. */
interface Weight {
  readonly tag: number;
  value: number;
  sum: number;
  since: number;
}

/** The part of `Random` that the tagger uses. It is not imported, so that tests of the tagger need no installed package. */
interface Shuffling {
  shuffle<Item>(items: Item[]): Item[];
}

/**
 * Trains a tagger from left to right; returns a function that tags the words of a sentence. Features after Ratnaparkhi (1996):
 * the surrounding words and tags, prefix and suffixes. The final weights are the mean of the weights after each word.
 */
export function perceptronTagger(
  training: readonly Tagged[],
  { epochs, random }: { readonly epochs: number; readonly random: Shuffling },
): (words: readonly string[]) => string[] {
  const tagset = [...new Set(training.flatMap(({ tags }) => tags))];
  const indexOf = new Map(tagset.map((tag, index) => [tag, index]));
  const weights = new Map<string, Weight[]>();
  const scores = new Float64Array(tagset.length);
  let time = 0;

  const best = (features: readonly string[]) => {
    scores.fill(0);
    for (const feature of features)
      for (const { tag, value } of weights.get(feature) ?? []) scores[tag]! += value;
    let first = 0;
    for (let tag = 1; tag < scores.length; tag++) if (scores[tag]! > scores[first]!) first = tag;
    return first;
  };
  const add = (features: readonly string[], tag: number, change: number) => {
    for (const feature of features) {
      const ofTags = weights.get(feature) ?? [];
      if (ofTags.length === 0) weights.set(feature, ofTags);
      let weight = ofTags.find((one) => one.tag === tag);
      if (weight === undefined) {
        weight = { tag, value: 0, sum: 0, since: 0 };
        ofTags.push(weight);
      }
      weight.sum += (time - weight.since) * weight.value;
      weight.since = time;
      weight.value += change;
    }
  };
  const tag = (words: readonly string[], gold?: readonly string[]) => {
    const tags: string[] = [];
    for (let at = 0; at < words.length; at++) {
      const features = featuresOf(words, at, tags);
      const said = best(features);
      const right = gold === undefined ? said : indexOf.get(gold[at]!)!;
      if (said !== right) {
        add(features, right, 1);
        add(features, said, -1);
      }
      if (gold !== undefined) time++;
      tags.push(tagset[said]!);
    }
    return tags;
  };

  for (let epoch = 0; epoch < epochs; epoch++)
    for (const { words, tags } of random.shuffle([...training])) tag(words, tags);
  for (const ofTags of weights.values())
    for (const weight of ofTags) {
      weight.value = (weight.sum + (time - weight.since) * weight.value) / time;
    }
  return (words) => tag(words);
}

function featuresOf(words: readonly string[], at: number, tags: readonly string[]): string[] {
  const near = (offset: number) => words[at + offset]?.toLowerCase() ?? '⟨edge⟩';
  const [before, twoBefore] = [tags[at - 1] ?? '⟨edge⟩', tags[at - 2] ?? '⟨edge⟩'];
  const written = words[at]!;
  const word = near(0);
  return [
    'bias',
    `word ${word}`,
    `written ${written}`,
    `prefix ${word[0]}`,
    ...[1, 2, 3, 4].map((length) => `suffix ${word.slice(-length)}`),
    `shape ${/^\p{Lu}/u.test(written)} ${/\d/.test(written)} ${written.includes('-')} ${at === 0}`,
    `tag −1 ${before}`,
    `tag −2 ${twoBefore}`,
    `tags ${twoBefore} ${before}`,
    `tag −1 ${before} word ${word}`,
    `word −1 ${near(-1)}`,
    `word −2 ${near(-2)}`,
    `word +1 ${near(1)}`,
    `word +2 ${near(2)}`,
    `suffix −1 ${near(-1).slice(-3)}`,
    `suffix +1 ${near(1).slice(-3)}`,
  ];
}
