// SPDX-License-Identifier: MIT
// Each option in each wrong kind: the login page always gets its 200, a login gets a code, the log
// names section and option, and never a secret's value.
import test from 'ava';
import { REFUSALS } from '../../../src/refusals.ts';
import { ask, codeOf } from '../../_helpers/_fake-host.ts';
import { finish, newWorld, SECRET, start, type World } from '../../_helpers/_login.ts';

const PROVIDER_OPTIONS = [
  'enabled',
  'issuer_url',
  'client_id',
  'client_secret',
  'trusted_audience',
  'client_auth',
  'par',
  'redirect_uri',
  'scope',
  'provider_name',
  'internal_issuer_url',
  'internal_address',
  'ca_file',
  'clock_tolerance',
  'require_email_verified',
  'email_claim',
  'email_verified_claim',
  'groups_claim',
  'username_claim',
  'name_claim',
  'allowed_alg',
  'prompt',
  'max_age',
  'acr_values',
  'session_time',
  'session_max',
  'recheck',
  'sso_only',
  'logout_at_provider',
  'trusted_proxy',
];
const ROLE_OPTIONS = ['email', 'domain', 'group', 'sub', 'default', 'login', 'read', 'write'];
const OTHER = ['.type', '.index', '.name', '.anonymous', 'unknown_option'];

const KINDS: ReadonlyArray<readonly [string, unknown]> = [
  ['a list of one', ['x']],
  ['a list of two', ['https://a.test', 'https://b.test']],
  ['an empty list', []],
  ['a list of lists', [['x']]],
  ['a list of 200', new Array<string>(200).fill('x')],
  ['an empty text', ''],
  ['a blank', ' '],
  ['100,000 characters', 'x'.repeat(100_000)],
  ['2,048 characters', 'x'.repeat(2048)],
  ['a control character', 'a\u0001b'],
  ['a line break', 'https://id.test\nenabled=1'],
  ['what was no UTF-8', '\uFFFD'],
  ['other letters', 'é€😀'],
  ['a number', 7],
  ['a negative number', -1],
  ['true', true],
  ['null', null],
  ['a table', { a: 'b' }],
  ['text of a number', '99999999999999999999'],
  ['text of a fraction', '1.5'],
  ['markup', '<script>alert(1)</script>'],
  ['a pattern', '!*'],
];

function withOption(section: 'default' | 'admin', option: string, value: unknown): World {
  const world = newWorld();
  (world.host.router.uci['luci-sso']?.[section] as Record<string, unknown>)[option] = value;
  return world;
}

for (const [section, options] of [
  ['default', [...PROVIDER_OPTIONS, ...OTHER]],
  ['admin', [...ROLE_OPTIONS, ...OTHER]],
] as const) {
  for (const [kind, value] of KINDS) {
    test(`${section}: any option that is ${kind} leaves action=enabled at 200 and a login with a code`, async (t) => {
      for (const option of options) {
        const what = `${section}.${option} is ${kind}`;
        const world = withOption(section, option, value);
        for (const query of ['action=enabled', 'action=enabled&v=2']) {
          const probe = await ask(world.host, { query });
          t.is(probe.status, 200, what);
          const body = JSON.parse(probe.body) as Record<string, unknown>;
          t.is(typeof body.enabled, 'boolean', what);
          t.true(probe.body.startsWith(`{"enabled":${body.enabled}`), what);
        }
        const started = await start(world);
        const code = codeOf(started.answer) || (started.answer.status === 302 ? codeOf(await finish(world, started)) : '');
        t.not(code, 'INTERNAL_ERROR', `${what}: ${world.host.lines.join(' | ')}`);
        t.true(code === '' || Object.hasOwn(REFUSALS, code), `${what}: ${code}`);
        // Nobody gets in by a wrong option who had no right before: alice has.
        t.true(world.host.router.sessions.size <= (code === '' ? 1 : 0), what);
        if (code === 'CONFIG_ERROR' && !option.startsWith('.')) {
          t.true(
            world.host.lines.some((line) => line.includes(`option ${option}`)),
            `${what}: the log does not name it: ${world.host.lines.join(' | ')}`,
          );
        }
        t.false(
          world.host.lines.some((line) => line.includes(SECRET)),
          what,
        );
        if (option === 'client_secret' && typeof value === 'string' && value.trim().length > 3) {
          t.false(
            world.host.lines.some((line) => line.includes(value)),
            `${what}: the secret is in the log`,
          );
        }
      }
    });
  }
}

for (const [name, change] of [
  ['no package', (w: World) => void delete w.host.router.uci['luci-sso']],
  ['no section', (w: World) => void (w.host.router.uci['luci-sso'] = {})],
  ['no provider section', (w: World) => void delete w.host.router.uci['luci-sso']?.default],
  ['a provider section of another type', (w: World) => void Object.assign(w.host.router.uci['luci-sso']!.default!, { '.type': 'role' })],
  [
    '1,000 roles',
    (w: World) => {
      for (let i = 0; i < 1000; i++) w.host.router.uci['luci-sso']![`role${i}`] = { '.type': 'role', email: [`u${i}@x.test`] };
    },
  ],
  [
    '1,000 sections of unknown types',
    (w: World) => {
      for (let i = 0; i < 1000; i++) w.host.router.uci['luci-sso']![`s${i}`] = { '.type': 'x' };
    },
  ],
  [
    'a section named __proto__',
    (w: World) => void Object.defineProperty(w.host.router.uci['luci-sso'], '__proto__', { value: { '.type': 'role' }, enumerable: true }),
  ],
] as const) {
  test(`a configuration with ${name} leaves action=enabled at 200`, async (t) => {
    const world = newWorld();
    change(world);
    t.is((await ask(world.host, { query: 'action=enabled' })).status, 200);
    const code = codeOf(await ask(world.host, {}));
    t.true(code === '' || code === 'CONFIG_ERROR', code);
  });
}
