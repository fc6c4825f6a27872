// SPDX-License-Identifier: MIT
// Every answer of ubus in every wrong form: a refusal of the router's side and no session, or a login
// that does not need that answer; never a session half-made.
import test from 'ava';
import { REFUSALS } from '../../../src/refusals.ts';
import { ask, codeOf } from '../../_helpers/_fake-host.ts';
import { callbackQuery, authorize, finish, newWorld, start, type World } from '../../_helpers/_login.ts';
import {
  encodeMessage,
  encodeTable,
  decodeMessages,
  ATTRIBUTE,
  int32,
  MESSAGE,
  type Table,
  type Value,
} from '../../stand-ins/router/blobmsg.ts';

/** What the program calls in a login, in order; the position counts all calls. */
async function callsOfLogin(): Promise<readonly string[]> {
  const world = newWorld();
  const started = await start(world);
  world.host.router.calls.length = 0;
  await finish(world, started);
  return world.host.router.calls.map((call) => `${call.object}.${call.method}`);
}

type Forge = (answer: Table, send: (tables: readonly Table[], status?: number) => Buffer) => Buffer;

const member =
  (value: Value | undefined): Forge =>
  (answer, send) => {
    const changed: Table = {};
    for (const name of Object.keys(answer)) if (value !== undefined) changed[name] = value;
    return send([changed]);
  };

const FORGERIES: ReadonlyArray<readonly [string, Forge]> = [
  ['each member absent', member(undefined)],
  ['each member null', member(null)],
  ['each member a number', member(7)],
  ['each member a large number', member(2n ** 62n)],
  ['each member true', member(true)],
  ['each member an empty text', member('')],
  ['each member a text', member('nonsense')],
  ['each member a list', member([])],
  ['each member a list of lists', member([[['x']]])],
  ['each member a table', member({})],
  ['each member a table of tables', member({ a: { b: { c: {} } } })],
  ['each member 50,000 characters', member('x'.repeat(50_000))],
  ['no data', (_answer, send) => send([])],
  ['its data 20 times', (answer, send) => send(new Array<Table>(20).fill(answer))],
  ['members of another object', (_answer, send) => send([{ hostname: 'router', uptime: 7 }])],
  ['status 1', (_answer, send) => send([], 1)],
  ['status 4', (_answer, send) => send([], 4)],
  ['status 6', (_answer, send) => send([], 6)],
  ['status 9', (_answer, send) => send([], 9)],
  ['status -1', (_answer, send) => send([], -1)],
  ['data and then status 9', (answer, send) => send([answer], 9)],
];

/** From now on the call at `position` gets what `forge` makes of its true answer. */
function forgeCall(world: World, position: number, forge: Forge): void {
  const { router } = world.host;
  const answer = router.answer.bind(router);
  router.answer = (bytes) => {
    const before = router.calls.length;
    const honest = answer(bytes);
    if (router.calls.length === before || router.calls.length !== position + 1) return honest;
    const [request] = decodeMessages(Buffer.from(bytes)).messages;
    const data = decodeMessages(honest)
      .messages.find((message) => message.type === MESSAGE.DATA)
      ?.attributes.get(ATTRIBUTE.DATA);
    const sequence = request?.sequence ?? 0;
    const peer = request?.peer ?? 0;
    const send = (tables: readonly Table[], status = 0): Buffer =>
      Buffer.concat([
        ...tables.map((table) => encodeMessage(MESSAGE.DATA, sequence, peer, [[ATTRIBUTE.DATA, encodeTable(table)]])),
        encodeMessage(MESSAGE.STATUS, sequence, peer, [[ATTRIBUTE.STATUS, int32(status)]]),
      ]);
    return forge(data === undefined ? { values: {} } : honestTable(honest), send);
  };
}

function honestTable(honest: Buffer): Table {
  const data = decodeMessages(honest)
    .messages.find((message) => message.type === MESSAGE.DATA)
    ?.attributes.get(ATTRIBUTE.DATA);
  const names: Table = {};
  // Names are enough: each forgery replaces all values.
  if (data !== undefined)
    for (const name of ['values', 'value', 'ubus_rpc_session', 'timeout', 'data', 'section']) if (data.includes(name)) names[name] = 'x';
  return names;
}

for (const [form, forge] of FORGERIES) {
  test(`an answer of ubus with ${form} ends in a code, or in a login that did not need it`, async (t) => {
    const calls = await callsOfLogin();
    t.true(calls.length > 10, calls.join(' '));
    for (const [position, name] of calls.entries()) {
      const what = `call ${position} (${name}) with ${form}`;
      const world = newWorld();
      const started = await start(world);
      world.host.router.calls.length = 0;
      forgeCall(world, position, forge);
      const code = codeOf(await finish(world, started));
      t.true(code === '' || Object.hasOwn(REFUSALS, code), `${what}: ${code}`);
      t.not(code, 'INTERNAL_ERROR', `${what}: ${world.host.lines.join(' | ')}`);
      const live = [...world.host.router.sessions.values()].filter((session) => session.values.token !== undefined);
      t.true(live.length <= (code === '' ? 1 : 0), `${what}: ${code} and ${live.length} sessions with a token`);
      if (code === '' && live.length === 1) t.is(live[0]?.values.oidc_sub, 'alice-id', what);
      // The login after it is as good as any.
      const next = newWorld();
      next.host.state.clear();
      for (const [file, bytes] of world.host.state) next.host.state.set(file, bytes);
      t.is(codeOf(await finish(next, await start(next))), '', `the login behind ${what}`);
    }
  });
}

for (const [form, forge] of FORGERIES) {
  test(`action=enabled is a 200 when uci answers with ${form}`, async (t) => {
    const world = newWorld();
    world.host.router.calls.length = 0;
    forgeCall(world, 0, forge);
    const answer = await ask(world.host, { query: 'action=enabled' });
    t.is(answer.status, 200);
    t.regex(answer.body, /^\{"enabled":(true|false)\}$/);
  });
}

for (const [name, bytes] of [
  ['nothing', Buffer.alloc(0)],
  ['zero bytes', Buffer.alloc(64)],
  ['0xff', Buffer.alloc(64, 0xff)],
  ['a message that is cut', encodeMessage(MESSAGE.DATA, 1, 0, [[ATTRIBUTE.DATA, encodeTable({ a: 'b' })]]).subarray(0, 20)],
  ['a length below its header', Buffer.from('0002000100000000070000030000000000000000', 'hex')],
  ['a length of 16 MB', Buffer.from('00020001000000000affffff', 'hex')],
  ['200 answers to nobody', Buffer.concat(new Array<Buffer>(200).fill(encodeMessage(MESSAGE.DATA, 999, 0, [])))],
] as const) {
  test(`a broker that says ${name} is UBUS_ERROR, and no button`, async (t) => {
    const world = newWorld();
    const started = await start(world);
    authorize(world, started);
    world.host.router.answer = () => Buffer.from(bytes);
    t.is((await ask(world.host, { query: 'action=enabled' })).body, '{"enabled":false}');
    t.is(codeOf(await ask(world.host, { path: '/callback', query: callbackQuery(started.state), cookie: started.cookie })), 'UBUS_ERROR');
    t.is(world.host.router.sessions.size, 0);
  });
}
