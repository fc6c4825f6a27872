// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';

/**
 * A port of 127.0.0.1 where every connection is refused, until the test is over. One that was only free a moment
 * ago may be somebody else's by now; this one is taken: a connection of ours goes out from it.
 */
export async function refusedPort(t: ExecutionContext): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', localAddress: '127.0.0.1' });
  client.on('error', () => undefined);
  await once(client, 'connect');
  t.teardown(() => {
    client.destroy();
    server.close();
  });
  return client.localPort as number;
}
