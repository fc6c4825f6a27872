// SPDX-License-Identifier: MIT
// Installation, upgrade and removal by the package's own scripts, in a root folder with busybox.
import test, { type ExecutionContext } from 'ava';
import { linkSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { CLIENTS, login, startScene } from '../../_helpers/scene.ts';
import { Device, findWayIn, RELEASES, type Release } from './_device.ts';
import { PROGRAM_VERSION, VERSION, buildPackages } from './_packages.ts';

const way = findWayIn();
const lives = 'enter' in way ? test : test.skip;
const title = (text: string): string => ('reason' in way ? `${text} (${way.reason})` : text);
const device = (t: ExecutionContext, release?: Release): Device => new Device(t, 'enter' in way ? way.enter : [], release);

const MENU = 'usr/share/luci/menu.d/luci-sso-login.json';
const PRELOAD = 'www/luci-static/resources/preload/luci_sso.js';
const ACL = 'usr/share/rpcd/acl.d/luci-sso-login.json';
const CONFIG = 'etc/config/luci-sso';
const INIT = 'USE_PROCD=1 START=95';

/** What a router looks like after some use: caches, run-time state, what `sync` writes, a staged change. */
function use(router: Device): void {
  router.write('tmp/luci-indexcache.1234.json', '{}');
  router.write('tmp/luci-modulecache/a', '');
  router.write('var/run/luci-sso/key', 'secret', 0o600);
  router.sh(
    "uci set rpcd.luci_sso_admin=login; uci set rpcd.luci_sso_admin.username='sso:admin'; uci add_list rpcd.luci_sso_admin.read='*'; uci set rpcd.luci_sso_guest=login; uci commit rpcd",
  );
}

const cachesOf = (router: Device): boolean => router.has('tmp/luci-indexcache.1234.json') || router.has('tmp/luci-modulecache');

test.before(async (t) => {
  t.timeout(1_800_000);
  await buildPackages(['x86_64']);
});

lives(title('install, upgrade, remove and install again leave what they should, twice'), (t) => {
  const router = device(t);
  const untouched = router.state();
  const shipped: string[] = [];
  for (const round of [1, 2]) {
    t.is(router.install().status, 0);
    t.deepEqual(router.calls(), ['rpcd reload acl plugin', `init enable ${INIT}`, `init start ${INIT}`, 'trigger luci-sso rpcd']);
    t.is(statSync(router.at(CONFIG)).mode & 0o777, 0o600);
    t.false(router.has('etc/uci-defaults/90-luci-sso'));
    t.is(router.sh('luci-sso version').output, `luci-sso ${PROGRAM_VERSION}\n`);
    if (round === 1) shipped.push(router.read(CONFIG));

    use(router);
    router.write(CONFIG, `${shipped[0]}\n# round ${round}\n`, 0o600);
    t.is(router.install().status, 0);
    t.deepEqual(router.calls(), [`init stop ${INIT}`, 'rpcd reload acl plugin', `init start ${INIT}`, 'trigger luci-sso rpcd']);
    t.is(router.read(CONFIG), `${shipped[0]}\n# round ${round}\n`);
    t.is(statSync(router.at(CONFIG)).mode & 0o777, 0o600);
    t.false(cachesOf(router));
    t.is(router.read('var/run/luci-sso/key'), 'secret');
    t.deepEqual(router.read('etc/passwd').match(/^luci-sso:.*/gm), ['luci-sso:x:65536:65536::/var/run/luci-sso:/bin/false']);
    t.deepEqual(router.read('etc/group').match(/^luci-sso:.*/gm), ['luci-sso:x:65536:']);
    t.regex(router.sh('uci show rpcd').output, /rpcd\.luci_sso_admin\.username='sso:admin'/);

    use(router);
    router.sh("uci set rpcd.luci_ssomebody.username='staged'");
    t.is(router.remove().status, 0);
    t.deepEqual(router.calls(), [`init stop ${INIT}`, 'rpcd reload - -', `init disable ${INIT}`, `init stop ${INIT}`]);
    t.false(cachesOf(router));
    t.false(router.has('var/run/luci-sso'));
    t.notRegex(router.sh('uci show rpcd').output, /luci_sso_/);
    t.is(router.sh('uci changes rpcd').output, "rpcd.luci_ssomebody.username='staged'\n");
    router.sh('uci revert rpcd; rm /tmp/.uci/rpcd');
    const { [CONFIG]: kept, [`${CONFIG}-opkg`]: beside, ...rest } = router.state();
    t.is(kept, `${shipped[0]}\n# round ${round}\n`);
    t.is(beside, shipped[0]);
    const normal = (text: string | undefined): string => (text ?? '').replace(/\s+/g, ' ');
    t.is(normal(rest['etc/config/rpcd']), normal(untouched['etc/config/rpcd']));
    t.deepEqual(Object.keys(rest).sort(), Object.keys(untouched).sort());
    router.sh(`rm /${CONFIG}-opkg`);
  }
});

lives(title("a removal ends every session of single sign-on, those with root's rights too, and says why"), async (t) => {
  t.timeout(120_000);
  const scene = await startScene();
  t.teardown(() => scene.stop());
  await scene.configure(CLIENTS.confidential);
  await scene.router.uci('delete', 'luci-sso.admin.read');
  await scene.router.uci('delete', 'luci-sso.admin.write');
  await scene.router.uci('set', 'luci-sso.admin.login=root');
  await scene.router.uci('commit', 'luci-sso');
  for (const user of ['alice', 'bob']) await login(scene, scene.newBrowser(), user);
  scene.router.rpcd.sessions.create(3600);
  const names = (): string[] =>
    scene.router
      .sessions()
      .map(({ data }) => String(data.username))
      .sort();
  t.deepEqual(names(), ['root', 'sso:guest', 'undefined']);

  const router = device(t);
  router.install();
  mkdirSync(router.at('var/run/ubus'), { recursive: true });
  linkSync(path.join(scene.router.tree, 'var/run/ubus/ubus.sock'), router.at('var/run/ubus/ubus.sock'));
  // Without a syslog the log is standard error, which the script throws away.
  router.sh('rm /usr/sbin/luci-sso');
  router.write('usr/sbin/luci-sso', '#!/bin/sh\nexec /www/cgi-bin/luci-sso "$@" 2>>/said\n', 0o755);
  t.is(await router.shBeside('/usr/lib/opkg/info/luci-sso.prerm remove', { PKG_ROOT: '/', PKG_UPGRADE: '0' }), 0);
  t.deepEqual(names(), ['undefined']);
  t.is(router.read('said').match(/ SESSION_ENDED \[\S+\] reason=removed session=/g)?.length, 2, router.read('said'));
});

lives(title('rpcd is left alone while an apply of LuCI waits for its confirmation'), (t) => {
  const router = device(t);
  router.write('var/run/apply-waits', '');
  router.install();
  router.install();
  use(router);
  router.remove();
  t.deepEqual(
    router.calls().filter((line) => line.startsWith('rpcd')),
    [],
  );
  t.notRegex(router.sh('uci show rpcd').output, /luci_sso_/);

  // An apply without a confirmation leaves this folder for good.
  router.sh('rm /var/run/apply-waits; mkdir -p /var/run/rpcd/snapshot-files');
  router.install();
  t.deepEqual(
    router.calls().filter((line) => line.startsWith('rpcd')),
    ['rpcd reload acl plugin'],
  );
});

for (const release of RELEASES) {
  lives(title(`on ${release} rpcd is reloaded when all that it reads is there, and when nothing of it is left`), (t) => {
    const router = device(t, release);
    router.write('usr/lib/lua/luci/dispatcher.lua', '');
    for (let round = 0; round < 2; round++) {
      t.is(router.install().status, 0);
      t.deepEqual(
        router.calls().filter((line) => line.startsWith('rpcd')),
        ['rpcd reload acl plugin'],
      );
    }
    t.is(router.remove().status, 0);
    t.deepEqual(
      router.calls().filter((line) => line.startsWith('rpcd')),
      ['rpcd reload - -'],
    );
  });
}

for (const release of RELEASES) {
  lives(title(`on ${release} a program for another architecture leaves rpcd alone, now and at its next reload`), (t) => {
    const router = device(t, release);
    router.install();
    router.calls();
    const script = release === '25.12' ? 'lib/apk/scripts/post-upgrade' : 'usr/lib/opkg/info/luci-sso.postinst configure';
    router.write('www/cgi-bin/luci-sso', 'no program', 0o755);
    router.sh('/etc/init.d/rpcd reload');
    t.deepEqual(router.calls(), ['rpcd reload acl HANGS'], 'what must not happen');
    const { status, output } = router.sh(`/${script}`, { PKG_ROOT: '/', PKG_UPGRADE: '1' });
    t.is(status, 0);
    t.regex(output, /^luci-sso: this program cannot run here; install the package for x86_64$/m);
    t.deepEqual(
      router.calls().filter((line) => line.startsWith('rpcd')),
      [],
    );
    t.false(router.has('usr/libexec/rpcd/luci-sso'));
    router.sh('/etc/init.d/rpcd reload');
    t.deepEqual(router.calls(), ['rpcd reload acl -']);
  });

  lives(title(`on ${release} a removal stops the guard before anything else, and keeps certificates`), (t) => {
    const router = device(t, release);
    router.install();
    t.true(statSync(router.at('etc/luci-sso')).isDirectory());
    router.write('etc/luci-sso/ca-default.pem', 'PEM');
    router.calls();
    t.is(router.remove().status, 0);
    t.is(router.calls()[0]?.replace('disable', 'stop'), `init stop ${INIT}`);
    t.is(router.read('etc/luci-sso/ca-default.pem'), 'PEM');
    router.install();
    router.sh('rm /etc/luci-sso/ca-default.pem');
    router.remove();
    t.false(router.has('etc/luci-sso'));
  });
}

lives(title('the login page gets the hook of the dispatcher that is there, as often as it is asked, and loses it'), (t) => {
  const dispatchers = { ucode: 'usr/share/ucode/luci/dispatcher.uc', lua: 'usr/lib/lua/luci/dispatcher.lua' };
  for (const [kind, present] of [
    ['ucode', ['ucode']],
    ['lua', ['lua']],
    ['ucode', ['ucode', 'lua']],
  ] as const) {
    const router = device(t);
    for (const dispatcher of present) router.write(dispatchers[dispatcher], '');
    const before = Object.keys(router.state());
    for (let round = 0; round < 2; round++) {
      t.is(router.install().status, 0);
      t.is(router.read(MENU), router.read(`usr/share/luci-sso/menu-${kind}.json`));
      t.is(router.has(PRELOAD), kind === 'lua');
      t.is(router.has(ACL), kind === 'lua');
    }
    if (kind === 'lua') {
      t.is(router.read(PRELOAD), router.read('usr/share/luci-sso/preload-lua.js'));
      t.is(router.read(ACL), router.read('usr/share/luci-sso/acl-lua.json'));
      // An upgrade to a LuCI in ucode, without a removal in between.
      router.write(dispatchers.ucode, '');
      router.install();
      t.is(router.read(MENU), router.read('usr/share/luci-sso/menu-ucode.json'));
      t.false(router.has(PRELOAD) || router.has(ACL));
      router.sh(`rm /${dispatchers.ucode}`);
      router.install();
      t.true(router.has(PRELOAD) && router.has(ACL));
    }
    t.is(router.remove().status, 0);
    t.deepEqual(Object.keys(router.state()), before);
    t.false(router.has(path.dirname(PRELOAD)));
    t.is(router.read('usr/share/luci/menu.d/luci-base.json'), '{}\n');
  }
});

lives(title('preload classes of other packages stay'), (t) => {
  const router = device(t);
  router.write('www/luci-static/resources/preload/other.js', 'x');
  router.install();
  router.remove();
  t.is(router.read('www/luci-static/resources/preload/other.js'), 'x');
});

lives(title('in an image that is being built the scripts touch nothing outside of it'), (t) => {
  const router = device(t);
  router.install();
  use(router);
  router.calls();
  router.sh(
    'mkdir -p /image/lib /image/usr/lib/opkg/info; cp /lib/functions.sh /image/lib/; cp /usr/lib/opkg/info/* /image/usr/lib/opkg/info/',
  );
  const before = router.state();
  for (const script of ['postinst', 'prerm']) {
    t.is(router.sh(`/usr/lib/opkg/info/luci-sso.${script}`, { IPKG_INSTROOT: '/image', PKG_UPGRADE: '0' }).status, 0);
  }
  t.deepEqual(router.calls(), []);
  t.deepEqual(router.state(), before);
});

lives(title('a change of the configuration runs luci-sso sync'), (t) => {
  const router = device(t);
  router.install();
  router.sh('rm /usr/sbin/luci-sso');
  router.write('usr/sbin/luci-sso', '#!/bin/sh\necho "luci-sso $*" >>/calls\n', 0o755);
  router.calls();
  t.is(router.sh('/etc/init.d/luci-sso reload').status, 0);
  t.deepEqual(router.calls(), [`init reload ${INIT}`, 'luci-sso sync']);
});

lives(title("the test that OpenWrt's CI runs on the installed package passes, and fails when it should"), (t) => {
  const router = device(t);
  router.install();
  router.copyTests();
  const run = (script: string, ...args: string[]): number | null => router.sh(`sh /tests/${script} ${args.join(' ')}`).status;
  t.is(run('test.sh', 'luci-sso', VERSION), 0);
  t.deepEqual(router.sh(`sh /tests/test-version.sh luci-sso ${PROGRAM_VERSION}`), { status: 0, output: `${PROGRAM_VERSION}\n` });
  t.deepEqual(router.sh(`sh /tests/test-version.sh luci-other ${PROGRAM_VERSION}`), { status: 1, output: 'unknown package: luci-other\n' });
  // OpenWrt's busybox has fewer commands than Debian's.
  router.sh('rm /bin/stat');
  router.sh('chmod 644 /etc/config/luci-sso');
  t.not(run('test.sh', 'luci-sso', VERSION), 0);
});
