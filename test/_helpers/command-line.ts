// SPDX-License-Identifier: MIT
// docs/command-line.md: every command run by the built program on a test router, and what it printed.
import { spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLIENTS, login, startScene, type Scene } from './scene.ts';

export const DOCUMENT = fileURLToPath(new URL('../../docs/command-line.md', import.meta.url));
const BEGIN = '<!-- output: made by test/system/command-line.test.ts -->';
const END = '<!-- end of output -->';

export interface Ran {
  readonly status: number | null;
  /** Standard output and error in one. */
  readonly output: string;
}

export function runCommand(scene: Scene, args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(scene.router.tree, 'usr/sbin/luci-sso'), args, { env: {}, stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject).on('close', (status) => resolve({ status, output }));
    child.stdin.on('error', () => undefined).end(input);
  });
}

/** What differs from run to run, as on somebody's router. */
function settled(scene: Scene, text: string): string {
  const { host } = new URL(scene.provider.issuer);
  return text
    .replaceAll(scene.router.url, 'https://192.168.1.1')
    .replaceAll(host, 'id.home.arpa')
    .replaceAll('localhost', 'id.home.arpa')
    .replaceAll(/network process: .*/g, 'network process: root folder of its own, user of its own, limits, system calls filtered')
    .replaceAll(/TLSv1\.3 \S+/g, 'TLSv1.3 TLS1-3-AES-256-GCM-SHA384')
    .replaceAll(/^([0-9a-f]{16})(  .*  )[\w-]{8}$/gm, '951caf9bf9a3fb83$2Zk3v9Q2x')
    .replaceAll(/\d+ s (behind|ahead of) the provider/g, 'the same as at the provider') // of a busy machine
    .split('\n')
    .filter((line) => !line.startsWith('luci-sso: ') || !/ \[[\w-]{8}\]/.test(line))
    .join('\n'); // the log
}

/** Every command in the order of somebody's first day, as Markdown. */
export async function commandLineReference(): Promise<string> {
  const scene = await startScene();
  try {
    const { tree } = scene.router;
    copyFileSync(path.join(tree, 'usr/share/luci-sso/menu-ucode.json'), path.join(tree, 'usr/share/luci/menu.d/luci-sso-login.json'));
    const parts: string[] = [];
    const show = async (shown: string, args: readonly string[], input?: string) => {
      const { status, output } = await runCommand(scene, args, input);
      parts.push(
        `    # ${settled(scene, shown)}\n${settled(scene, output)
          .trimEnd()
          .replaceAll(/^(?=.)/gm, '    ')}\n${status === 0 ? '' : `\n(exit status ${String(status)})\n`}`,
      );
    };
    const words = (line: string, input?: string) => show(`luci-sso ${line}`, line.split(' '), input);
    const { id, secret } = CLIENTS.confidential;
    const setup = (given: string) =>
      words(
        `setup --issuer ${scene.provider.issuer} --client-id ${id} --secret-stdin --ca-file /etc/provider-ca.pem --redirect-uri ${scene.router.url}/cgi-bin/luci-sso/callback --email alice@example.com`,
        `${given}\n`,
      );
    await words('help');
    await words('setup --help');
    await setup('a wrong secret');
    await setup(secret);
    await words('status');
    await words('check');
    await words('check --json redirect_uri');
    await login(scene, scene.newBrowser(), 'alice');
    await words('sessions');
    await words('sessions end all');
    await words('sync');
    await words('off');
    await words('on');
    await words('selftest');
    await words('explain client_rejected');
    await words('version');
    return parts.join('\n');
  } finally {
    await scene.stop();
  }
}

/** The document with this text between its marks. */
export function withReference(document: string, reference: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${DOCUMENT} has lost its marks`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${reference}\n${document.slice(to)}`;
}
