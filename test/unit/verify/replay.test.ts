// SPDX-License-Identifier: MIT
// Real answers of real providers, with the clock frozen just after they were given.
import test, { type ExecutionContext } from 'ava';
import { readFileSync } from 'node:fs';
import { verifyIdToken } from '../../../src/verify/algorithms/all.ts';
import { ALGS } from '../../_helpers/signing.ts';
import { codeOf } from './_tokens.ts';

interface Exchange {
  readonly name: string;
  readonly idToken: string;
  readonly accessToken: string | undefined;
  readonly jwks: unknown;
  readonly claims: Claims;
}

interface Claims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly nonce: string;
  readonly iat: number;
  readonly exp: number;
}

interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
}

interface AlgorithmRun {
  readonly nonce: string;
  readonly client_id: string;
  readonly jwks?: unknown;
  readonly token: Tokens;
  readonly id_token: { readonly claims: Claims };
}

function read<Shape>(provider: string, name: string): Shape {
  const url = new URL(`../../data/idp/${provider}/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Shape;
}

/** The main exchange of each provider, and one per algorithm that was tried. */
function readExchanges(): { readonly supported: Exchange[]; readonly unsupported: Exchange[] } {
  const supported: Exchange[] = [];
  const unsupported: Exchange[] = [];
  for (const provider of ['pocket-id', 'oidc-provider', 'keycloak', 'glewlwyd']) {
    const { claims, raw } = read<{ claims: Claims; raw: string }>(provider, 'id_token');
    const { body: jwks } = read<{ body: unknown }>(provider, 'jwks');
    const { body: tokens } = read<{ body: Tokens }>(provider, 'token');
    const accessToken = tokens.access_token;
    supported.push({ name: `${provider} RS256`, idToken: raw, accessToken, jwks, claims });

    const runs = read<Record<string, AlgorithmRun>>(provider, 'algs');
    for (const [alg, run] of Object.entries(runs)) {
      if (run.token?.id_token === undefined) continue; // "jwks" and "pkce" are no runs
      (ALGS.some((name) => name === alg) ? supported : unsupported).push({
        name: `${provider} ${alg}`,
        idToken: run.token.id_token,
        accessToken: run.token.access_token,
        jwks: run.jwks ?? runs['jwks'],
        claims: { ...run.id_token.claims, nonce: run.nonce, aud: run.client_id },
      });
    }
  }
  return { supported, unsupported };
}

function verify(exchange: Exchange, changes: object = {}): ReturnType<typeof verifyIdToken> {
  const { claims, idToken, accessToken, jwks } = exchange;
  return verifyIdToken({
    idToken,
    accessToken,
    jwks,
    issuer: claims.iss,
    clientId: typeof claims.aud === 'string' ? claims.aud : (claims.aud[0] ?? ''),
    nonce: claims.nonce,
    now: claims.iat + 1,
    toleranceS: 60,
    ...changes,
  });
}

/** Thousands of verifications block the process: what came before is reported first, and no idle limit counts. */
function roomFor(t: ExecutionContext): Promise<void> {
  t.timeout(120_000);
  return new Promise((resolve) => setImmediate(resolve));
}

const { supported, unsupported } = readExchanges();

test('the captures hold exchanges with nine of the ten algorithms', (t) => {
  const count = (provider: string) => supported.filter(({ name }) => name.startsWith(provider)).length;
  t.deepEqual(['pocket-id', 'oidc-provider', 'keycloak', 'glewlwyd'].map(count), [7, 8, 9, 4]);
  const seen = new Set(supported.map(({ name }) => name.split(' ')[1]));
  t.deepEqual(
    ALGS.filter((alg) => !seen.has(alg)),
    ['PS384'],
  );
  t.deepEqual(
    unsupported.map(({ name }) => name),
    ['oidc-provider HS256', 'keycloak HS256'],
  );
});

/** One bit of some forty characters, spread over the whole token. */
function flipFew(exchange: Exchange): void {
  test(`the real token of ${exchange.name} with one of some flipped bits is refused`, async (t) => {
    await roomFor(t);
    const { idToken } = exchange;
    const step = Math.ceil(idToken.length / 40);
    for (let at = idToken.length - 2; at >= 0; at -= step) {
      const unit = idToken.charCodeAt(at) ^ (1 << (at % 6));
      const token = idToken.slice(0, at) + String.fromCharCode(unit) + idToken.slice(at + 1);
      t.not(
        codeOf(() => verify(exchange, { idToken: token })),
        'accepted',
        `character ${at}`,
      );
    }
  });
}

for (const exchange of supported) {
  const { name, claims } = exchange;
  test(`the real token of ${name} verifies, and only in its own login`, (t) => {
    const verified = verify(exchange);
    t.is(verified.iss, claims.iss);
    t.is(verified['nonce'], claims.nonce);
    t.is(
      codeOf(() => verify(exchange, { nonce: 'another-nonce' })),
      'NONCE_MISMATCH',
    );
    t.is(
      codeOf(() => verify(exchange, { clientId: 'other' })),
      'AUDIENCE_MISMATCH',
    );
    t.is(
      codeOf(() => verify(exchange, { issuer: `${claims.iss}/` })),
      'ISSUER_MISMATCH',
    );
    t.is(
      codeOf(() => verify(exchange, { now: claims.exp + 60 })),
      'TOKEN_EXPIRED',
    );
    t.is(
      codeOf(() => verify(exchange, { now: claims.exp + 59 })),
      'accepted',
    );
    t.is(
      codeOf(() => verify(exchange, { now: claims.iat - 60 })),
      'accepted',
    );
    t.is(
      codeOf(() => verify(exchange, { now: claims.iat - 61 })),
      'TOKEN_ISSUED_IN_FUTURE',
    );
    t.is(
      codeOf(() => verify(exchange, { jwks: { keys: [] } })),
      'NO_KEYS_AVAILABLE',
    );
  });

  test(`the real token of ${name} is refused under the keys of every other provider`, (t) => {
    for (const other of supported) {
      if (JSON.stringify(other.jwks) === JSON.stringify(exchange.jwks)) continue;
      const code = codeOf(() => verify(exchange, { jwks: other.jwks }));
      t.true(['KEY_NOT_FOUND', 'INVALID_SIGNATURE'].includes(code), `${other.name}: ${code}`);
    }
  });

  // ES256 costs ten times as much here: there one bit of each character of header and payload. The
  // same sample for the third and fourth provider. Of the other algorithms the signature and little else.
  const isCommon = name.endsWith('RS256') || name.endsWith('ES256');
  if (!isCommon) {
    flipFew(exchange);
    continue;
  }
  const isSampled = name.startsWith('keycloak') || name.startsWith('glewlwyd');
  const isSlow = name.endsWith('ES256') || isSampled;
  test(`the real token of ${name} with one flipped bit is refused, wherever it is`, async (t) => {
    await roomFor(t);
    const { idToken } = exchange;
    const signatureAt = idToken.lastIndexOf('.') + 1;
    let flips = 0;
    for (let at = 0; at < idToken.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        if (isSlow && at < signatureAt && bit !== at % 7) continue;
        if (isSampled && at >= signatureAt && bit !== at % 7) continue;
        const unit = idToken.charCodeAt(at) ^ (1 << bit);
        const token = idToken.slice(0, at) + String.fromCharCode(unit) + idToken.slice(at + 1);
        if (codeOf(() => verify(exchange, { idToken: token })) === 'accepted') {
          t.fail(`bit ${bit} of character ${at}`);
        }
        flips++;
      }
    }
    t.log(`${flips} flips of ${8 * idToken.length} possible`);
    t.true(flips >= idToken.length);
  });

  test(`the real token of ${name} with one flipped bit of what it encodes is refused`, async (t) => {
    await roomFor(t);
    const parts = exchange.idToken.split('.').map((part) => Buffer.from(part, 'base64url'));
    let flips = 0;
    parts.forEach((part, index) => {
      for (let place = 0; place < 8 * part.length; place++) {
        if (isSlow && index < 2 && place % 9 !== 0) continue;
        if (isSampled && index < 2 && place % 5 !== 0) continue;
        const changed = Buffer.from(part);
        changed[place >> 3] ^= 1 << (place & 7);
        const token = parts.map((other, i) => (i === index ? changed : other).toString('base64url')).join('.');
        const code = codeOf(() => verify(exchange, { idToken: token }));
        if (code === 'accepted') t.fail(`bit ${place} of part ${index}`);
        if (index === 1) t.is(code, 'INVALID_SIGNATURE', `bit ${place} of the payload`);
        flips++;
      }
    });
    t.log(`${flips} flips`);
    t.true(flips > (isSampled ? 400 : 500));
  });
}

for (const exchange of unsupported) {
  test(`the real token of ${exchange.name} is refused for its algorithm`, (t) => {
    t.is(
      codeOf(() => verify(exchange)),
      'UNSUPPORTED_ALGORITHM',
    );
  });
}

test('an access token of Pocket ID never passes as an ID token', (t) => {
  const pocket = supported.filter(({ name }) => name.startsWith('pocket-id'));
  t.is(pocket.length, 7);
  for (const exchange of pocket) {
    // Same issuer, audience, key and times; only the nonce is missing.
    t.is(
      codeOf(() => verify(exchange, { idToken: exchange.accessToken })),
      'MISSING_NONCE',
    );
  }
});
