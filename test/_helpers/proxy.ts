// SPDX-License-Identifier: MIT
// A TLS-terminating proxy before a provider, which may change what passes.
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Pair } from './certificates.ts';

export interface ProxyOptions {
  readonly tls: Pair;
  /** Whom the proxy trusts, PEM. */
  readonly ca: string;
  /** Origin that answers. */
  readonly target: string;
  /** The answer's body as the client gets it. */
  readonly change: (path: string, body: string) => string;
}

export interface Proxy {
  readonly url: string;
  /** Every request in order: 'GET /path'. */
  readonly requests: string[];
  stop(): Promise<void>;
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const requests: string[] = [];
  const server = https.createServer({ cert: options.tls.cert, key: options.tls.key }, (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '';
    requests.push(`${request.method} ${path}`);
    const { host: _, ...headers } = request.headers;
    const onward = https.request(
      new URL(request.url ?? '/', options.target),
      { method: request.method, headers, ca: options.ca, agent: false },
      (answer) => {
        let body = '';
        answer
          .setEncoding('utf8')
          .on('data', (chunk: string) => (body += chunk))
          .on('end', () => {
            const text = options.change(path, body);
            const { 'transfer-encoding': __, ...rest } = answer.headers;
            response.writeHead(answer.statusCode ?? 502, { ...rest, 'content-length': Buffer.byteLength(text) }).end(text);
          });
      },
    );
    onward.on('error', (error) => response.writeHead(502).end(String(error)));
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    requests,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
