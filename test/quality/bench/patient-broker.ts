// SPDX-License-Identifier: MIT
// Between the program and the broker of the tests, which ends a client that is slow to read, as an emulated one is: here
// everything that the broker sends waits until it is read.
import { renameSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { Scene } from '../../_helpers/scene.ts';

/** Until what it gives is called. */
export async function startPatientBroker(scene: Scene): Promise<() => Promise<void>> {
  const socket = path.join(scene.router.tree, 'var/run/ubus/ubus.sock');
  const behind = `${socket}.behind`;
  renameSync(socket, behind);
  const server = net.createServer((client) => {
    const broker = net.connect(behind);
    client.on('data', (bytes) => broker.write(bytes));
    broker.on('data', (bytes) => client.write(bytes));
    for (const [end, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      end.on('error', () => other.destroy());
      end.on('close', () => other.end());
    }
  });
  await new Promise<void>((ready) => server.listen(socket, ready));
  return async () => {
    renameSync(behind, socket);
    await new Promise((closed) => server.close(closed));
  };
}
