// SPDX-License-Identifier: MIT
// Files of kept refresh tokens: whatever is in one, nothing throws, a schedule is made of whole numbers or there is none,
// and only what this router sealed for this session opens.
import { readKept, saveKept } from '../../../src/luci/kept.ts';
import { openGrant, sealGrant, type Grant } from '../../../src/recheck/grant.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import { must, type Target } from '../engine.ts';
import { same } from './_bytes.ts';

const NAME = 'A'.repeat(43);
const GRANT: Grant = {
  refreshToken: 'the-refresh-token',
  section: 'default',
  issuer: 'https://id.test',
  clientId: 'luci',
  sub: 'alice-id',
  nonce: 'n'.repeat(22),
  emailFrom: 'id_token',
  groupsFrom: '',
};
const host = new FakeHost();
/** For this session, and for another one. */
const [OWN, OTHER] = [sealGrant(host, NAME, GRANT), sealGrant(host, 'B'.repeat(43), GRANT)] as const;
const fileOf = (head: string, sealed: Uint8Array): Uint8Array => new Uint8Array(Buffer.concat([Buffer.from(head, 'latin1'), sealed]));

export const kept: Target = {
  name: 'kept',
  dictionary: ['\n', ' ', '0', '1', '-1', '1e9', '0x1', '.5', 'NaN', 'Infinity', '9007199254740993', '300 1 0 0\n'],
  generate: ({ pick, below }) =>
    fileOf(
      pick(['300 1 0 0\n', '300 1 0 1\n', '300 1 0\n', '300 1 0 0 7\n', '\n', '', 'a b c d\n', '1 2 3 1e999\n']),
      pick([OWN, OTHER, OWN.subarray(1), OWN.slice(0, below(OWN.length)), new Uint8Array(0)]),
    ),
  fuzz(bytes) {
    host.state.set(`kept.${NAME}`, bytes);
    const file = readKept(host, NAME);
    if (file === undefined) return 'none';
    for (const value of Object.values(file.schedule)) must(Number.isSafeInteger(value) && value >= 0, `a time of ${value}`);
    const opened = openGrant(host, NAME, file.sealed);
    const isOwn = Buffer.from(file.sealed).equals(OWN);
    must((opened !== undefined) === isOwn, isOwn ? 'its own does not open' : 'it opens what nobody sealed for it');
    if (opened !== undefined) same(opened, GRANT, 'another grant');
    must(saveKept(host, file) === '', 'what was read is not saved');
    same(readKept(host, NAME), file, 'saved and read again');
    return opened === undefined ? 'sealed by others' : 'opened';
  },
};
