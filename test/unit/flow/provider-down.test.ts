// SPDX-License-Identifier: MIT
// The provider out of reach, or answering anything but what was asked, at each step of a login: a code
// that names the step, no session, nothing secret; and the next login works when the provider does.
import test from 'ava';
import { also, fails, forget, reply } from '../../_helpers/_changes.ts';
import { codeOf, cookiesOf, type Answer } from '../../_helpers/_fake-host.ts';
import { ISSUER, type Reply } from '../../_helpers/_fake-provider.ts';
import { finish, newWorld, SECRET, start, type World } from '../../_helpers/_login.ts';

interface Step {
  readonly path: string;
  /** Makes a login need this step. */
  readonly needs: (world: World) => void;
  /** Between start and callback. */
  readonly between: (world: World) => void;
  readonly whenUnreachable: string;
  /** Status -> code, where it is not `otherwise`. */
  readonly byStatus: Readonly<Record<number, string>>;
  readonly otherwise: string;
  /** A 200 that is no JSON. */
  readonly whenGarbled: string;
}

const NOTHING = (): void => undefined;
const DISCOVERY = '/.well-known/openid-configuration';
const discoveryStep = {
  path: DISCOVERY,
  needs: NOTHING,
  whenUnreachable: 'DISCOVERY_NETWORK_ERROR',
  byStatus: {},
  otherwise: 'DISCOVERY_FAILED',
  whenGarbled: 'INVALID_DISCOVERY_DOC',
} as const;

const STEPS: Readonly<Record<string, Step>> = {
  'discovery at the start': { ...discoveryStep, between: NOTHING },
  'discovery at the callback': { ...discoveryStep, between: forget },
  'pushed request': {
    path: '/par',
    between: NOTHING,
    whenUnreachable: 'PAR_NETWORK_ERROR',
    byStatus: { 401: 'CLIENT_REJECTED' },
    otherwise: 'PAR_FAILED',
    whenGarbled: 'PAR_FAILED',
    needs: (w) =>
      void Object.assign(w.provider.discovery, {
        require_pushed_authorization_requests: true,
        pushed_authorization_request_endpoint: `${ISSUER}/par`,
      }),
  },
  'token request': {
    path: '/token',
    needs: NOTHING,
    between: NOTHING,
    whenUnreachable: 'TOKEN_ENDPOINT_NETWORK_ERROR',
    byStatus: { 401: 'CLIENT_REJECTED' },
    otherwise: 'TOKEN_EXCHANGE_FAILED',
    whenGarbled: 'TOKEN_RESPONSE_INVALID_JSON',
  },
  keys: {
    path: '/jwks',
    needs: NOTHING,
    between: NOTHING,
    whenUnreachable: 'JWKS_NETWORK_ERROR',
    byStatus: {},
    otherwise: 'JWKS_FETCH_FAILED',
    whenGarbled: 'INVALID_JWKS_FORMAT',
  },
  userinfo: {
    path: '/me',
    between: NOTHING,
    whenUnreachable: 'USERINFO_NETWORK_ERROR',
    byStatus: {},
    otherwise: 'USERINFO_FETCH_FAILED',
    whenGarbled: 'USERINFO_INVALID_JSON',
    needs: (w) => {
      w.provider.claims = { sub: 'alice-id' };
      w.provider.userinfo = { sub: 'alice-id', email: 'alice@example.com', email_verified: true };
    },
  },
};

const REASONS = [
  'refused',
  'timeout',
  'closed',
  'unreachable',
  'dns-failed',
  'cert-untrusted: x',
  'cert-expired: x',
  'cert-name: x',
  'anything else',
];

const BODIES: Readonly<Record<string, Partial<Reply>>> = {
  empty: { headers: {}, body: '' },
  'a sentence': { headers: { 'Content-Type': 'text/plain' }, body: 'Something went wrong' },
  'a sentence in JSON': { headers: { 'Content-Type': 'application/json' }, body: { error: 'Something went wrong' } },
  'an error of another shape': { headers: { 'Content-Type': 'application/problem+json' }, body: { error: { code: 7 }, title: 'x' } },
  HTML: { headers: { 'Content-Type': 'text/html' }, body: '<!doctype html><title>nginx</title>' },
};
const STATUSES = [201, 204, 301, 400, 401, 403, 404, 405, 418, 429, 500, 502, 503, 504];

/** A login as far as it gets; the answer with the refusal, or the landing page. */
async function tryLogin(world: World, between: (world: World) => void): Promise<Answer> {
  const started = await start(world);
  if (codeOf(started.answer) !== '') return started.answer;
  between(world);
  return finish(world, started);
}

function nothingCameOfIt(world: World, answer: Answer): boolean {
  const text = `${world.host.lines.join('\n')}\n${answer.body}`;
  const hasSessionCookie = cookiesOf(answer).some((line) => line.startsWith('sysauth') && !line.includes('Max-Age=0'));
  return (
    world.host.router.sessions.size === 0 &&
    !hasSessionCookie &&
    ![SECRET, 'the-code', 'the-access-token'].some((secret) => text.includes(secret))
  );
}

for (const [name, step] of Object.entries(STEPS)) {
  const prepared = (change: (world: World) => void): World => {
    const world = newWorld();
    step.needs(world);
    if (step.between !== forget) change(world);
    return world;
  };
  const betweenWith = (change: (world: World) => void) => (step.between === forget ? also(forget, change) : step.between);

  test(`${name}: out of reach is ${step.whenUnreachable}, and the login after it works`, async (t) => {
    for (const reason of REASONS) {
      const change = fails(step.path, reason);
      const world = prepared(change);
      const answer = await tryLogin(world, betweenWith(change));
      t.is(codeOf(answer), step.whenUnreachable, reason);
      t.is(answer.status, 502);
      t.true(nothingCameOfIt(world, answer), reason);
      world.provider.raw.clear();
      world.host.bootMs += 15_000; // a failure is remembered for so long
      if (step.path === '/par') t.is((await start(world)).answer.status, 302);
      else t.is((await tryLogin(world, NOTHING)).status, 200, world.host.lines.at(-1));
    }
  });

  test(`${name}: every status and body has a code, and the log has the status`, async (t) => {
    for (const status of STATUSES) {
      for (const [kind, body] of Object.entries(BODIES)) {
        const change = reply(step.path, { ...body, status });
        const world = prepared(change);
        const answer = await tryLogin(world, betweenWith(change));
        const expected = step.byStatus[status] ?? step.otherwise;
        t.is(codeOf(answer), expected, `${status} ${kind}`);
        t.true(nothingCameOfIt(world, answer), `${status} ${kind}: ${world.host.lines.join('\n')}`);
        // RFC 9126 2.2: a pushed request's 201 is success, and this one has no request_uri.
        if (step.path !== '/par' || status !== 201)
          t.true(
            world.host.lines.some((line) => line.includes(` ${expected} [`) && line.includes(String(status))),
            `${status} ${kind}`,
          );
      }
    }
  });

  test(`${name}: 200 with something else is ${step.whenGarbled}`, async (t) => {
    for (const [kind, body] of Object.entries({
      ...BODIES,
      'a list': { body: '[]' },
      'half a document': { body: '{"issuer":"htt' },
      'not UTF-8': { body: '{"a":"\u00ff' },
      null: { body: 'null' },
    })) {
      if (kind.includes('JSON') || kind === 'an error of another shape') continue; // members are looked at elsewhere
      const change = reply(step.path, { status: 200, ...body });
      const world = prepared(change);
      const answer = await tryLogin(world, betweenWith(change));
      t.is(codeOf(answer), step.whenGarbled, kind);
      t.true(nothingCameOfIt(world, answer), kind);
    }
  });
}

test('a client whom the provider refuses at any endpoint is told apart from a code that it refuses', async (t) => {
  const codeFor = async (status: number, error: string) => {
    const world = newWorld();
    reply('/token', { status, body: { error } })(world);
    return codeOf(await finish(world, await start(world)));
  };
  for (const status of [400, 401, 403]) {
    t.is(await codeFor(status, 'invalid_client'), 'CLIENT_REJECTED');
    t.is(await codeFor(status, 'unauthorized_client'), 'CLIENT_REJECTED');
    t.is(await codeFor(status, 'invalid_grant'), 'OIDC_INVALID_GRANT');
    t.is(await codeFor(status, 'invalid_code'), 'OIDC_INVALID_GRANT');
  }
  t.is(await codeFor(400, 'INVALID_GRANT'), 'TOKEN_EXCHANGE_FAILED');
});
