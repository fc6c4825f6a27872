// SPDX-License-Identifier: MIT
// One request with exactly these headers, from an address of one's own: not what a browser would send.
import https from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';

export interface RawRequest {
  readonly ca: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** 127.0.0.0/8. */
  readonly localAddress?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export function sendRaw(url: string, { ca, method = 'GET', headers = {}, body = '', localAddress }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      url,
      { ca, method, headers, agent: false, ...(localAddress === undefined ? {} : { localAddress }) },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('error', reject)
          .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      },
    );
    request.on('error', reject).end(body);
  });
}
