// SPDX-License-Identifier: MIT
// Calls a provider's own interfaces: JSON there and back, cookies of a jar when one is given.
import https from 'node:https';
import type { CookieJar } from './cookie-jar.ts';

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed where it is JSON, else the text. */
  readonly body: any;
}

export interface JsonCall {
  readonly method?: string;
  /** An object is sent as JSON, URLSearchParams as a form. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly jar?: CookieJar;
}

/** A failing status is the caller's; only the network throws. */
export function callJson(ca: string, url: string, call: JsonCall = {}): Promise<JsonAnswer> {
  const target = new URL(url);
  const isForm = call.body instanceof URLSearchParams;
  const text = call.body === undefined ? undefined : isForm ? String(call.body) : JSON.stringify(call.body);
  const method = call.method ?? (text === undefined ? 'GET' : 'POST');
  const cookie = call.jar?.header(target, { method, isCrossSite: false }) ?? '';
  const headers = {
    ...(cookie === '' ? {} : { Cookie: cookie }),
    ...(text === undefined
      ? {}
      : {
          'Content-Type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
          'Content-Length': Buffer.byteLength(text),
        }),
    ...call.headers,
  };
  return new Promise((resolve, reject) => {
    const request = https.request(target, { method, headers, ca, agent: false });
    request.on('error', reject).on('response', (response) => {
      let said = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (said += chunk))
        .on('error', reject)
        .on('end', () => {
          for (const line of response.headers['set-cookie'] ?? []) call.jar?.set(line, target);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed(said) });
        });
    });
    request.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // an empty body, or a page
  }
}

/** The same, where anything but success is a mistake of the test. */
export async function callJsonOk(ca: string, url: string, call: JsonCall = {}): Promise<JsonAnswer> {
  const answer = await callJson(ca, url, call);
  if (answer.status >= 200 && answer.status < 400) return answer;
  throw new Error(`${call.method ?? ''} ${url}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`);
}
