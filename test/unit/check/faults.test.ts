// SPDX-License-Identifier: MIT
// A login and the checks on the same faults: what ends every login, a check finds, with the same code and with what to
// do; where none can, docs/design/checks.md says why. And each message leads to its cause.
import test from 'ava';
import { readFileSync } from 'node:fs';
import { CAUSES } from '../../../src/causes.ts';
import { CHECKS, newContext, runChecks, type Result } from '../../../src/check/engine.ts';
import { REFUSALS } from '../../../src/refusals.ts';
import { ENGLISH } from '../../../src/texts/sentences.ts';
import { closeUbus, openUbus } from '../../../src/ubus/client.ts';
import { readPackage } from '../../../src/uci-options.ts';
import { ask, codeOf, type Answer } from '../../_helpers/_fake-host.ts';
import { authorize, callbackQuery, newWorld, SECRET, start, type World } from '../../_helpers/_login.ts';
import { ROWS } from '../flow/_callback-rows.ts';
import { FAULTS, type Fault } from './_faults.ts';

/** As a router with certificates and a whole LuCI has it. */
function worldWith(before: (world: World) => void): World {
  const world = newWorld();
  world.host.files.set('/etc/ssl/certs/ca-certificates.crt', Buffer.from('x'));
  before(world);
  return world;
}

async function login(world: World, { query, method }: Pick<Fault, 'query' | 'method'>): Promise<Answer> {
  const started = await start(world);
  if (codeOf(started.answer) !== '') return started.answer;
  authorize(world, started);
  return ask(world.host, {
    path: '/callback',
    method: method ?? 'GET',
    query: callbackQuery(started.state, query),
    cookie: started.cookie,
  });
}

async function checkAll(world: World): Promise<readonly Result[]> {
  const bus = openUbus(world.host);
  const context = newContext(world.host, bus, readPackage(bus, 'luci-sso'), true);
  const results = await runChecks(context, CHECKS, () => undefined);
  await context.close();
  closeUbus(bus);
  return results;
}

/** Code -> why no check finds it. */
const UNFOUND = new Map(
  readFileSync(new URL('../../../docs/design/checks.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, codes = '', why = ''] = line.split(' | ').join('|').split('|');
      return [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code = '']) => [code, why.trim()] as const);
    }),
);

for (const fault of FAULTS) {
  test(`${fault.name}: a login says ${fault.code} ${fault.cause ?? ''}`, async (t) => {
    const world = worldWith(fault.before);
    const answer = await login(world, fault);
    const line = world.host.lines.findLast((text) => text.includes(` ${fault.code} [`)) ?? world.host.lines.join('\n');
    t.is(codeOf(answer), fault.code, line);
    const named = Object.keys(CAUSES).filter((cause) => line.includes(` ${cause} `) || line.endsWith(` ${cause}`));
    t.deepEqual(named, fault.cause === undefined ? [] : [fault.cause], line);
    if (fault.log !== undefined) t.regex(line, fault.log);
    const ofCause = CAUSES[fault.cause as keyof typeof CAUSES]?.[0] ?? '';
    const sentence = fault.sentence ?? (ofCause || REFUSALS[fault.code as keyof typeof REFUSALS][2]);
    const shown = ENGLISH.sentences[sentence as keyof typeof ENGLISH.sentences].replaceAll("'", '&#39;').replaceAll('"', '&quot;');
    t.true(answer.body.includes(shown), answer.body);
    t.false(`${world.host.lines.join('\n')}${answer.body}`.includes('hidden-in-the-body'));
  });

  test(`${fault.name}: ${fault.check === undefined ? 'no check can find it' : `check ${fault.check} finds it`}`, async (t) => {
    const results = await checkAll(worldWith(fault.before));
    const failed = results.filter(({ status }) => status === 'FAIL');
    t.false(JSON.stringify(results).includes('hidden-in-the-body'));
    t.false(JSON.stringify(results).includes(SECRET));
    if (fault.check === undefined) {
      t.deepEqual(failed, []);
      t.true((UNFOUND.get(fault.code) ?? '').length > 20, `${fault.code} has no row in docs/design/checks.md`);
      return;
    }
    const [first] = failed;
    t.is(first?.id, fault.check, JSON.stringify(failed));
    t.is(first?.code, fault.code);
    if (fault.fix !== undefined) t.regex(first?.fix ?? '', fault.fix);
    const row = fault.cause === undefined ? undefined : CAUSES[fault.cause as keyof typeof CAUSES];
    if (row !== undefined && first?.fix === row[2]) t.true(first.text.startsWith(row[1]), first.text);
  });
}

/** What a browser, a clock or an attacker does to one login is no set-up that a check could look at. */
const LASTING = ROWS.filter(
  ({ code, before, between, query, rawQuery, cookie, environment, method }) =>
    code !== '' && before && !between && !query && !rawQuery && !cookie && !environment && !method,
);

test('the rows of callbacks are there', (t) => {
  t.true(LASTING.length > 40);
});

for (const { name, code, before } of LASTING) {
  test(`callback, ${name}: a check fails with ${code}, or cannot`, async (t) => {
    const results = await checkAll(worldWith(before ?? (() => undefined)));
    const failed = results.filter(({ status }) => status === 'FAIL');
    if (UNFOUND.has(code)) t.pass();
    else
      t.true(
        failed.some((result) => result.code === code),
        `${code}: ${JSON.stringify(failed)}`,
      );
  });
}

test('each reason why no check finds a code is of a code, and needed', (t) => {
  t.true(UNFOUND.size > 10);
  const needed = new Set<string>([
    ...FAULTS.filter(({ check }) => check === undefined).map(({ code }) => code),
    ...LASTING.map(({ code }) => code),
  ]);
  for (const code of UNFOUND.keys()) t.true(code in REFUSALS && needed.has(code), code);
});
