// SPDX-License-Identifier: MIT
// What a post to the back-channel costs: junk of strangers by how far it gets, and a genuine token.
import { forged, logoutToken, postLogout } from '../../_helpers/logout-tokens.ts';
import type { Scene } from '../../_helpers/scene.ts';
import { best, report, type Meter, type Target } from './bench.ts';

/** Caches must be warm, and the last login's ID token signed by RS256. */
export async function measureLogouts(target: Target, scene: Scene, meter: Meter): Promise<void> {
  await postLogout(scene, forged(scene)); // the minute's fetch of keys
  const cases: ReadonlyArray<readonly [name: string, make: () => string, status: number, headers?: Record<string, string>]> = [
    ['logout-of-page', () => 'junk', 400, { Origin: 'https://evil.example' }],
    ['logout-no-jwt', () => 'junk', 400],
    ['logout-alg-none', () => logoutToken(scene, { sub: 'bob' }, { alg: 'none' }), 400],
    ['logout-wrong-aud', () => logoutToken(scene, { sub: 'bob', aud: 'another' }), 400],
    ['logout-forged', () => forged(scene), 400],
    ['logout', () => logoutToken(scene, { sub: 'bob' }), 200],
  ];
  for (const [name, make, status, headers] of cases) {
    const sample = await best(async () => {
      const token = make();
      return meter.measure(async () => {
        const answer = await postLogout(scene, token, '127.0.0.1', headers);
        if (answer.status !== status) throw new Error(`${name}: ${answer.status} ${answer.body}`);
      });
    });
    report(target, name, 'Minsn', sample.own);
  }
}
