/** Bundles the playground into the site. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = (...path: string[]) => join(root, 'docs/playground', ...path);

export function buildPlayground(site: string): void {
  const out = join(site, 'playground');
  buildSync({
    entryPoints: ['page', 'language-worker', 'flow-worker', 'speller-worker', 'voice-worker'].map((name) =>
      source(`${name}.ts`),
    ),
    outdir: out,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    alias: {
      'recurrent-cells/onnx': join(root, 'src/onnx.ts'),
      'recurrent-cells': join(root, 'src/index.ts'),
    },
    logLevel: 'warning',
  });
  mkdirSync(out, { recursive: true });
  const detector = join(
    dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web')),
    'silero_vad_v5.onnx',
  );
  for (const file of [
    source('index.html'),
    source('style.css'),
    source('speller.safetensors'),
    source('speech.wav'),
    source('speech.vtt'),
    detector,
  ])
    copyFileSync(file, join(out, file.slice(dirname(file).length + 1)));
}
