// SPDX-License-Identifier: MIT
// What comes from the router itself: ubus messages, configuration, ACL files, the handshake's cookie.
import { ownMember } from '../../../src/codec/json.ts';
import { readConfig } from '../../../src/config-roles.ts';
import { Refusal } from '../../../src/refusal.ts';
import { computeGrants } from '../../../src/access/acl.ts';
import { createHandshake, openHandshake } from '../../../src/handshake/sealed-cookie.ts';
import { dataAttribute, encodeMessage, intAttribute, stringAttribute } from '../../../src/ubus/blob-writer.ts';
import { BlobError, COUNT, decodeMessage, messageLength, type Message, type UbusValue } from '../../../src/ubus/blobmsg.ts';
import { readPackage, type Section } from '../../../src/uci-options.ts';
import { openUbus } from '../../../src/ubus/client.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import { decodeTable } from '../../stand-ins/router/blobmsg.ts';
import { must, type Helpers, type Target } from '../engine.ts';
import { codeOf, latin1, same, utf8 } from './_bytes.ts';
import { newExchange, PROVIDER } from './provider.ts';

function randomValue(helpers: Helpers, depth = 0): UbusValue {
  const { below, pick } = helpers;
  switch (below(depth > 4 ? 4 : 6)) {
    case 0:
      return pick(['', 'a', 'é😀', 'x'.repeat(below(40)), '1']);
    case 1:
      return below(2) === 0;
    case 2:
      return pick([0, 1, -1, 2147483647, -2147483648]);
    case 3:
      return null;
    case 4:
      return Array.from({ length: below(4) }, () => randomValue(helpers, depth + 1));
    default:
      return randomTable(helpers, depth + 1);
  }
}

function stringsIn(value: unknown): number {
  if (typeof value === 'string') return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + stringsIn(item), 0);
}

function randomTable(helpers: Helpers, depth = 0): { readonly [name: string]: UbusValue } {
  return Object.fromEntries(
    Array.from({ length: helpers.below(5) }, () => [
      helpers.pick(['a', 'b', 'values', '.type', '__proto__x', 'é', '']),
      randomValue(helpers, depth),
    ]),
  );
}

/** null and prototypes aside, the same plain value. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_name, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)) ?? 'null');

export const blobmsg: Target = {
  name: 'blobmsg',
  dictionary: [
    '\0\0\0\x04',
    '\x87\0\0\x08',
    '\x83\0\0\x0c\0\x01a\0',
    '\x82\0\0\x08\0\0\0\0',
    '\x81\0\0\x08\0\0\0\0',
    '\x03\0\0\x05x',
    '\xff\xff\xff\xff',
    '\0',
    '\x80',
    '\x84\0\0\x10\0\0\0\0',
    '\x88\0\0\x10\0\0\0\0',
  ],
  generate: (helpers) =>
    encodeMessage(helpers.pick([0, 1, 2, 4, 5]), helpers.below(65536), helpers.below(2 ** 31), [
      ...(helpers.below(3) === 0 ? [intAttribute(1, helpers.below(9))] : []),
      ...(helpers.below(3) === 0 ? [stringAttribute(2, 'session')] : []),
      dataAttribute(randomTable(helpers)),
    ]),
  fuzz(bytes, helpers) {
    const table = randomTable(helpers);
    const written = encodeMessage(2, 1, 3, [dataAttribute(table)]);
    must(messageLength(written.subarray(0, 12)) === written.length, 'length of what we write');
    same(decodeMessage(written).data, plain(table), 'round trip');
    const counted = encodeMessage(2, 1, 3, [dataAttribute({ acls: table })]);
    same(decodeMessage(counted, [`${COUNT}acls`]).data, { acls: stringsIn(table) }, 'strings in it');
    let message: Message;
    try {
      message = decodeMessage(bytes);
    } catch (error) {
      if (error instanceof BlobError) return `refused: ${error.message.split(' ').slice(0, 3).join(' ')}`;
      throw error;
    }
    if (message.data === undefined) return 'no data';
    // The test router's own codec must see the same table where it knows the types.
    let at = 12;
    let seen: unknown;
    while (at + 4 <= bytes.length) {
      const word = Buffer.from(bytes).readUInt32BE(at);
      if (word >>> 24 === 7) {
        try {
          seen = decodeTable(Buffer.from(bytes.slice(at + 4, at + (word & 0xffffff))));
        } catch {
          seen = undefined; // a type that it does not know, or a name that ends early
        }
      }
      at += ((word & 0xffffff) + 3) & ~3;
    }
    if (
      seen === undefined ||
      (bytes.length > 0 && latin1(bytes).includes('__proto__')) ||
      JSON.stringify(plain(seen)).includes('\uFFFD') ||
      JSON.stringify(message.data).includes('\uFFFD')
    )
      return 'not compared';
    same(message.data, plain(seen), 'another table');
    return Object.keys(message.data).length === 0 ? 'empty' : 'table';
  },
};

/** A broker that says anything: a reply or a code, and always an end. */
export const ubusStream: Target = {
  name: 'ubus-stream',
  dictionary: ['\0\x01\0\x01', '\0\x02\0\x01', '\0\0\0\x0c', '\x01\0\0\x08', '\x07\0\0\x04', '\xff\xff\xff\xff', '\0\0\0\0'],
  generate: ({ below, pick }) =>
    Buffer.concat([
      encodeMessage(0, 0, 7, []),
      encodeMessage(2, 1, 0, [stringAttribute(2, 'uci'), intAttribute(3, 9)]),
      encodeMessage(1, 1, 0, [intAttribute(1, 0)]),
      encodeMessage(2, pick([2, 2, 2, 1]), 9, [
        dataAttribute({
          values: pick<UbusValue>([
            {},
            { default: { '.type': 'oidc', '.index': below(3) } },
            { a: { '.index': {} }, b: { '.index': [{}] } },
            'x',
            [],
            null,
          ]),
        }),
      ]),
      encodeMessage(1, 2, 9, [intAttribute(1, pick([0, 0, 0, 4, 6]))]),
    ]),
  fuzz(bytes, helpers) {
    const host = new FakeHost();
    let at = 0;
    host.streamWrite = () => ({ ok: true });
    host.streamRead = (_id, maxBytes) => {
      if (at >= bytes.length) return { ok: false, reason: 'timeout' };
      const part = bytes.slice(at, at + Math.min(maxBytes, 1 + helpers.below(60)));
      at += part.length;
      return { ok: true, bytes: part };
    };
    let count = 0;
    const code = codeOf(() => {
      count = readPackage(openUbus(host), 'luci-sso').length;
    });
    return code === 'accepted' ? `${Math.min(count, 2)} sections` : code;
  },
};

const OPTIONS = [
  'enabled',
  'issuer_url',
  'client_id',
  'client_secret',
  'client_auth',
  'redirect_uri',
  'scope',
  'provider_name',
  'internal_issuer_url',
  'internal_address',
  'ca_file',
  'clock_tolerance',
  'require_email_verified',
  'email_claim',
  'email_verified_claim',
  'trusted_audience',
  'par',
  'allowed_alg',
  'prompt',
  'max_age',
  'acr_values',
  'session_time',
  'sso_only',
  'trusted_proxy',
];
const ROLE_OPTIONS = ['email', 'domain', 'group', 'sub', 'read', 'write', 'login', 'default'];

/** Lines `name=value` become options; a name twice becomes a list. */
export const uciValues: Target = {
  name: 'uci-values',
  dictionary: [...OPTIONS, ...ROLE_OPTIONS]
    .map((name) => `\n${name}=`)
    .concat(['\nrole.', '1', '0', 'https://id.test', '*', '!*', '!luci-base', '!', ' ', '\xff', '\0', '99999999999', '192.0.2.1/24']),
  generate: ({ below, pick }) =>
    utf8(
      [
        'enabled=1',
        'issuer_url=https://id.test',
        'client_id=luci',
        ...Array.from(
          { length: below(6) },
          () =>
            `${pick(['', 'role.'])}${pick([...OPTIONS, ...ROLE_OPTIONS])}=${pick(['', '1', 'on', 'x', '-1', '60', 'https://id.test/cgi-bin/luci-sso/callback', '::1', '*', '!luci*', 'a b', '\u0001', '\uFFFD', 'é'])}`,
        ),
      ].join('\n'),
    ),
  fuzz(bytes, helpers) {
    const values: [Record<string, UbusValue>, Record<string, UbusValue>] = [{ '.type': 'oidc' }, { '.type': 'role' }];
    let text = Buffer.from(bytes).toString('utf8');
    if (helpers.below(4) === 0) text = latin1(bytes);
    for (const line of text.split('\n')) {
      const equals = line.indexOf('=');
      const isRole = line.startsWith('role.');
      const name = line.slice(isRole ? 5 : 0, Math.max(equals, 0));
      const section = values[isRole ? 1 : 0];
      const value: UbusValue = helpers.below(30) === 0 ? randomValue(helpers) : line.slice(equals + 1);
      const before = section[name];
      if (name === '' || name.startsWith('.')) continue;
      section[name] = before === undefined ? value : ([...(Array.isArray(before) ? before : [before]), value] as UbusValue);
    }
    const table = (index: 0 | 1): Section['values'] => Object.assign(Object.create(null), values[index]) as Section['values'];
    const sections: Section[] = [
      { name: 'default', type: 'oidc', values: table(0) },
      { name: helpers.pick(['admin', 'admin', 'a-b', 'default', '']), type: 'role', values: table(1) },
    ];
    const read = readConfig(sections);
    if (!read.ok) {
      must(
        read.problems.length > 0 && read.problems.every((problem) => problem.startsWith('section ') || problem.startsWith('there is')),
        'a problem without its place',
      );
      // In the place of the secret a word that no rule's text has, right and wrong by turns.
      const secret = `zzSECRETzz${helpers.pick(['', '\u0001', 'z'.repeat(3000)])}`;
      const again = readConfig([
        { ...sections[0]!, values: { ...sections[0]!.values, client_secret: helpers.pick<UbusValue>([secret, [secret]]) } },
        sections[1]!,
      ]);
      must(again.ok || !again.problems.some((problem) => problem.includes('zzSECRETzz')), 'the secret in a problem');
      return 'refused';
    }
    const { oidc, roles } = read.value;
    if (!oidc.enabled) return 'off';
    must(new URL(oidc.issuer).protocol === 'https:' && oidc.clientId !== '', 'issuer and client');
    must(oidc.scope.split(' ').includes('openid'), 'scope');
    must(oidc.clockToleranceS >= 0 && oidc.clockToleranceS <= 3600, 'tolerance');
    must(oidc.redirectUri === '' || oidc.redirectUri.endsWith('/cgi-bin/luci-sso/callback'), 'redirect_uri');
    const texts = [
      oidc.issuer,
      oidc.clientId,
      oidc.clientSecret,
      oidc.caFile,
      oidc.prompt,
      ...roles.flatMap((role) => [...role.read, ...role.write, ...role.email]),
    ];
    must(
      texts.every((each) => typeof each === 'string' && !/[\0-\x1f\x7f\uFFFD]/.test(each)),
      'control characters',
    );
    return 'enabled';
  },
};

const ACL = { 'luci-base': { description: 'x', read: { ubus: { luci: ['get'] }, uci: ['luci'] }, write: { file: { '/x': ['write'] } } } };

export const aclFiles: Target = {
  name: 'acl',
  dictionary: [
    '"read":',
    '"write":',
    '"ubus":',
    '{}',
    '[]',
    'null',
    '1',
    '"x":',
    '["get"]',
    '"__proto__":',
    '"*"',
    ',',
    '\xff',
    '"luci-base":',
  ],
  generate: (helpers) => {
    const { pick } = helpers;
    const odd = (): unknown =>
      pick<unknown>([null, 1, 'x', [], {}, ['a', 1, null], { luci: ['get', {}] }, { luci: 'get' }, { __x: [['a']] }]);
    return utf8(
      JSON.stringify({
        [pick(['luci-base', 'toString', '1', ''])]: pick([ACL['luci-base'], odd()]),
        b: { [pick(['read', 'write', 'x'])]: { [pick(['ubus', 'uci', '__proto__'])]: odd() } },
      }),
    );
  },
  fuzz(bytes) {
    const host = new FakeHost();
    host.files.set('/usr/share/rpcd/acl.d/a.json', bytes);
    host.files.set('/usr/share/rpcd/acl.d/b.json', utf8(JSON.stringify(ACL)));
    const lists = { read: ['luci-*', 'b'], write: ['luci-base'] };
    const { grants, broken } = computeGrants(host, lists);
    const flat = [...grants].flatMap(([scope, pairs]) => pairs.map(([object, method]) => `${scope} ${object} ${method}`));
    must(flat.every((each) => typeof each === 'string') && new Set(flat).size === flat.length, 'a right twice');
    for (const right of ['ubus luci get', 'uci luci read', 'file /x write', 'access-group luci-base read'])
      must(flat.includes(right), `a broken neighbour takes ${right}`);
    let document: unknown;
    try {
      document = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      document = undefined;
    }
    const isObject = typeof document === 'object' && document !== null && !Array.isArray(document);
    must(broken.includes('a.json') === !isObject, 'another idea of broken');
    // Only groups that a pattern names give anything.
    const groups = isObject ? Object.keys(document as object).filter((name) => ownMember(document as object, name) !== undefined) : [];
    for (const [, name, permission] of flat
      .map((each) => /^access-group (.*) (read|write)$/s.exec(each) ?? [])
      .filter((match) => match.length > 0)) {
      must(name === 'luci-base' || (groups.includes(name!) && (name === 'b' || name!.startsWith('luci-'))), `group ${name} by no pattern`);
      must(permission === 'read' || name === 'luci-base', 'write without a pattern');
    }
    return broken.length > 0 ? 'broken' : `${Math.min(flat.length - 4, 3)} more rights`;
  },
};

const REDIRECT = 'https://router.test/cgi-bin/luci-sso/callback';
const sealedHost = new FakeHost();
const made = createHandshake(newExchange(sealedHost), PROVIDER, { path: '/cgi-bin/luci/admin', isOwn: false, redirectUri: REDIRECT });
const COOKIE = made.cookies[0]!.split(';')[0]!.split('=').slice(1).join('=');
const STATE = made.handshake.id;

export const handshake: Target = {
  name: 'handshake',
  dictionary: ['.', COOKIE, STATE, '=', 'A', '_', '-', '700.', '99999999999.'],
  generate: ({ pick }) => pick([COOKIE, COOKIE, COOKIE.slice(4), `1.${COOKIE.slice(4)}`, `${COOKIE}A`]),
  fuzz(bytes, helpers) {
    const value = latin1(bytes);
    const state = helpers.below(4) === 0 ? helpers.pick([STATE.slice(1), `${STATE}A`, 'A'.repeat(22), '']) : STATE;
    const exchange = newExchange(sealedHost);
    const request = { ...exchange.request, cookies: [{ name: `__Host-luci_sso_${state}`, value }] };
    const code = codeOf(() => {
      const opened = openHandshake({ ...exchange, request }, PROVIDER, REDIRECT, state);
      same(opened, made.handshake, 'another handshake');
    });
    if (code === 'accepted')
      must(state === STATE && value.slice(value.indexOf('.') + 1) === COOKIE.slice(COOKIE.indexOf('.') + 1), 'a cookie that nobody sealed');
    must(sealedHost.state.size === 1, 'a foreign cookie leaves something');
    return code;
  },
};

/** A key file of any content: no exception, and the next start works. */
export const bootKey: Target = {
  name: 'boot-key',
  dictionary: ['\0'],
  generate: (helpers) => helpers.bytes(helpers.pick([0, 1, 63, 64, 65, 200])),
  fuzz(bytes) {
    const host = new FakeHost();
    host.state.set('boot-key', bytes);
    if (bytes.length > 64) {
      must(
        codeOf(() => createHandshake(newExchange(host), PROVIDER, { path: '', isOwn: false, redirectUri: REDIRECT })) ===
          'STATE_SAVE_FAILED',
        'not refused',
      );
      must(host.state.get('boot-key') === bytes, 'not left alone');
      return 'refused';
    }
    const started = createHandshake(newExchange(host), PROVIDER, { path: '', isOwn: false, redirectUri: REDIRECT });
    const cookie = started.cookies[0]!.split(';')[0]!.split('=');
    const exchange = newExchange(host);
    const request = { ...exchange.request, cookies: [{ name: cookie[0]!, value: cookie[1]! }] };
    try {
      same(openHandshake({ ...exchange, request }, PROVIDER, REDIRECT, started.handshake.id), started.handshake, 'handshake');
    } catch (error) {
      must(!(error instanceof Refusal), `refused: ${String(error)}`);
      throw error;
    }
    return bytes.length === 64 ? 'used' : 'made anew';
  },
};
