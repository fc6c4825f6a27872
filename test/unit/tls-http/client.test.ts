// SPDX-License-Identifier: MIT
import test from 'ava';
import { parseHttpsUrl, type HttpsUrl } from '../../../src/codec/url.ts';
import { closeConnections, requestHttps, type HttpsClient, type HttpsResult } from '../../../src/tls-http/client.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';

function url(text: string): HttpsUrl {
  const parsed = parseHttpsUrl(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.url;
}

function newClient(host: FakeHost): HttpsClient {
  return {
    host,
    deadline: host.bootMs + 25000,
    caFile: '',
    pinnedName: '',
    pinnedAddress: '',
    connections: new Map(),
    roots: { get: () => '', set: () => undefined },
  };
}

function get(answer: string, maxBodyBytes = 100): HttpsResult {
  const host = new FakeHost();
  host.server = () => Buffer.from(answer, 'latin1');
  return requestHttps(newClient(host), { method: 'GET', url: url('https://a.test/'), headers: [], maxBodyBytes });
}

const bodyOf = (result: HttpsResult) => (result.ok ? Buffer.from(result.response.body).toString() : result.cause);

test('a request has exactly the lines it needs (security 43)', (t) => {
  const host = new FakeHost();
  let sent = '';
  host.server = (request) => {
    sent = request;
    return Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  };
  const client = newClient(host);
  requestHttps(client, {
    method: 'POST',
    url: url('https://A.test:8443/t?x=1'),
    headers: [['Authorization', 'Basic x']],
    form: 'a=b',
    maxBodyBytes: 9,
  });
  t.is(
    sent,
    [
      'POST /t?x=1 HTTP/1.1',
      'Host: a.test:8443',
      'Accept: application/json',
      'Accept-Encoding: identity',
      'User-Agent: luci-sso',
      'Authorization: Basic x',
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 3',
      '',
      'a=b',
    ].join('\r\n'),
  );
  closeConnections(client);
  t.is(host.openStreams(), 0);
});

test('bodies end by Content-Length, by chunks, or with the connection', (t) => {
  t.is(bodyOf(get('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc')), 'abc');
  t.is(bodyOf(get('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc')), 'abc');
  t.is(bodyOf(get('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\nTrailer: x\r\n\r\n')), 'abc');
  t.is(bodyOf(get('HTTP/1.1 204 No Content\r\n\r\n')), '');
  t.is(bodyOf(get('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')), 'x');
  const host = new FakeHost();
  host.server = () => Buffer.from('HTTP/1.0 200 OK\r\n\r\nabc');
  const open = host.connectTls.bind(host);
  host.connectTls = (target) => {
    const stream = open(target);
    const read = host.streamRead.bind(host);
    host.streamRead = (id, max, deadline) => {
      const got = read(id, max, deadline);
      return got.ok ? got : { ok: true, bytes: new Uint8Array(0) };
    };
    return stream;
  };
  t.is(bodyOf(requestHttps(newClient(host), { method: 'GET', url: url('https://a.test/'), headers: [], maxBodyBytes: 3 })), 'abc');
});

test('an answer is the same wherever the network cuts it', (t) => {
  const whole = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n';
  for (let cut = 1; cut < whole.length; cut++) {
    const host = new FakeHost();
    host.server = () => Buffer.from(whole);
    const read = host.streamRead.bind(host);
    let isFirst = true;
    host.streamRead = (id, max, deadline) => {
      const size = isFirst ? cut : max;
      isFirst = false;
      return read(id, size, deadline);
    };
    t.is(
      bodyOf(requestHttps(newClient(host), { method: 'GET', url: url('https://a.test/'), headers: [], maxBodyBytes: 100 })),
      'abc0123456789abcdef',
    );
  }
});

test('security 41: what two parsers could read differently is refused', (t) => {
  const refused = [
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 099 X\r\n\r\n',
    'HTTP/1.1 200OK\r\n\r\n',
    'ICY 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nContent-Length: 1,\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\nx',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 0\r\n\r\n',
    `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(101)}\r\n`,
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(300)}\r\n`,
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(1100)}\r\n`,
    'HTTP/1.1 100 Continue\r\n\r\n'.repeat(6),
  ];
  for (const answer of refused) t.is(bodyOf(get(answer)), 'INVALID_HTTP', answer.slice(0, 80));
});

test('limits: head 16 KiB, body as the caller says, in every framing (security 41)', (t) => {
  t.is(bodyOf(get(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(16384)}\r\n\r\n`)), 'RESPONSE_TOO_LARGE');
  t.is(bodyOf(get(`HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n${'x'.repeat(101)}`)), 'RESPONSE_TOO_LARGE');
  t.is(bodyOf(get(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n${'x'.repeat(101)}\r\n0\r\n\r\n`)), 'RESPONSE_TOO_LARGE');
  t.is(bodyOf(get(`HTTP/1.0 200 OK\r\n\r\n${'x'.repeat(101)}`)), 'RESPONSE_TOO_LARGE');
  t.is(bodyOf(get(`HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n${'x'.repeat(100)}`)), 'x'.repeat(100));
});

test('every way a connection fails has its cause', (t) => {
  const rows = [
    ['timeout', 'TIMED_OUT'],
    ['refused', 'CONNECTION_FAILED'],
    ['dns: x', 'NAME_NOT_RESOLVED'],
    ['tls: -0x7780', 'TLS_FAILED'],
    ['cert-untrusted', 'CERT_UNTRUSTED'],
    ['cert-name', 'CERT_NAME_MISMATCH'],
    ['cert-expired', 'CERT_EXPIRED'],
    ['cert-not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['ca-file', 'CA_FILE_UNUSABLE'],
    ['no-ca', 'NO_CA_CERTIFICATES'],
    ['io', 'CONNECTION_FAILED'],
  ] as const;
  for (const [reason, cause] of rows) {
    const host = new FakeHost();
    host.failures.set('connectTls', reason);
    t.is(bodyOf(requestHttps(newClient(host), { method: 'GET', url: url('https://a.test/'), headers: [], maxBodyBytes: 1 })), cause);
  }
  t.is(bodyOf(get('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na')), 'TIMED_OUT');
});

test('a connection is used again only when the answer allows it and the server keeps it', (t) => {
  const count = (answer: string, between: (host: FakeHost) => void = () => {}) => {
    const host = new FakeHost();
    host.server = () => Buffer.from(answer);
    let connections = 0;
    const connect = host.connectTls.bind(host);
    host.connectTls = (target) => {
      connections++;
      return connect(target);
    };
    const client = newClient(host);
    const request = { method: 'GET', url: url('https://a.test/'), headers: [], maxBodyBytes: 9 } as const;
    requestHttps(client, request);
    between(host);
    requestHttps(client, request);
    closeConnections(client);
    t.is(host.openStreams(), 0);
    return connections;
  };
  const kept = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx';
  t.is(count(kept), 1);
  t.is(count(kept.replace('OK\r\n', 'OK\r\nConnection: close\r\n')), 2);
  t.is(count(kept.replace('1.1', '1.0')), 2);
  t.is(count(`${kept}y`), 2, 'surplus bytes belong to nothing');
  t.is(
    count(kept, (host) => {
      const read = host.streamRead.bind(host);
      host.streamRead = () => {
        host.streamRead = read;
        return { ok: true, bytes: new Uint8Array(0) };
      };
    }),
    2,
    'the server closed it meanwhile',
  );
});

test('a server that ends a kept connection while the next request is under way gets it once more, on a new one', (t) => {
  for (const [losses, expected] of [
    [1, 'x'],
    [2, 'CONNECTION_CLOSED'],
  ] as const) {
    const host = new FakeHost();
    host.server = () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
    const client = newClient(host);
    const request = { method: 'POST', url: url('https://a.test/'), headers: [], form: 'a=b', maxBodyBytes: 9 } as const;
    t.is(bodyOf(requestHttps(client, request)), 'x');
    const write = host.streamWrite.bind(host);
    let lost = 0;
    host.streamWrite = (...given) => (lost++ < losses ? { ok: false, reason: 'closed: reset' } : write(...given));
    t.is(bodyOf(requestHttps(client, request)), expected);
    closeConnections(client);
    t.is(host.openStreams(), 0);
  }
});

test('a server that ends a kept connection inside its answer is not asked again', (t) => {
  const host = new FakeHost();
  let asked = 0;
  host.server = () => Buffer.from(++asked === 1 ? 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx' : 'HTTP/1.1 2');
  const client = newClient(host);
  const request = { method: 'GET', url: url('https://a.test/'), headers: [], maxBodyBytes: 9 } as const;
  requestHttps(client, request);
  const read = host.streamRead.bind(host);
  host.streamRead = (...given) => {
    const more = read(...given);
    return more.ok || asked < 2 ? more : { ok: false, reason: 'closed: reset' };
  };
  t.is(bodyOf(requestHttps(client, request)), 'CONNECTION_CLOSED');
  t.is(asked, 2);
});

test('a server that never pauses is ended by the deadline, not only by the limits', (t) => {
  const host = new FakeHost();
  host.server = () => Buffer.from(`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(9000)}`);
  const read = host.streamRead.bind(host);
  let reads = 0;
  host.streamRead = (id, _max, deadline) => {
    host.bootMs += 100;
    reads++;
    return read(id, 1, deadline);
  };
  t.is(bodyOf(requestHttps(newClient(host), { method: 'GET', url: url('https://a.test/'), headers: [], maxBodyBytes: 9 })), 'TIMED_OUT');
  t.is(reads, 100);
});
