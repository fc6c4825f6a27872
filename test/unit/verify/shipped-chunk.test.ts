// SPDX-License-Identifier: MIT
// The verify and algorithms chunks as they ship, as bytecode in the engine: all vectors on x86_64,
// and a sample on big-endian MIPS, where emulation makes all of them too slow.
import test, { type ExecutionContext } from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { parseJsonObject } from '../../../src/codec/json.ts';
import { verifyIdToken } from '../../../src/verify/algorithms/all.ts';
import { readJsonVectors } from '../codec/_json-vectors.ts';
import { readSignatureCases, SIGNATURE_FILES, type SignatureCase } from '../crypto/_wycheproof.ts';
import { ALGS, jwkOf } from '../../_helpers/signing.ts';
import { RUNNER_TARGETS, type Target, valueOf } from '../../runtime/_runner.ts';
import { ACCESS_TOKEN, CLAIMS, codeOf, expectationsFor, EC_HEADER, ecJwk, encode, makeToken, RSA_HEADER, rsaJwk } from './_tokens.ts';

const MIPS_SAMPLE = 4;
/** Of the vectors of all the other files, on what is slower than this computer. */
const SLOW_SAMPLE = 32;

/** JSON in ASCII, so that one byte is one character on the way in. */
function toAscii(value: unknown): string {
  let text = '';
  for (const unit of JSON.stringify(value).split('')) {
    const code = unit.charCodeAt(0);
    text += code < 0x80 ? unit : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return text;
}

/** Runs the body, which sees one case as `item`, for each case; gives what it returned. */
async function mapInEngine(t: ExecutionContext, target: Target, cases: readonly unknown[], body: string): Promise<readonly unknown[]> {
  const results = await valueOf(
    t,
    target,
    `
    const { verifyIdToken, readLogoutToken, verifySignature } = await import('./algorithms.js');
    const { common } = await import('./verify.js');
    const { parseJsonObject } = await import('./json.js');
    const fromHex = (hex) => {
      const bytes = new Uint8Array(hex.length / 2);
      for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
      return bytes;
    };
    const { bytes } = host.readInput(4194304);
    const { bytesToLatin1, encodeBase64url, encodeUtf8 } = await import('#native');
    return JSON.parse(bytesToLatin1(bytes)).map((item) => { ${body} });`,
    { input: Buffer.from(toAscii(cases)) },
  );
  if (!Array.isArray(results)) throw new TypeError('no array');
  t.is(results.length, cases.length);
  return results;
}

/** Of the vectors of one file, every so many are run; fewer where they take long. */
function sampleOf(cases: readonly SignatureCase[], every: number): readonly SignatureCase[] {
  return cases.filter((_, i) => i % every === 0);
}

const all = SIGNATURE_FILES.map(([name, alg]) => ({ name, alg, cases: readSignatureCases(name, alg) }));
const COMMON = ['rsa_signature_2048_sha256', 'ecdsa_secp256r1_sha256_p1363'];

test('only an entry leads to the algorithms chunk, so that RS256 and ES256 do not read it', (t) => {
  const folder = new URL('../../../build/bundle/', import.meta.url);
  const importers = readdirSync(folder).filter(
    (name) => name.endsWith('.js') && readFileSync(new URL(name, folder), 'utf8').includes('algorithms.js'),
  );
  t.deepEqual(importers, ['load.js']);
});

for (const target of RUNNER_TARGETS) {
  test(`the shipped verify chunk passes Wycheproof's RS256 and ES256 on ${target}`, async (t) => {
    t.timeout(120_000);
    const common = all.filter(({ name }) => COMMON.includes(name)).flatMap(({ cases }) => cases);
    t.is(common.length, 259 + 262);
    const cases = common.filter((item, i) => item.alg === 'ES256' || target === 'x86_64' || i % MIPS_SAMPLE === 0);
    const verdicts = await mapInEngine(
      t,
      target,
      cases,
      `
      return verifySignature(item.alg, item.jwk, fromHex(item.vector.msg), fromHex(item.vector.sig));
    `,
    );
    cases.forEach(({ alg, vector }, i) => {
      t.is(verdicts[i], vector.result === 'valid', `${alg} tcId ${vector.tcId}`);
    });
    t.true(verdicts.includes(true) && verdicts.includes(false));
    t.log(`${cases.length} of ${common.length} vectors`);
  });

  test(`the shipped algorithms chunk passes Wycheproof's vectors of every algorithm on ${target}`, async (t) => {
    t.timeout(240_000);
    const cases: SignatureCase[] = [];
    const verdicts: unknown[] = [];
    // One run a file: the engine's memory has a limit.
    for (const file of all.filter(({ name }) => !COMMON.includes(name))) {
      // Of RSA's PKCS #1 v1.5 few are valid, so the first of those besides.
      const valid = file.cases.filter(({ vector }) => vector.result === 'valid').slice(0, 1);
      const own = target === 'x86_64' ? file.cases : [...valid, ...sampleOf(file.cases, SLOW_SAMPLE)];
      cases.push(...own);
      verdicts.push(
        ...(await mapInEngine(
          t,
          target,
          own,
          `
        return verifySignature(item.alg, item.jwk, fromHex(item.vector.msg), fromHex(item.vector.sig));
      `,
        )),
      );
    }
    cases.forEach(({ alg, vector }, i) => t.is(verdicts[i], vector.result === 'valid', `${alg} tcId ${vector.tcId}`));
    for (const alg of ALGS.filter((one) => one !== 'ES256')) {
      const own = verdicts.filter((_, i) => cases[i]?.alg === alg);
      t.true(own.includes(true) && own.includes(false), alg);
    }
    t.log(`${cases.length} of ${all.reduce((sum, file) => sum + file.cases.length, 0)} vectors`);
  });

  test(`the shipped verify chunk leaves every other algorithm to the algorithms chunk on ${target}`, async (t) => {
    const demands = ALGS.map((alg) =>
      expectationsFor(makeToken(CLAIMS, alg === 'RS256' ? RSA_HEADER : alg === 'ES256' ? EC_HEADER : { alg, kid: 'k' }), {
        jwks: { keys: [rsaJwk, ecJwk, jwkOf(alg, 'k')] },
      }),
    );
    const codes = await mapInEngine(
      t,
      target,
      demands,
      `
      const codeOf = (verify) => {
        try { return verify(item).sub; }
        catch (error) { return error.code ?? String(error); }
      };
      return codeOf(common.verifyIdToken) + ' ' + codeOf(verifyIdToken);
    `,
    );
    t.deepEqual(
      codes,
      ALGS.map((alg) => (alg === 'RS256' || alg === 'ES256' ? 'alice alice' : 'UNSUPPORTED_ALGORITHM alice')),
    );
  });

  test(`the shipped algorithms chunk takes Keycloak's logout token and refuses glewlwyd's on ${target}`, async (t) => {
    const demands = ['keycloak', 'glewlwyd'].map((provider) => {
      const read = (name: string) => JSON.parse(readFileSync(new URL(`../../data/idp/${provider}/${name}.json`, import.meta.url), 'utf8'));
      const { claims, raw } = read('backchannel-logout').logout_token;
      return { logoutToken: raw, jwks: read('jwks').body, issuer: claims.iss, clientId: claims.aud, now: claims.iat + 1, toleranceS: 60 };
    });
    const codes = await mapInEngine(
      t,
      target,
      demands,
      `
      try { return typeof readLogoutToken(item).verify(item, (check) => check()).jti; }
      catch (error) { return error.code ?? String(error); }
    `,
    );
    t.deepEqual(codes, ['string', 'MISSING_EXP_CLAIM']);
  });

  test(`the shipped json chunk gives every vector of test/data/json the verdict that it names on ${target}`, async (t) => {
    const { vectors } = readJsonVectors();
    const verdicts = await mapInEngine(
      t,
      target,
      vectors.map((vector) => vector.hex),
      `
      const result = parseJsonObject(fromHex(item));
      return result.ok ? 'accepted' : result.reason;
    `,
    );
    t.deepEqual(
      verdicts,
      vectors.map((vector) => vector.verdict),
    );
  });

  test(`the shipped verify chunk says of every kind of token what Node says on ${target}`, async (t) => {
    t.timeout(120_000);
    const good = makeToken();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const demands = [
      expectationsFor(good, { accessToken: ACCESS_TOKEN }),
      expectationsFor(makeToken(CLAIMS, EC_HEADER)),
      expectationsFor(makeToken({ ...CLAIMS, name: 'J\u00f6rg \u{1f600}' })),
      expectationsFor(makeToken({ ...CLAIMS, at_hash: 'x' }), { accessToken: ACCESS_TOKEN }),
      expectationsFor(makeToken({ ...CLAIMS, exp: 1e300 })),
      expectationsFor(makeToken({ ...CLAIMS, exp: -1e300 })),
      expectationsFor(makeToken({ ...CLAIMS, iat: 2 ** 53 })),
      expectationsFor(makeToken({ ...CLAIMS, iat: 2 ** 32 })),
      expectationsFor(makeToken({ ...CLAIMS, nonce: 'other' })),
      expectationsFor(makeToken({ ...CLAIMS, aud: ['luci', 'other'] })),
      expectationsFor(makeToken(`{"sub":"alice",${JSON.stringify(CLAIMS).slice(1)}`)),
      expectationsFor(makeToken(`{"__proto__":${JSON.stringify(CLAIMS)}}`)),
      expectationsFor(makeToken(CLAIMS, { ...RSA_HEADER, alg: '__proto__' })),
      expectationsFor(makeToken(CLAIMS, { ...RSA_HEADER, kid: '__proto__' })),
      expectationsFor(makeToken(CLAIMS, { ...RSA_HEADER, crit: [] })),
      expectationsFor(`${encode({ alg: 'none' })}.${payload}.`),
      expectationsFor(`${header}.${payload}\u0141.${signature}`),
      expectationsFor(`${header}.${payload}.${signature.slice(0, -1)}B`),
      expectationsFor(`${header}.${encode('{}')}.${signature}`),
      expectationsFor('a.b.c.d.e'),
      expectationsFor('.'.repeat(16385)),
    ];
    const codes = await mapInEngine(
      t,
      target,
      demands,
      `
      try { return verifyIdToken(item).sub === 'alice' ? 'accepted' : 'wrong'; }
      catch (error) { return error.code ?? String(error); }
    `,
    );
    const expected = demands.map((demand) => codeOf(() => verifyIdToken(demand)));
    t.deepEqual(codes, expected);
    t.is(expected.filter((code) => code === 'accepted').length, 4);
  });

  test(`the shipped json chunk takes and refuses the same documents as Node on ${target}`, async (t) => {
    const documents = [
      '{}',
      ' {"a":[1,-0.5e3,"x\\u00e9\\n",null,true,false,{}]}\r\n',
      '{"\\ud83d\\ude00":"\u{1f600}"}',
      '{"a":1,"\\u0061":2}',
      '{"1":1,"0":0,"1":2}',
      '{"__proto__":1,"__proto__":2}',
      '{"a":1e309}',
      '{"a":"\\ud800"}',
      '[]',
      '1',
      'null',
      '',
      '{',
      '{"a":1,}',
      '{,}',
      "{'a':1}",
      '{a:1}',
      '{"a":01}',
      '{"a":1.}',
      '{"a":.5}',
      '{"a":+1}',
      '{"a":1e}',
      '{"a":-}',
      '{"a":0x10}',
      '{"a":1_0}',
      '{"a":NaN}',
      '{"a":Infinity}',
      '{"a":"\n"}',
      '{"a":"\t"}',
      '{"a":"\0"}',
      '{"a":"\\x41"}',
      '{"a":"\\u12"}',
      '{"a":"\\\'"}',
      '{"a":"',
      '{"a":"\\',
      '{"a":[1,]}',
      '{"a":[,1]}',
      '{/**/"a":1}',
      '{"a":1}//',
      '{"a":1}x',
      '{"a":1}\0',
      '{"a":1}\f',
      '\u00a0{"a":1}',
      '{"a":1}\u2028',
      '{"a":1n}',
      '{"a":--1}',
      '{"a":"\u007f"}',
      `{"a":${'['.repeat(15)}${']'.repeat(15)}}`,
      '{"a":'.repeat(4000),
      '{"a":undefined}',
      '{"a":True}',
      '{"a":1 "b":2}',
      '{"a" 1}',
      '{"a":1]',
      '{"a":"b""c"}',
      '\ufeff{}',
    ];
    const cases = documents.map((text) => Buffer.from(text).toString('hex'));
    cases.push('7b22ff223a317d', '7b22c0af223a317d', '7b22eda080223a317d', '7b22f4908080223a317d');
    const results = await mapInEngine(
      t,
      target,
      cases,
      `
      const result = parseJsonObject(fromHex(item));
      return result.ok ? encodeBase64url(encodeUtf8(JSON.stringify(result.value))) : result.reason;
    `,
    );
    const expected = cases.map((hex) => {
      const result = parseJsonObject(new Uint8Array(Buffer.from(hex, 'hex')));
      return result.ok ? Buffer.from(JSON.stringify(result.value)).toString('base64url') : result.reason;
    });
    t.deepEqual(results, expected);
  });

  test(`the shipped verify chunk takes the real tokens of four providers on ${target}`, async (t) => {
    const demands = ['pocket-id', 'oidc-provider', 'keycloak', 'glewlwyd'].map((provider) => {
      const read = (name: string) => {
        const url = new URL(`../../data/idp/${provider}/${name}.json`, import.meta.url);
        return JSON.parse(readFileSync(url, 'utf8'));
      };
      const { claims, raw } = read('id_token');
      return {
        idToken: raw,
        jwks: read('jwks').body,
        issuer: claims.iss,
        clientId: Array.isArray(claims.aud) ? claims.aud[0] : claims.aud,
        nonce: claims.nonce,
        now: claims.iat + 1,
        toleranceS: 60,
        accessToken: read('token').body.access_token,
      };
    });
    const claims = await mapInEngine(t, target, demands, 'return verifyIdToken(item);');
    t.deepEqual(
      claims,
      demands.map((demand) => ({ ...verifyIdToken(demand) })),
    );
  });
}
