// SPDX-License-Identifier: MIT
// A real browser: Debian's chromium, driven by playwright-core. One for a test file, a profile of its
// own for each test. Every name below `.test` is this machine; nothing else can be reached.
import type { ExecutionContext } from 'ava';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

const PROGRAM = '/usr/bin/chromium';
/** Generous: two cores run several test files side by side. */
const DEADLINE_MS = 30_000;

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];
/** The cache of whole pages for "back" is part of what people have, so it stays on. */
const UNWANTED_FLAGS = ['--disable-back-forward-cache'];

/** Close it in `test.after.always`. Without sandbox: root cannot have one, and the pages are ours. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: PROGRAM,
    args: FLAGS,
    ignoreDefaultArgs: UNWANTED_FLAGS,
    chromiumSandbox: false,
    timeout: DEADLINE_MS,
  });
}

export interface Profile {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Warnings and errors of the page's console, and exceptions that nobody caught. */
  readonly noise: string[];
  /** Every request of every tab of the profile, without its query: 'GET https://host:port/path'. */
  readonly requests: string[];
}

/** A person with an empty profile and one tab, gone when the test ends. Takes the test authority's certificates. */
export async function openProfile(t: ExecutionContext, browser: Browser, options: BrowserContextOptions = {}): Promise<Profile> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-US', ...options });
  t.teardown(() => context.close());
  context.setDefaultTimeout(DEADLINE_MS);
  const noise: string[] = [];
  const requests: string[] = [];
  context.on('console', (message) => {
    // Pages with a status of their own (LuCI's login page: 403) and without an icon are no mistake of a script.
    const { url } = message.location();
    if (message.text().startsWith('Failed to load resource') && (url === message.page()?.url() || url.endsWith('/favicon.ico'))) return;
    if (message.type() === 'warning' || message.type() === 'error') noise.push(`${message.type()}: ${message.text()} (${url})`);
  });
  context.on('weberror', (error) => noise.push(`exception: ${error.error().message}`));
  context.on('request', (request) => requests.push(`${request.method()} ${request.url().split('?')[0] as string}`));
  return { context, page: await context.newPage(), noise, requests };
}
