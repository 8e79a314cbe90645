/** A progress bar for training: redraws itself on a terminal, and prints occasional lines elsewhere. */
import { type Options, SingleBar } from 'cli-progress';

/** What a bar shows besides its progress. */
export interface Shown {
  readonly [name: string]: string;
}

/** Runs `work`, which reports its progress after each step. */
export async function withProgress(
  total: number,
  work: (report: (done: number, shown: Shown) => void) => Promise<void>,
): Promise<void> {
  const format: Options['format'] = (_, { value, progress, eta }, shown: Shown) => {
    const filled = Math.round(progress * 20);
    const bar = '█'.repeat(filled) + '░'.repeat(20 - filled);
    const rest = Object.entries(shown).map(([name, text]) => `${name} ${text}`);
    return [`${bar} step ${value}/${total}`, ...rest, `${Math.ceil(eta)} s left`].join(' · ');
  };
  const bar = new SingleBar({
    format,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    etaBuffer: 200,
    hideCursor: true,
  });
  bar.start(total, 0, {});
  try {
    await work((done, shown) => bar.update(done, shown));
  } finally {
    bar.stop();
  }
}
