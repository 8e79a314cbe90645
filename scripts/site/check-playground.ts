/**
 * Uses the playground in Chromium, after `npm run docs`. Three models train for 200 steps, pause and resume, and their losses
 * fall. The gradient is drawn for each length, a word is pronounced, and speech is found. All this happens at a phone's width, by
 * keyboard alone, in dark and light, without an error and without a task of the main thread above 100 ms.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { executablePath, serve } from './browser.ts';

/** A folder for pictures of the page; undefined for no pictures. */
const pictures = process.argv[2];
const LONGEST_MS = 100;
if (executablePath === undefined) {
  console.log('playground: not checked, since there is no Chromium (CHROMIUM can name one)');
  process.exit(0);
}
const { origin, close } = await serve();
const page = `${origin}/playground/index.html`;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const faults: string[] = [];
const expect = (holds: boolean, what: string) => {
  if (!holds) faults.push(what);
};

/** The numbers in a section's status. */
async function status(of: Page, id: string, pattern: RegExp): Promise<RegExpMatchArray> {
  const text = of.locator(`#${id} .status`);
  for (let tries = 0; tries < 1200; tries++) {
    const match = (await text.textContent())!.match(pattern);
    if (match !== null) return match;
    await of.waitForTimeout(50);
  }
  throw new Error(`${id}: the status is ${JSON.stringify(await text.textContent())}, expected ${pattern}`);
}

/** Opens the page; its errors become faults. */
async function open(options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options);
  const opened = await context.newPage();
  opened.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  opened.on('pageerror', (error) => faults.push(`page: ${error.message}`));
  await browser.startTracing(opened, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await opened.goto(page);
  return opened;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** The processor time of the thread, in microseconds, which other load does not affect. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds of the longest task on a main thread. */
function longestTask({ traceEvents }: { traceEvents: readonly TraceEvent[] }): number {
  const threads = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const isMain = (event: TraceEvent) =>
    threads.some(({ pid, tid }) => pid === event.pid && tid === event.tid);
  const tasks = traceEvents.filter((event) => event.name.endsWith('RunTask') && isMain(event));
  if (tasks.length === 0) throw new Error('the trace has no tasks of the main thread');
  return tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur), 0) / 1000;
}

async function use(name: string, options: BrowserContextOptions): Promise<void> {
  const of = await open(options);
  // By keyboard alone: from the text past the settings to the button.
  await of.focus('#text');
  for (let tabs = 0; tabs < 4; tabs++) await of.keyboard.press('Tab');
  expect((await of.evaluate(() => document.activeElement?.textContent)) === 'Train', 'Tab reaches Train');
  await of.keyboard.press('Enter');
  const loss = /step (\d+)\. Nats: RNN (\d+\.\d+), GRU (\d+\.\d+), LSTM (\d+\.\d+)/;
  const first = (await status(of, 'language', loss)).slice(2).map(Number);
  await status(of, 'language', /step ([2-9]\d\d|\d{4,})\./);
  const second = (await status(of, 'language', loss)).slice(2).map(Number);
  expect(
    second.every((value, i) => value < first[i]!),
    `losses fall: ${first} to ${second}`,
  );
  await of.waitForFunction(() =>
    [...document.querySelectorAll('.models pre')].every(({ textContent }) => textContent!.length > 100),
  );

  await of.click('[name=pause]');
  await of.waitForTimeout(400);
  const [, paused] = await status(of, 'language', /Paused: step (\d+)/);
  await of.waitForTimeout(600);
  expect((await status(of, 'language', /step (\d+)/))[1] === paused, 'a pause holds');
  await of.click('[name=pause]');
  await of.waitForFunction(
    (before) =>
      Number(/step (\d+)/.exec(document.querySelector('#language .status')!.textContent!)?.[1]) > before,
    Number(paused),
  );
  await of.click('[name=pause]');

  await of.locator('#flow').scrollIntoViewIfNeeded();
  for (const length of [10, 200]) {
    await of.fill('[name=length]', String(length));
    const left = await status(
      of,
      'flow',
      new RegExp(`last of ${length} steps.*RNN (\\S+), GRU (\\S+), LSTM (\\S+)\\.`),
    );
    expect(Number(left[1]) < 1, `of ${length} steps, less is left at the first: ${left[1]}`);
  }
  await of.locator('#speller').scrollIntoViewIfNeeded();
  await of.fill('[name=word]', 'nation');
  await status(of, 'speller', /NATION: N EY SH AH N/);
  expect((await of.locator('.attention td').count()) === 5 * 6, 'attention has a row for each sound');
  await of.locator('#voice').scrollIntoViewIfNeeded();
  await of.click('#voice [type=submit]');
  const [, speech, frames] = await status(of, 'voice', /Speech in (\d+) of (\d+) frames/);
  expect(
    Number(speech) > 0.4 * Number(frames) && Number(speech) < 0.9 * Number(frames),
    `speech in ${speech}`,
  );

  const width = await of.evaluate(() => document.documentElement.scrollWidth);
  expect(width <= options.viewport!.width, `${width} pixels wide on a screen of ${options.viewport!.width}`);
  const longest = longestTask(JSON.parse((await browser.stopTracing()).toString()));
  expect(longest <= LONGEST_MS, `a task of the main thread of ${Math.round(longest)} ms`);
  if (pictures !== undefined) {
    mkdirSync(pictures, { recursive: true });
    await of.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  }
  console.log(`playground, ${name}: losses ${first} to ${second}, longest task ${Math.round(longest)} ms`);
  await of.context().close();
}

try {
  await use('phone-light', { viewport: { width: 390, height: 844 }, colorScheme: 'light' });
  await use('desk-dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' });
} finally {
  await browser.close();
  close();
}
for (const fault of faults) console.error(`playground: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
