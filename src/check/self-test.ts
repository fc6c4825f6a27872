// SPDX-License-Identifier: MIT
// Known answers on the device itself: a wrong compiler, byte order or flash cell shows here and not in
// a login that anybody passes. Keys are those of RFC 7520 3.3 and RFC 7515 A.3.

import { decodeBase64url, encodeBase64url, latin1ToBytes, sha256 } from '#native';
import nacl from 'tweetnacl';
import { equalBytes } from '../crypto/equal.ts';
import { hmacSha256 } from '../crypto/hmac.ts';
import type { Host } from '../host.ts';
import { printable } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { loadAlgorithms } from '../verify/load.ts';

const MESSAGE = latin1ToBytes('luci-sso');

const RSA_KEY = {
  kty: 'RSA',
  e: 'AQAB',
  n: 'n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw',
};
const RSA_SIGNATURE =
  'J-6HwQ7SEeTl1K0o3t8SyXU6nwqREOocgVit83ENwvDmnd3Nvvy9gs4Y4K6j9otQM-LL0pLRUKFzDQwHZ2zRFHC8gnTzZJoML4IeTmYb8h1O3JAzkUopEmNgVmJ9vfjaQbuTRqbbhtS6gN-QLVKCD21XHX514Vq5smtTRkWE0Reig5AUIvg_kneEtKJz8uA--eNmmdY_ivHCBtGNPxs9UUCtwlO6VnPKXJjdu9AEzDb4ALlkklk_UuAq8hoBk7bp_EVOo2-l2aCYUpCFOBA_vGHxD_cYKzKsgereLVhOqhBKRUzt7guaD2fv_MCz525BBq4L9-RRgrlXCICBSRAkMg';

const EC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const EC_SIGNATURE =
  'dReEvlXMcAJch_lBEygXZjHNLvY2zPdZWaaP1jelnCDdr8eLouHEVmqmSQZIHI-g6Eg9wK0hFCSkhgJIGz_k3g';

const CHILD_MS = 5000;

const PROTECTIONS: readonly (readonly [word: string, text: string])[] = [
  ['chroot', 'root folder of its own'],
  ['user', 'user of its own'],
  ['nobody', 'user nobody'],
  ['limits', 'limits'],
  ['seccomp', 'system calls filtered'],
];

/** What protects the router from the process that talks to strangers; starts one that talks to nobody. */
export function protectionOf(host: Host): { readonly text: string; readonly isRight: boolean } {
  const said = host.networkProtection(host.bootMilliseconds() + CHILD_MS);
  if (!said.ok) return { text: printable(said.reason), isRight: false };
  const words = said.holds.split(' ');
  const parts = PROTECTIONS.filter(([word]) => words.includes(word)).map(([, text]) => text);
  if (!words.includes('chroot'))
    parts.push('no change of user, as the program does not run as root');
  if (!words.includes('seccomp')) parts.push('system calls not filtered, as the kernel cannot');
  return { text: `network process: ${parts.join(', ')}`, isRight: true };
}

export interface Vector {
  readonly name: string;
  readonly isRight: boolean;
}

/** Every primitive that a login stands on, against what must come out. Takes no input and asks nobody. */
export async function runSelfTest(): Promise<readonly Vector[]> {
  const { verifySignature } = await loadAlgorithms();
  const signed = (alg: string, key: object, signature: string): boolean => {
    const bytes = decodeBase64url(signature) ?? new Uint8Array(0);
    const other = bytes.slice();
    other[8] = (other[8] ?? 0) ^ 1;
    try {
      return (
        verifySignature(alg, key, MESSAGE, bytes) && !verifySignature(alg, key, MESSAGE, other)
      );
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  };
  return [
    {
      name: 'base64url',
      isRight:
        text(Uint8Array.of(0, 255, 251, 240, 63)) === 'AP_78D8' &&
        decodeBase64url('AP_78D9') === undefined,
    },
    {
      name: 'SHA-256',
      isRight: text(sha256(latin1ToBytes('abc'))) === 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0',
    },
    {
      name: 'SHA-256, two blocks',
      isRight: text(sha256(counted(119))) === '2hh5ftfDp3fwhH9ClySi2M1ROObtKJXD-hptOdGPfsY',
    },
    {
      name: 'HMAC-SHA-256',
      isRight:
        text(hmacSha256(counted(32), MESSAGE)) === 'Dob42KGChm-zdL65UqECwYD7D88IFljfkpG9HU4F-IY',
    },
    { name: 'secretbox', isRight: isBoxRight() },
    { name: 'RS256', isRight: signed('RS256', RSA_KEY, RSA_SIGNATURE) },
    { name: 'ES256', isRight: signed('ES256', EC_KEY, EC_SIGNATURE) },
  ];
}

const text = encodeBase64url;

/** 0, 1, 2 and so on. */
function counted(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => i);
}

function isBoxRight(): boolean {
  const box = nacl.secretbox(MESSAGE, counted(24), counted(32));
  const open = nacl.secretbox.open(box, counted(24), counted(32));
  const other = box.slice();
  other[3] = (other[3] ?? 0) ^ 1;
  return (
    text(box) === 'RQVuH7-JiUmFGBFDEm6D3DKKWybqudF_' &&
    open !== null &&
    equalBytes(open, MESSAGE) &&
    nacl.secretbox.open(other, counted(24), counted(32)) === null
  );
}
