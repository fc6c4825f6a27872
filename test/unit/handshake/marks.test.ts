// SPDX-License-Identifier: MIT
// Limits and one-shot marks when requests come at the same moment: every order of their operations,
// and one of them killed at any point.
import test from 'ava';
import type { OidcConfig } from '../../../src/config.ts';
import type { Exchange } from '../../../src/exchange.ts';
import { NO_REQUEST } from '../../../src/http/request.ts';
import { Refusal } from '../../../src/refusal.ts';
import { countRequest } from '../../../src/request/rate-limit.ts';
import { consumeHandshake } from '../../../src/flow/consume.ts';
import type { Handshake } from '../../../src/handshake/sealed-cookie.ts';
import { everyOrder, KILLED, type Moment, type Process } from '../../_helpers/interleavings.ts';

const NOW_S = 1000;
const LIMIT = 10;
const PROVIDER = { trustedProxies: [] } as unknown as OidcConfig;

const callback = (id: string, nowS = NOW_S): Process => ({
  nowS,
  run: (host) =>
    outcomeOf(() => {
      const exchange = {
        host,
        request: { ...NO_REQUEST, clientAddress: '192.168.1.20' },
        correlationId: 'x',
        headers: [],
      } satisfies Exchange;
      consumeHandshake(exchange, PROVIDER, { id: id.repeat(22), expiresS: NOW_S + 600 } as Handshake);
    }),
});

const pushed: Process = {
  nowS: NOW_S,
  run: (host) =>
    outcomeOf(
      () =>
        void countRequest(
          { host, request: { ...NO_REQUEST, clientAddress: '192.168.1.20' }, correlationId: 'x', headers: [] },
          PROVIDER,
          'par',
        ),
    ),
};

function outcomeOf(run: () => void): string {
  try {
    run();
    return 'won';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** The client's part of its marks' names, as the code has it. */
const CLIENT = (() => {
  let name = '';
  everyOrder([callback('a')], [], { withKills: false }, ({ files }) => (name = files.find((file) => file.startsWith('token.')) ?? name));
  return name.split('.')[2] as string;
})();

/** Requests of this client that were counted a moment ago. */
const counted = (count: number, kind = 'token'): string[] =>
  Array.from({ length: count }, (_, i) => `${kind}.${NOW_S - 1}.${CLIENT}.before${i}`);
const marks = (moment: Moment, kind: string): number => moment.files.filter((name) => name.startsWith(`${kind}.`)).length;
const won = (moment: Moment): number => moment.outcomes.filter((outcome) => outcome === 'won').length;
const isOver = (moment: Moment): boolean => moment.outcomes.every((outcome) => outcome !== undefined);

for (const [count, name] of [
  [2, 'two'],
  [3, 'three'],
] as const) {
  test(`${name} callbacks of one handshake: exactly one may ask the provider, and its count stays`, (t) => {
    const ends = new Set<string>();
    const moments = everyOrder(
      Array.from({ length: count }, () => callback('a')),
      [],
      { withKills: false },
      (moment) => {
        if (isOver(moment))
          ends.add(`${[...moment.outcomes].sort().join(' ')}: ${marks(moment, 'token')} token, ${marks(moment, 'used')} used`);
      },
    );
    t.deepEqual([...ends], [`${'HANDSHAKE_USED '.repeat(count - 1)}won: 1 token, 1 used`]);
    t.true(moments > 20, `${moments} moments`);
  });
}

test('a callback of the second after does not free the first one either', (t) => {
  everyOrder([callback('a'), callback('a', NOW_S + 1)], [], { withKills: false }, (moment) => {
    if (isOver(moment)) t.is(marks(moment, 'token'), 1);
  });
});

for (const before of [0, 8, 9, 10]) {
  test(`with ${before} requests counted, three callbacks of two handshakes never exceed ten a minute, killed or not`, (t) => {
    let most = 0;
    const wrong: Moment[] = [];
    everyOrder([callback('a'), callback('a'), callback('b')], counted(before), { withKills: true }, (moment) => {
      const asked = marks(moment, 'token') - before;
      most = Math.max(most, marks(moment, 'token') + marks(moment, 'used'));
      const isLeftOver = isOver(moment) && !moment.outcomes.includes(KILLED) && asked > won(moment);
      // Whoever may ask is counted as long as the minute lasts.
      if (won(moment) > Math.min(2, LIMIT - before) || asked < won(moment) || isLeftOver) wrong.push(moment);
    });
    t.deepEqual(wrong.slice(0, 1), []);
    // At the limit nothing is written: a stranger whose requests are cut off leaves no marks.
    t.true(most <= (before === LIMIT ? LIMIT : before + 3 + 2), `${most} marks`);
  });
}

test('starts that are pushed are counted the same way', (t) => {
  const wrong: Moment[] = [];
  everyOrder([pushed, pushed, pushed], counted(9, 'par'), { withKills: true }, (moment) => {
    if (won(moment) > 1 || marks(moment, 'par') < 9 + won(moment)) wrong.push(moment);
  });
  t.deepEqual(wrong.slice(0, 1), []);
});

test('a handshake that ended is not forgotten while a request that found it alive may still run', (t) => {
  const end = NOW_S + 600;
  const id = 'a'.repeat(22);
  // The mark of the first callback, seen by another request's sweep a moment after the handshake's end.
  everyOrder([callback('a', end - 1), callback('b', end + 1)], [`used.${end}.${id}`], { withKills: false }, (moment) => {
    t.not(moment.outcomes[0], 'won');
  });
});
