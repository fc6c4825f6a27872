// SPDX-License-Identifier: MIT
// Every language as the built program writes it: bytecode of both byte orders, chunks of their own.
import test from 'ava';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadLanguage } from '../../../src/texts/languages/load.ts';
import { escapeHtml } from '../../../src/texts/page.ts';
import { LANGUAGES } from '../../../src/texts/sentences.ts';
import { emulator } from '../../_helpers/emulator.ts';
import { NATIVE_TARGET } from '../../_helpers/scene.ts';

for (const [target, runner] of [
  [NATIVE_TARGET, emulator(NATIVE_TARGET)],
  ['mips_24kc', emulator('mips_24kc')],
] as const) {
  test(`the program for ${target} speaks every language`, async (t) => {
    const [program = '', ...args] = [...runner, fileURLToPath(new URL(`../../../build/${target}/luci-sso`, import.meta.url))];
    for (const language of LANGUAGES) {
      const env = {
        GATEWAY_INTERFACE: 'CGI/1.1',
        REQUEST_METHOD: 'GET',
        PATH_INFO: '/nothing',
        QUERY_STRING: '',
        HTTP_ACCEPT_LANGUAGE: language,
        PATH: process.env.PATH,
      };
      const { stdout } = spawnSync(program, args, { env, encoding: 'utf8' });
      const { words, sentences } = (await loadLanguage(language)).TEXTS;
      t.true(stdout.includes(`<h1>${words.refused}</h1>\n<p>${escapeHtml(sentences.notFound)}</p>`), `${language}: ${stdout}`);
    }
  });
}
