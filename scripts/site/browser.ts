/** The tools of the site's checks: a server for its files, and Chromium. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const site: string = fileURLToPath(new URL('../../docs/api', import.meta.url));

/** The browser named by CHROMIUM, or an installed one; undefined if there is none. */
export const executablePath: string | undefined =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Serves the site as a server of static files does. */
export async function serve(): Promise<{ readonly origin: string; close(): void }> {
  const server = createServer(({ url }, response) => {
    const path = join(site, decodeURIComponent(new URL(url!, 'http://localhost').pathname));
    if (!path.startsWith(site) || !existsSync(path)) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' })
        .end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
