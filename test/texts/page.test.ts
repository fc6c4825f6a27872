// SPDX-License-Identifier: MIT
import test from 'ava';
import { escapeHtml, languageOf } from '../../src/texts/page.ts';
import { SENTENCES, WORDS } from '../../src/texts/sentences.ts';
import { finish, newWorld, start } from '../_helpers/_login.ts';
import { ask } from '../_helpers/_fake-host.ts';

test('the page speaks the first language of the browser that it knows', (t) => {
  for (const [header, language] of [['', 'en'], ['de', 'de'], ['de-AT,en;q=0.5', 'de'], ['fr,de;q=0.8,en;q=0.5', 'de'], ['en-US,de', 'en'], ['xx', 'en'], ['DE;q=1', 'de']] as const) {
    t.is(languageOf(header), language, header);
  }
});

test('both languages have every sentence and every word', (t) => {
  t.deepEqual(Object.keys(SENTENCES.de), Object.keys(SENTENCES.en));
  t.deepEqual(Object.keys(WORDS.de), Object.keys(WORDS.en));
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

test('security 19: what the provider says in an error is on no page, and harmless in the log', async (t) => {
  const world = newWorld();
  const started = await start(world);
  const evil = `<script>\r\n\u001b[31m%99999999d${'x'.repeat(1500)}`;
  const answer = await finish(world, started, { code: undefined, error: 'server_error', error_description: evil });
  t.false(answer.body.includes('<script>'));
  t.false(answer.body.includes('xxx'));
  const line = world.host.lines.find((candidate) => candidate.includes('IDP_ERROR')) ?? '';
  t.regex(line, /^[\x20-\x7e]*$/);
  t.true(line.length < 320);
});

test('the reference on the page is the one in the log', async (t) => {
  const world = newWorld();
  const answer = await ask(world.host, { path: '/nothing', environment: { HTTP_ACCEPT_LANGUAGE: 'de' } });
  const reference = /Kennung: ([\w-]+)</.exec(answer.body)?.[1] ?? 'none';
  t.true(world.host.lines.some((line) => line.includes(`NOT_FOUND [${reference}]`)));
});
