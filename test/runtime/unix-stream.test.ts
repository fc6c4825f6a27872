// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeTree, RUNNER_TARGETS, valueOf, type Target } from './_runner.ts';

const SHOW =
  'const show = (got) => got.ok ? (got.bytes ? [...got.bytes] : "done") : got.reason, soon = (ms) => host.bootMilliseconds() + ms, later = 4503599627370496;\n';

/** A tree whose socket /var/run/s is served by `serve`. */
async function makeServedTree(t: ExecutionContext, target: Target, serve: (socket: Socket) => void): Promise<string> {
  const tree = makeTree(t, target, 'run-chunks');
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined); // the client may be gone
    serve(socket);
  });
  server.listen(path.join(tree, 'var/run/s'));
  await once(server, 'listening');
  t.teardown(() => server.close());
  return tree;
}

for (const target of RUNNER_TARGETS) {
  test(`a Unix stream carries bytes both ways up to its end on ${target}`, async (t) => {
    const tree = await makeServedTree(t, target, (socket) => socket.once('data', (data) => socket.end(data)));
    const value = await valueOf(
      t,
      target,
      `${SHOW}
      const stream = host.connectUnix('/var/run/s', later);
      const results = [stream.ok, stream.agreed, show(host.streamWrite(stream.id, Uint8Array.of(0, 255, 10), later))];
      results.push(show(host.streamRead(stream.id, 2, later)), show(host.streamRead(stream.id, 65536, later)), show(host.streamRead(stream.id, 9, later)));
      host.streamClose(stream.id);
      try { host.streamRead(stream.id, 1, later); } catch (error) { results.push(error.name); }
      return results;`,
      { tree },
    );
    t.deepEqual(value, [true, '', 'done', [0, 255], [10], [], 'TypeError']);
  });

  test(`a Unix stream that nobody answers ends at its deadline on ${target}`, async (t) => {
    const tree = await makeServedTree(t, target, () => undefined);
    const [reasons, waited] = (await valueOf(
      t,
      target,
      `${SHOW}
      const stream = host.connectUnix('/var/run/s', later), start = host.bootMilliseconds();
      const reasons = [show(host.streamRead(stream.id, 9, soon(200))), show(host.streamWrite(stream.id, new Uint8Array(5000000), soon(200)))];
      return [reasons, host.bootMilliseconds() - start];`,
      { tree },
    )) as [string[], number];
    t.deepEqual(reasons, ['timeout', 'timeout']);
    t.true(waited >= 390, String(waited));
  });

  test(`a deadline before the beginning of time is one that has passed on ${target}`, async (t) => {
    const tree = await makeServedTree(t, target, () => undefined);
    t.deepEqual(
      await valueOf(
        t,
        target,
        `${SHOW}
      const stream = host.connectUnix('/var/run/s', -(9223372036854775808));
      return [-(9223372036854775808), -Infinity, -1, NaN].map((deadline) => show(host.streamRead(stream.id, 9, deadline)));`,
        { tree },
      ),
      ['timeout', 'timeout', 'timeout', 'timeout'],
    );
  });

  test(`a Unix socket that is not there is refused on ${target}`, async (t) => {
    t.regex(String(await valueOf(t, target, `${SHOW} return show(host.connectUnix('/var/run/none', soon(500)));`)), /^refused(: |$)/);
  });

  test(`streams are limited in number and can be used again on ${target}`, async (t) => {
    const tree = await makeServedTree(t, target, () => undefined);
    const value = await valueOf(
      t,
      target,
      `${SHOW}
      const open = () => host.connectUnix('/var/run/s', later), all = [1, 2, 3, 4, 5, 6, 7, 8].map(open);
      const results = [all.every((stream) => stream.ok), show(open())];
      host.streamClose(all[3].id);
      return [...results, open().id === all[3].id];`,
      { tree },
    );
    t.deepEqual(value, [true, 'io: too many streams', true]);
  });
}
