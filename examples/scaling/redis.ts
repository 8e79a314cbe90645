/** A private Redis server for this program, on a free port, without files. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

/** Starts it, and waits until it accepts connections. */
export async function startRedis(): Promise<{ readonly port: number; readonly server: ChildProcess }> {
  const port = await freePort();
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...options, '--maxmemory-policy', 'noeviction'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of server.stdout!)
    if (String(chunk).includes('Ready to accept connections')) return { port, server };
  throw new Error(`redis-server ended with ${server.exitCode}`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
