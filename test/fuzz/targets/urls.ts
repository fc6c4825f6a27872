// SPDX-License-Identifier: MIT
// What we take for an https URL, a host or an address is one for Node too, and the same one.
import { isIP } from 'node:net';
import { parseAuthority, parseHttpsUrl } from '../../../src/codec/url.ts';
import { isInNetworks, parseAddress, parseNetwork, clientKey } from '../../../src/http/address.ts';
import { safeReturnTo } from '../../../src/request/return-to.ts';
import { LUCI_PATH } from '../../../src/paths.ts';
import { must, type Target } from '../engine.ts';
import { latin1, same } from './_bytes.ts';

/** Bytes as the program gets them: UTF-8 from documents and configuration, else one character a byte. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

const HOSTS = [
  'id.test',
  'ID.Test',
  '192.0.2.1',
  '[2001:db8::1]',
  '[::]',
  '[::ffff:1.2.3.4]',
  '0x7f.1',
  '127.1',
  'a..b',
  'a_b.c',
  '-a.b',
  'xn--a',
  '0x7f000001',
  '1.2.3.4.',
  '%61.b',
  'a.0x1',
  '[1.2.3.4::]',
  '\u212Aeys',
  'm\u00fcller.de',
];

export const url: Target = {
  name: 'url',
  dictionary: [
    'https://',
    'http://',
    'HTTPS://',
    '@',
    ':',
    ':443',
    ':0',
    ':65536',
    '[',
    ']',
    '::',
    '/',
    '//',
    '\\',
    '?',
    '#',
    '%2f',
    '%00',
    '..',
    '0x',
    '\xe2\x84\xaa',
    '\xc2\xa0',
    '\t',
    '\n',
    '.',
    '-',
    '_',
    'xn--',
  ],
  generate: ({ pick }) =>
    new Uint8Array(
      Buffer.from(
        `${pick(['https://', 'HTTPS://', 'https:/', 'http://'])}${pick(['', '', 'user@'])}${pick(HOSTS)}${pick(['', '', ':443', ':8443', ':0443', ':'])}${pick(['', '/', '/realms/x', '/a/../b', '?a=b', '/?', '#x', '/%2e%2e/'])}`,
      ),
    ),
  fuzz(bytes) {
    const text = textOf(bytes);
    const parsed = parseHttpsUrl(text);
    const authority = parseAuthority(text);
    if (authority.ok) {
      must(/^[a-z0-9._:-]+$/.test(authority.host) && /^[a-z0-9._:[\]-]+$/.test(authority.text), 'authority with other characters');
      const again = parseAuthority(authority.text);
      must(again.ok && again.host === authority.host && again.port === authority.port && again.text === authority.text, 'no round trip');
    }
    if (!parsed.ok) return parsed.reason;
    const ours = parsed.url;
    must(text.length <= 2048 && /^[\x21-\x7e]*$/.test(text), 'URL with a character that no header takes');
    if (text.toLowerCase().includes('xn--')) return 'not compared';
    const node = new URL(text);
    const host = node.hostname.startsWith('[') ? node.hostname.slice(1, -1) : node.hostname;
    must(node.protocol === 'https:' && node.username === '' && node.password === '' && node.hash === '', 'Node sees another kind');
    if (isIP(host) === 6) same(parseAddress(ours.host), parseAddress(host), 'IPv6 address');
    else same(ours.host, host, 'host');
    same(String(ours.port), node.port === '' ? '443' : node.port, 'port');
    same((ours.query ?? '').replaceAll("'", '%27'), node.search.slice(1), 'query');
    if (!/\/\.|%2e/i.test(ours.path)) same(ours.path === '' ? '/' : ours.path, node.pathname, 'path');
    return ours.query === undefined ? 'accepted' : 'accepted with query';
  },
};

export const address: Target = {
  name: 'address',
  dictionary: ['::', ':', '.', '/', '/0', '/32', '/128', '/129', 'ffff', '::ffff:', '0', '255', '256', '%eth0', '01', '1.2.3.4', '-', ' '],
  generate: ({ below, pick }) =>
    pick([
      Array.from({ length: 4 }, () => below(300)).join('.'),
      Array.from({ length: 1 + below(8) }, () => below(0x11000).toString(16)).join(pick([':', ':', '::'])),
      `::ffff:${Array.from({ length: 4 }, () => below(256)).join('.')}`,
      `${below(256)}.0.0.0/${below(40)}`,
    ]),
  fuzz(bytes) {
    const text = latin1(bytes);
    const parsed = parseAddress(text);
    must((parsed !== undefined) === (isIP(text) !== 0 && !text.includes('%')), `Node says ${isIP(text)}`);
    must(clientKey(text).length <= 16, 'key of a client is long');
    const network = parseNetwork(text);
    if (network !== undefined) {
      const base = text.split('/')[0] ?? '';
      must(network.prefixBits <= network.bytes.length * 8 && isInNetworks(base, [network]), 'a network without its own address');
    }
    return parsed === undefined ? (network === undefined ? 'refused' : 'network') : `address of ${parsed.length}`;
  },
};

export const returnTo: Target = {
  name: 'return-to',
  dictionary: [
    '/cgi-bin/luci/',
    '/cgi-bin/luci',
    '//',
    '/..',
    '/../',
    '/./',
    '%2e',
    '%2f',
    '%252e',
    '%25',
    '%5c',
    '\\',
    '@',
    ':',
    '?',
    '#',
    '%00',
    '%0d%0a',
    'admin/logout',
    ';',
    '&',
    '=',
    '%3f',
    '%23',
    'https://evil.test/',
  ],
  generate: ({ below, pick }) =>
    `/cgi-bin/luci${Array.from({ length: below(6) }, () => pick(['/', 'admin', '%2e', '.', '..', '%2f', '?', 'x=1', '%25', '%', 'logout', '/admin/logout', '%61'])).join('')}`,
  fuzz(bytes) {
    const text = latin1(bytes);
    const safe = safeReturnTo(text);
    if (safe === '') return 'refused';
    must(safe === text && text.length <= 128, 'changed or long');
    for (let form = text, i = 0; i < 6; i++) {
      const target = new URL(form, 'https://router.test/');
      must(target.origin === 'https://router.test' && target.hash === '', `another origin: ${form}`);
      must(`${target.pathname}/`.startsWith(LUCI_PATH), `outside of LuCI: ${form}`);
      must(!`${target.pathname}/`.startsWith(`${LUCI_PATH}admin/logout/`), `logout: ${form}`);
      try {
        form = decodeURIComponent(form);
      } catch {
        break;
      }
    }
    return text.includes('%') ? 'accepted, escaped' : 'accepted';
  },
};
