// SPDX-License-Identifier: MIT
// What each person of the scene must end with: a LuCI session with exactly the rights of one role, or
// a refusal with one code on the page and in the log, and no session.
import type { AccessLists } from '../stand-ins/router/access-groups.ts';
import type { Rights } from '../stand-ins/router/sessions.ts';
import type { Page } from './browser.ts';
import type { Router } from '../stand-ins/router/router.ts';
import { ROLES } from './site.ts';

export const EXPECTED = {
  alice: { role: 'admin' },
  bob: { role: 'guest' },
  dave: { code: 'EMAIL_NOT_VERIFIED' },
  mallory: { code: 'USER_NOT_AUTHORIZED' },
} as const satisfies Record<string, { role: keyof typeof ROLES } | { code: string }>;
export type Person = keyof typeof EXPECTED;

/** "scope object function", sorted: the order of functions says nothing. */
const flat = (rights: Rights): string[] =>
  Object.entries(rights)
    .flatMap(([scope, objects]) => Object.entries(objects).flatMap(([object, fns]) => fns.map((fn) => `${scope} ${object} ${fn}`)))
    .sort();

/** What rpcd grants at a password login with a role's lists; every role gets these two groups besides. */
const expectedRights = (scene: Place, lists: AccessLists): string[] =>
  flat(scene.router.rpcd.rightsFor({ read: [...lists.read, 'unauthenticated', 'luci-base'], write: lists.write }));

/** What is looked at: the router, and whom its sessions must come from. */
export interface Place {
  readonly router: Router;
  readonly provider: { readonly issuer: string };
}

export interface Outcome {
  /** One sentence of what happened. */
  readonly summary: string;
  /** What is not as it must be; empty when all is well. */
  readonly problems: readonly string[];
}

export function checkOutcome(scene: Place, page: Page, person: Person): Outcome {
  const expected = EXPECTED[person];
  const session = scene.router.sessions().find((s) => s.data.oidc_user === person);
  const code = /Code: ([A-Z_]+)/.exec(page.body)?.[1];
  const log = scene.router.log().at(-1) ?? '';
  const problems: string[] = [];
  const demand = (isRight: boolean, problem: string) => void (isRight || problems.push(problem));
  if ('code' in expected) {
    demand(page.status === 403, `the page has status ${page.status} instead of 403`);
    demand(code === expected.code, `the page says ${code ?? 'no code'} instead of ${expected.code}`);
    demand(log.includes(expected.code), `the log's last line does not name ${expected.code}: ${log}`);
    demand(session === undefined, 'there is a session');
    return { summary: `refused with ${code ?? 'no code'}, no session`, problems };
  }
  demand(
    page.status === 200 && page.body.includes('You are logged in'),
    `the last page has status ${page.status} ${code ?? ''}; last in the log: ${log}`,
  );
  if (session === undefined) return { summary: 'no session', problems: [...problems, 'there is no session'] };
  const have = flat(scene.router.rpcd.sessions.rightsOf(session));
  const want = expectedRights(scene, ROLES[expected.role]);
  const missing = want.filter((right) => !have.includes(right));
  const surplus = have.filter((right) => !want.includes(right));
  demand(missing.length === 0, `rights are missing: ${missing.join(', ')}`);
  demand(surplus.length === 0, `rights too many: ${surplus.join(', ')}`);
  const data: Record<string, unknown> = {
    username: `sso:${expected.role}`,
    oidc_role: expected.role,
    oidc_user: person,
    oidc_issuer: scene.provider.issuer,
  };
  for (const [name, value] of Object.entries(data))
    demand(session.data[name] === value, `${name} is ${String(session.data[name])} instead of ${String(value)}`);
  demand(session.timeoutS === 3600, `the idle time is ${session.timeoutS} s instead of 3600`);
  return { summary: `session of ${session.data.username}, ${have.length} rights, ${want.length} expected`, problems };
}
