// SPDX-License-Identifier: MIT
import test from 'ava';
import { Refusal } from '../../../src/refusal.ts';
import { callUbus, closeUbus, openUbus } from '../../../src/ubus/client.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import { ATTRIBUTE, encodeMessage, encodeTable, int32, MESSAGE } from '../../stand-ins/router/blobmsg.ts';

function refusalOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return '';
}

test('a call gives the answer or the status of the object', (t) => {
  const host = new FakeHost();
  host.router.uci['x'] = { s: { '.type': 't', a: 'b' } };
  const bus = openUbus(host);
  const reply = callUbus(bus, 'uci', 'get', { config: 'x', section: 's', option: 'a' });
  t.is(reply.ok && reply.data[0]?.value, 'b');
  t.deepEqual(callUbus(bus, 'uci', 'get', { config: 'missing' }), { ok: false, status: 4 });
  t.deepEqual(callUbus(bus, 'session', 'no_such', { ubus_rpc_session: 'x' }), { ok: false, status: 4 });
  closeUbus(bus);
  t.is(host.openStreams(), 0);
});

test('an object that is not there is no answer of it', (t) => {
  t.is(
    refusalOf(() => callUbus(openUbus(new FakeHost()), 'nobody', 'get', {})),
    'UBUS_ERROR',
  );
});

test('an object that was registered anew is looked up again, and called once', (t) => {
  const host = new FakeHost();
  const bus = openUbus(host);
  const created = callUbus(bus, 'session', 'create', { timeout: 1 });
  const id = created.ok ? String(created.data[0]?.['ubus_rpc_session']) : '';
  host.router.renumber();
  t.true(callUbus(bus, 'session', 'destroy', { ubus_rpc_session: id }).ok);
  t.is(host.router.sessions.size, 0);
  t.deepEqual(callUbus(bus, 'session', 'destroy', { ubus_rpc_session: id }), { ok: false, status: 4 });
  t.deepEqual(
    host.router.calls.map(({ method }) => method),
    ['create', 'destroy', 'destroy'],
  );
});

test('several answers to one call all arrive', (t) => {
  const host = new FakeHost();
  const bus = openUbus(host);
  callUbus(bus, 'session', 'create', { timeout: 1 });
  callUbus(bus, 'session', 'create', { timeout: 1 });
  const reply = callUbus(bus, 'session', 'list', {});
  t.is(reply.ok && reply.data.length, 2);
});

test('a long list that the broker hands out in small pieces is copied a few times, not once for each piece', (t) => {
  const host = new FakeHost();
  const bus = openUbus(host);
  let total = 0;
  for (let i = 0; i < 50; i++) {
    const created = callUbus(bus, 'session', 'create', { timeout: 1 });
    const session = created.ok ? created.data[0]?.['ubus_rpc_session'] : '';
    const objects = Array.from({ length: 200 }, (_, right) => [`object-${right}.of-a-service`, 'method']);
    callUbus(bus, 'session', 'grant', { ubus_rpc_session: session ?? '', scope: 'ubus', objects });
  }
  const read = host.streamRead.bind(host);
  host.streamRead = (id, _max, deadline) => {
    const more = read(id, 256, deadline);
    if (more.ok) total += more.bytes.length;
    return more;
  };
  let copied = 0;
  const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'set')?.value as typeof Uint8Array.prototype.set;
  Uint8Array.prototype.set = function (from, at) {
    copied += from.length;
    set.call(this, from, at);
  };
  try {
    let shown = 0;
    callUbus(bus, 'session', 'list', {}, ['data'], { outer: 'data', inner: 'oidc_role', visit: () => shown++ });
    t.is(shown, 0);
  } finally {
    delete (Uint8Array.prototype as { set?: unknown }).set;
  }
  t.true(total > 400_000);
  t.true(copied < 3 * total, `${copied} bytes copied of ${total}`);
});

test('answers to an older call are passed over', (t) => {
  const host = new FakeHost();
  host.router.uci['x'] = { s: { '.type': 't' } };
  const stale = Buffer.concat([
    encodeMessage(MESSAGE.DATA, 900, 1, [[ATTRIBUTE.DATA, encodeTable({ value: 'old' })]]),
    encodeMessage(MESSAGE.STATUS, 900, 1, [[ATTRIBUTE.STATUS, int32(0)]]),
  ]);
  const hello = host.router.hello();
  host.router.hello = () => Buffer.concat([hello, stale]);
  t.true(callUbus(openUbus(host), 'uci', 'get', { config: 'x' }).ok);
});

test('a broker that is gone, silent or talks nonsense refuses the request', (t) => {
  const gone = new FakeHost();
  gone.failures.set('connectUnix', 'missing');
  t.is(
    refusalOf(() => openUbus(gone)),
    'UBUS_CONNECT_FAILED',
  );

  const silent = new FakeHost();
  silent.router.answer = () => Buffer.alloc(0);
  t.is(
    refusalOf(() => callUbus(openUbus(silent), 'uci', 'get', {})),
    'UBUS_ERROR',
  );

  const rubbish = new FakeHost();
  rubbish.router.answer = () => Buffer.alloc(64, 0xff);
  t.is(
    refusalOf(() => callUbus(openUbus(rubbish), 'uci', 'get', {})),
    'UBUS_ERROR',
  );

  const huge = new FakeHost();
  huge.router.answer = () => Buffer.from('00010001000000000fffffff', 'hex');
  t.is(
    refusalOf(() => callUbus(openUbus(huge), 'uci', 'get', {})),
    'UBUS_ERROR',
  );
});

test('a broker that never stops sending is ended by the deadline', (t) => {
  const host = new FakeHost();
  const bus = openUbus(host);
  const other = encodeMessage(MESSAGE.DATA, 900, 1, [[ATTRIBUTE.DATA, encodeTable({ value: 'x' })]]);
  host.streamRead = () => {
    host.bootMs += 100;
    return { ok: true, bytes: new Uint8Array(other) };
  };
  t.is(
    refusalOf(() => callUbus(bus, 'uci', 'get', {})),
    'UBUS_ERROR',
  );
});
