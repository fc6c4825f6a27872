// SPDX-License-Identifier: MIT
// Between the program and the broker of the tests, which ends a client that is slow to read, as an emulated one is: here
// everything that the broker sends waits until it is read. And a long list of sessions, for which rpcd's stand-in takes
// seconds, is asked for once, and said again to whoever asks later.
import { Buffer } from 'node:buffer';
import { renameSync } from 'node:fs';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Until `stop` is called. `recorded` resolves when the long list has been heard once. */
export async function startPatientBroker(socket) {
  const behind = `${socket}.behind`;
  renameSync(socket, behind);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { socket, behind }, execArgv: [] });
  const said = (text) =>
    new Promise((heard, failed) => {
      worker.on('message', (message) => message === text && heard(undefined));
      worker.on('error', failed);
    });
  const recorded = said('recorded');
  await said('ready');
  return {
    recorded,
    stop: async () => {
      await worker.terminate();
      renameSync(behind, socket);
    },
  };
}

const STATUS = 1;
const INVOKE = 5;
const SEQUENCE_AT = 2;

/** Hands over whole messages. */
function messagesOf(stream, take) {
  let rest = Buffer.alloc(0);
  stream.on('data', (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    while (rest.length - at >= 12) {
      const length = 8 + (((rest.readUInt32BE(at + 8) & 0xffffff) + 3) & ~3);
      if (rest.length - at < length) break;
      take(rest.subarray(at, at + length));
      at += length;
    }
    rest = rest.subarray(at);
  });
}

function serve({ socket, behind }) {
  let list;
  const server = net.createServer((client) => {
    const broker = net.connect(behind);
    let sequence;
    const recording = [];
    messagesOf(client, (message) => {
      const isList = message[1] === INVOKE && message.includes('list\0') && !message.includes('ubus_rpc_session');
      if (!isList || list === undefined) {
        if (isList) sequence = message.readUInt16BE(SEQUENCE_AT);
        broker.write(message);
        return;
      }
      const own = Buffer.from(list.bytes);
      for (const at of list.starts) own.writeUInt16BE(message.readUInt16BE(SEQUENCE_AT), at + SEQUENCE_AT);
      client.write(own);
    });
    messagesOf(broker, (message) => {
      client.write(message);
      if (sequence === undefined || message.readUInt16BE(SEQUENCE_AT) !== sequence) return;
      recording.push(Buffer.from(message));
      if (message[1] !== STATUS) return;
      let at = 0;
      const starts = recording.map(({ length }) => (at += length) - length);
      list = { bytes: Buffer.concat(recording), starts };
      sequence = undefined;
      parentPort?.postMessage('recorded');
    });
    client.on('error', () => undefined);
    broker.on('error', () => client.destroy());
    client.on('close', () => sequence === undefined && broker.end());
    broker.on('close', () => client.end());
  });
  server.listen(socket, () => parentPort?.postMessage('ready'));
}

if (!isMainThread && workerData?.socket !== undefined) serve(workerData);
