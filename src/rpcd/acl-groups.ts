// SPDX-License-Identifier: MIT
// `acl_groups`: LuCI's access groups of this router, for a role's lists to choose from.

import { readAccessGroups } from '../access/acl.ts';
import { loadCheck } from '../check/load.ts';
import type { Call } from './call.ts';

/** `secret`: who may read it reads the client secret. */
export async function callAclGroups({ host }: Call): Promise<object> {
  const { groupsShowingSecret } = await loadCheck();
  const showing = groupsShowingSecret(host, { read: ['*'], write: [] });
  const groups = readAccessGroups(host);
  return { groups: groups.map((group) => ({ ...group, secret: showing.includes(group.name) })) };
}
