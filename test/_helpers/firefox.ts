// SPDX-License-Identifier: MIT
// Debian's Firefox, spoken to in its own WebDriver BiDi: playwright-core wants a newer one or one of
// its own. Enough for what a person does with one tab; an empty profile, gone with the test.
import type { ExecutionContext } from 'ava';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const PROGRAM = '/usr/bin/firefox-esr';
const DEADLINE_MS = 60_000;
const POLL_MS = 100;

interface Socket {
  onopen: () => void;
  onerror: (error: unknown) => void;
  onmessage: (event: { data: unknown }) => void;
  send(text: string): void;
  close(): void;
}

interface Answer {
  readonly id?: number;
  readonly type: string;
  readonly result?: Readonly<Record<string, any>>;
  readonly message?: string;
}

export interface Tab {
  open(url: string): Promise<void>;
  /** Waits until the expression, evaluated in whatever page is there, gives something true; answers with that. */
  until(expression: string): Promise<unknown>;
}

/** Sends commands and pairs them with their answers. */
async function connect(
  url: string,
): Promise<{ send(method: string, params: object): Promise<Readonly<Record<string, any>>>; close(): void }> {
  const { WebSocket } = (await import('ws' as string)) as { WebSocket: new (url: string) => Socket };
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const waiting = new Map<number, (answer: Answer) => void>();
  let id = 0;
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  };
  return {
    close: () => socket.close(),
    send: (method, params) =>
      new Promise((resolve, reject) => {
        waiting.set(++id, (answer) =>
          answer.type === 'success' ? resolve(answer.result ?? {}) : reject(new Error(`${method}: ${answer.message ?? ''}`)),
        );
        socket.send(JSON.stringify({ id, method, params }));
      }),
  };
}

/** One tab of a Firefox that knows the names below `.test` which are given, and takes any certificate. */
export async function openFirefox(t: ExecutionContext, names: readonly string[]): Promise<Tab> {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'firefox-'));
  t.teardown(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10 }));
  writeFileSync(path.join(profile, 'user.js'), `user_pref("network.dns.localDomains", "${names.join(',')}");\n`);
  const firefox = spawn(PROGRAM, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: profile },
  });
  const gone = new Promise<void>((resolve) => firefox.once('exit', () => resolve()));
  t.teardown(async () => {
    firefox.kill('SIGKILL');
    await gone;
  });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    firefox.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /ws:\/\/\S+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    void gone.then(() => reject(new Error(`firefox ended: ${said}`)));
  });
  const wire = await connect(`${address}/session`);
  t.teardown(() => wire.close());
  await wire.send('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  const { context } = await wire.send('browsingContext.create', { type: 'tab' });
  const evaluate = (expression: string): Promise<unknown> =>
    wire.send('script.evaluate', { expression, target: { context }, awaitPromise: true }).then(
      (answer) => answer.result?.value as unknown,
      () => undefined, // between two pages
    );
  return {
    open: async (url) => void (await wire.send('browsingContext.navigate', { context, url, wait: 'complete' })),
    until: async (expression) => {
      for (let waitedMs = 0; waitedMs < DEADLINE_MS; waitedMs += POLL_MS) {
        const value = await evaluate(expression);
        if (value !== undefined && value !== null && value !== false && value !== '') return value;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      throw new Error(`never came true: ${expression}\nat ${String(await evaluate('location.href + "\\n" + document.body.innerText'))}`);
    },
  };
}
