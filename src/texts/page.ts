// SPDX-License-Identifier: MIT
// The pages this program shows: a refusal, the landings behind a login and a logout. Small HTML
// without scripts; every foreign text is escaped.

import { withoutBidi } from '../codec/chars.ts';
import { withParameters, type Parameter } from '../codec/form.ts';
import type { Exchange, ReturnTarget } from '../exchange.ts';
import { logExchange } from '../exchange.ts';
import { loadLogin } from '../flow/load-login.ts';
import { htmlResponse, jsonResponse, type Response } from '../http/response.ts';
import { LUCI_PATH, START_PATH } from '../paths.ts';
import type { Cause, Refusal } from '../refusal.ts';
import { REFUSALS } from '../refusals.ts';
import { loadLanguage } from './languages/load.ts';
import { loadCauses } from './load-causes.ts';
import { ENGLISH, LANGUAGES, type Language, type SentenceName, type Texts } from './sentences.ts';

const PASSWORD_PATH = `${LUCI_PATH}?local=true`;

/** The only style; its hash stands in http/response.ts. */
export const PAGE_STYLE =
  'body{font:16px/1.5 sans-serif;max-width:34em;margin:4em auto;padding:0 1em;overflow-wrap:anywhere;color:#404040;background:#fff}' +
  'h1{font-size:1.4em;color:#0069d6}a{color:#0069d6;margin-right:1.5em}small{color:#808080}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#222}h1,a{color:#5caeff}}';

/** Chinese in its traditional script, which we do not write. */
const TRADITIONAL = ['zh-tw', 'zh-hk', 'zh-mo', 'zh-hant'];

/** The first language of the browser that we speak; English otherwise. */
export function languageOf(acceptLanguage: string): Language {
  for (const part of acceptLanguage.toLowerCase().split(',')) {
    const tag = (part.split(';')[0] ?? '').trim();
    const primary = tag.split('-')[0];
    if (primary === 'en') return 'en';
    const language = LANGUAGES.find((known) => known === primary);
    if (language !== undefined && !TRADITIONAL.some((other) => tag.startsWith(other)))
      return language;
  }
  return 'en';
}

async function textsOf(language: Language): Promise<Texts> {
  return language === 'en' ? ENGLISH : (await loadLanguage(language)).TEXTS;
}

/** Logs the refusal and answers with its page; the code's row decides status and level, and the sentence unless the cause has one. */
export async function renderRefusal(exchange: Exchange, refusal: Refusal): Promise<Response> {
  const [status, level, ofCode] = REFUSALS[refusal.code];
  const name = (await sentenceOf(refusal.why)) || ofCode;
  logExchange(exchange, level, refusal.code, refusal.detail);
  const language = languageOf(exchange.request.acceptLanguage);
  const { words, sentences } = await textsOf(language);
  const wanted = await restartParameters(exchange);
  const links = [
    link(withParameters(START_PATH, wanted), words.tryAgain),
    link(PASSWORD_PATH, words.password),
  ];
  const isOver = name === 'handshakeUsed';
  if (isOver) links.unshift(link(LUCI_PATH, words.goOn));
  const lines = [
    `<h1>${isOver ? words.title : words.refused}</h1>`,
    `<p>${escapeHtml(sentences[name])}</p>`,
  ];
  if (refusal.account !== '')
    lines.push(`<p>${words.signedInAs} <b>${escapeHtml(refusal.account)}</b>.</p>`);
  if (ofCode === 'notAuthorized' || ofCode === 'emailNotVerified') {
    const switching = [['prompt', 'select_account'] as const, ...wanted];
    links.unshift(link(withParameters(`${START_PATH}/login`, switching), words.switchAccount));
  }
  lines.push(`<p>${links.join(' ')}</p>`);
  lines.push(
    `<p><small>${words.code}: ${refusal.code}<br>${words.reference}: ${exchange.correlationId}</small></p>`,
  );
  return htmlResponse(status, page(language, words.title, '', lines), exchange.headers);
}

async function sentenceOf(cause: Cause | undefined): Promise<SentenceName | ''> {
  return cause === undefined ? '' : (await loadCauses()).CAUSES[cause][0];
}

/**
 * Logs the refusal and answers as a provider's logout expects it (Back-Channel Logout 1.0, 2.8): 400
 * and JSON, without a sentence for people. What is not the token's fault keeps its status: 408, 429, 500, 503.
 */
export function renderApiRefusal(exchange: Exchange, refusal: Refusal): Response {
  const [status, level] = REFUSALS[refusal.code];
  logExchange(exchange, level, refusal.code, refusal.detail);
  const body = JSON.stringify({ error: 'invalid_request', error_description: refusal.code });
  return { ...jsonResponse(body), status: [408, 429, 500, 503].includes(status) ? status : 400 };
}

/** What a link to the start carries: the page of LuCI that this login is for, once it is judged. */
async function restartParameters(exchange: Exchange): Promise<readonly Parameter[]> {
  if (exchange.returnTo === undefined) return [];
  const { PAGE_SEAL_S, returnParameters } = await loadLogin();
  return returnParameters(exchange, exchange.returnTo, PAGE_SEAL_S);
}

/**
 * The page that a finished login lands on: it goes on by itself, from this site, so that the browser
 * sends LuCI's Strict cookie along; a redirect would still count as coming from the provider. A page of
 * LuCI that somebody else may have chosen is opened by a click only.
 */
export async function renderLanding(exchange: Exchange, returnTo: ReturnTarget): Promise<string> {
  const language = languageOf(exchange.request.acceptLanguage);
  const { words } = await textsOf(language);
  const { path } = returnTo;
  if (path !== '' && !returnTo.isOwn) {
    return page(language, words.title, '', [
      `<h1>${words.landing}</h1>`,
      `<p>${words.asked}</p>`,
      `<p>${link(path, path)}</p>`,
      `<p>${link(LUCI_PATH, words.firstPage)}</p>`,
    ]);
  }
  const target = path === '' ? LUCI_PATH : path;
  const refresh = `<meta http-equiv="refresh" content="0;url=${escapeHtml(target)}">`;
  return page(language, words.title, refresh, [
    `<h1>${words.landing}</h1>`,
    `<p>${link(target, words.goOn)}</p>`,
  ]);
}

/** The page behind a logout: no step is taken before somebody chooses one. */
export async function renderLoggedOut(exchange: Exchange, isThere: boolean): Promise<string> {
  const language = languageOf(exchange.request.acceptLanguage);
  const { words } = await textsOf(language);
  return page(language, words.title, '', [
    `<h1>${words.loggedOut}</h1>`,
    ...(isThere ? [`<p>${words.loggedOutThere}</p>`] : []),
    `<p>${link(START_PATH, words.sso)} ${link(PASSWORD_PATH, words.password)}</p>`,
  ]);
}

function page(language: Language, title: string, head: string, lines: readonly string[]): string {
  return [
    `<!DOCTYPE html>\n<html lang="${language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `${head}<title>${title}</title><style>${PAGE_STYLE}</style></head><body>`,
    ...lines,
    '</body></html>\n',
  ].join('\n');
}

function link(target: string, text: string): string {
  return `<a href="${escapeHtml(target)}">${escapeHtml(text)}</a>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML content and quoted attributes; foreign text cannot reorder what stands around it. */
export function escapeHtml(text: string): string {
  let out = '';
  for (const char of withoutBidi(text)) out += ENTITIES[char] ?? char;
  return out;
}
