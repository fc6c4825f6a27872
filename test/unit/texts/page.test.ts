// SPDX-License-Identifier: MIT
import test from 'ava';
import { readFileSync } from 'node:fs';
import { loadLanguage } from '../../../src/texts/languages/load.ts';
import { escapeHtml, languageOf } from '../../../src/texts/page.ts';
import { LANGUAGES } from '../../../src/texts/sentences.ts';
import { ENGLISH, type Texts } from '../../../src/texts/sentences.ts';
import { finish, newWorld, start } from '../../_helpers/_login.ts';
import { ask } from '../../_helpers/_fake-host.ts';

test('the page speaks the first language of the browser that it knows', (t) => {
  for (const [header, language] of [
    ['', 'en'],
    ['de', 'de'],
    ['de-AT,en;q=0.5', 'de'],
    ['nl,de;q=0.8,en;q=0.5', 'de'],
    ['en-US,de', 'en'],
    ['xx', 'en'],
    ['DE;q=1', 'de'],
    ['fr-CA', 'fr'],
    ['es-419,es;q=0.9', 'es'],
    ['pt-BR,pt;q=0.9', 'pt'],
    ['pt-PT', 'pt'],
    ['it', 'it'],
    ['pl', 'pl'],
    ['ru', 'ru'],
    ['ja', 'ja'],
    ['zh-CN,zh;q=0.9', 'zh'],
    ['zh', 'zh'],
    ['zh-Hans-CN', 'zh'],
    ['zh-TW,zh;q=0.9', 'zh'],
    ['zh-Hant-TW,ja', 'ja'],
    ['zh-HK', 'en'],
  ] as const) {
    t.is(languageOf(header), language, header);
  }
});

/** Scripts and letters that every sentence of a language could have, and English does not. */
const LETTERS: Readonly<Record<string, RegExp>> = {
  de: /[äöüß]/,
  fr: /[àâçéèêîù]/,
  es: /[áéíóúñ]/,
  pt: /[ãáçéêíõú]/,
  it: /[àèéìòù]/,
  pl: /[ąćęłńóśźż]/,
  ru: /[а-яё]/,
  zh: /[\u4e00-\u9fff]/,
  ja: /[\u3040-\u30ff]/,
};

for (const language of LANGUAGES) {
  test(`${language} has every word and every sentence, in its own letters and without markup`, async (t) => {
    const { words, sentences }: Texts = (await loadLanguage(language)).TEXTS;
    t.deepEqual(Object.keys(words), Object.keys(ENGLISH.words));
    t.deepEqual(Object.keys(sentences), Object.keys(ENGLISH.sentences));
    for (const text of [...Object.values(words), ...Object.values(sentences)]) {
      t.notRegex(text, /[<&]/);
      t.is(text.trim(), text);
    }
    t.true(sentences.https.includes('https://'), 'what is typed stays as it is');
    t.true(sentences.emailNotVerified.includes('Pocket ID') && sentences.emailNotVerified.includes('Email verified'));
    t.regex(Object.values(sentences).join(''), LETTERS[language] ?? /^$/);
    for (const [name, text] of Object.entries(sentences)) t.not(text, ENGLISH.sentences[name as keyof Texts['sentences']], name);
  });

  test(`an error page in ${language}`, async (t) => {
    const world = newWorld();
    const { body } = await ask(world.host, { path: '/nothing', environment: { HTTP_ACCEPT_LANGUAGE: language } });
    const { words, sentences } = (await loadLanguage(language)).TEXTS;
    t.true(body.includes(`<html lang="${language}">`));
    for (const text of [words.refused, words.tryAgain, words.password, sentences.notFound])
      t.true(body.includes(escapeHtml(text)) || body.includes(text), text);
  });
}

test("the login button's script has every language, and the same words for the password", async (t) => {
  const script = readFileSync(
    new URL('../../../package/luci-sso/files/www/luci-static/resources/luci-sso-login.js', import.meta.url),
    'utf8',
  );
  for (const language of LANGUAGES) {
    const [, login = '', ...others] = new RegExp(`^\\t\\t${language}: \\['(.*%s.*)', '(.*)', '(.*)', '(.*)'\\]`, 'm').exec(script) ?? [];
    t.not(login, '', language);
    t.is(others[2], (await loadLanguage(language)).TEXTS.words.password);
  }
});

test('foreign text is text, never HTML (security 109)', (t) => {
  t.is(escapeHtml(`<a href="x" title='y'>&</a>`), '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;');
});

test('security 92: a user without a role is named and may switch the account', async (t) => {
  const world = newWorld();
  world.provider.claims = { sub: 'm', email: '<b>@example.com', email_verified: true };
  const answer = await finish(world, await start(world));
  t.true(answer.body.includes('<b>&lt;b&gt;@example.com</b>'));
  t.true(answer.body.includes('href="/cgi-bin/luci-sso/login?prompt=select_account"'));
  t.true(answer.body.includes('href="/cgi-bin/luci/?local=true"'));
});

test('a user whom the provider does not name may switch the account, too', async (t) => {
  const world = newWorld();
  world.provider.claims = { sub: 'm' };
  world.provider.userinfo = { sub: 'm' };
  const answer = await finish(world, await start(world));
  t.is(answer.status, 403);
  t.false(answer.body.includes('signed in at your provider as'));
  t.true(answer.body.includes('href="/cgi-bin/luci-sso/login?prompt=select_account"'));
});

const TRY_AGAIN = /<a href="([^"]*)">Try again<\/a>/;
const WANTED = '/cgi-bin/luci/admin/system?tab=a';
const AGAIN = '/cgi-bin/luci-sso?return_to=%2Fcgi-bin%2Fluci%2Fadmin%2Fsystem%3Ftab%3Da';

test('"Try again" keeps the page that was asked for: at a start that fails, behind a known handshake, behind a used one', async (t) => {
  const world = newWorld();
  const wished = { query: `return_to=${encodeURIComponent(WANTED)}` };
  const denied = await finish(world, await start(world, wished), { code: undefined, error: 'access_denied' });
  t.is(TRY_AGAIN.exec(denied.body)?.[1], AGAIN);

  const started = await start(world, wished);
  await finish(world, started);
  const again = await finish(world, started);
  t.true(again.body.includes('HANDSHAKE_USED'));
  t.is(TRY_AGAIN.exec(again.body)?.[1], AGAIN);

  const slow = await start(world, wished);
  world.host.bootMs += 600000;
  const late = await finish(world, slow);
  t.true(late.body.includes('HANDSHAKE_EXPIRED'));
  t.is(TRY_AGAIN.exec(late.body)?.[1], AGAIN);

  const offline = newWorld();
  offline.host.failures.set('connectTls', 'refused');
  const failed = await ask(offline.host, wished);
  t.true(failed.body.includes('DISCOVERY_NETWORK_ERROR'));
  t.is(TRY_AGAIN.exec(failed.body)?.[1], AGAIN);
});

test('"Switch account" keeps it too', async (t) => {
  const world = newWorld();
  world.provider.claims = { sub: 'm', email: 'm@example.com', email_verified: true };
  const answer = await finish(world, await start(world, { query: 'return_to=/cgi-bin/luci/admin' }));
  t.true(answer.body.includes('href="/cgi-bin/luci-sso/login?prompt=select_account&amp;return_to=%2Fcgi-bin%2Fluci%2Fadmin"'));
});

test('what nobody has judged is in no link: a callback without its login, a foreign page, an unknown route (security 27)', async (t) => {
  for (const asked of [
    { path: '/callback', query: 'state=x&code=y&return_to=/cgi-bin/luci/admin/system' },
    { path: '/nothing', query: 'return_to=/cgi-bin/luci/admin/system' },
    { path: '/login', query: 'return_to=https://evil.test/' },
    { path: '/login', query: 'return_to=/cgi-bin/luci/%252e%252e/evil' },
  ]) {
    const world = newWorld();
    world.host.failures.set('connectTls', 'refused');
    const { body } = await ask(world.host, asked);
    t.is(TRY_AGAIN.exec(body)?.[1], '/cgi-bin/luci-sso', asked.query);
  }
  const world = newWorld();
  const started = await start(world, { query: 'return_to=/cgi-bin/luci/admin' });
  const foreign = await finish(world, { ...started, cookie: started.cookie.replace(/.$/, '_') });
  t.is(TRY_AGAIN.exec(foreign.body)?.[1], '/cgi-bin/luci-sso');
});

test('security 19: what the provider says in an error is on no page, and harmless in the log', async (t) => {
  const world = newWorld();
  const started = await start(world);
  const evil = `<script>\r\n\u001b[31m%99999999d${'x'.repeat(1500)}`;
  const answer = await finish(world, started, { code: undefined, error: 'server_error', error_description: evil });
  t.false(answer.body.includes('<script>'));
  t.false(answer.body.includes('xxx'));
  const line = world.host.lines.find((candidate) => candidate.includes('IDP_ERROR')) ?? '';
  t.regex(line, /^[\x20-\x7e]*$/);
  t.true(line.length < 420);
});

test('the reference on the page is the one in the log', async (t) => {
  const world = newWorld();
  const answer = await ask(world.host, { path: '/nothing', environment: { HTTP_ACCEPT_LANGUAGE: 'de' } });
  const reference = /Kennung: ([\w-]+)</.exec(answer.body)?.[1] ?? 'none';
  t.true(world.host.lines.some((line) => line.includes(`NOT_FOUND [${reference}]`)));
});
