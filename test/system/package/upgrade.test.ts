// SPDX-License-Identifier: MIT
// Upgrades by opkg and apk over every package of this name that was published: 0.1, and 0.9 and 0.10 of the ucode
// implementation. Its configuration stays, is read, and gives nobody more than before.
import test, { type ExecutionContext } from 'ava';
import { statSync } from 'node:fs';
import { readConfig } from '../../../src/config-roles.ts';
import type { Config } from '../../../src/config.ts';
import type { Section } from '../../../src/uci-options.ts';
import { Device, findWayIn, RELEASES, type Release } from './_device.ts';
import { type Earlier, earlierPackage } from './_earlier.ts';
import { PROGRAM_VERSION, buildPackages } from './_packages.ts';

const way = findWayIn();
const lives = 'enter' in way ? test : test.skip;
const title = (text: string): string => ('reason' in way ? `${text} (${way.reason})` : text);

const CONFIG = 'etc/config/luci-sso';
const MARK = 'etc/luci-sso/taken-over';
const NATIVE = 'usr/lib/ucode/luci_sso/native.so';
const TEMPLATES = ['usr/share/ucode/luci/template/sysauth.ut', 'usr/share/ucode/luci/template/themes/argon/sysauth.ut'];
const TEMPLATE = "{% include('header') %}\n<form></form>\n";
const UCODE: readonly Earlier[] = ['0.9', '0.10'];

const OWN_VALUES = `
uci set luci-sso.default.enabled=1
uci set luci-sso.default.issuer_url=https://id.club.test
uci set luci-sso.default.client_id=router
uci set luci-sso.default.client_secret=hunter2
uci set luci-sso.default.redirect_uri=https://router.club.test/cgi-bin/luci-sso/callback
uci set luci-sso.default.clock_tolerance=120
uci del_list luci-sso.admin.email=admin@example.com
uci add_list luci-sso.admin.email=alice@club.test
uci set luci-sso.guest=role
uci add_list luci-sso.guest.group=members
uci add_list luci-sso.guest.read='luci-mod-status*'
uci commit luci-sso
`;
/** In 0.10 the page wrote the rights of roles here: admin's were narrowed, guest's have a blank. */
const OWN_LOGINS = `
uci set rpcd.luci_sso_admin=login
uci set rpcd.luci_sso_admin.username=sso:admin
uci add_list rpcd.luci_sso_admin.read=unauthenticated
uci add_list rpcd.luci_sso_admin.read='*'
uci add_list rpcd.luci_sso_admin.read='!luci-mod-system*'
uci add_list rpcd.luci_sso_admin.write='luci-base'
uci set rpcd.luci_sso_guest=login
uci set rpcd.luci_sso_guest.username=sso:guest
uci add_list rpcd.luci_sso_guest.read=unauthenticated
uci add_list rpcd.luci_sso_guest.read='luci app *'
uci commit rpcd
`;

function device(t: ExecutionContext, release: Release): Device {
  const router = new Device(t, 'enter' in way ? way.enter : [], release);
  router.write('usr/share/ucode/luci/dispatcher.uc', '');
  router.write('etc/crontabs/root', '0 5 * * * /bin/true\n', 0o600);
  for (const name of TEMPLATES) router.write(name, TEMPLATE);
  return router;
}

/** The configuration as the program reads it. */
function configOf(t: ExecutionContext, router: Device): Config {
  const sections = new Map<string, Section & { values: Record<string, string | string[]> }>();
  for (const line of router.sh('uci show luci-sso').output.trim().split('\n')) {
    const [, name = '', option, value = ''] = /^luci-sso\.(\w+)(?:\.(\w+))?=(.*)$/.exec(line) ?? [];
    if (option === undefined) sections.set(name, { name, type: value, values: {} });
    else {
      const values = [...value.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
      sections.get(name)!.values[option] = values.length > 1 ? values : (values[0] ?? '');
    }
  }
  const read = readConfig([...sections.values()]);
  if (!read.ok) throw new Error(read.problems.join('; '));
  t.deepEqual(
    read.value.roles.map(({ name }) => name),
    ['admin', 'guest'],
  );
  return read.value;
}

test.before(async (t) => {
  t.timeout(1_800_000);
  await buildPackages(['x86_64']);
});

for (const release of RELEASES) {
  const manager = release === '25.12' ? 'apk' : 'opkg';
  const beside = `${CONFIG}${manager === 'apk' ? '.apk-new' : '-opkg'}`;

  lives(title(`${manager} of ${release} upgrades over 0.1 and keeps its configuration and sessions`), (t) => {
    const router = device(t, release);
    t.is(router.install({}, earlierPackage(t, '0.1')).status, 0);
    router.sh(OWN_VALUES.replace(/.*del_list.*\n/, ''));
    router.sh(OWN_LOGINS);
    const before = [router.read(CONFIG), router.read('etc/config/rpcd')];
    // What sessions need of ours: the key of this boot and what was kept for them. rpcd has the rest.
    const state = { key: 'k'.repeat(32), 'kept.0123': 'sealed' };
    for (const [name, text] of Object.entries(state)) router.write(`var/run/luci-sso/${name}`, text, 0o600);
    router.calls();
    t.is(router.install().status, 0);
    for (const [name, text] of Object.entries(state)) t.is(router.read(`var/run/luci-sso/${name}`), text, name);
    const start = [
      'init start USE_PROCD=1 START=95',
      'instance guard',
      'param command /usr/sbin/luci-sso guard',
      'param respawn 3600 5 0',
      'param file /www/cgi-bin/luci-sso',
      'trigger luci-sso rpcd',
    ];
    t.deepEqual(
      router.calls(),
      manager === 'apk' ? [...start, 'rpcd reload - plugin'] : ['init stop USE_PROCD=1 START=95', 'rpcd reload - plugin', ...start],
    );
    t.deepEqual([router.read(CONFIG), router.read('etc/config/rpcd')], before, 'a role of ours says itself what it may');
    t.true(router.has(beside));
    t.false(router.has(MARK));
    t.is(router.sh('luci-sso version').output, `luci-sso ${PROGRAM_VERSION}\n`);
    t.deepEqual(
      configOf(t, router).roles.map(({ read, write }) => [read, write]),
      [
        [['*'], ['*']],
        [['luci-mod-status*'], []],
      ],
    );
  });

  for (const earlier of UCODE) {
    lives(title(`${manager} of ${release} upgrades over the earlier implementation's ${earlier}`), (t) => {
      const router = device(t, release);
      t.is(router.install({}, earlierPackage(t, earlier)).status, 0);
      router.write(NATIVE, '');
      for (const name of TEMPLATES) t.regex(router.read(name), /luci-sso-login\.js/);
      router.sh(OWN_VALUES);
      if (earlier === '0.10') router.sh(OWN_LOGINS);
      router.sh('chmod 644 /etc/config/luci-sso');
      router.calls();

      t.is(router.install().status, 0);
      const { oidc: provider, roles } = configOf(t, router);
      t.deepEqual(
        [provider.enabled, provider.issuer, provider.clientId, provider.clientSecret, provider.redirectUri, provider.clockToleranceS],
        [true, 'https://id.club.test', 'router', 'hunter2', 'https://router.club.test/cgi-bin/luci-sso/callback', 120],
      );
      t.deepEqual(
        roles.map(({ email, group }) => [email, group]),
        [
          [['alice@club.test'], []],
          [[], ['members']],
        ],
      );
      t.deepEqual(
        roles.map(({ read, write }) => [read, write]),
        earlier === '0.9'
          ? [
              [['*'], ['*']],
              [['luci-mod-status*'], []],
            ]
          : [
              [['*', '!luci-mod-system*'], ['luci-base']],
              [['luci app *'], []],
            ],
      );
      t.is(statSync(router.at(CONFIG)).mode & 0o777, 0o600, 'it holds the client secret');
      t.true(router.has(beside));
      t.is(router.read(MARK), '0.9 or 0.10\n');

      // Nothing of it is left, and what is not its own is.
      for (const name of TEMPLATES) t.is(router.read(name), TEMPLATE);
      t.is(router.read('etc/crontabs/root'), '0 5 * * * /bin/true\n');
      t.is(statSync(router.at('etc/crontabs/root')).mode & 0o777, 0o600);
      for (const name of [
        'usr/sbin/luci-sso-cleanup',
        'usr/share/ucode/luci_sso/router.uc',
        'usr/share/luci/menu.d/luci-sso-logout.json',
        'etc/uci-defaults/90-luci-sso',
      ])
        t.false(router.has(name), name);
      t.is(router.sh('luci-sso version').output, `luci-sso ${PROGRAM_VERSION}\n`);
      const calls = router.calls();
      t.true(calls.includes('init enable USE_PROCD=1 START=95'), 'it had no init script, and an upgrade enables none');
      t.true(calls.includes('init start USE_PROCD=1 START=95'));

      // What is taken away afterwards does not come back with the next version.
      router.sh('uci delete luci-sso.guest.read; uci set luci-sso.guest.login=viewer; uci commit luci-sso');
      const after = router.read(CONFIG);
      t.is(router.install().status, 0);
      t.is(router.read(CONFIG), after);
      t.false(router.calls().includes('init enable USE_PROCD=1 START=95'));
      t.is(router.remove().status, 0);
      t.false(router.has(MARK));
    });
  }
}

lives(title('without its library a cron job tells of the earlier implementation'), (t) => {
  const router = device(t, '25.12');
  router.install({}, earlierPackage(t, '0.10'));
  router.sh(OWN_VALUES + OWN_LOGINS);
  router.install();
  t.true(router.has(MARK));
  t.deepEqual(configOf(t, router).roles[0]?.write, ['luci-base']);
});

lives(title('the configuration of the earlier implementation as it was installed is no example of ours that works'), (t) => {
  const router = device(t, '24.10');
  router.install({}, earlierPackage(t, '0.9'));
  const shipped = router.read(CONFIG);
  router.install();
  t.not(router.read(CONFIG), shipped, 'nobody had changed it, so it is the new one');
  t.notRegex(router.read(CONFIG), /REPLACE_ME/);
});
