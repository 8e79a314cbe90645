/**
 * Reduces ten million types to ten thousand in one pass: this library compared with scikit-learn's CountVectorizer.
 *
 *   npm run build && node bench/text.mjs [scale]
 *
 * Writes one stream of tokens (Zipf-distributed, exponent 1, every type at least once, shuffled by a fixed seed) to
 * a temporary file, then runs each counter in its own process: time from opening the file to the finished
 * vocabulary, processor time, and peak resident memory. `scale` 1 (default) is 5·10^7 tokens of 10^7 types.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { custom, HeavyHitters, lines, TokenCounts, Vocabulary } from '../dist/text.js';

const KEPT = 10_000;
const PYTHON = '/usr/bin/python3';
const SCIKIT = `
import json, resource, sys, time
from sklearn.feature_extraction.text import CountVectorizer
start = time.perf_counter()
with open(sys.argv[1]) as stream:
    vectorizer = CountVectorizer(max_features=${KEPT}, lowercase=False, analyzer=str.split).fit(stream)
seconds = time.perf_counter() - start
json.dump(sorted(vectorizer.vocabulary_), open(sys.argv[2], 'w'))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({'seconds': seconds, 'cpuSeconds': used.ru_utime + used.ru_stime, 'peakMegabytes': used.ru_maxrss / 1024}))
`;

if (process.argv[2] === 'count') await count(process.argv[3], process.argv[4], process.argv[5]);
else compare(Number(process.argv[2] ?? 1));

/** Runs one counter in its own process. */
async function count(kind, stream, output) {
  const start = performance.now();
  const options = { tokenizer: custom((line) => line.split(' ')) };
  const texts = lines(createReadStream(stream, { highWaterMark: 1 << 20 }));
  const counts =
    kind === 'exact' ? await TokenCounts.ofAsync(texts, options) : await HeavyHitters.ofAsync(texts, options);
  const vocabulary = Vocabulary.from(counts, { maxSize: KEPT, specials: {} });
  const seconds = (performance.now() - start) / 1000;
  writeFileSync(output, JSON.stringify([...vocabulary.tokens].sort()));
  const { report } = vocabulary;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  console.log(
    JSON.stringify({ seconds, cpuSeconds, peakMegabytes: maxRSS / 1024, ...report, missed: counts.missed }),
  );
}

function compare(scale) {
  const folder = mkdtempSync(join(tmpdir(), 'recurrent-cells-'));
  try {
    const stream = join(folder, 'stream.txt');
    const truth = write(stream, Math.round(5e7 * scale), Math.round(1e7 * scale));
    const run = (name, command, args) => {
      const output = join(folder, `${name}.json`);
      const result = JSON.parse(execFileSync(command, [...args, stream, output], { encoding: 'utf8' }));
      const tokens = JSON.parse(readFileSync(output, 'utf8'));
      const agreed = tokens.filter((token) => truth.has(token)).length;
      console.log(
        `${name}: ${result.seconds.toFixed(1)} s (processor ${result.cpuSeconds.toFixed(1)} s), peak ${result.peakMegabytes.toFixed(0)} MB,`,
        `${agreed} of ${tokens.length} tokens as frequent as the true ${KEPT}`,
        result.coverage === undefined
          ? ''
          : `(coverage ${result.coverage.toFixed(4)}, largest error ${result.largestError})`,
      );
      return result;
    };
    const self = fileURLToPath(import.meta.url);
    console.log(`Node ${process.version}`);
    const exact = run('exact counts', process.execPath, [self, 'count', 'exact']);
    run('approximate counts', process.execPath, [self, 'count', 'approximate']);
    if (spawnSync(PYTHON, ['-c', 'import sklearn']).status !== 0)
      return console.log('scikit-learn is not installed: not compared');
    const scikit = run('scikit-learn', PYTHON, ['-c', SCIKIT]);
    const ratio = (a, b) => (a / b).toFixed(1);
    console.log(
      `scikit-learn / exact counts: time ${ratio(scikit.seconds, exact.seconds)}, processor ${ratio(scikit.cpuSeconds, exact.cpuSeconds)}, memory ${ratio(scikit.peakMegabytes, exact.peakMegabytes)}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the stream, and returns all tokens whose count is at least that of rank 10^4 (there are ties). */
function write(path, tokens, types) {
  const countAt = (rank, first) => Math.max(1, Math.floor(first / rank));
  const total = (first) => {
    let sum = types;
    for (let rank = 1; rank <= Math.min(types, first); rank++) sum += countAt(rank, first) - 1;
    return sum;
  };
  let [low, high] = [1, tokens];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (total(middle) <= tokens) low = middle;
    else high = middle;
  }
  const ranks = new Int32Array(tokens);
  let at = 0;
  for (let rank = 1; rank <= types; rank++) {
    const end = at + countAt(rank, low);
    ranks.fill(rank, at, end);
    at = end;
  }
  ranks.fill(1, at); // compensates rounding
  let state = 12345;
  for (let last = tokens - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const other = Math.floor(((state >>> 0) / 2 ** 32) * (last + 1));
    [ranks[last], ranks[other]] = [ranks[other], ranks[last]];
  }
  // A prime stride scatters neighbouring ranks over the spellings.
  const spell = (rank) => ((rank * 7919) % 2147483647).toString(36);
  const file = openSync(path, 'w');
  for (let start = 0; start < tokens; start += 1000)
    writeSync(file, `${Array.from(ranks.subarray(start, start + 1000), spell).join(' ')}\n`);
  closeSync(file);
  const least = countAt(Math.min(KEPT, types), low);
  const truth = new Set();
  for (let rank = 1; rank <= types && countAt(rank, low) >= least; rank++) truth.add(spell(rank));
  console.log(`${tokens} tokens of ${types} types`);
  return truth;
}
