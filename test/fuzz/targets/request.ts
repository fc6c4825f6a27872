// SPDX-License-Identifier: MIT
// Whole requests: any environment gives a whole answer with a code of the table.
import { REFUSALS } from '../../../src/refusals.ts';
import { main } from '../../../src/main.ts';
import { newWorld, type World } from '../../_helpers/_login.ts';
import { must, type Target } from '../engine.ts';
import { latin1 } from './_bytes.ts';

const NAMES = [
  'QUERY_STRING',
  'REQUEST_METHOD',
  'PATH_INFO',
  'HTTP_COOKIE',
  'HTTP_HOST',
  'HTTPS',
  'REMOTE_ADDR',
  'HTTP_ACCEPT_LANGUAGE',
  'HTTP_REFERER',
];
const worlds: World[] = [];

/** One `NAME=value` a line. */
export const request: Target = {
  name: 'request',
  dictionary: [
    ...NAMES.map((name) => `\n${name}=`),
    'action=enabled',
    '&v=2',
    'state=',
    'code=',
    'error=',
    '/callback',
    '/login',
    '/logged-out',
    '/backchannel-logout',
    '/initiate',
    '%',
    '__Host-luci_sso_',
    '=',
    ';',
    'de',
    'GET',
    'POST',
    'on',
    '\xff',
    '\0',
    '\r\n',
    'return_to=/cgi-bin/luci/',
    '&return_seal=',
    'https://router.test/',
    '<script>',
  ],
  generate: ({ below, pick }) =>
    NAMES.map(
      (name) =>
        `${name}=${pick(['', 'GET', '/callback', '/', 'action=enabled', 'state=AAAAAAAAAAAAAAAAAAAAAA&code=x', 'router.test', 'on', '::1', 'de,en;q=0.5', 'x'.repeat(below(5000))])}`,
    ).join('\n'),
  async fuzz(bytes) {
    const world = worlds[0] ?? newWorld();
    worlds[0] = world;
    const { host } = world;
    host.environment = {
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_METHOD: 'GET',
      HTTPS: 'on',
      HTTP_HOST: 'router.test',
      REMOTE_ADDR: '192.0.2.1',
    };
    for (const line of latin1(bytes).split('\n')) {
      const equals = line.indexOf('=');
      if (NAMES.includes(line.slice(0, Math.max(equals, 0)))) host.environment[line.slice(0, equals)] = line.slice(equals + 1);
    }
    host.output = [];
    host.lines.length = 0;
    must((await main(host)) === 0, 'status');
    const text = Buffer.concat(host.output).toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    const head = text.slice(0, end).split('\r\n');
    must(
      head.every((line) => /^[A-Za-z-]+: [\x20-\x7e]*$/.test(line)),
      'a header line with other characters',
    );
    const status = Number(/^Status: (\d{3}) /.exec(head[0] ?? '')?.[1]);
    must(head.includes(`Content-Length: ${text.length - end - 4}`), 'another length');
    must(host.router.sessions.size === 0 && host.state.size < 20, 'something is left');
    must(!/<script/i.test(text), 'unescaped');
    const code = /<small>\w+: ([A-Z0-9_]+)</.exec(text)?.[1];
    if (code === undefined) {
      const isPage = host.environment['PATH_INFO'] === '/logged-out' && text.includes('<a href="/cgi-bin/luci-sso">');
      must(
        status === 302 || (status === 200 && (isPage || text.slice(end + 4).startsWith('{"enabled":true'))),
        `status ${status} without a code`,
      );
      return String(status);
    }
    must(Object.hasOwn(REFUSALS, code) && code !== 'INTERNAL_ERROR', `${code}: ${host.lines.join(' | ')}`);
    must(REFUSALS[code as keyof typeof REFUSALS][0] === status, 'another status');
    return code;
  },
};
