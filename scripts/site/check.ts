/**
 * Checks the site in Chromium. Run `npm run docs` first, then `npm run check:site`, or `npx tsx scripts/site/check.ts guides` for
 * the pages whose paths contain that text. At a phone's width no page is wider than the screen, every page has one title and no
 * error, links lead somewhere, and the search finds text of the guides.
 *
 * CHROMIUM names the browser; without one only links are checked.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { executablePath, serve, site } from './browser.ts';

const SEARCHES = [
  ['early stopping', 'Training'],
  ['checkpoint', 'saveCheckpoint'],
  ['LSTMCell', 'LSTMCell'],
] as const;

const pages = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
  .map((entry) => relative(site, join(entry.parentPath, entry.name)).split(sep).join('/'))
  // One template makes all pages of sources.
  .filter((path) => !path.startsWith('sources/') || /\/(?:lstm|layer)\.ts/.test(path))
  .filter((path) => process.argv.length < 3 || process.argv.slice(2).some((part) => path.includes(part)))
  .sort();

const faults: string[] = [];

/** The faults of an open page. */
async function look(page: Page, path: string): Promise<void> {
  const { width, titles, charset } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    titles: document.querySelectorAll('h1').length,
    charset: document.characterSet,
  }));
  const screen = page.viewportSize()!.width;
  if (width > screen) faults.push(`${path}: ${width} pixels wide on a screen of ${screen}`);
  if (titles !== 1) faults.push(`${path}: ${titles} titles`);
  if (charset !== 'UTF-8') faults.push(`${path}: charset ${charset}`);
}

/** Links within the site to a file, or to a place in one, that does not exist. */
function deadLinks(path: string): string[] {
  const text = readFileSync(join(site, path), 'utf8');
  const links = new Set(Array.from(text.matchAll(/<a [^>]*?href="([^"]*)"/g), ([, link]) => link!));
  return [...links].filter((link) => {
    if (/^(?:https?|mailto):/.test(link)) return false;
    const [file, place] = link.split('#');
    const target = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file!));
    if (!existsSync(join(site, target))) return true;
    return place !== undefined && place !== '' && !idsOf(target).has(decodeURIComponent(place));
  });
}

const known = new Map<string, ReadonlySet<string>>();

function idsOf(path: string): ReadonlySet<string> {
  const text = () => readFileSync(join(site, path), 'utf8');
  if (!known.has(path))
    known.set(path, new Set(Array.from(text().matchAll(/ id="([^"]*)"/g), ([, id]) => id!)));
  return known.get(path)!;
}

async function search(page: Page, text: string, expected: string): Promise<void> {
  await page.goto(`${origin}/index.html`);
  await page.click('#tsd-search-trigger');
  await page.fill('#tsd-search-input', text);
  try {
    await page.waitForSelector('#tsd-search-results li a', { timeout: 15_000 });
  } catch {
    faults.push(`search for ${text}: nothing`);
    return;
  }
  const found = await page.locator('#tsd-search-results li').allInnerTexts();
  if (!found.some((result) => result.includes(expected)))
    faults.push(`search for ${text}: ${found.map((result) => result.trim()).join(', ')}, but no ${expected}`);
}

for (const path of pages)
  for (const link of deadLinks(path)) faults.push(`${path}: a link to ${link}, which does not exist`);

if (executablePath === undefined) {
  for (const fault of faults) console.error(fault);
  console.log('site: only links are checked, since there is no Chromium (CHROMIUM can name one)');
  process.exit(faults.length > 0 ? 1 : 0);
}
const { origin, close } = await serve();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
page.on('console', (message) => {
  if (message.type() === 'error') faults.push(`${page.url()}: ${message.text()}`);
});
for (const path of pages) {
  await page.goto(`${origin}/${path}`, { waitUntil: 'domcontentloaded' });
  await look(page, path);
}
for (const [text, expected] of SEARCHES) await search(page, text, expected);
await browser.close();
close();
for (const fault of faults) console.error(fault);
console.log(`site: ${pages.length} pages, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
