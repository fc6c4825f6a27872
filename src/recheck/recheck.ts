// SPDX-License-Identifier: MIT
// The provider is asked again about users whose sessions are in use: their refresh tokens are used, and
// sessions end or change by the answer. Whatever kills this, the next tick goes on where it was.

import { readConfig } from '../config-roles.ts';
import { CONFIG_NAME, type Config } from '../config.ts';
import type { LiveSession, Tick, Worked } from '../guard/live.ts';
import { logLine, printable } from '../log.ts';
import { loadProvider } from '../oidc/load.ts';
import { openProvider } from '../oidc/open-provider.ts';
import type { OpenIdProvider } from '../oidc/provider.ts';
import { lastReceived, noteReceived } from '../oidc/received.ts';
import { Refusal } from '../refusal.ts';
import { endFor, handleOf, type EndReason } from '../luci/ending.ts';
import {
  bootSeconds,
  keptName,
  readKept,
  removeKept,
  saveKept,
  type KeptToken,
  type Schedule,
} from '../luci/kept.ts';
import type { RoleMatch } from '../access/roles.ts';
import { visitSessions } from '../access/session-calls.ts';
import { readPackage } from '../uci-options.ts';
import { changeRole } from './change-role.ts';
import { findWork, type KeptSession } from './due.ts';
import { openGrant, sealGrant, type Grant } from './grant.ts';
import { judge } from './judge.ts';
import { renew } from './renew.ts';

const LOCK = 'recheck-turn';
/** Nothing is begun at one provider later than this: every call may then still take its 10 s. */
const TURN_MS = 15_000;
const MAX_RETRY_S = 300;
/** So long a session lives on while its provider does not answer. */
const MAX_OUTAGE_S = 43200;

/** What a refused answer means for the session. Any other code says nothing about its user. */
const ENDS: ReadonlyMap<string, EndReason> = new Map<string, EndReason>([
  ['OIDC_INVALID_GRANT', 'invalid_grant'],
  ['ISSUER_MISMATCH', 'other_subject'],
  ['IDENTITY_MISMATCH', 'other_subject'],
  ['MISSING_SUB_CLAIM', 'other_subject'],
  ['INVALID_SUB_CLAIM', 'other_subject'],
  ['AUDIENCE_MISMATCH', 'other_subject'],
  ['INVALID_AUDIENCE', 'other_subject'],
  ['MALFORMED_AUDIENCE', 'other_subject'],
  ['AZP_MISMATCH', 'other_subject'],
  ['NONCE_MISMATCH', 'other_subject'],
]);

/** One turn at one provider. */
interface Turn {
  readonly tick: Tick;
  readonly config: Config;
  readonly provider: OpenIdProvider;
  /** By the boot clock, in milliseconds. */
  readonly until: number;
  /** False from the first failure of the provider on. */
  isUp: boolean;
  isDone: boolean;
}

/** Does what is due. Only one process does at a time: a refresh token may be used once. */
export async function recheck(tick: Tick): Promise<Worked> {
  const { host, correlationId } = tick.exchange;
  const later = { wakeS: bootSeconds(host), isDone: true };
  const lock = host.stateLock(LOCK, 0);
  if (!lock.ok) return later;
  try {
    // Another process may have done it meanwhile.
    const { isNone, all, due, orphans } = findWork(tick);
    const read = readConfig(readPackage(tick.bus, CONFIG_NAME));
    // The guard has named what is wrong with it. Nobody's session ends by it.
    if (!read.ok) return isNone ? { wakeS: 0, isDone: true } : later;
    const provider = openProvider(tick.exchange, read.value.oidc);
    const until = Math.min(tick.deadline, host.bootMilliseconds() + TURN_MS);
    const config = read.value;
    const turn: Turn = { tick, config, provider, until, isUp: true, isDone: true };
    try {
      if (config.oidc.recheckS > 0) await checkAll(turn, due, all);
      const rest = config.oidc.recheckS > 0 ? [] : all.map(({ kept }) => kept.name);
      const left = await giveBack(turn, [...confirmed(tick, orphans), ...rest]);
      const isLate = !turn.isUp || host.bootMilliseconds() >= until;
      const { isDone } = turn;
      if (left || (config.oidc.enabled && isLate)) return { wakeS: later.wakeS, isDone };
      const isLive = tick.live.length > 0;
      return { wakeS: config.oidc.enabled ? await renew(provider, isLive) : 0, isDone };
    } finally {
      await provider.close();
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const what = printable(`${error.code}: ${error.detail}`);
    logLine(host, 'error', 'SYNC_FAILED', correlationId, what);
    return { wakeS: later.wakeS, isDone: false };
  } finally {
    host.streamClose(lock.id);
  }
}

/** Those whose session really is gone: a login may have been faster than the list. */
function confirmed({ bus }: Tick, orphans: readonly string[]): readonly string[] {
  if (orphans.length === 0) return [];
  const names = new Set<string>();
  visitSessions(bus, [], (session) => names.add(keptName(session)));
  return orphans.filter((name) => !names.has(name));
}

async function checkAll(
  turn: Turn,
  due: readonly KeptSession[],
  all: readonly KeptSession[],
): Promise<void> {
  const { host } = turn.tick.exchange;
  const isKnown = all.some(({ kept }) => kept.schedule.outageS > 0);
  for (const [index, one] of due.entries()) {
    if (host.bootMilliseconds() >= turn.until) return;
    try {
      await check(turn, one);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      turn.isUp = false;
      // Both slots are taken: the provider was not asked.
      if (error.code === 'PROVIDER_BUSY') return;
      if (!isKnown) logOutage(turn, error);
      due.slice(index).forEach((missed, behind) => noteOutage(turn, missed, behind === 0));
      return;
    }
  }
}

function logOutage({ tick, config }: Turn, { code, detail }: Refusal): void {
  const { host, correlationId } = tick.exchange;
  const what = `reason=outage provider=${config.oidc.issuer} ${printable(`${code}: ${detail}`)}`;
  logLine(host, 'warning', 'RECHECK_FAILED', correlationId, what);
}

/** The one that was tried goes to the end of the queue: it may be the only one with this trouble. */
function noteOutage(turn: Turn, { session, kept }: KeptSession, isTried: boolean): void {
  const { tick, config } = turn;
  const { host } = tick.exchange;
  const nowS = bootSeconds(host);
  // What was saved meanwhile stays.
  const { schedule, ...rest } = readKept(host, kept.name) ?? kept;
  const dueS = isTried ? nowS + Math.min(config.oidc.recheckS, MAX_RETRY_S) : schedule.dueS;
  if (isOver(schedule.outageS, nowS)) {
    if (!end(tick, session, 'outage')) turn.isDone = false;
    return;
  }
  if (!isTried && schedule.outageS > 0) return;
  const outageS = schedule.outageS > 0 ? schedule.outageS : nowS;
  saveKept(host, { ...rest, schedule: { ...schedule, dueS, outageS } });
}

function isOver(outageS: number, nowS: number): boolean {
  return outageS > 0 && nowS - outageS >= MAX_OUTAGE_S;
}

/** One session. Refuses when the provider says nothing about its user. */
async function check(turn: Turn, { session, kept }: KeptSession): Promise<void> {
  const { tick, config, provider } = turn;
  const { host } = tick.exchange;
  const { name, schedule } = kept;
  const checkedS = bootSeconds(host);
  const grant = openGrant(host, name, kept.sealed);
  if (grant === undefined || !isOfClient(grant, config)) return forget(turn, session);
  const { refreshTokens } = await loadProvider();
  let match: RoleMatch;
  let sealed: Uint8Array;
  try {
    const tokens = await refreshTokens(provider, grant.refreshToken);
    sealed = sealGrant(host, name, { ...grant, refreshToken: tokens.refreshToken });
    // Before anything else: the old one may be of no more use.
    save(turn, { name, schedule: { ...schedule, pending: 1 }, sealed });
    match = await judge(provider, config.roles, grant, tokens);
  } catch (error) {
    const reason = error instanceof Refusal ? ENDS.get(error.code) : undefined;
    if (reason === undefined) throw error;
    if (!end(tick, session, reason)) turn.isDone = false;
    // A grant that is over cannot be given back.
    else if (reason === 'invalid_grant') removeKept(host, name);
    return;
  }
  if (!follow(turn, session, match)) {
    turn.isDone = false;
    return;
  }
  const dueS = checkedS + config.oidc.recheckS;
  const next: Schedule = { dueS, checkedS, outageS: 0, pending: 0 };
  // Unless it has ended meanwhile, the token of a next time.
  save(turn, { name, schedule: next, sealed });
}

function isOfClient({ issuer, clientId }: Grant, { oidc }: Config): boolean {
  return issuer === oidc.issuer && clientId === oidc.clientId;
}

/** What cannot be used is not kept; the session goes on without. */
function forget({ tick }: Turn, session: LiveSession): void {
  const { host, correlationId } = tick.exchange;
  removeKept(host, keptName(session.id));
  const what = `reason=other_client session=${handleOf(session.id)}`;
  logLine(host, 'warning', 'RECHECK_OFF', correlationId, what);
}

/** A full tmpfs leaves the old token: where the provider takes it no more, the session ends by it. */
function save({ tick }: Turn, kept: KeptToken): void {
  const { host, correlationId } = tick.exchange;
  const reason = saveKept(host, kept);
  if (reason !== '')
    logLine(host, 'warning', 'RECHECK_FAILED', correlationId, `reason=not_saved (${reason})`);
}

/** Does to the session what the answer says; false when it could not be done. */
function follow(turn: Turn, session: LiveSession, match: RoleMatch): boolean {
  const { tick, config } = turn;
  if (match.kind === 'claims-missing') {
    logMissing(turn, session);
    return true;
  }
  if (match.kind !== 'role') return end(tick, session, 'no_role');
  if (match.role.name === session.data['oidc_role']) return true;
  const changed = changeRole(tick, config, session, match);
  if (changed === 'gone') return end(tick, session, 'no_role');
  if (changed === 'waiting') turn.isDone = false;
  return changed !== 'failed';
}

/** Once in a row, and for `check recheck`. */
function logMissing({ tick, provider }: Turn, session: LiveSession): void {
  const { host, correlationId } = tick.exchange;
  if (lastReceived(host, provider.config) === 'claims_not_received') return;
  noteReceived(provider, 'claims_not_received');
  const what = `reason=claims_not_received session=${handleOf(session.id)}`;
  logLine(host, 'warning', 'RECHECK_FAILED', correlationId, what);
}

/** False when it lives on. */
function end({ bus, exchange }: Tick, session: LiveSession, reason: EndReason): boolean {
  return endFor(bus, [{ session: session.id, reason }], exchange.correlationId).failed === 0;
}

/** Revokes tokens whose sessions have ended (RFC 7009); whether some are left for the next tick. */
async function giveBack(turn: Turn, names: readonly string[]): Promise<boolean> {
  const { tick, config, provider } = turn;
  const { host } = tick.exchange;
  const { revokeToken } = await loadProvider();
  let isLeft = false;
  for (const name of names) {
    const kept = readKept(host, name);
    const grant = kept === undefined ? undefined : openGrant(host, name, kept.sealed);
    if (kept === undefined || grant === undefined || !isOfClient(grant, config)) {
      removeKept(host, name);
      continue;
    }
    if (await isRevoked(turn, () => revokeToken(provider, grant.refreshToken))) {
      removeKept(host, name);
      continue;
    }
    const nowS = bootSeconds(host);
    const { schedule } = kept;
    if (isOver(schedule.outageS, nowS)) removeKept(host, name);
    else isLeft = true;
    if (schedule.outageS === 0)
      saveKept(host, { ...kept, schedule: { ...schedule, outageS: nowS } });
  }
  return isLeft;
}

async function isRevoked(turn: Turn, revoke: () => Promise<boolean>): Promise<boolean> {
  const { host } = turn.tick.exchange;
  if (!turn.isUp || host.bootMilliseconds() >= turn.until) return false;
  try {
    const isDone = await revoke();
    if (!isDone) turn.isUp = false;
    return isDone;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    turn.isUp = false;
    return false;
  }
}
