/** The documents of the site in the order of its navigation: files of `docs`, without extension. */
export const guides: readonly { readonly title: string; readonly files: readonly string[] }[] = [
  {
    title: 'Start',
    files: ['guides/getting-started', 'guides/getting-started.ko', 'guides/shapes', 'guides/coming-from'],
  },
  {
    title: 'Guides',
    files: [
      'guides/words-to-batches',
      'guides/time-series',
      'guides/training',
      'guides/when-something-goes-wrong',
      'guides/own-cell',
      'guides/serving',
      'guides/threads-and-bundlers',
      'text',
      'formats',
      'scaling',
    ],
  },
  {
    title: 'Figures',
    files: ['performance', '../bench/README', 'results', 'defaults', 'reliability', 'mutation'],
  },
  {
    title: 'Inside',
    files: ['guides/notation', 'guides/backward', 'architecture', 'decisions/README'],
  },
];
