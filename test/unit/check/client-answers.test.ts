// SPDX-License-Identifier: MIT
// What each real provider answers to an invented code, and what the check of the client makes of it.
// Captured answers are in vectors/idp; the others are written after the providers' sources.
import test from 'ava';
import { readFileSync } from 'node:fs';
import { judgeTokenAnswer } from '../../../src/check/client.ts';
import { tokenRefusal } from '../../../src/oidc/token.ts';
import type { OidcConfig } from '../../../src/config.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const GRANT = { code: 'the-invented-code', codeVerifier: 'the-verifier', redirectUri: '' };

function judge({ status, body }: Answer): string {
  const bytes = new Uint8Array(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
  const answer = { status, headers: new Map<string, string>(), body: bytes };
  return judgeTokenAnswer(status, tokenRefusal(answer, { clientSecret: 'secret' } as OidcConfig, GRANT)).status;
}

const captured = (provider: string): Record<string, Answer> =>
  JSON.parse(readFileSync(new URL(`../../data/idp/${provider}/errors.json`, import.meta.url), 'utf8')) as Record<string, Answer>;

const WRONG_CLIENT = ['token_wrong_secret_basic', 'token_wrong_secret_post', 'token_unknown_client'];

for (const provider of ['pocket-id', 'oidc-provider', 'keycloak', 'glewlwyd']) {
  test(`${provider}: a right client passes, a wrong one fails`, (t) => {
    const answers = captured(provider);
    for (const name of ['token_bogus_code', 'token_code_reused']) t.is(judge(answers[name] as Answer), 'PASS', name);
    for (const name of WRONG_CLIENT) t.is(judge(answers[name] as Answer), 'FAIL', name);
    const other = answers.token_bad_grant_type as Answer;
    t.is(judge(other), 'WARN', 'what names neither code nor client tells nothing');
  });
}

test('answers that come from other providers', (t) => {
  const rows: ReadonlyArray<readonly [string, number, unknown, string]> = [
    ['Pocket ID from 2.10', 400, { error: 'invalid_grant', error_description: 'The provided authorization grant is invalid' }, 'PASS'],
    ['Pocket ID from 2.10, wrong secret', 401, { error: 'invalid_client' }, 'FAIL'],
    ['Pocket ID, no secret although one is needed', 400, { error: 'Client id or secret not provided' }, 'WARN'],
    ['Pocket ID, wrong verifier', 400, { error: 'Invalid code verifier' }, 'PASS'],
    ['Authentik, wrong secret', 400, { error: 'invalid_client', error_description: 'Client authentication failed' }, 'FAIL'],
    [
      'Authentik',
      400,
      { error: 'invalid_grant', error_description: 'The provided authorization grant or refresh token is invalid' },
      'PASS',
    ],
    ['Authelia, other method than registered', 401, { error: 'invalid_client' }, 'FAIL'],
    ['dex', 400, { error: 'invalid_grant', error_description: 'Invalid or expired code parameter.' }, 'PASS'],
    [
      'dex, another redirect URI',
      400,
      { error: 'invalid_request', error_description: 'redirect_uri did not match URI from initial request.' },
      'WARN',
    ],
    ['Google', 400, { error: 'invalid_grant', error_description: 'Malformed auth code.' }, 'PASS'],
    ['Google, wrong secret', 401, { error: 'invalid_client', error_description: 'Unauthorized' }, 'FAIL'],
    ['Entra', 400, { error: 'invalid_grant', error_description: 'AADSTS9002313: Invalid request.' }, 'PASS'],
    ['Entra, unknown client', 400, { error: 'unauthorized_client', error_description: 'AADSTS700016' }, 'FAIL'],
    ['a proxy that forbids', 403, '<html>Forbidden</html>', 'FAIL'],
    ['no such path', 404, 'not found', 'FAIL'],
    ['wrong method', 405, '', 'WARN'],
    ['too many', 429, { error: 'slow_down' }, 'WARN'],
    ['a broken provider', 500, { error: 'server_error' }, 'WARN'],
    ['a redirect', 302, '', 'WARN'],
    ['tokens for an invented code', 200, { access_token: 'x' }, 'WARN'],
    ['401 wins over the words', 401, { error: 'invalid_grant' }, 'FAIL'],
    ['a status code is no code', 400, 'error code: 1020', 'WARN'],
  ];
  for (const [name, status, body, expected] of rows) t.is(judge({ status, body }), expected, name);
});

test('a provider that repeats what it was sent gives no secret away', (t) => {
  const bytes = new Uint8Array(Buffer.from(JSON.stringify({ error: 'bad', error_description: `code ${GRANT.code} secret` })));
  const answer = { status: 400, headers: new Map<string, string>(), body: bytes };
  const { text } = judgeTokenAnswer(400, tokenRefusal(answer, { clientSecret: 'secret' } as OidcConfig, GRANT));
  t.false(text.includes(GRANT.code) || text.includes('secret'));
});
