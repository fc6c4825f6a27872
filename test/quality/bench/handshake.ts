// SPDX-License-Identifier: MIT
// What one connection costs the network child, from its start to the end of the answer, by the server's certificates:
// name resolution, TLS 1.3 and nothing else.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { makeAuthority } from '../../_helpers/certificates.ts';
import { best, Meter, report, TARGETS, type Target } from './bench.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NAME = 'idp.example';
const FEW = 3;

interface Chain {
  readonly root: string;
  readonly server: tls.TlsOptions;
}

const CHAINS: Readonly<Record<string, () => Promise<Chain>>> = {
  ecdsa: () => twoOf('ecdsa'),
  rsa: () => twoOf('rsa'),
  // Let's Encrypt's shape, though its own root has 4096 bits
  'p384-below-rsa': async () => {
    const root = await makeAuthority('Bench root', { keyType: 'rsa' });
    const between = await root.issueAuthority('Bench intermediate', { keyType: 'ecdsa-384' });
    const { cert, key } = await between.issue({ names: [NAME] });
    return { root: root.cert, server: { cert: cert + between.cert, key } };
  },
};

async function twoOf(keyType: 'ecdsa' | 'rsa'): Promise<Chain> {
  const root = await makeAuthority('Bench root', { keyType });
  return { root: root.cert, server: await root.issue({ names: [NAME], keyType }) };
}

/** Prints tls-ecdsa and so on of one target, which must have a tls-probe. */
export async function measureHandshakes(target: Target): Promise<void> {
  const meter = new Meter(target);
  const tree = mkdtempSync(path.join(tmpdir(), 'luci-sso-'));
  try {
    for (const place of ['www/cgi-bin', 'etc', 'var/run']) mkdirSync(path.join(tree, place), { recursive: true });
    copyFileSync(path.join(ROOT, 'build', TARGETS[target].folder, 'tls-probe'), path.join(tree, 'www/cgi-bin/luci-sso'));
    writeFileSync(path.join(tree, 'etc/hosts'), '127.0.0.1 localhost\n');
    writeFileSync(path.join(tree, 'etc/probe-hosts'), `${NAME}=127.0.0.1`);
    for (const [name, make] of Object.entries(CHAINS)) {
      const { root, server } = await make();
      const caFile = path.join(tree, 'etc/root.pem');
      writeFileSync(caFile, root);
      const listening = tls.createServer(server, (socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end('hello'));
      });
      await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
      const port = String((listening.address() as AddressInfo).port);
      const [command = '', ...args] = [...meter.runner, path.join(tree, 'www/cgi-bin/luci-sso'), 'talk', NAME, port, '', '', caFile];
      const connect = (): Promise<void> =>
        new Promise((resolve, reject) => {
          const child = execFile(command, args, { env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
            if (error === null && stdout === 'hello') resolve();
            else reject(new Error(`tls-${name}: ${String(error)}\n${stderr}`));
          });
          child.stdin?.end('hello\n');
        });
      report(target, `tls-${name}`, 'Minsn', (await best(() => meter.measure(connect), FEW)).child);
      await new Promise((closed) => listening.close(closed));
    }
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
