// SPDX-License-Identifier: MIT
// HTTP answers: how the bytes are cut into reads never matters, and nothing but a cause comes out.
import { HttpError, headEnd, parseHead } from '../../../src/tls-http/response.ts';
import { ChunkDecoder } from '../../../src/tls-http/chunks.ts';
import { requestHttps, type HttpResponse, type HttpsResult } from '../../../src/tls-http/client.ts';
import { parseHttpsUrl } from '../../../src/codec/url.ts';
import { cacheAge, faultOf, requireJson } from '../../../src/oidc/back-channel.ts';
import { Refusal } from '../../../src/refusal.ts';
import { parseCookies } from '../../../src/http/cookie.ts';
import { FakeHost } from '../../_helpers/_fake-host.ts';
import { must, type Helpers, type Target } from '../engine.ts';
import { latin1, same } from './_bytes.ts';

const WORDS = [
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.0 200\r\n',
  'HTTP/1.1 100 C\r\n\r\n',
  'HTTP/1.1 204 N\r\n',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  'Content-Length: ',
  '5',
  '0',
  '-1',
  '+5',
  '99999999999',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Content-Encoding: gzip\r\n',
  'Content-Type: application/json\r\n',
  'Cache-Control: max-age=',
  '\xa0',
  '\x0b',
  '\0',
  '{}',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  ';x=y',
  'ffffffff',
];

function generateAnswer({ below, pick }: Helpers): string {
  const body = pick(['', '{}', 'hello', '5\r\nhello\r\n0\r\n\r\n', '2;x\r\n{}\r\n0\r\nA: b\r\n\r\n', 'x'.repeat(below(300))]);
  const lines = [pick(['HTTP/1.1 200 OK', 'HTTP/1.0 200 OK', 'HTTP/1.1 404', 'HTTP/1.1 304 N', 'HTTP/2 200', 'HTTP/1.1 099 X'])];
  for (let i = below(5); i > 0; i--) {
    lines.push(
      pick([
        `Content-Length: ${body.length}`,
        'Content-Length: 0',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: gzip, chunked',
        'Connection: Close',
        'Connection: keep-alive',
        'X:',
        'X : y',
        ' folded',
        'Content-Type: application/json',
        'Cache-Control: max-age=9, private',
      ]),
    );
  }
  return `${pick(['', '', 'HTTP/1.1 103 E\r\nLink: x\r\n\r\n'])}${lines.join('\r\n')}\r\n\r\n${body}`;
}

export const httpHead: Target = {
  name: 'http-head',
  dictionary: WORDS,
  generate: generateAnswer,
  fuzz(bytes) {
    const end = headEnd(bytes);
    must(end === (latin1(bytes).indexOf('\r\n\r\n') < 0 ? -1 : latin1(bytes).indexOf('\r\n\r\n') + 4), 'another end');
    if (end < 0) return 'no end';
    const text = latin1(bytes.subarray(0, end));
    let head;
    try {
      head = parseHead(bytes.subarray(0, end));
    } catch (error) {
      if (error instanceof HttpError) return `refused: ${error.message.split(' ').slice(0, 2).join(' ')}`;
      throw error;
    }
    // By RFC 9112's grammar, written once more.
    const [first = '', ...rest] = text.slice(0, -4).split('\r\n');
    const status = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/.exec(first);
    must(status !== null && Number(status[2]) === head.status, `status line '${first}'`);
    const fields = rest.map((line) =>
      /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)[ \t]*$/.exec(line),
    );
    must(
      fields.every((field) => field !== null),
      'a header line outside of the grammar',
    );
    const values = (name: string): string[] =>
      fields.filter((field) => field?.[1]?.toLowerCase() === name).map((field) => field?.[2] ?? '');
    for (const [name, value] of head.headers) same(value, values(name).join(', '), `header ${name}`);
    const [lengths, codings] = [values('content-length'), values('transfer-encoding')];
    must(lengths.length === 0 || codings.length === 0, 'both framings');
    if (head.framing.kind === 'length')
      must(new Set(lengths).size === 1 && /^\d{1,10}$/.test(lengths[0]!) && Number(lengths[0]) === head.framing.bytes, 'length');
    if (head.framing.kind === 'chunked') must(codings.length === 1 && codings[0]!.toLowerCase() === 'chunked', 'coding');
    if (head.framing.kind === 'close') must(lengths.length + codings.length === 0 && !head.mayReuse, 'close');
    if (head.mayReuse)
      must(
        status[1] === '1' &&
          !values('connection')
            .join(',')
            .toLowerCase()
            .split(',')
            .map((option) => option.replace(/^[ \t]+|[ \t]+$/g, ''))
            .includes('close'),
        'kept open',
      );
    return head.framing.kind;
  },
};

/** A decoder by one regular expression a line; undefined when the coding is wrong, null when it is not over. */
function unchunk(text: string): { body: string; rest: string } | undefined {
  let body = '';
  let rest = text;
  for (;;) {
    const line = /^([0-9a-fA-F]{1,8})(;[^\n]*)?\r\n/.exec(rest);
    if (line === null || line[0].length > 257) return undefined;
    rest = rest.slice(line[0].length);
    const size = parseInt(line[1]!, 16);
    if (size === 0) break;
    body += rest.slice(0, size);
    if (rest.length < size + 2 || rest.slice(size, size + 2) !== '\r\n') return undefined;
    rest = rest.slice(size + 2);
  }
  for (;;) {
    const line = /^[^\n]*\r\n/.exec(rest)?.[0];
    if (line === undefined) return undefined;
    rest = rest.slice(line.length);
    if (line === '\r\n') return { body, rest };
  }
}

/** How a decoder ends that gets the bytes in these pieces. */
function decodeIn(pieces: readonly Uint8Array[], maxBytes: number): string {
  const decoder = new ChunkDecoder(maxBytes);
  let buffered: Uint8Array = new Uint8Array(0);
  try {
    for (const piece of pieces) {
      buffered = decoder.push(new Uint8Array(Buffer.concat([buffered, piece])));
      if (decoder.isDone || decoder.isTooLarge) {
        buffered = new Uint8Array(Buffer.concat([buffered, ...pieces.slice(pieces.indexOf(piece) + 1)]));
        break;
      }
    }
  } catch (error) {
    if (error instanceof HttpError) return 'refused';
    throw error;
  }
  must(decoder.body().length <= maxBytes, 'more than allowed');
  if (decoder.isTooLarge) return 'too large';
  return decoder.isDone ? `done ${latin1(decoder.body())}|${latin1(buffered)}` : 'unfinished';
}

function pieces(bytes: Uint8Array, helpers: Helpers): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const count = 1 + helpers.below(helpers.pick([1, 4, 40]));
    out.push(bytes.slice(at, at + count));
    at += count;
  }
  return out;
}

export const chunks: Target = {
  name: 'chunks',
  dictionary: ['0\r\n', '\r\n', '\n', '5\r\n', 'A\r\n', ';', ';x="y"', 'ffffffff\r\n', '000000005\r\n', ' ', '-1', '0x5', '\0', '400\r\n'],
  generate: (helpers) =>
    `${Array.from({ length: helpers.below(6) }, () => {
      const data = latin1(helpers.bytes(1 + helpers.below(20)));
      return `${data.length.toString(16)}${helpers.pick(['', ';a', ' '])}\r\n${data}\r\n`;
    }).join('')}0\r\n${helpers.pick(['', 'A: b\r\n'])}\r\n${helpers.pick(['', 'HTTP/1.1 '])}`,
  fuzz(bytes, helpers) {
    const whole = decodeIn([bytes], 512);
    same(decodeIn(pieces(bytes, helpers), 512), whole, 'cut another way');
    if (whole.startsWith('done ')) {
      const expected = unchunk(latin1(bytes));
      must(expected !== undefined && `done ${expected.body}|${expected.rest}` === whole, 'another body');
      return 'done';
    }
    return whole;
  },
};

const target = parseHttpsUrl('https://id.test/x');
if (!target.ok) throw new Error('no URL');
const { url } = target;

function request(read: readonly Uint8Array[]): HttpsResult {
  const host = new FakeHost();
  const left = [...read];
  host.server = () => new Uint8Array(0);
  host.streamRead = () => ({ ok: true as const, bytes: left.shift() ?? new Uint8Array(0) });
  const result = requestHttps(
    {
      host,
      deadline: 1e9,
      caFile: '',
      pinnedName: '',
      pinnedAddress: '',
      connections: new Map(),
      roots: { get: () => '', set: () => undefined },
    },
    { method: 'GET', url, headers: [], maxBodyBytes: 600 },
  );
  must(host.openStreams() === (host.openStreams() > 0 && result.ok ? 1 : 0), 'a stream is left open behind a failure');
  return result;
}

export const httpAnswer: Target = {
  name: 'http-answer',
  dictionary: WORDS,
  generate: generateAnswer,
  fuzz(bytes, helpers) {
    const show = (result: HttpsResult): string =>
      result.ok
        ? `${result.response.status} ${JSON.stringify([...result.response.headers])} ${latin1(result.response.body)}`
        : result.cause;
    const whole = request([bytes]);
    same(show(request(pieces(bytes, helpers))), show(whole), 'cut another way');
    if (!whole.ok) return whole.cause;
    must(whole.response.body.length <= 600, 'a long body');
    const age = cacheAge(whole.response);
    must(Number.isInteger(age) && age >= 60 && age <= 86400, `cache age ${age}`);
    const { fact } = faultOf(whole.response);
    must(fact.length <= 300 && /^[ -~]*$/.test(fact), 'a fact that is not for the log');
    return isJson(whole.response) ? 'json' : `status ${Math.floor(whole.response.status / 100)}xx`;
  },
};

function isJson(answer: HttpResponse): boolean {
  try {
    requireJson(answer, 'INVALID_DISCOVERY_DOC');
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

export const cookies: Target = {
  name: 'cookies',
  dictionary: [
    '__Host-luci_sso_AAAAAAAAAAAAAAAAAAAAAA=',
    '; ',
    ';',
    '=',
    '"',
    '\xa0',
    '\xc2\xa0',
    '\x85',
    '\t',
    '\x0b',
    '\0',
    ',',
    'sysauth_https=',
    '\xff',
    ' ',
  ],
  generate: ({ below, pick }) =>
    Array.from(
      { length: below(6) },
      () => `${pick(['a', '__Host-luci_sso_x', '', '\xa0a', ' a'])}${pick(['=', '', '=='])}${pick(['b', '"b"', '', 'b c', 'b\x7f'])}`,
    ).join(pick(['; ', ';', ', '])),
  fuzz(bytes) {
    const header = latin1(bytes);
    const found = parseCookies(header);
    // RFC 6265bis 5.6: blanks around name and value are SP and HTAB, nothing else.
    const expected = header.split(';').map((pair) => /^[ \t]*([^=]*?)[ \t]*=[ \t]*([^]*?)[ \t]*$/.exec(pair));
    const clean = expected.filter((match) => match !== null && /^[\x21-\x7e]+$/.test(match[1]!) && /^[\x21-\x7e]*$/.test(match[2]!));
    same(
      found.map(({ name, value }) => [name, value]),
      clean.map((match) => [match![1], match![2]]),
      'cookies',
    );
    return `${Math.min(found.length, 4)} cookies`;
  },
};
