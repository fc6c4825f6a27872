// SPDX-License-Identifier: MIT
// What the process that talks to the provider has in its memory, its environment and its files while a login runs,
// looked at by root from outside: nothing of the configuration, of handshakes or of the boot key, and of a secret
// nothing once the request that carries it has been sent.
import test, { type ExecutionContext } from 'ava';
import { closeSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { codeOf, startRawProvider, startWire, type Call } from './_wire.ts';

const SECONDS = 1000;
const asRoot = process.getuid?.() === 0 ? test : test.skip;
const SECRET = 'secret-0123456789';
const RULE = 'alice@example.com';
const NOT_OURS = 'someone-else@example.com';

/** The running network processes of this program. */
function children(program: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readlinkSync(`/proc/${pid}/exe`) === program &&
        readFileSync(`/proc/${pid}/cmdline`, 'latin1') === 'luci-sso\0tls-child\0'
      );
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

/** All that it can read itself, but the pages of the kernel. */
function memoryOf(pid: string): Buffer {
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  const parts: Buffer[] = [];
  for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) r(?!.*\[v)/.exec(line) ?? [];
    if (from === '') continue;
    const part = Buffer.alloc(parseInt(to, 16) - parseInt(from, 16));
    readSync(fd, part, 0, part.length, parseInt(from, 16));
    parts.push(part);
  }
  closeSync(fd);
  return Buffer.concat(parts);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/.=*$/, '');

/** The same where it begins at another byte of a group of three. */
const formsOf = (text: string): (string | Buffer)[] => [
  text,
  encodeURIComponent(text),
  base64(text),
  base64(text.slice(1)).slice(1),
  base64(text.slice(2)).slice(1),
];

asRoot(
  'the network process never has more of a login than the request that it sends (as root; security 113)',
  async (t: ExecutionContext) => {
    t.timeout(120 * SECONDS);
    const wire = await startWire(t);
    const provider = await startRawProvider(t, wire.pair);
    await wire.use(provider);
    await wire.router.uci('add_list', `luci-sso.admin.email=${NOT_OURS}`);
    await wire.router.uci('commit', 'luci-sso');
    const program = path.join(wire.router.tree, 'www/cgi-bin/luci-sso');
    const seen: string[] = [];
    let code = '';
    const never = (): (string | Buffer)[] =>
      [RULE, NOT_OURS, CA_LINE, readKey()].flatMap((one) => (typeof one === 'string' ? formsOf(one) : [one]));
    const CA_LINE = "option client_secret '";
    const readKey = (): string | Buffer => {
      try {
        return readFileSync(path.join(wire.router.tree, 'var/run/luci-sso/boot-key'));
      } catch {
        return 'no key has been made yet';
      }
    };
    const look = async (call: Call): Promise<void> => {
      const [pid = '', ...others] = children(program);
      t.deepEqual(others, []);
      const memory = memoryOf(pid);
      t.true(memory.includes('idp.example'), 'what it does have is found');
      for (const text of never()) t.false(memory.includes(text), `${call.endpoint}: ${String(text)}`);
      // The request has come whole, so it was sent whole; the process may still be about to overwrite it.
      for (const text of [SECRET, `wire:${SECRET}`, ...(code === '' ? [] : [code])].flatMap(formsOf))
        while (memoryOf(pid).includes(text)) await new Promise(setImmediate);
      t.is(readFileSync(`/proc/${pid}/environ`, 'latin1'), '');
      t.is(readlinkSync(`/proc/${pid}/root`), path.join(wire.router.tree, 'var/run/luci-sso-net'));
      t.deepEqual(
        readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:.*/, '')),
        ['/dev/null', '/dev/null', '/dev/null', 'socket', 'socket'],
      );
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      t.regex(status, /^Uid:\t65534\t65534\t65534\t65534$/m);
      t.regex(status, /^NoNewPrivs:\t1$/m);
      t.regex(status, /^Seccomp:\t2$/m);
      t.regex(status, /^Seccomp_filters:\t2$/m);
      t.regex(status, /^CapEff:\t0+$/m);
      seen.push(call.endpoint);
      call.socket.write(call.head + call.body);
    };
    provider.fault = (call) => void look(call).catch((error: unknown) => t.fail(String(error)));
    const browser = wire.newBrowser();
    const begun = await wire.start(browser);
    t.is(begun.status, 302);
    code = new URL(String(begun.headers.location)).searchParams.get('nonce') ?? '';
    t.regex(code, /.{20}/);
    const page = await wire.finish(browser, begun, provider);
    t.is(codeOf(page), '200 no code');
    t.deepEqual([...new Set(seen)].sort(), ['discovery', 'jwks', 'token']);
  },
);
