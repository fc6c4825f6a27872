// SPDX-License-Identifier: MIT
// Checks of what the provider says about itself, and of how that fits the configuration.

import { ownMember, type JsonObject } from '../codec/json.ts';
import { printable } from '../log.ts';
import { lastReceived } from '../oidc/received.ts';
import { isPushed } from '../oidc/metadata.ts';
import { CALLBACK_PATH, LOGGED_OUT_PATH } from '../paths.ts';
import { Refusal } from '../refusal.ts';
import { loadAlgorithms } from '../verify/load.ts';
import type { Context } from './context.ts';
import { fail, pass, refused, skip, warn, type Check, type Finding } from './finding.ts';

const NETWORK = ['config', 'dns', 'tcp', 'tls_chain', 'tls_names'];
const DOCUMENT = [...NETWORK, 'discovery'];
const METADATA = [...DOCUMENT, 'issuer', 'endpoints'];

async function checkDiscovery({ discovery }: Context): Promise<Finding> {
  try {
    const { document } = await discovery();
    return pass(`${Object.keys(document).length} members`);
  } catch (error) {
    return refused(error, [
      'DISCOVERY_NETWORK_ERROR',
      'DISCOVERY_FAILED',
      'INVALID_DISCOVERY_DOC',
      'INSECURE_ENDPOINT',
    ]);
  }
}

const ISSUER_CODES: readonly Refusal['code'][] = [
  'DISCOVERY_MISSING_ISSUER',
  'DISCOVERY_ISSUER_MISMATCH',
];

async function checkIssuer({ discovery, provider, config }: Context): Promise<Finding> {
  await discovery();
  try {
    await provider().metadata();
  } catch (error) {
    // Whatever else is wrong with the document stands behind another check.
    if (!(error instanceof Refusal) || ISSUER_CODES.includes(error.code)) return refused(error);
  }
  return pass(config().oidc.issuer);
}

async function checkEndpoints({ config, discovery, provider }: Context): Promise<Finding> {
  await discovery();
  try {
    const known = await provider().metadata();
    const { oidc } = config();
    const push = isPushed(oidc, known);
    if (push && known.parEndpoint === '')
      return fail(
        'PAR_REQUIRED',
        'requests are to be pushed, and the provider names no endpoint for them',
      );
    if (known.requiresPar && !push)
      return warn('the provider demands pushed requests, and par is never', 'set par to auto');
    if (push || known.parEndpoint === '') return pass('all are https URLs');
    return pass(
      'all are https URLs; if the provider refuses logins because this client must push its requests (PAR), set par to always',
    );
  } catch (error) {
    return refused(error, [
      'DISCOVERY_MISSING_ENDPOINT',
      'INSECURE_ENDPOINT',
      'INVALID_DISCOVERY_DOC',
    ]);
  }
}

/** Whether the provider can answer as logins ask it to: a code, in the query of a redirect. */
async function checkFlow({ discovery }: Context): Promise<Finding> {
  const { document } = await discovery();
  const types = listOf(document, 'response_types_supported');
  const modes = listOf(document, 'response_modes_supported');
  if (types.length > 0 && !types.includes('code'))
    return { ...fail('IDP_ERROR', namesOf(types)), cause: 'NO_CODE_FLOW' };
  if (modes.length > 0 && !modes.includes('query'))
    return { ...fail('METHOD_NOT_ALLOWED', namesOf(modes)), cause: 'FORM_POST_ONLY' };
  return pass('authorization code, in the query');
}

/** Empty when the provider does not say. */
function listOf(document: JsonObject, name: string): readonly unknown[] {
  const listed = document[name];
  return Array.isArray(listed) ? listed : [];
}

function namesOf(list: readonly unknown[]): string {
  return printable(list.filter((item) => typeof item === 'string').join(', '));
}

const NO_BYTES = new Uint8Array(0);

/** Why a key cannot verify signatures of the algorithm; `undefined` when it can. */
async function whyUnusable(alg: string, key: object): Promise<Refusal | undefined> {
  const { verifySignature } = await loadAlgorithms();
  try {
    verifySignature(alg, key, NO_BYTES, NO_BYTES);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error;
  }
}

async function isSupported(alg: string): Promise<boolean> {
  return (await whyUnusable(alg, {}))?.code !== 'UNSUPPORTED_ALGORITHM';
}

/** What this provider may sign with, as a login would take it. */
async function usableAlgs({ provider, config }: Context): Promise<readonly string[]> {
  const { idTokenAlgs } = await provider().metadata();
  const { allowedAlgs } = config().oidc;
  // OIDC Core 15.1: RS256 is what a provider must speak that says nothing.
  const announced = idTokenAlgs.length > 0 ? idTokenAlgs : ['RS256'];
  const usable: string[] = [];
  for (const alg of announced) {
    if ((allowedAlgs.length === 0 || allowedAlgs.includes(alg)) && (await isSupported(alg)))
      usable.push(alg);
  }
  return usable;
}

async function checkAlgorithms(context: Context): Promise<Finding> {
  const usable = await usableAlgs(context);
  if (usable.length > 0) return pass(usable.join(', '));
  const { idTokenAlgs } = await context.provider().metadata();
  return fail(
    'UNSUPPORTED_ALGORITHM',
    `the provider signs with ${printable(idTokenAlgs.join(', '))}`,
  );
}

/** The `kid` under which there are two keys for one algorithm, so that no token can say which it means. */
async function sharedKid(
  algs: readonly string[],
  keys: readonly object[],
): Promise<string | undefined> {
  const { distinctKeys } = await loadAlgorithms();
  for (const alg of algs) {
    const kids: unknown[] = [];
    for (const key of distinctKeys(keys)) {
      if ((await whyUnusable(alg, key)) !== undefined) continue;
      const kid = ownMember(key, 'kid');
      if (kids.includes(kid))
        return kid === undefined ? 'no kid' : `kid "${printable(String(kid))}"`;
      kids.push(kid);
    }
  }
  return undefined;
}

async function checkKeys(context: Context): Promise<Finding> {
  let keys: readonly object[];
  await context.provider().metadata();
  try {
    keys = (await context.provider().keys()).keys;
  } catch (error) {
    return refused(error);
  }
  const algs = await usableAlgs(context);
  const fitting = new Set<string>();
  let usable = 0;
  let reason: Refusal | undefined;
  for (const key of keys) {
    let isUsable = false;
    for (const alg of algs) {
      const why = await whyUnusable(alg, key);
      if (why === undefined) {
        isUsable = true;
        fitting.add(alg);
      } else if (reason === undefined || why.why !== undefined || why.code !== 'KEY_UNUSABLE') {
        reason = why;
      }
    }
    if (isUsable) usable++;
  }
  const text = `${usable} of ${keys.length} usable`;
  const shared = await sharedKid(algs, keys);
  if (shared !== undefined)
    return fail('KEY_AMBIGUOUS', `${text}, but different keys have ${shared}`);
  if (usable === 0 && reason === undefined) return fail('NO_KEYS_AVAILABLE', text);
  if (usable === 0 && reason !== undefined) {
    const { code, fact, why } = reason;
    return { ...fail(code, `${text}: ${fact}`), cause: why };
  }
  return pass(`${text}, for ${[...fitting].join(', ')}`);
}

async function checkPkce({ provider }: Context): Promise<Finding> {
  const { codeChallengeMethods } = await provider().metadata();
  if (codeChallengeMethods.includes('S256')) return pass('S256');
  if (codeChallengeMethods.length > 0)
    return fail(
      'PKCE_S256_UNSUPPORTED',
      `the provider offers ${printable(codeChallengeMethods.join(', '))}`,
    );
  return warn(
    'the provider does not say; S256 is sent all the same',
    'look whether the provider enforces PKCE for this client',
  );
}

/** Scopes that the provider lists; it need not list all (OIDC Discovery 3). */
function listedScopes(document: JsonObject): readonly unknown[] {
  return listOf(document, 'scopes_supported');
}

async function checkScopes({ config, discovery, provider }: Context): Promise<Finding> {
  const wanted = config().oidc.scope.split(' ');
  const { document } = await discovery();
  await provider().metadata();
  const listed = listedScopes(document);
  const unknown = listed.length === 0 ? [] : wanted.filter((scope) => !listed.includes(scope));
  if (unknown.length === 0) return pass(wanted.join(' '));
  return warn(
    `the provider does not list ${unknown.join(' ')}`,
    'take it out of scope if logins end in invalid_scope, or define it at the provider',
  );
}

/** Whether the provider lists a scope; false also when it cannot be asked. */
export async function listsScope({ discovery }: Context, scope: string): Promise<boolean> {
  try {
    return listedScopes((await discovery()).document).includes(scope);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** What a name of a claim stands for. */
function claimPlaces(name: string): string {
  if (!name.includes('.')) return `the claim ${name}`;
  return `the claim ${name.split('\\.').join('.')}, or else the path ${name.split('.').join(' > ')}`;
}

async function checkGroups({ config, discovery }: Context): Promise<Finding> {
  const { oidc, roles } = config();
  if (!roles.some((role) => role.group.length > 0)) return skip('no role has group rules');
  if (oidc.scope.split(' ').includes('groups'))
    return pass(`scope has 'groups'; the router looks for ${claimPlaces(oidc.groupsClaim)}`);
  const send = `have the provider put ${claimPlaces(oidc.groupsClaim)} into the ID token or userinfo`;
  const { document } = await discovery();
  const listed = listedScopes(document);
  if (oidc.groupsClaim !== 'groups' || (listed.length > 0 && !listed.includes('groups')))
    return pass(`no scope 'groups' here: ${send}`);
  if (listed.includes('groups'))
    return fail(
      'USER_NOT_AUTHORIZED',
      "roles have group rules, but scope lacks 'groups', which this provider lists",
      `add 'groups' to scope, or ${send}`,
    );
  return warn(
    "roles have group rules, but scope has no 'groups'",
    `add 'groups' to scope, or ${send}`,
  );
}

async function checkLogout({ config, provider }: Context): Promise<Finding> {
  const { oidc } = config();
  if (!oidc.logoutAtProvider) return skip('logout_at_provider is off');
  const { endSessionEndpoint } = await provider().metadata();
  if (endSessionEndpoint === '')
    return skip('the provider has no such endpoint: Log out ends the session here only');
  const { redirectUri } = oidc;
  const origin =
    redirectUri === '' ? 'https://<router>' : redirectUri.slice(0, -CALLBACK_PATH.length);
  return warn(
    'Log out also goes to the provider, which must know the way back; no check can see whether it does',
    `register ${origin}${LOGGED_OUT_PATH} as post-logout redirect URI`,
  );
}

/** Whether sessions can follow their users: by what a login really brought, else by the metadata. */
async function checkRecheck({ host, config, discovery }: Context): Promise<Finding> {
  const { oidc } = config();
  if (oidc.recheckS === 0) return skip('recheck is 0: nobody is looked up again');
  const received = lastReceived(host, oidc);
  if (received === 'claims_not_received')
    return warn(
      'the provider answers, but leaves out a claim that a rule looks at: such sessions keep their role',
      'have the provider put that claim into userinfo as well, or into refreshed ID tokens',
    );
  if (received === 'kept')
    return pass(`the last login brought a refresh token; asked again every ${oidc.recheckS} s`);
  const { document } = await discovery();
  const grants = listOf(document, 'grant_types_supported');
  const hasGrant = grants.length === 0 || grants.includes('refresh_token');
  const isOffered = listedScopes(document).includes('offline_access');
  const isAsked = oidc.scope.split(' ').includes('offline_access');
  const fix = !hasGrant
    ? 'allow the grant type refresh_token for this client, or set recheck to 0'
    : isOffered && !isAsked
      ? 'add offline_access to scope, unless this provider sends refresh tokens without'
      : 'allow refresh tokens for this client at the provider, or set recheck to 0';
  if (received === 'none')
    return warn('the last login brought no refresh token: sessions do not follow their users', fix);
  if (!hasGrant) return warn('the provider lists no grant type refresh_token', fix);
  if (isOffered && !isAsked && !sendsUnasked(oidc.issuer))
    return warn(
      "'offline_access' is missing in scope; most providers want it for a refresh token",
      fix,
    );
  return pass('a refresh token is to be expected; the first login will tell');
}

/** Keycloak's come without; its offline_access makes sessions that outlive a logout. */
function sendsUnasked(issuer: string): boolean {
  return issuer.includes('/realms/');
}

export const PROVIDER_CHECKS: readonly Check[] = [
  { id: 'discovery', title: 'Discovery document', needs: NETWORK, run: checkDiscovery },
  { id: 'issuer', title: 'Issuer', needs: DOCUMENT, run: checkIssuer },
  { id: 'endpoints', title: 'Endpoints', needs: [...DOCUMENT, 'issuer'], run: checkEndpoints },
  { id: 'flow', title: 'Login flow', needs: DOCUMENT, run: checkFlow },
  { id: 'algorithms', title: 'Signature algorithms', needs: METADATA, run: checkAlgorithms },
  { id: 'keys', title: 'Signing keys', needs: [...METADATA, 'algorithms'], run: checkKeys },
  { id: 'pkce', title: 'PKCE', needs: METADATA, run: checkPkce },
  { id: 'scopes', title: 'Scopes', needs: METADATA, run: checkScopes },
  { id: 'groups', title: 'Group rules', needs: DOCUMENT, run: checkGroups },
  { id: 'logout', title: 'Log out at the provider', needs: METADATA, run: checkLogout },
  { id: 'recheck', title: 'Recheck', needs: DOCUMENT, run: checkRecheck },
];
