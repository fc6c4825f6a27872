// SPDX-License-Identifier: MIT
import test from 'ava';
import { parseAuthority, parseHttpsUrl, parseIpv4, parseIpv6 } from '../../../src/codec/url.ts';

test('an https URL is cut into its parts', (t) => {
  const parsed = parseHttpsUrl('HTTPS://Id.Example.com:8443/realms/x?a=b');
  t.deepEqual(parsed, {
    ok: true,
    url: {
      text: 'HTTPS://Id.Example.com:8443/realms/x?a=b',
      host: 'id.example.com',
      port: 8443,
      authority: 'id.example.com:8443',
      path: '/realms/x',
      query: 'a=b',
    },
  });
  const plain = parseHttpsUrl('https://a.test');
  t.deepEqual(plain.ok && [plain.url.port, plain.url.authority, plain.url.path, plain.url.query], [443, 'a.test', '', undefined]);
  const six = parseHttpsUrl('https://[fd00::1]:8443/');
  t.deepEqual(six.ok && [six.url.host, six.url.authority], ['fd00::1', '[fd00::1]:8443']);
  const question = parseHttpsUrl('https://a.test?x');
  t.deepEqual(question.ok && [question.url.path, question.url.query], ['', 'x']);
});

test('what is no plain https URL is refused', (t) => {
  const refused = [
    '',
    'http://a.test',
    '//a.test',
    'https:/a.test',
    'https://',
    'https://a.test#x',
    'https://u@a.test',
    'https://u:p@a.test/',
    'https://a.test:0',
    'https://a.test:65536',
    'https://a.test:',
    'https://a.test:8a',
    'https://a b.test',
    'https://a.test/ x',
    'https://a.test/"',
    'https://a.test/é',
    'https://a.test\\@b.test',
    'https://[::1',
    'https://[::1]x',
    'https://[fe80::1%25eth0]/',
    'https://1.2.3',
    'https://1.2.3.256',
    'https://01.2.3.4',
    'https://a..test',
    'https://-a.test',
    `https://${'a'.repeat(64)}.test`,
    `https://a.test/${'a'.repeat(2048)}`,
    'https://a.test/\n',
  ];
  for (const text of refused) t.false(parseHttpsUrl(text).ok, text);
});

test('addresses are read as the kernel reads them, and no other way', (t) => {
  t.deepEqual(parseIpv4('192.168.0.1'), [192, 168, 0, 1]);
  for (const text of ['1.2.3', '1.2.3.4.5', '1.2.3.', '0x1.2.3.4', '1.2.3.04', '1.2.3.-4']) t.is(parseIpv4(text), undefined, text);
  t.deepEqual(parseIpv6('::'), new Array(16).fill(0));
  t.deepEqual(parseIpv6('fd00::1')?.slice(-2), [0, 1]);
  t.deepEqual(parseIpv6('::ffff:1.2.3.4')?.slice(-6), [255, 255, 1, 2, 3, 4]);
  for (const text of ['', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', 'g::', '::1.2.3', '1:2:3:4:5:6:7:8::']) {
    t.is(parseIpv6(text), undefined, text);
  }
});

test('a Host header is a name, an IPv4 or a bracketed IPv6 address, with or without port', (t) => {
  for (const [text, host, port] of [
    ['router', 'router', 443],
    ['10.0.0.1:8443', '10.0.0.1', 8443],
    ['[::1]', '::1', 443],
  ] as const) {
    const parsed = parseAuthority(text);
    t.deepEqual(parsed.ok && [parsed.host, parsed.port], [host, port]);
  }
  for (const text of ['', 'a:b', '::1', '[::1]:', 'a/b', 'a,b', 'a b', 'a\r\nb']) t.false(parseAuthority(text).ok, text);
});
