// SPDX-License-Identifier: MIT
// What becomes of a TLS stream after its handshake, and before it: ends that are proper and ends that
// are not, large bodies, stalls. Deadlines are handed in; what is asserted is the reason, never a time.
import test, { type ExecutionContext } from 'ava';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { makeAuthority, type Authority, type Pair } from '../_helpers/certificates.ts';
import { file, greet, GREETING, listen, serveTls, TARGETS, visit, type Findings, type Visit } from './_tls-probe.ts';

const MEGABYTE = 1 << 20;
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

let authority: Authority;
let pair: Pair;
test.before(async () => {
  authority = await makeAuthority();
  pair = await authority.issue({ names: ['idp.example'] });
});

async function meet(
  t: ExecutionContext,
  serve: (socket: tls.TLSSocket) => void,
  options: Partial<Visit> & { readonly server?: tls.TlsOptions } = {},
): Promise<Findings> {
  const port = await serveTls(t, { ...pair, ...options.server }, serve);
  const found = await visit({ port, caFile: await file(t, authority.cert), ...options });
  t.is(found.facts['left'], 'nothing');
  t.is(found.facts['again'], undefined, 'a stream that ended stays ended, for the same reason');
  return found;
}

for (const target of TARGETS) {
  test(`a megabyte up, then a megabyte down (${target})`, async (t) => {
    const up = randomBytes(MEGABYTE);
    const down = randomBytes(MEGABYTE);
    const got: Buffer[] = [];
    let size = 0;
    const found = await meet(
      t,
      (socket) => {
        socket.on('data', (part: Buffer) => {
          got.push(part);
          size += part.length;
          if (size === up.length) socket.end(down);
        });
      },
      { input: up, target },
    );
    t.is(found.facts['sent'], 'all');
    t.is(found.facts['received'], 'end');
    t.true(Buffer.concat(got).equals(up));
    t.true(found.output.equals(down));
  });

  test(`an echo that answers while we still send (${target})`, async (t) => {
    const input = randomBytes(MEGABYTE);
    let size = 0;
    const found = await meet(
      t,
      (socket) => {
        socket.on('data', (part: Buffer) => {
          size += part.length;
          socket.write(part);
          if (size === input.length) socket.end();
        });
      },
      { input, target },
    );
    t.is(found.facts['sent'], 'all');
    t.is(found.facts['received'], 'end');
    t.true(found.output.equals(input));
  });
}

for (const version of VERSIONS) {
  const server: tls.TlsOptions = { minVersion: version, maxVersion: version };

  test(`an answer before the request is read whole is still delivered (${version})`, async (t) => {
    const found = await meet(t, (socket) => socket.once('data', () => socket.end('no')), { server, input: Buffer.alloc(MEGABYTE) });
    t.is(found.output.toString(), 'no');
    t.is(found.facts['received'], 'end');
  });

  test(`an end without close_notify is no end (${version})`, async (t) => {
    const found = await meet(t, (socket) => socket.once('data', () => socket.write('half of it', () => socket.destroy())), {
      server,
      ...GREETING,
    });
    t.is(found.output.toString(), 'half of it');
    t.is(found.facts['received'], 'closed: without close_notify');
  });

  test(`a record that is cut short is no end (${version})`, async (t) => {
    // A relay that passes everything on until the server answers, and of that only a part.
    const behind = await serveTls(t, { ...pair, ...server }, (socket) => {
      socket.once('data', () => socket.end(Buffer.alloc(8000, 'a')));
    });
    let answering = false;
    const relay = net.createServer((socket) => {
      const onward = net.connect(behind, '127.0.0.1').on('error', () => undefined);
      socket.on('data', (part) => onward.write(part));
      onward.on('data', (part) => {
        answering ||= part.length > 7000;
        if (answering) socket.end(part.subarray(0, 4000));
        else socket.write(part);
      });
    });
    const found = await visit({ port: await listen(t, relay), caFile: await file(t, authority.cert), ...GREETING });
    t.is(found.output.length, 0);
    t.is(found.facts['received'], 'closed: without close_notify');
  });

  test(`a flipped bit is noticed (${version})`, async (t) => {
    const behind = await serveTls(t, { ...pair, ...server }, (socket) => {
      socket.once('data', () => socket.end(Buffer.alloc(8000, 'a')));
    });
    const relay = net.createServer((socket) => {
      const onward = net.connect(behind, '127.0.0.1').on('error', () => undefined);
      socket.on('data', (part) => onward.write(part));
      onward.on('data', (part) => {
        if (part.length > 7000) part[5000] = (part[5000] ?? 0) ^ 1;
        socket.write(part);
      });
    });
    const found = await visit({ port: await listen(t, relay), caFile: await file(t, authority.cert), ...GREETING });
    t.is(found.output.length, 0);
    t.is(found.facts['received'], 'tls: -0x7180');
  });

  test(`a reset after the handshake (${version})`, async (t) => {
    // It reads and says nothing: an end of its own would come before the reset, now and then.
    const behind = await serveTls(t, { ...pair, ...server }, (socket) => void socket.resume());
    const relay = net.createServer((socket) => {
      const onward = net.connect(behind, '127.0.0.1').on('error', () => undefined);
      let passed = 0;
      socket.on('data', (part) => {
        // More than a handshake needs: the request is on its way.
        passed += part.length;
        if (passed > 100_000) socket.resetAndDestroy();
        else onward.write(part);
      });
      onward.on('data', (part) => socket.write(part));
    });
    const found = await visit({
      port: await listen(t, relay),
      caFile: await file(t, authority.cert),
      input: Buffer.alloc(MEGABYTE),
    });
    t.is(found.facts['open'], 'ok');
    t.regex(found.facts['received'] ?? '', /^closed: /);
  });
}

test('nothing to say: an end without an answer', async (t) => {
  const found = await meet(t, (socket) => socket.once('data', () => socket.end()), GREETING);
  t.is(found.facts['received'], 'end');
  t.is(found.facts['bytes'], '0');
});

test('session tickets of TLS 1.3 between the data are passed over', async (t) => {
  const found = await meet(t, (socket) => socket.once('data', () => socket.end('after the tickets')), GREETING);
  t.is(found.output.toString(), 'after the tickets');
});

test('a look at an idle connection leaves it as it is', async (t) => {
  const env = { PROBE_LOOK: '1' };
  const found = await meet(t, greet, { ...GREETING, env });
  t.deepEqual(
    found.lines.filter((line) => line.startsWith('look')),
    ['look: timeout', 'look: end'],
  );
  t.is(found.output.toString(), 'hello idp.example');
});

test('a client certificate that is asked for but not demanded', async (t) => {
  const found = await meet(t, greet, { server: { requestCert: true, rejectUnauthorized: false }, ...GREETING });
  t.is(found.output.toString(), 'hello idp.example');
});

test('a server that resets during the handshake', async (t) => {
  const port = await listen(
    t,
    net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
  );
  const found = await visit({ port, caFile: await file(t, authority.cert) });
  t.is(found.facts['open'], 'closed: reset during the TLS handshake');
  t.is(found.facts['left'], 'nothing');
});

test('a server that hangs up during the handshake', async (t) => {
  const port = await listen(
    t,
    net.createServer((socket) => socket.once('data', () => socket.end())),
  );
  const found = await visit({ port, caFile: await file(t, authority.cert) });
  t.is(found.facts['open'], 'closed: during the TLS handshake');
});

test('a server that does not speak TLS', async (t) => {
  const port = await listen(
    t,
    net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  );
  const found = await visit({ port, caFile: await file(t, authority.cert) });
  t.is(found.facts['open'], 'tls: -0x7200');
});

test('a handshake that stalls ends with the deadline, and so does the child', async (t) => {
  const port = await listen(
    t,
    net.createServer(() => undefined),
  );
  const found = await visit({ port, caFile: await file(t, authority.cert), env: { PROBE_OPEN_MS: '700' } });
  t.is(found.facts['open'], 'timeout');
  t.is(found.facts['left'], 'nothing');
});

test('an answer that stalls ends with the deadline, after what had arrived', async (t) => {
  const found = await meet(t, (socket) => socket.write('a beginning'), { env: { PROBE_STALL_MS: '300' } });
  t.is(found.facts['received'], 'timeout');
  t.is(found.output.toString(), 'a beginning');
});

test('a peer that does not read ends with the deadline', async (t) => {
  const found = await meet(t, (socket) => socket.pause(), {
    env: { PROBE_WRITE_MS: '1500' },
    input: Buffer.alloc(64 * MEGABYTE),
  });
  t.is(found.facts['sent'], 'timeout');
  t.is(found.facts['received'], 'timeout');
});

test('a deadline in the past: nobody is called', async (t) => {
  let calls = 0;
  const port = await listen(
    t,
    net.createServer(() => {
      calls += 1;
    }),
  );
  const env = { PROBE_CONNECT_MS: '-1', PROBE_OPEN_MS: '-1' };
  const found = await visit({ port, caFile: await file(t, authority.cert), env });
  // Parent and child both notice; the child's word has a detail.
  t.regex(found.facts['open'] ?? '', /^timeout/);
  t.is(found.facts['left'], 'nothing');
  t.is(calls, 0);
});
