// SPDX-License-Identifier: MIT
// Servers of others that must be told their port: one that was free a moment ago. Another process may
// take it before they do, so their start is tried more than once.
import { spawn, type ChildProcess } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import { callJson } from './json-client.ts';

const ATTEMPTS = 5;
const POLL_MS = 50;

export interface ForeignServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** https; answers 200 as soon as the server is there. */
  readonly probeUrl: string;
}

export interface StartOptions {
  readonly ca: string;
  readonly deadlineMs: number;
  /** Prepares a start on this port. */
  readonly describe: (port: number) => ForeignServer;
}

/** What it says goes to our standard error when SERVER_LOG is set. */
export async function startForeignServer(options: StartOptions): Promise<{ port: number; stop(): Promise<void> }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort();
    const server = options.describe(port);
    const output = process.env.SERVER_LOG === undefined ? 'ignore' : 'inherit';
    const child = spawn(server.command, server.args, {
      env: { ...process.env, ...server.env },
      stdio: ['ignore', output, output],
      detached: true,
    });
    child.on('error', () => undefined);
    const killChild = (): void => killGroup(child);
    process.once('exit', killChild);
    const stop = async (): Promise<void> => {
      process.off('exit', killChild);
      await stopChild(child);
    };
    if (await isAnswering(child, options, server.probeUrl)) return { port, stop };
    await stop();
  }
  throw new Error('a server does not start; SERVER_LOG=1 shows what it says');
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const hasEnded = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

/** Whether it answers before it ends; the certificate shows that it is this one. */
async function isAnswering(child: ChildProcess, options: StartOptions, url: string): Promise<boolean> {
  const deadline = Date.now() + options.deadlineMs;
  while (!hasEnded(child) && Date.now() < deadline) {
    if (
      await callJson(options.ca, url).then(
        ({ status }) => status === 200,
        () => false,
      )
    )
      return !hasEnded(child);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

/** A script that starts the server as its own child goes together with it. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const stopChild = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    if (hasEnded(child)) return done();
    child.once('exit', () => done());
    killGroup(child);
  });
