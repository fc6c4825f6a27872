// SPDX-License-Identifier: MIT
// Captured documents and errors of four real providers, through the functions that read them.
import test from 'ava';
import { readFileSync } from 'node:fs';
import { parseJsonObject } from '../../../src/codec/json.ts';
import type { OidcConfig } from '../../../src/config.ts';
import { chooseAuthMethod } from '../../../src/oidc/client-auth.ts';
import { checkMetadata } from '../../../src/oidc/discovery.ts';
import { fetchKeys } from '../../../src/oidc/jwks.ts';
import { redeemCode } from '../../../src/oidc/token.ts';
import { fetchUserinfo } from '../../../src/oidc/userinfo.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import { httpBytes } from '../../_helpers/_fake-provider.ts';
import { codeOfAsync } from '../../fuzz/targets/_bytes.ts';
import { newExchange, PROVIDER, providerWith } from '../../fuzz/targets/provider.ts';
import { codeOf } from '../verify/_tokens.ts';

interface Captured {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

function read<Shape>(provider: string, name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../../data/idp/${provider}/${name}.json`, import.meta.url), 'utf8')) as Shape;
}

/** The provider's answer as it came, with a length of our own. */
function hostAnswering({ status, headers, body }: Captured): FakeHost {
  const host = new FakeHost();
  const kept = Object.entries(headers).filter(
    ([name]) => !['content-length', 'transfer-encoding', 'content-encoding', 'connection'].includes(name.toLowerCase()),
  );
  host.server = () => httpBytes({ status, headers: Object.fromEntries(kept), body });
  return host;
}

const parsed = (value: unknown) => {
  const result = parseJsonObject(new Uint8Array(Buffer.from(JSON.stringify(value))));
  if (!result.ok) throw new Error(result.reason);
  return result.value;
};

const PROVIDERS = ['pocket-id', 'oidc-provider', 'keycloak', 'glewlwyd'];
const USABLE: Readonly<Record<string, number>> = { 'pocket-id': 1, 'oidc-provider': 5, keycloak: 10, glewlwyd: 4 };

for (const name of PROVIDERS) {
  const discovery = read<Captured>(name, 'discovery');
  const document = discovery.body as Record<string, string>;
  const provider: OidcConfig = { ...PROVIDER, issuer: document.issuer! };
  const metadata = checkMetadata(newExchange(), provider, parsed(document));

  test(`the discovery document of ${name} is accepted, member by member`, (t) => {
    t.is(metadata.issuer, document.issuer);
    t.is(metadata.authorizationEndpoint, document.authorization_endpoint);
    t.is(metadata.tokenEndpoint, document.token_endpoint);
    t.is(metadata.jwksUri, document.jwks_uri);
    t.is(metadata.userinfoEndpoint, document.userinfo_endpoint);
    t.true(metadata.idTokenAlgs.includes('RS256'));
    t.is(metadata.requiresPar, false);
    t.true(['client_secret_basic', 'client_secret_post'].includes(chooseAuthMethod(provider, metadata.tokenAuthMethods)));
    const wrong: OidcConfig = { ...provider, issuer: `${provider.issuer}/` };
    t.is(
      codeOf(() => checkMetadata(newExchange(), wrong, parsed(document))),
      'DISCOVERY_ISSUER_MISMATCH',
    );
  });

  test(`the keys of ${name} keep their public members and no others`, async (t) => {
    const host = hostAnswering(read<Captured>(name, 'jwks'));
    const { keys } = await fetchKeys(providerWith(host, metadata, provider), metadata);
    t.is(keys.length, USABLE[name]);
    const members = new Set(keys.flatMap((key) => Object.keys(key)));
    t.deepEqual(
      [...members].filter((member) => !['kty', 'kid', 'alg', 'use', 'key_ops', 'n', 'e', 'crv', 'x', 'y'].includes(member)),
      [],
    );
    t.true(host.state.has('jwks.k'));
  });

  test(`the token answer of ${name} gives its tokens`, async (t) => {
    const answer = read<Captured>(name, 'token');
    const host = hostAnswering(answer);
    const tokens = await redeemCode(providerWith(host, metadata, provider), { code: 'c', redirectUri: 'https://r/', codeVerifier: 'v' });
    const body = answer.body as Record<string, string>;
    t.deepEqual(tokens, { idToken: body.id_token!, accessToken: body.access_token!, refreshToken: body.refresh_token ?? '' });
  });
}

for (const name of ['keycloak', 'glewlwyd']) {
  test(`the userinfo of ${name} is taken for its own subject only`, async (t) => {
    const answer = read<Captured>(name, 'userinfo');
    const body = answer.body as Record<string, string>;
    const provider: OidcConfig = { ...PROVIDER, issuer: (read<Captured>(name, 'discovery').body as Record<string, string>).issuer! };
    const metadata = checkMetadata(newExchange(), provider, parsed(read<Captured>(name, 'discovery').body));
    const host = hostAnswering(answer);
    const ask = (sub: string) => fetchUserinfo(providerWith(host, metadata, provider), 'token', sub);
    t.is((await ask(body.sub!))?.['email'], 'alice@example.com');
    t.is(await codeOfAsync(() => ask('bob')), 'IDENTITY_MISMATCH');
  });
}

const GRANT = 'OIDC_INVALID_GRANT';
const CLIENT = 'CLIENT_REJECTED';
const OTHER = 'TOKEN_EXCHANGE_FAILED';

/** What each provider's refusal at the token endpoint is called here. */
const ERRORS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  keycloak: {
    token_code_reused: GRANT,
    token_wrong_secret_basic: CLIENT,
    token_wrong_secret_post: CLIENT,
    token_no_client_auth: CLIENT,
    token_wrong_verifier: GRANT,
    token_after_wrong_verifier_same_code: GRANT,
    token_missing_verifier: GRANT,
    token_wrong_redirect_uri: GRANT,
    token_missing_redirect_uri: GRANT,
    token_bogus_code: GRANT,
    token_unknown_client: CLIENT,
    token_bad_grant_type: OTHER,
    token_get_method: OTHER,
  },
  // Says unauthorized_client for a wrong redirect_uri too, and answers some requests with nothing.
  glewlwyd: {
    token_code_reused: GRANT,
    token_wrong_secret_basic: CLIENT,
    token_wrong_secret_post: CLIENT,
    token_no_client_auth: CLIENT,
    token_wrong_verifier: GRANT,
    token_missing_verifier: GRANT,
    token_wrong_redirect_uri: CLIENT,
    token_missing_redirect_uri: OTHER,
    token_bogus_code: GRANT,
    token_unknown_client: CLIENT,
    token_bad_grant_type: OTHER,
    token_get_method: CLIENT,
  },
  // Sentences instead of OAuth's words: only the status tells, and the log has the sentence.
  'pocket-id': {
    token_code_reused: OTHER,
    token_wrong_secret_basic: CLIENT,
    token_wrong_secret_post: CLIENT,
    token_no_client_auth: OTHER,
    token_after_wrong_verifier_same_code: OTHER,
    token_bogus_code: OTHER,
    token_unknown_client: OTHER,
    token_bad_grant_type: OTHER,
    token_get_method: OTHER,
  },
  'oidc-provider': {
    token_code_reused: GRANT,
    token_wrong_secret_basic: CLIENT,
    token_wrong_secret_post: CLIENT,
    token_no_client_auth: CLIENT,
    token_wrong_verifier: GRANT,
    token_missing_verifier: GRANT,
    token_wrong_redirect_uri: GRANT,
    token_bogus_code: GRANT,
    token_unknown_client: CLIENT,
    token_bad_grant_type: OTHER,
    token_get_method: OTHER,
  },
};

for (const [name, codes] of Object.entries(ERRORS)) {
  test(`each refusal of ${name}'s token endpoint has its code`, async (t) => {
    const errors = read<Record<string, Captured>>(name, 'errors');
    t.deepEqual(Object.keys(errors).sort(), Object.keys(codes).sort());
    const found: Record<string, string> = {};
    const document = read<Captured>(name, 'discovery').body as Record<string, string>;
    const provider: OidcConfig = { ...PROVIDER, issuer: document.issuer! };
    const metadata = checkMetadata(newExchange(), provider, parsed(document));
    for (const [error, answer] of Object.entries(errors)) {
      const host = hostAnswering(answer);
      found[error] = await codeOfAsync(() =>
        redeemCode(providerWith(host, metadata, provider), { code: 'c', redirectUri: 'https://r/', codeVerifier: 'v' }),
      );
    }
    t.deepEqual(found, codes);
  });
}
