// SPDX-License-Identifier: MIT
// A session is made in several calls, and the guard may look at any moment: every order of a login, a
// tick and a change of the configuration, and one of them killed at any point.
import test from 'ava';
import { runTick } from '../../../src/guard/tick.ts';
import { NO_REQUEST } from '../../../src/http/request.ts';
import { createLuciSession, type Admission } from '../../../src/luci/session.ts';
import { syncRoles } from '../../../src/luci/sync.ts';
import { readConfig } from '../../../src/config-roles.ts';
import { rulesOf } from '../../../src/access/roles.ts';
import type { Role } from '../../../src/config.ts';
import { Refusal } from '../../../src/refusal.ts';
import { openUbus } from '../../../src/ubus/client.ts';
import { readPackage } from '../../../src/uci-options.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import type { FakeSession } from '../../_helpers/_fake-router.ts';
import { ISSUER } from '../../_helpers/_fake-provider.ts';
import { newWorld } from '../../_helpers/_login.ts';
import { everyCallOrder, KILLED, type CallMoment, type Program } from '../../_helpers/interleavings.ts';

const SCOPES = ['access-group', 'ubus'];
const ALL_GROUPS = ['luci-base read', 'luci-base write', 'luci-mod-status read', 'unauthenticated read'];
const FEW_GROUPS = ['luci-base read', 'unauthenticated read'];
const ACL = {
  unauthenticated: { read: { ubus: { session: ['access'] } } },
  'luci-base': { read: { ubus: { luci: ['getInitList'] } }, write: { ubus: { uci: ['set'] } } },
  'luci-mod-status': { read: { ubus: { log: ['read'] } } },
};

/** Makes hosts that are as this one is now. */
function copiesOf(host: FakeHost): () => FakeHost {
  const [router, files] = [host.router.snapshot(), [...host.state]];
  return () => {
    const next = new FakeHost();
    next.router.restore(router);
    for (const [name, bytes] of files) next.state.set(name, bytes);
    for (const [name, bytes] of host.files) next.files.set(name, bytes);
    return next;
  };
}

/** Of a router that a tick has seen, so that only what happens now is to be done. */
async function hostAfterTicks(): Promise<() => FakeHost> {
  const { host } = newWorld();
  for (const name of host.files.keys()) if (name.includes('acl.d')) host.files.delete(name);
  host.files.set('/usr/share/rpcd/acl.d/all.json', Buffer.from(JSON.stringify(ACL)));
  for (let i = 0; i < 2; i++) await runTick(host);
  return copiesOf(host);
}

function configOf(host: FakeHost) {
  const config = readConfig(readPackage(openUbus(host), 'luci-sso'));
  if (!config.ok) throw new Error(config.problems.join());
  return config.value;
}

/** The end of a callback that has read the configuration as it is at the start. */
const login = (newHost: () => FakeHost): Program => {
  const { oidc, roles } = configOf(newHost());
  return async (host) => {
    const exchange = { host, request: NO_REQUEST, correlationId: 'login', headers: [] };
    const admission = {
      claims: { iss: ISSUER },
      identity: { sub: 'alice', email: 'alice@example.com', isEmailVerified: true, username: 'alice', name: '', groups: undefined },
      role: roles[0],
      rule: rulesOf(roles[0] as Role)[0],
      oidc,
      idleS: 3600,
      logoutUrl: '',
    } as unknown as Admission;
    try {
      return createLuciSession(exchange, openUbus(host), admission);
    } catch (error) {
      if (error instanceof Refusal) return `${error.code}: ${error.detail}`;
      throw error;
    }
  };
};
const tick: Program = async (host) => String(await runTick(host));

/** `uci commit` in a shell, at one moment. */
const commit =
  (change: (config: FakeHost['router']['uci'][string]) => void): Program =>
  async (host) => {
    if (!host.stateCreate('committed', new Uint8Array(0)).ok) return 'twice';
    change(host.router.uci['luci-sso'] ?? {});
    return 'committed';
  };

const scopesOf = (session: FakeSession | undefined): string[] => Object.keys(session?.grants ?? {}).sort();
const groupsOf = (session: FakeSession | undefined): string[] =>
  (session?.grants['access-group'] ?? []).map(([group = '', way]) => `${group} ${way}`).sort();
const isOver = ({ outcomes }: CallMoment): boolean => outcomes.every((outcome) => outcome !== undefined);
const ssoSessions = (host: FakeHost): FakeSession[] =>
  [...host.router.sessions.values()].filter(({ values }) => values.oidc_role !== undefined);

for (const note of ['settled', 'nothing'])
  test(`a tick that looks in the middle of a login takes nothing from it, and the login succeeds: ${note} is noted`, async (t) => {
    t.timeout(120_000);
    const first = (await hostAfterTicks())();
    if (note === 'nothing') first.state.delete('guard.note');
    const newHost = copiesOf(first);
    const scratch = newHost();
    const moments = await everyCallOrder([login(newHost), tick], newHost, { withKills: false }, (moment) => {
      moment.restore(scratch);
      const usable = [...scratch.router.sessions.values()].filter(({ values }) => values.token !== undefined);
      for (const session of usable) {
        t.deepEqual(scopesOf(session), SCOPES);
        t.deepEqual(groupsOf(session), ALL_GROUPS);
      }
      if (!isOver(moment)) return;
      t.regex(moment.outcomes[0] ?? '', /^a+\d+$/, moment.outcomes.join(', '));
      t.is(usable.length, 1);
      t.is(moment.outcomes[1], '0');
    });
    t.log(`${moments} moments`);
    t.true(moments > 100);
  });

test('a change of the rights while a login is in flight: it succeeds, and after the next tick it has the rights of now', async (t) => {
  t.timeout(120_000);
  const newHost = await hostAfterTicks();
  const scratch = newHost();
  const narrowed = commit((config) => Object.assign(config.admin ?? {}, { read: [], write: [] }));
  let ends = 0;
  await everyCallOrder([login(newHost), narrowed, tick], newHost, { withKills: false }, async (moment) => {
    if (!isOver(moment)) return;
    ends++;
    t.regex(moment.outcomes[0] ?? '', /^a+\d+$/, moment.outcomes.join(', '));
    moment.restore(scratch);
    await runTick(scratch);
    const [session] = ssoSessions(scratch);
    t.deepEqual(groupsOf(session), FEW_GROUPS);
  });
  t.true(ends > 3, `${ends} ends`);
});

test('a role that is removed while a login is in flight: after the next tick nobody has its rights', async (t) => {
  t.timeout(120_000);
  const newHost = await hostAfterTicks();
  const scratch = newHost();
  const removed = commit((config) => delete config.admin);
  const answers = new Set<string>();
  await everyCallOrder([login(newHost), removed, tick], newHost, { withKills: false }, async (moment) => {
    if (!isOver(moment)) return;
    answers.add((moment.outcomes[0] ?? '').slice(0, 17));
    moment.restore(scratch);
    await runTick(scratch);
    t.deepEqual(ssoSessions(scratch), []);
  });
  t.deepEqual([...answers].filter((answer) => !/^a+\d*$/.test(answer)).sort(), ['UBUS_LOGIN_FAILED'], 'where the tick was faster');
});

test('a login that is killed leaves nothing that can be used, or a session as all others', async (t) => {
  t.timeout(120_000);
  const newHost = await hostAfterTicks();
  const scratch = newHost();
  const seen = new Set<string>();
  await everyCallOrder([login(newHost), tick], newHost, { withKills: true }, async (moment) => {
    if (moment.outcomes[0] !== KILLED || moment.outcomes[1] === undefined) return;
    moment.restore(scratch);
    await runTick(scratch);
    for (const session of ssoSessions(scratch)) t.deepEqual(groupsOf(session), ALL_GROUPS);
    t.true([...scratch.router.sessions.values()].every(({ values }) => values.token === undefined));
    seen.add(
      `${ssoSessions(scratch).length} ${
        Buffer.from(scratch.state.get('guard.note') ?? [])
          .toString()
          .split(' ')[0] ?? ''
      }`,
    );
  });
  t.deepEqual([...seen].sort(), ['0 quiet', '1 settled']);
});

test('two that put the rights right at the same moment take nothing from each other', async (t) => {
  t.timeout(120_000);
  const newHost = await hostAfterTicks();
  const first = newHost();
  const id = await login(newHost)(first);
  Object.assign(first.router.uci['luci-sso']?.admin ?? {}, { read: [], write: [] });
  const narrowed = copiesOf(first);
  const sync: Program = async (host) => String(syncRoles(host, openUbus(host), configOf(host), 'sync').failed);
  const scratch = narrowed();
  let ends = 0;
  await everyCallOrder([sync, sync], narrowed, { withKills: true }, async (moment) => {
    if (!isOver(moment) || moment.outcomes.every((outcome) => outcome === KILLED)) return;
    ends++;
    moment.restore(scratch);
    await runTick(scratch);
    t.deepEqual(groupsOf(scratch.router.sessions.get(id)), FEW_GROUPS);
  });
  t.true(ends > 0);
});
