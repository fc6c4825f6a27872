// SPDX-License-Identifier: MIT
// What a provider's TLS and HTTP can do wrong, against the real program: the right code on the page and
// the right cause in the log, nothing half made, and the next login works.
import { gzipSync } from 'node:zlib';
import net from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { makeAuthority, makeSelfSigned } from '../_helpers/certificates.ts';
import {
  assertNextLogin,
  assertNothingMade,
  codeOf,
  HEAD,
  listenTcp,
  NAME,
  startRawProvider,
  startWire,
  withLength,
  type Call,
  type Endpoint,
  type RawProvider,
  type Wire,
} from './_wire.ts';

const SECONDS = 1000;
const CODES: Record<Endpoint, string> = {
  discovery: '502 DISCOVERY_NETWORK_ERROR',
  jwks: '502 JWKS_NETWORK_ERROR',
  token: '502 TOKEN_ENDPOINT_NETWORK_ERROR',
};

/** A login that meets the fault at `endpoint`; answers with the code, and the log's last line. */
async function meet(
  t: ExecutionContext,
  wire: Wire,
  provider: RawProvider,
  endpoint: Endpoint,
  fault: ((call: Call) => void) | undefined,
): Promise<{ code: string; log: string }> {
  wire.forget();
  const browser = wire.newBrowser();
  provider.fault =
    fault === undefined ? undefined : (call) => (call.endpoint === endpoint ? fault(call) : void call.socket.write(call.head + call.body));
  const begun = await wire.start(browser);
  const page = begun.status === 302 ? await wire.finish(browser, begun, provider) : begun;
  const log = wire.router.log().at(-1) ?? '';
  if (page.status !== 200) {
    assertNothingMade(t, wire, page);
    if (endpoint !== 'discovery') {
      // The code went out or may have: the handshake is spent.
      provider.fault = undefined;
      t.deepEqual(wire.stateNames().filter((name) => name.startsWith('used.')).length, 1);
    }
  }
  for (const session of wire.router.sessions()) wire.router.rpcd.sessions.destroy(session.id);
  wire.forget();
  return { code: codeOf(page), log };
}

const causeIn = (log: string): string => / ([A-Z_]+) \(/.exec(log)?.[1] ?? log;

// ---- TLS ----

interface TlsRow {
  readonly cause: string | undefined;
  readonly start: (t: ExecutionContext, wire: Wire) => Promise<RawProvider>;
  readonly options?: Readonly<Record<string, string>>;
}

const served =
  (leaf: object, more: object = {}) =>
  async (t: ExecutionContext, wire: Wire): Promise<RawProvider> => {
    const pair = await wire.authority.issue({ names: [NAME], ...leaf });
    return startRawProvider(t, { cert: pair.cert, key: pair.key, ...more });
  };
/** Speaks TCP only, as `serve` says. */
const speaking =
  (serve: (socket: net.Socket) => void) =>
  async (t: ExecutionContext): Promise<RawProvider> => {
    const port = await listenTcp(t, serve);
    return { port, issuer: `https://${NAME}:${port}`, fault: undefined, calls: [], connections: 0 };
  };
/** Passes the first bytes of a healthy server on and then ends as `how` says. */
const cutAfter =
  (bytes: number, how: 'reset' | 'close') =>
  async (t: ExecutionContext, wire: Wire): Promise<RawProvider> => {
    const behind = await served({})(t, wire);
    const port = await listenTcp(t, (socket) => {
      const server = net.connect(behind.port, '127.0.0.1').on('error', () => undefined);
      socket.pipe(server);
      let left = bytes;
      const end = (): void => void (how === 'reset' ? socket.resetAndDestroy() : socket.destroy());
      if (left === 0) socket.once('data', end);
      server.on('data', (data: Buffer) => {
        const part = data.subarray(0, left);
        left -= part.length;
        if (part.length > 0) socket.write(part, () => (left === 0 ? end() : undefined));
      });
      socket.on('close', () => server.destroy());
    });
    return { ...behind, port, issuer: `https://${NAME}:${port}` };
  };

const HOUR_MS = 3_600_000;
const TLS_ROWS: Record<string, TlsRow> = {
  'the right authority in ca_file': { cause: undefined, start: served({}) },
  'an RSA certificate': { cause: undefined, start: served({ keyType: 'rsa' }) },
  'TLS 1.3 only': { cause: undefined, start: served({}, { minVersion: 'TLSv1.3' }) },
  'TLS 1.2 only': { cause: undefined, start: served({}, { maxVersion: 'TLSv1.2' }) },
  'TLS 1.1 only': {
    cause: 'TLS_FAILED',
    start: served({ keyType: 'rsa' }, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
  },
  'a certificate of another name': { cause: 'CERT_NAME_MISMATCH', start: served({ names: ['other.example'] }) },
  'an expired certificate': {
    cause: 'CERT_EXPIRED',
    start: served({ notBefore: new Date(Date.now() - 48 * HOUR_MS), notAfter: new Date(Date.now() - HOUR_MS) }),
  },
  'a certificate of tomorrow': {
    cause: 'CERT_NOT_YET_VALID',
    start: served({ notBefore: new Date(Date.now() + 24 * HOUR_MS), notAfter: new Date(Date.now() + 48 * HOUR_MS) }),
  },
  'a certificate for clients': { cause: 'CERT_UNTRUSTED', start: served({ usage: 'clientAuth' }) },
  'a self-signed certificate': {
    cause: 'CERT_UNTRUSTED',
    start: async (t) => {
      const pair = await makeSelfSigned({ names: [NAME] });
      return startRawProvider(t, { cert: pair.cert, key: pair.key });
    },
  },
  'an unknown authority': {
    cause: 'CERT_UNTRUSTED',
    start: async (t) => {
      const pair = await (await makeAuthority('somebody else')).issue({ names: [NAME] });
      return startRawProvider(t, { cert: pair.cert, key: pair.key });
    },
  },
  'a ca_file that is not there': { cause: 'CA_FILE_UNUSABLE', start: served({}), options: { ca_file: '/etc/nothing.pem' } },
  'a ca_file without a certificate': { cause: 'CA_FILE_UNUSABLE', start: served({}), options: { ca_file: '/etc/config/luci-sso' } },
  'no authority at all': { cause: 'NO_CA_CERTIFICATES', start: served({}), options: { ca_file: '' } },
  'plain HTTP': {
    cause: 'NOT_TLS',
    start: speaking((socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  },
  noise: { cause: 'NOT_TLS', start: speaking((socket) => void socket.end(Buffer.alloc(4000, 0xa5))) },
  'nobody listening': {
    cause: 'CONNECTION_FAILED',
    start: () => Promise.resolve({ port: 1, issuer: `https://${NAME}:1`, fault: undefined, calls: [], connections: 0 }),
  },
  'an address nobody routes': { cause: 'CONNECTION_FAILED', start: served({}), options: { internal_address: '255.255.255.255' } },
  'a dead IPv6 address and a live IPv4 one of the same name': {
    cause: undefined,
    options: { internal_address: '' },
    start: async (t, wire) => startRawProvider(t, wire.pair, 'localhost'),
  },
};
for (const bytes of [0, 1, 4, 5, 6, 90, 200]) {
  for (const how of ['reset', 'close'] as const)
    TLS_ROWS[`a ${how} after ${bytes} bytes of the handshake`] = { cause: 'CONNECTION_CLOSED', start: cutAfter(bytes, how) };
}

test('TLS faults have their code and cause, and the next login works (security 40)', async (t) => {
  t.timeout(120 * SECONDS);
  const wire = await startWire(t);
  const healthy = await startRawProvider(t, wire.pair);
  for (const [title, row] of Object.entries(TLS_ROWS)) {
    const before = { ca_file: '/etc/provider-ca.pem', internal_address: '127.0.0.1' };
    const provider = await row.start(t, wire);
    await wire.uci({ ...before, ...row.options, issuer_url: provider.issuer });
    const { code, log } = await meet(t, wire, provider, 'discovery', undefined);
    if (row.cause === undefined) {
      t.is(code, '200 no code', `${title}: ${log}`);
      continue;
    }
    t.is(`${code} ${causeIn(log)}`, `${CODES.discovery} ${row.cause}`, `${title}: ${log}`);
    t.deepEqual(provider.calls, [], title);
    await wire.uci({ ...before, issuer_url: healthy.issuer });
    await assertNextLogin(t, wire, healthy);
  }
});

// ---- HTTP ----

type Fault = (call: Call) => void;
const says =
  (bytes: (call: Call) => string | Buffer): Fault =>
  (call) =>
    void call.socket.write(bytes(call));
const saysAndEnds =
  (bytes: (call: Call) => string | Buffer): Fault =>
  (call) =>
    void call.socket.end(bytes(call));
const MB = 1024 * 1024;
const chunked = (body: string, size = 16): string => {
  let out = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
  for (let at = 0; at < body.length; at += size)
    out += `${Math.min(size, body.length - at).toString(16)}\r\n${body.slice(at, at + size)}\r\n`;
  return `${out}0\r\n\r\n`;
};
/** Endless bytes, until nobody takes them. */
const flood =
  (head: string, block: string): Fault =>
  ({ socket }) => {
    socket.write(head);
    let left = 10 * MB;
    const more = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= block.length;
        if (!socket.write(block)) return void socket.once('drain', more);
      }
      if (!socket.destroyed) socket.end();
    };
    more();
  };

/** Fault -> what it leads to: a transport cause, '' for a login that works, or another refusal by endpoint. */
const HTTP_ROWS: Record<string, readonly [outcome: string, fault: Fault]> = {
  'chunks of one byte': ['', says((call) => chunked(call.body, 1))],
  'one chunk with an extension and a trailer': [
    '',
    says((call) =>
      chunked(call.body, MB)
        .replace('\r\n{', ';a=b\r\n{')
        .replace(/0\r\n\r\n$/, '0\r\nX: y\r\n\r\n'),
    ),
  ],
  'a head that comes byte by byte': [
    '',
    (call) => {
      const bytes = [...call.head];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte === undefined) call.socket.write(call.body);
        else call.socket.write(byte, () => setImmediate(next));
      };
      next();
    },
  ],
  'HTTP/1.0 that ends with the connection': ['', saysAndEnds((call) => `${HEAD.replace('HTTP/1.1', 'HTTP/1.0')}\r\n${call.body}`)],
  'HTTP/1.1 that ends with the connection': ['', saysAndEnds((call) => `${HEAD}\r\n${call.body}`)],
  'interim answers first': ['', says((call) => `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${call.head}${call.body}`)],
  'more bytes than the length says': ['', says((call) => `${call.head}${call.body}surplus`)],
  'a second answer that nobody asked for': ['', says((call) => `${call.head}${call.body}${withLength('{"keys":[]}')}{"keys":[]}`)],
  'more bytes behind the last chunk': ['', says((call) => `${chunked(call.body)}HTTP/1.1 500 X\r\n\r\n`)],
  'endless interim answers': ['INVALID_HTTP', says(() => 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50))],
  'both a length and chunks': [
    'INVALID_HTTP',
    says((call) => chunked(call.body).replace('Transfer-Encoding', `Content-Length: ${call.body.length}\r\nTransfer-Encoding`)),
  ],
  'two lengths': ['INVALID_HTTP', says((call) => call.head.replace('Content-Length', 'Content-Length: 1\r\nContent-Length') + call.body)],
  'chunks under HTTP/1.0': ['INVALID_HTTP', says((call) => chunked(call.body).replace('HTTP/1.1', 'HTTP/1.0'))],
  'another coding than chunks': [
    'INVALID_HTTP',
    says((call) => chunked(call.body).replace('Encoding: chunked', 'Encoding: gzip, chunked')),
  ],
  'gzip though not asked for': [
    'INVALID_HTTP',
    says((call) => {
      const body = gzipSync(call.body);
      return Buffer.concat([Buffer.from(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
    }),
  ],
  'a chunk that is longer than its size': [
    'INVALID_HTTP',
    says((call) => `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\n${call.body}\r\n0\r\n\r\n`),
  ],
  'a chunk size that is no number': [
    'INVALID_HTTP',
    says((call) => `${HEAD}Transfer-Encoding: chunked\r\n\r\n-5\r\n${call.body}\r\n0\r\n\r\n`),
  ],
  'a chunk size beyond all limits': ['RESPONSE_TOO_LARGE', says(() => `${HEAD}Transfer-Encoding: chunked\r\n\r\nffffffff\r\n`)],
  'another protocol': ['INVALID_HTTP', says(() => 'SSH-2.0-OpenSSH_9.6\r\n\r\n')],
  'HTTP/2': ['INVALID_HTTP', says(() => 'HTTP/2 200\r\n\r\n')],
  'a folded header line': ['INVALID_HTTP', says((call) => call.head.replace('\r\n\r\n', '\r\nX: a\r\n b\r\n\r\n') + call.body)],
  'a NUL in a header': ['INVALID_HTTP', says((call) => call.head.replace('\r\n\r\n', '\r\nX: a\0b\r\n\r\n') + call.body)],
  '101 header lines': ['INVALID_HTTP', says((call) => call.head.replace('\r\n\r\n', `${'\r\nX: y'.repeat(101)}\r\n\r\n`) + call.body)],
  'a head without an end': [
    'RESPONSE_TOO_LARGE',
    flood(HEAD, 'X-Y: zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n'.repeat(20)),
  ],
  '10 MB announced': ['RESPONSE_TOO_LARGE', says(() => `${HEAD}Content-Length: ${10 * MB}\r\n\r\n{`)],
  '10 MB sent with their length': ['RESPONSE_TOO_LARGE', flood(`${HEAD}Content-Length: ${10 * MB}\r\n\r\n`, ' '.repeat(16384))],
  '10 MB in chunks': ['RESPONSE_TOO_LARGE', flood(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, `4000\r\n${' '.repeat(16384)}\r\n`)],
  '10 MB until the end': ['RESPONSE_TOO_LARGE', flood(`${HEAD}\r\n`, ' '.repeat(16384))],
  'nothing and a proper end': ['CONNECTION_CLOSED', saysAndEnds(() => '')],
  'only line feeds, then the end': ['CONNECTION_CLOSED', saysAndEnds((call) => (call.head + call.body).replaceAll('\r\n', '\n'))],
};

/** The places at which an answer may break, by its framing. */
function placesOf(framing: 'length' | 'chunks', head: string, body: string): { whole: string; places: Record<string, number> } {
  if (framing === 'length') {
    const whole = head + body;
    return {
      whole,
      places: {
        'before the head': 0,
        'after a byte': 1,
        'in the status line': 12,
        'in a header': 30,
        'before the empty line': head.length - 2,
        'inside the empty line': head.length - 1,
        'after the head': head.length,
        'after a byte of the body': head.length + 1,
        'before the last byte': whole.length - 1,
      },
    };
  }
  const whole = chunked(body, 64);
  const start = whole.indexOf('\r\n\r\n') + 4;
  return {
    whole,
    places: {
      'before the first size': start,
      'in a size': start + 1,
      'after a size': start + 4,
      'in a chunk': start + 20,
      'before the end of a chunk': start + 4 + 64,
      'between chunks': start + 4 + 64 + 2,
      'before the last size': whole.length - 5,
      'in the last size': whole.length - 4,
      'before the last empty line': whole.length - 2,
      'in the last empty line': whole.length - 1,
    },
  };
}

const ENDINGS = {
  'a reset': (call: Call) => void call.raw.resetAndDestroy(),
  'an end without a word': (call: Call) => void call.raw.destroy(),
  'a proper end': (call: Call) => void call.socket.end(),
} as const;

for (const endpoint of ['discovery', 'token', 'jwks'] as const) {
  test(`HTTP faults at ${endpoint} have their code and cause, and the next login works (security 41, 43)`, async (t) => {
    t.timeout(180 * SECONDS);
    const wire = await startWire(t);
    const provider = await startRawProvider(t, wire.pair);
    await wire.use(provider);
    for (const [title, [outcome, fault]] of Object.entries(HTTP_ROWS)) {
      const { code, log } = await meet(t, wire, provider, endpoint, fault);
      if (outcome === '') t.is(code, '200 no code', `${title}: ${log}`);
      else t.is(`${code} ${causeIn(log)}`, `${CODES[endpoint]} ${outcome}`, `${title}: ${log}`);
    }
    await assertNextLogin(t, wire, provider);
  });

  test(`a connection that breaks at any place of the answer of ${endpoint} is closed, never half an answer`, async (t) => {
    t.timeout(180 * SECONDS);
    const wire = await startWire(t);
    const provider = await startRawProvider(t, wire.pair);
    await wire.use(provider);
    for (const framing of ['length', 'chunks'] as const) {
      for (const place of Object.keys(placesOf(framing, HEAD, '{}'.padEnd(200)).places)) {
        for (const [ending, end] of Object.entries(ENDINGS)) {
          const fault: Fault = (call) => {
            const { whole, places } = placesOf(framing, call.head, call.body);
            call.socket.write(whole.slice(0, places[place]), () => setTimeout(() => end(call), 3));
          };
          const { code, log } = await meet(t, wire, provider, endpoint, fault);
          t.is(`${code} ${causeIn(log)}`, `${CODES[endpoint]} CONNECTION_CLOSED`, `${framing}, ${ending} ${place}: ${log}`);
        }
      }
    }
    await assertNextLogin(t, wire, provider);
  });
}

test('redirects to loopback are not followed (security 38)', async (t) => {
  t.timeout(60 * SECONDS);
  const wire = await startWire(t);
  const provider = await startRawProvider(t, wire.pair);
  const other = await startRawProvider(t, wire.pair);
  await wire.use(provider);
  const codes = { discovery: '502 DISCOVERY_FAILED', jwks: '502 JWKS_FETCH_FAILED', token: '502 TOKEN_EXCHANGE_FAILED' };
  for (const endpoint of ['discovery', 'jwks', 'token'] as const) {
    for (const status of [301, 302, 303, 307, 308]) {
      const { code } = await meet(
        t,
        wire,
        provider,
        endpoint,
        says(() => `HTTP/1.1 ${status} X\r\nLocation: https://127.0.0.1:${other.port}/\r\nContent-Length: 0\r\n\r\n`),
      );
      t.is(code, codes[endpoint], `${status} at ${endpoint}`);
    }
  }
  t.is(other.connections, 0);
  await assertNextLogin(t, wire, provider);
});

test('a failure of the provider is remembered and its end does not need a restart', async (t) => {
  const wire = await startWire(t);
  const provider = await startRawProvider(t, wire.pair);
  await wire.use(provider);
  provider.fault = (call) => void call.raw.resetAndDestroy();
  const first = await wire.start(wire.newBrowser());
  t.is(codeOf(first), '502 DISCOVERY_NETWORK_ERROR');
  const calls = provider.calls.length;
  const second = await wire.start(wire.newBrowser());
  t.is(codeOf(second), '502 DISCOVERY_NETWORK_ERROR');
  t.is(second.headers['retry-after'], '15');
  t.is(provider.calls.length, calls);
  assertNothingMade(t, wire, second);
});

// The only two that wait: for the 10 s of one call.
const SLOW: Record<string, readonly [Endpoint, Fault]> = {
  'an answer that stalls inside its body': ['token', (call) => void call.socket.write(call.head + call.body.slice(0, 20))],
  'an answer that comes a byte at a time for ever': [
    'discovery',
    (call) => {
      call.socket.write(HEAD);
      const timer = setInterval(() => (call.socket.destroyed ? clearInterval(timer) : call.socket.write('X')), 50);
    },
  ],
};
for (const [title, [endpoint, fault]] of Object.entries(SLOW)) {
  test(`${title} ends at the deadline of a call, 10 s`, async (t) => {
    t.timeout(180 * SECONDS);
    const wire = await startWire(t);
    const provider = await startRawProvider(t, wire.pair);
    await wire.use(provider);
    const began = performance.now();
    const { code, log } = await meet(t, wire, provider, endpoint, fault);
    const seconds = (performance.now() - began) / 1000;
    t.is(`${code} ${causeIn(log)}`, `${CODES[endpoint]} TIMED_OUT`, log);
    // Not before it; how long after it, is the computer's affair.
    t.true(seconds > 9.5, `${seconds} s`);
    await assertNextLogin(t, wire, provider);
  });
}
