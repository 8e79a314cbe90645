/** The groups of the site's navigation, by task: each export belongs to one, by the folder of its source. */

/** In the order of the navigation. */
export const categories = [
  'Cells',
  'Layers',
  'Structures',
  'Tensors and batches',
  'Training',
  'Losses and metrics',
  'Optimisers',
  'Decoding',
  'Looking inside',
  'Files and formats',
  'Text',
  'Kernels',
] as const;

export type Category = (typeof categories)[number];

// A longer path comes before its folder.
const folders: readonly (readonly [path: string, category: Category])[] = [
  ['cells/', 'Cells'],
  ['unroll/', 'Cells'],
  ['layers/', 'Layers'],
  ['attention/', 'Layers'],
  ['random/initializers.ts', 'Layers'],
  ['signal/pass.ts', 'Layers'],
  ['signal/state.ts', 'Layers'],
  ['common/architecture.ts', 'Layers'],
  ['models/', 'Structures'],
  ['encoder-decoder/', 'Structures'],
  ['common/', 'Tensors and batches'],
  ['data/', 'Tensors and batches'],
  ['random/', 'Tensors and batches'],
  ['training/', 'Training'],
  ['parallel/', 'Training'],
  ['async/', 'Training'],
  ['losses/', 'Losses and metrics'],
  ['metrics/', 'Losses and metrics'],
  ['optimizers/', 'Optimisers'],
  ['decoding/', 'Decoding'],
  ['inspection/', 'Looking inside'],
  ['plot/', 'Looking inside'],
  ['testing/', 'Looking inside'],
  ['storage/', 'Files and formats'],
  ['onnx/', 'Files and formats'],
  ['pytorch/', 'Files and formats'],
  ['keras/', 'Files and formats'],
  ['text/', 'Text'],
  ['kernels/', 'Kernels'],
  ['matrix/', 'Kernels'],
  ['signal/', 'Kernels'],
];

/**
 * The category of what `file` exports, for example `src/cells/lstm.ts`.
 *
 * @throws Error if its folder has none.
 */
export function categoryOf(file: string): Category {
  const path = file.replace(/^.*\bsrc\//, '');
  const found = folders.find(([start]) => path.startsWith(start));
  if (found === undefined)
    throw new Error(`${file} has no category: name its folder in scripts/site/categories.ts`);
  return found[1];
}
