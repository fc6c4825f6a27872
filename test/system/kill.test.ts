// SPDX-License-Identifier: MIT
// kill -9 at any point of a login, KILLS times from SEED: at a request to the provider or to rpcd, before
// or shortly after its answer, or after a time. Whatever had happened by then, there is no session with
// a token without a finished check, one at most for each handshake, and the next login works at once.
// And so when callbacks, logouts at the provider and syncs run side by side, any of them killed at any event.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from '../_helpers/browser.ts';
import { sendRaw } from '../_helpers/raw-request.ts';
import {
  codeOf,
  logoutToken,
  startRawProvider,
  startWire,
  STATE_NAMES,
  tokenBody,
  withLength,
  type RawProvider,
  type Wire,
} from './_wire.ts';

const KILLS = Number(process.env.KILLS ?? 60);
const SEED = Number(process.env.SEED ?? 20260101);
/** Of a callback's own time; later kills hit nothing. */
const LATEST_S = 0.12;
const SPENT = ['401 HANDSHAKE_USED', '401 MISSING_HANDSHAKE_COOKIE', '403 STATE_PARAMETER_MISMATCH'];

/** mulberry32 */
function chance(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) % below;
  };
}

interface Scene {
  readonly wire: Wire;
  readonly provider: RawProvider;
  /** Where the runner leaves the program's process id and reads when to kill it. */
  readonly folder: string;
  /** Called at each request to the provider or to rpcd's sessions. */
  atEvent: (() => void) | undefined;
}

async function startKillScene(t: ExecutionContext, isTimed = true): Promise<Scene> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sso-kill-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, 'delay'), '');
  const script = `echo $$ >${folder}/pid.new; mv ${folder}/pid.new ${folder}/pid; d=$(cat ${folder}/delay); [ -z "$d" ] || { sleep "$d"; case $(readlink /proc/$$/exe) in */luci-sso) kill -9 $$;; esac; } >/dev/null 2>&1 </dev/null & exec "$0"`;
  const wire = await startWire(t, isTimed ? { runner: ['/bin/sh', '-c', script] } : {});
  const provider = await startRawProvider(t, wire.pair);
  await wire.use(provider);
  const scene: Scene = { wire, provider, folder, atEvent: undefined };
  const { sessions } = wire.router.rpcd;
  for (const name of ['create', 'get', 'list', ...(isTimed ? [] : (['grant', 'revoke', 'destroy'] as const))] as const) {
    const before = sessions[name].bind(sessions) as (...args: unknown[]) => unknown;
    Object.assign(sessions, {
      [name]: (...args: unknown[]) => {
        scene.atEvent?.();
        return before(...args);
      },
    });
  }
  return scene;
}

/** Kills the program that runs now, `afterMs` from now; never whoever comes after it. */
function kill(scene: Scene, afterMs: number): void {
  const pid = Number(readFileSync(path.join(scene.folder, 'pid'), 'utf8'));
  // 0 and below are whole groups of processes, this one's among them.
  if (!Number.isInteger(pid) || pid <= 1) throw new Error('an event without a program');
  const strike = (): void => {
    try {
      if (readlinkSync(`/proc/${pid}/exe`).startsWith(scene.wire.router.tree)) process.kill(pid, 'SIGKILL');
    } catch {
      // it has just ended by itself
    }
  };
  if (afterMs === 0) strike();
  else setTimeout(strike, afterMs);
}

/** The provider answers as it should, or with a token for another login; each request is an event. */
function serve(scene: Scene, isHonest: boolean): void {
  scene.provider.fault = (call) => {
    scene.atEvent?.();
    const body = call.endpoint === 'token' && !isHonest ? tokenBody(scene.provider.issuer, 'another-login') : call.body;
    call.socket.write(withLength(body) + body);
  };
}

const rights = (scene: Scene): string[] =>
  scene.wire.router
    .sessions()
    .filter((s) => s.data.token !== undefined)
    .map((s) => JSON.stringify([scene.wire.router.rpcd.sessions.rightsOf(s), s.data.username, s.data.oidc_sub]));

function endSessions(scene: Scene): void {
  for (const session of scene.wire.router.sessions()) scene.wire.router.rpcd.sessions.destroy(session.id);
}

/** Processes that still run the program. */
function leftovers(scene: Scene): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`).startsWith(scene.wire.router.tree);
      } catch {
        return false;
      }
    });
}

/** A file of the state folder, or undefined. */
function stateFile(scene: Scene, name: string): string | undefined {
  const file = path.join(scene.wire.router.tree, 'var/run/luci-sso', name);
  return existsSync(file) ? readFileSync(file, 'latin1') : undefined;
}

/** The counters alone; locks, keys and what a killed process left stay as they are. */
function forgetCounts(scene: Scene): void {
  for (const name of scene.wire.stateNames())
    if (/^(?:asked|down)\./.test(name)) rmSync(path.join(scene.wire.router.tree, 'var/run/luci-sso', name));
}

async function assertNextLogin(t: ExecutionContext, scene: Scene, expected: string, label: string): Promise<void> {
  serve(scene, true);
  const browser = scene.wire.newBrowser();
  const begun = await scene.wire.start(browser);
  t.is(begun.status, 302, `${label}: ${codeOf(begun)} ${scene.wire.router.log().at(-1) ?? ''}`);
  const page = await scene.wire.finish(browser, begun, scene.provider);
  t.is(page.status, 200, `${label}: ${codeOf(page)} ${scene.wire.router.log().at(-1) ?? ''}`);
  t.deepEqual(rights(scene), [expected], label);
  t.deepEqual(
    scene.wire.stateNames().filter((name) => !STATE_NAMES.test(name)),
    [],
    label,
  );
  endSessions(scene);
}

type Plan = {
  readonly what: 'start' | 'callback';
  readonly atEvent: number;
  readonly afterMs: number;
  readonly delay: string;
  readonly isHonest: boolean;
  readonly isCold: boolean;
};

function planOf(random: (below: number) => number, events: number): Plan {
  const kind = random(5);
  const what = kind === 0 ? 'start' : 'callback';
  const isTimed = kind === 0 || kind === 1 || kind === 2;
  return {
    what,
    isHonest: random(3) > 0,
    isCold: what === 'start' || random(2) === 0,
    atEvent: isTimed ? -1 : random(events),
    afterMs: isTimed ? 0 : random(2) * random(6),
    delay: isTimed ? ((random(1000) / 1000) * LATEST_S).toFixed(4) : '',
  };
}

/** Runs one request that is killed as planned. */
async function runKilled(scene: Scene, plan: Plan, request: () => Promise<Page>): Promise<Page> {
  let events = 0;
  scene.atEvent = () => {
    if (events++ === plan.atEvent) kill(scene, plan.afterMs);
  };
  writeFileSync(path.join(scene.folder, 'delay'), plan.delay);
  const page = await request();
  writeFileSync(path.join(scene.folder, 'delay'), '');
  scene.atEvent = undefined;
  return page;
}

test(`a login that is killed at any point leaves nothing half made (SEED=${SEED}, KILLS=${KILLS})`, async (t) => {
  t.timeout(24 * 3600_000);
  const scene = await startKillScene(t);
  const { wire, provider } = scene;
  // What a whole login gives, and how many events it has when nothing is remembered.
  serve(scene, true);
  const first = wire.newBrowser();
  const begunFirst = await wire.start(first);
  let events = 0;
  scene.atEvent = () => void events++;
  t.is((await wire.finish(first, begunFirst, provider)).status, 200);
  scene.atEvent = undefined;
  const expected = rights(scene)[0] ?? '';
  endSessions(scene);
  t.true(events > 8, `${events}`);

  const random = chance(SEED);
  const counts = { answered: 0, killed: 0, orphans: 0, retried: 0 };
  for (let i = 0; i < KILLS; i++) {
    const plan = planOf(random, events);
    const label = `kill ${i} of seed ${SEED}: ${JSON.stringify(plan)}`;
    if (plan.isCold) wire.forget();
    else forgetCounts(scene);
    if (plan.what === 'start' && random(2) === 0) rmSync(path.join(wire.router.tree, 'var/run/luci-sso/boot-key'), { force: true });
    serve(scene, plan.isHonest);
    const keyBefore = stateFile(scene, 'boot-key');
    const browser = wire.newBrowser();
    let page: Page;
    if (plan.what === 'start') {
      page = await runKilled(scene, plan, () => wire.start(browser));
    } else {
      const begun = await wire.start(browser);
      t.is(begun.status, 302, `${label}: ${wire.router.log().at(-1) ?? ''}`);
      const kept = browser.jar.all();
      page = await runKilled(scene, plan, () => wire.finish(browser, begun, provider));
      // A browser that never saw the answer comes again with the same handshake.
      for (const cookie of kept) browser.jar.set(`${cookie.name}=${cookie.value}; Secure; Path=/`, new URL(wire.router.url));
      const sessions = rights(scene);
      t.true(sessions.length <= 1 && sessions.every((session) => session === expected), label);
      if (!plan.isHonest) t.deepEqual(sessions, [], label);
      counts.orphans += wire.router.sessions().length - sessions.length;
      const again = await wire.finish(browser, begun, provider);
      if (again.status === 200) counts.retried++;
      else if (plan.isHonest) t.true(SPENT.includes(codeOf(again)), `${label}: ${codeOf(again)}`);
      t.true(rights(scene).length <= 1, `${label}: one session for each handshake`);
      if (!plan.isHonest) t.deepEqual(rights(scene), [], label);
    }
    counts[page.status === 502 && !page.body.includes('Code: ') ? 'killed' : 'answered']++;
    if (keyBefore !== undefined) t.is(stateFile(scene, 'boot-key'), keyBefore, label);
    endSessions(scene);
    forgetCounts(scene);
    await assertNextLogin(t, scene, expected, label);
    forgetCounts(scene);
  }
  t.deepEqual(leftovers(scene), []);
  t.log(JSON.stringify({ events, ...counts }));
  t.true(counts.killed > KILLS / 4);
});

const CALLBACKS = 3;
const ROUNDS = Math.ceil(KILLS / 10);
/** What an admin may at odd and at even rounds; a sync has something to do then. */
const RIGHTS = ['*', 'luci-mod-status-*'] as const;
const OF_LOGOUTS = /^(?:logout-turn|synced|(?:jti|pushed)\.[\w.-]+)$/;

async function sync(scene: Scene): Promise<readonly [status: number | null, signal: string | null]> {
  const child = spawn(path.join(scene.wire.router.tree, 'www/cgi-bin/luci-sso'), ['sync'], { env: { PATH: '/bin' }, stdio: 'ignore' });
  return (await once(child, 'exit')) as [number | null, string | null];
}

let tokens = 0;
async function logOut(scene: Scene): Promise<number> {
  const body = `logout_token=${logoutToken(scene.provider.issuer, `jti-${++tokens}`)}`;
  const { status } = await sendRaw(`${scene.wire.router.url}/cgi-bin/luci-sso/backchannel-logout`, {
    ca: scene.wire.authority.cert,
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length) },
  });
  return status;
}

/** Each right of every session that LuCI takes, as one word. */
const grantsOf = (scene: Scene): string[][] =>
  scene.wire.router
    .sessions()
    .filter(({ data }) => data.token !== undefined)
    .map(({ rights: scopes }) => [...scopes].flatMap(([scope, list]) => list.map((pair) => `${scope} ${pair.join(' ')}`)).sort());

interface Login {
  readonly browser: ReturnType<Wire['newBrowser']>;
  readonly begun: Page;
  readonly cookies: ReturnType<ReturnType<Wire['newBrowser']>['jar']['all']>;
}

async function beginLogin(t: ExecutionContext, { wire }: Scene): Promise<Login> {
  const browser = wire.newBrowser();
  const begun = await wire.start(browser);
  t.is(begun.status, 302, `${codeOf(begun)} ${wire.router.log().at(-1) ?? ''}`);
  return { browser, begun, cookies: browser.jar.all() };
}

/** Comes back from the provider, with the handshake's cookie however often it was here. */
async function finishLogin({ wire, provider }: Scene, { browser, begun, cookies }: Login): Promise<Page> {
  for (const { name, value } of cookies) browser.jar.set(`${name}=${value}; Secure; Path=/`, new URL(wire.router.url));
  return wire.finish(browser, begun, provider);
}

test(`callbacks, logouts and syncs side by side, each killed at any point, leave nothing half made (SEED=${SEED}, ${ROUNDS} rounds)`, async (t) => {
  t.timeout(24 * 3600_000);
  const scene = await startKillScene(t, false);
  const { wire } = scene;
  const random = chance(SEED ^ 0x5ade);
  const counts = { killed: 0, callbacks: 0, retried: 0, logouts: 0, syncs: 0, mended: 0, living: 0 };
  const setRights = async (names: string): Promise<void> => {
    for (const list of ['read', 'write']) {
      await wire.router.uci('delete', `luci-sso.admin.${list}`);
      await wire.router.uci('add_list', `luci-sso.admin.${list}=${names}`);
    }
    await wire.router.uci('commit', 'luci-sso');
  };
  serve(scene, true);
  // What each of both must give.
  const whole: string[][] = [];
  for (const names of RIGHTS) {
    await setRights(names);
    t.is((await finishLogin(scene, await beginLogin(t, scene))).status, 200);
    whole.push(grantsOf(scene)[0] ?? []);
    endSessions(scene);
  }
  t.true((whole[0]?.length ?? 0) > (whole[1]?.length ?? 0) && (whole[1]?.length ?? 0) > 0);
  const known = new Set(whole.flat());

  for (let round = 0; round < ROUNDS; round++) {
    const label = `round ${round} of seed ${SEED}`;
    if (random(2) === 0) wire.forget();
    else forgetCounts(scene);
    const now = round % 2;
    // Sessions with the rights that are to change, and handshakes that are on their way.
    t.is((await finishLogin(scene, await beginLogin(t, scene))).status, 200, label);
    const logins: Login[] = [];
    for (let i = 0; i < CALLBACKS; i++) logins.push(await beginLogin(t, scene));
    await setRights(RIGHTS[now] ?? '');
    // Each third round is one without kills: side by side is no reason to fail.
    const kills = round % 3 === 2 ? 0 : 1 + random(4);
    let left = kills;
    // They end what syncs would change, so there are not always any.
    const logouts = random(2) * (1 + random(2));
    const syncs = 1 + random(2);
    scene.atEvent = () => {
      if (left === 0 || random(8) > 0) return;
      const running = leftovers(scene)
        .map(Number)
        .filter((pid) => pid > 1);
      const victim = running[random(running.length)];
      if (victim === undefined) return;
      left--;
      counts.killed++;
      try {
        process.kill(victim, 'SIGKILL');
      } catch {
        // it has just ended by itself
      }
    };
    const [pages, statuses, exits] = await Promise.all([
      Promise.all(logins.map((login) => finishLogin(scene, login))),
      Promise.all(Array.from({ length: logouts }, () => logOut(scene))),
      Promise.all(Array.from({ length: syncs }, () => sync(scene))),
    ]);
    scene.atEvent = undefined;
    counts.callbacks += pages.filter(({ status }) => status === 200).length;
    counts.logouts += statuses.filter((status) => status === 200).length;
    counts.syncs += exits.filter(([status]) => status === 0).length;
    // The router talks to the provider for two callbacks at once, and lets a third one wait.
    const may =
      kills === 0 ? ['200 no code', '503 PROVIDER_BUSY'] : ['200 no code', '503 PROVIDER_BUSY', '502 no code', '401 HANDSHAKE_USED'];
    t.deepEqual(
      pages.map(codeOf).filter((code) => !may.includes(code)),
      [],
      label,
    );
    t.deepEqual(
      statuses.filter((status) => status !== 200 && (kills === 0 || ![502, 503].includes(status))),
      [],
      label,
    );
    t.deepEqual(
      exits.filter(([status, signal]) => status !== 0 && (kills === 0 || signal !== 'SIGKILL')),
      [],
      label,
    );
    if (kills === 0) t.true(pages.filter(({ status }) => status === 200).length >= 2, label);

    // No session has a right that its role never had; a sync that was killed may have left it some less.
    t.true(
      grantsOf(scene).every((grants) => grants.every((one) => known.has(one))),
      label,
    );
    if (grantsOf(scene).some((grants) => grants.join() !== whole[now]?.join())) counts.mended++;
    t.deepEqual(await sync(scene), [0, null], `${label}: ${wire.router.log().at(-1) ?? ''}`);
    t.true(
      grantsOf(scene).every((grants) => grants.join() === whole[now]?.join()),
      label,
    );
    counts.living += grantsOf(scene).length;
    // What was never finished has no token, so LuCI does not take it, and it ends by itself.
    t.true(
      wire.router.sessions().every(({ data, timeoutS }) => data.token !== undefined || timeoutS > 0),
      label,
    );

    // Each handshake is good for one login at most.
    for (const [i, login] of logins.entries()) {
      forgetCounts(scene);
      const again = await finishLogin(scene, login);
      if (again.status === 200) counts.retried++;
      else t.true(SPENT.includes(codeOf(again)), `${label}: ${codeOf(again)}`);
      if (pages[i]?.status === 200) t.not(again.status, 200, label);
      const third = await finishLogin(scene, login);
      t.true(SPENT.includes(codeOf(third)), `${label}: ${codeOf(third)}`);
    }
    // A fresh login works, and the provider ends whatever is left.
    forgetCounts(scene);
    const before = grantsOf(scene).length;
    t.is((await finishLogin(scene, await beginLogin(t, scene))).status, 200, label);
    t.is(grantsOf(scene).length, Math.min(before + 1, 10), label);
    t.is(await logOut(scene), 200, label);
    t.deepEqual(grantsOf(scene), [], label);
    const names = wire.stateNames();
    t.deepEqual(
      names.filter((name) => !STATE_NAMES.test(name) && !OF_LOGOUTS.test(name)),
      [],
      label,
    );
    endSessions(scene);
  }
  // One file for each handshake and each token that were used, and a few.
  t.true(wire.stateNames().length < 9 * ROUNDS + 40, `${wire.stateNames().length} files`);
  t.deepEqual(leftovers(scene), []);
  t.log(JSON.stringify({ ...counts, files: wire.stateNames().length }));
  t.true(counts.killed >= ROUNDS / 3);
});
