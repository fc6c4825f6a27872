// SPDX-License-Identifier: MIT
// kill -9 at any point of a login, KILLS times from SEED: at a request to the provider or to rpcd, before
// or shortly after its answer, or after a time. Whatever had happened by then, there is no session with
// a token without a finished check, one at most for each handshake, and the next login works at once.
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from '../_helpers/browser.ts';
import { codeOf, startRawProvider, startWire, STATE_NAMES, tokenBody, withLength, type RawProvider, type Wire } from './_wire.ts';

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

async function startKillScene(t: ExecutionContext): Promise<Scene> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sso-kill-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, 'delay'), '');
  const script = `echo $$ >${folder}/pid.new; mv ${folder}/pid.new ${folder}/pid; d=$(cat ${folder}/delay); [ -z "$d" ] || { sleep "$d"; case $(readlink /proc/$$/exe) in */luci-sso) kill -9 $$;; esac; } >/dev/null 2>&1 </dev/null & exec "$0"`;
  const wire = await startWire(t, { runner: ['/bin/sh', '-c', script] });
  const provider = await startRawProvider(t, wire.pair);
  await wire.use(provider);
  const scene: Scene = { wire, provider, folder, atEvent: undefined };
  const { sessions } = wire.router.rpcd;
  for (const name of ['create', 'get', 'list'] as const) {
    const before = sessions[name].bind(sessions) as (...args: unknown[]) => unknown;
    Object.assign(sessions, { [name]: (...args: unknown[]) => {
      scene.atEvent?.();
      return before(...args);
    } });
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
    const body = call.door === 'token' && !isHonest ? tokenBody(scene.provider.issuer, 'another-login') : call.body;
    call.socket.write(withLength(body) + body);
  };
}

const rights = (scene: Scene): string[] =>
  scene.wire.router.sessions().filter((s) => s.data.token !== undefined).map((s) => JSON.stringify([scene.wire.router.rpcd.sessions.rightsOf(s), s.data.username, s.data.oidc_sub]));

function endSessions(scene: Scene): void {
  for (const session of scene.wire.router.sessions()) scene.wire.router.rpcd.sessions.destroy(session.id);
}

/** Processes that still run the program. */
function leftovers(scene: Scene): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
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
  for (const name of scene.wire.stateNames()) if (/^(?:asked|down)\./.test(name)) rmSync(path.join(scene.wire.router.tree, 'var/run/luci-sso', name));
}

async function assertNextLogin(t: ExecutionContext, scene: Scene, expected: string, label: string): Promise<void> {
  serve(scene, true);
  const browser = scene.wire.newBrowser();
  const begun = await scene.wire.start(browser);
  t.is(begun.status, 302, `${label}: ${codeOf(begun)} ${scene.wire.router.log().at(-1) ?? ''}`);
  const page = await scene.wire.finish(browser, begun, scene.provider);
  t.is(page.status, 200, `${label}: ${codeOf(page)} ${scene.wire.router.log().at(-1) ?? ''}`);
  t.deepEqual(rights(scene), [expected], label);
  t.deepEqual(scene.wire.stateNames().filter((name) => !STATE_NAMES.test(name)), [], label);
  endSessions(scene);
}

type Plan = { readonly what: 'start' | 'callback'; readonly atEvent: number; readonly afterMs: number; readonly delay: string; readonly isHonest: boolean; readonly isCold: boolean };

function planOf(random: (below: number) => number, events: number): Plan {
  const kind = random(5);
  const what = kind === 0 ? 'start' : 'callback';
  const isTimed = kind === 0 || kind === 1 || kind === 2;
  return {
    what, isHonest: random(3) > 0, isCold: what === 'start' || random(2) === 0,
    atEvent: isTimed ? -1 : random(events), afterMs: isTimed ? 0 : random(2) * random(6),
    delay: isTimed ? (random(1000) / 1000 * LATEST_S).toFixed(4) : '',
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
