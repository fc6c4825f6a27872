// SPDX-License-Identifier: MIT
// `acl_groups`: LuCI's access groups of this router, for a role's lists to choose from.

import { readAccessGroups } from '../access/acl.ts';
import type { Call } from './call.ts';

export function callAclGroups({ host }: Call): object {
  return { groups: readAccessGroups(host) };
}
