// SPDX-License-Identifier: MIT
// Role -> LuCI session: made through ubus, with rpcd's own rights for the role's
// lists, and accepted by LuCI only when its last value, the CSRF token, is set.

import { computeGrants, hasOwnRights } from '../access/acl.ts';
import { rememberedSid, shownText, type Identity } from '../access/identity.ts';
import { accessOf, keepRpcdLogin } from '../access/rpcd-login.ts';
import {
  countRights,
  dropSession,
  endSessions,
  grantAll,
  requireRights,
  visitSessions,
} from '../access/session-calls.ts';
import { bytesToHex } from '../codec/bytes.ts';
import type { OidcConfig, Role } from '../config.ts';
import { logExchange, type Exchange } from '../exchange.ts';
import type { ConsumedHandshake } from '../handshake/sealed-cookie.ts';
import type { Host } from '../host.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { COUNT, type UbusValue } from '../ubus/blobmsg.ts';
import { callUbus, UBUS_STATUS, type Ubus, type UbusReply } from '../ubus/client.ts';
import { numberOf } from '../uci-options.ts';
import type { VerifiedClaims } from '../verify/claims.ts';
import { noteLogin } from './logins.ts';
import { onOwnConnection } from './own-connection.ts';

const MAX_SESSIONS_PER_SUBJECT = 10;
const DEFAULT_IDLE_S = 3600;
const TOKEN_BYTES = 16;
const SESSION_ID_CHARS = 32;

/** Everything that a session is made from. Only a verified token and a consumed handshake can fill it. */
export interface Admission {
  readonly handshake: ConsumedHandshake;
  readonly claims: VerifiedClaims;
  readonly identity: Identity;
  readonly role: Role;
  /** By which of its rules. */
  readonly rule: string;
  readonly oidc: OidcConfig;
  readonly idleS: number;
  /** End-session URL, ready for the browser; '' = log out here only. */
  readonly logoutUrl: string;
}

/** Idle time-out that LuCI gives its own logins; refuses with UCI_ERROR when it cannot be read. */
export function luciIdleTime(bus: Ubus): number {
  const reply = callUbus(bus, 'uci', 'get', {
    config: 'luci',
    section: 'sauth',
    option: 'sessiontime',
  });
  if (!reply.ok && reply.status !== UBUS_STATUS.notFound)
    throw new Refusal('UCI_ERROR', `uci get luci.sauth: ubus status ${reply.status}`);
  const value = reply.ok ? numberOf(reply.data[0]?.['value']) : undefined;
  return value !== undefined && Number.isInteger(value) && value > 0 && value <= 2147483
    ? value
    : DEFAULT_IDLE_S;
}

/** Makes the session and gives its id; on any failure it is destroyed and UBUS_LOGIN_FAILED refused. */
export function createLuciSession(exchange: Exchange, bus: Ubus, admission: Admission): string {
  const access = accessOf(bus, admission.role);
  const { grants, broken } = computeGrants(exchange.host, access.lists);
  // LuCI would show a bare 404, and not even a Log out.
  if (!hasOwnRights(grants)) {
    const { email, username } = admission.identity;
    const account = shownText(email ?? username);
    throw new Refusal('ROLE_WITHOUT_RIGHTS', `role=${admission.role.name}`, undefined, account);
  }
  if (keepRpcdLogin(bus, admission.role, access) === 'failed') {
    // The session works; it will lose its rights, not gain any, when rpcd reloads.
    logExchange(exchange, 'warning', 'RPCD_LOGIN_NOT_SAVED', `role=${admission.role.name}`);
  }
  for (const name of broken) logExchange(exchange, 'warning', 'ACL_FILE_BROKEN', printable(name));
  onOwnConnection(exchange, (own) => endSurplusSessions(exchange, own, admission));
  const session = createSession(bus, admission.idleS);
  try {
    // By the name rpcd finds the rights when it reloads.
    setValues(bus, session, { username: access.username });
    grantAll(bus, session, grants);
    // It had none before, so as many as were granted are the ones that were granted.
    requireRights(bus, session, `${COUNT}acls`, (count) => count === countRights(grants));
    // Known as one of SSO from here on, and not before: a sync would take half of its rights for a deviation.
    setValues(bus, session, sessionValues(exchange, admission));
    noteLogin(exchange.host);
    setValues(bus, session, { token: bytesToHex(exchange.host.random(TOKEN_BYTES)) });
    return session;
  } catch (error) {
    dropSession(bus, session, exchange.correlationId);
    throw error;
  }
}

function createSession(bus: Ubus, idleS: number): string {
  const reply = requireOk(callUbus(bus, 'session', 'create', { timeout: idleS }), 'create');
  const session = reply.data[0]?.['ubus_rpc_session'];
  if (typeof session !== 'string' || session.length !== SESSION_ID_CHARS) {
    throw new Refusal('UBUS_LOGIN_FAILED', 'session create gave no id');
  }
  return session;
}

function setValues(
  bus: Ubus,
  session: string,
  values: { readonly [name: string]: UbusValue },
): void {
  requireOk(callUbus(bus, 'session', 'set', { ubus_rpc_session: session, values }), 'set');
}

function requireOk(reply: UbusReply, what: string): Extract<UbusReply, { readonly ok: true }> {
  if (reply.ok) return reply;
  throw new Refusal('UBUS_LOGIN_FAILED', `session ${what} failed: ubus status ${reply.status}`);
}

function sessionValues(
  exchange: Exchange,
  admission: Admission,
): { readonly [name: string]: UbusValue } {
  const { claims, identity, role, rule, oidc } = admission;
  const { host } = exchange;
  const sid = claims['sid'];
  return {
    oidc_issuer: String(claims['iss']),
    oidc_sub: identity.sub,
    oidc_sid: typeof sid === 'string' ? rememberedSid(sid) : '',
    oidc_user:
      identity.username !== '' ? identity.username : shownText(identity.email ?? identity.name),
    oidc_role: role.name,
    oidc_rule: rule,
    oidc_provider: oidc.section,
    oidc_since: String(host.wallSeconds()),
    oidc_ends: endOf(host, oidc),
    oidc_from: exchange.request.clientAddress,
    oidc_ref: exchange.correlationId,
    oidc_logout_url: admission.logoutUrl,
  };
}

/** By the boot clock, in seconds; a wall clock that is corrected moves it for nobody. 0 = never. */
function endOf(host: Host, { sessionMaxS }: OidcConfig): string {
  return sessionMaxS === 0 ? '0' : String(Math.floor(host.bootMilliseconds() / 1000) + sessionMaxS);
}

/** Of one subject's sessions the oldest end, so that with the new one at most 10 live. */
function endSurplusSessions(exchange: Exchange, bus: Ubus, admission: Admission): void {
  const own: Array<{ readonly id: string; readonly since: number }> = [];
  visitSessions(bus, [], (id, data) => {
    const isOwn =
      data['oidc_issuer'] === admission.claims['iss'] &&
      data['oidc_sub'] === admission.identity.sub;
    if (isOwn) own.push({ id, since: numberOf(data['oidc_since']) ?? 0 });
  });
  own.sort((a, b) => b.since - a.since);
  const surplus = own.slice(MAX_SESSIONS_PER_SUBJECT - 1).map(({ id }) => id);
  endSessions(bus, surplus, exchange.correlationId);
}
