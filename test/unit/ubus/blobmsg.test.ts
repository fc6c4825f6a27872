// SPDX-License-Identifier: MIT
import test from 'ava';
import { readFileSync } from 'node:fs';
import { dataAttribute, encodeMessage, intAttribute, stringAttribute } from '../../../src/ubus/blob-writer.ts';
import { ATTRIBUTE, BlobError, COUNT, decodeMessage, MESSAGE, messageLength, type UbusValue } from '../../../src/ubus/blobmsg.ts';
import * as reference from '../../stand-ins/router/blobmsg.ts';

/** Every message of the transcript of a real client and the real broker. */
const MESSAGES = readFileSync(new URL('../../data/ubus-wire.txt', import.meta.url), 'utf8')
  .split(/^(?=[CS]>[CS] )/m)
  .filter((part) => /^[CS]>/.test(part))
  .map((part) => {
    const [title = '', ...dump] = part.split('\n');
    const hex = dump
      .filter((line) => /^ {3}[0-9a-f]{4} {2}/.test(line))
      .map((line) => line.slice(9, 57))
      .join(' ');
    return { title, bytes: new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex')) };
  });

test('the transcript is whole', (t) => {
  t.is(MESSAGES.length, 78);
  for (const { title, bytes } of MESSAGES) {
    t.is(bytes.length, Number(/total (\d+)/.exec(title)?.[1]), title);
    t.is(messageLength(bytes), bytes.length, title);
  }
});

test('every request of the real client is encoded byte for byte', (t) => {
  let requests = 0;
  for (const { title, bytes } of MESSAGES) {
    const { type, sequence, peer, attributes } = reference.decodeMessages(Buffer.from(bytes)).messages[0] as reference.Message;
    if (type !== MESSAGE.lookup && type !== MESSAGE.invoke) continue;
    const text = (id: number) => attributes.get(id)?.toString('utf8').replace('\0', '') ?? '';
    const parts =
      type === MESSAGE.lookup
        ? [stringAttribute(ATTRIBUTE.path, text(ATTRIBUTE.path))]
        : [
            intAttribute(ATTRIBUTE.id, peer),
            stringAttribute(ATTRIBUTE.method, text(ATTRIBUTE.method)),
            dataAttribute(reference.decodeTable(attributes.get(ATTRIBUTE.data) as Buffer) as { [name: string]: UbusValue }),
          ];
    t.deepEqual(encodeMessage(type, sequence, peer, parts), bytes, title);
    requests++;
  }
  t.true(requests >= 25);
});

/** Tables with and without prototype compare alike. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? Number(item) : item)));

test('every answer of the real broker is read as the reference decoder reads it', (t) => {
  for (const { title, bytes } of MESSAGES) {
    const expected = reference.decodeMessages(Buffer.from(bytes)).messages[0] as reference.Message;
    const message = decodeMessage(bytes);
    t.is(message.type, expected.type, title);
    t.is(message.sequence, expected.sequence, title);
    t.is(message.peer, expected.peer, title);
    t.is(message.status, expected.attributes.get(ATTRIBUTE.status)?.readInt32BE(0), title);
    t.is(message.objectId, expected.attributes.get(ATTRIBUTE.id)?.readUInt32BE(0), title);
    const data = expected.attributes.get(ATTRIBUTE.data);
    if (data === undefined) t.is(message.data, undefined, title);
    else t.deepEqual(plain(message.data), plain(reference.decodeTable(data)), title);
  }
});

test('only the wanted members are decoded', (t) => {
  const bytes = encodeMessage(MESSAGE.data, 1, 0, [dataAttribute({ acls: { ubus: ['x'] }, data: { a: 'b' } })]);
  t.deepEqual(Object.keys(decodeMessage(bytes, ['data']).data ?? {}), ['data']);
});

test('of a member that is only counted the strings count, however deep they are', (t) => {
  const acls = { ubus: { a: ['x', 'y'], b: [] }, uci: { c: ['read', 7, true, null] }, file: {} };
  const bytes = encodeMessage(MESSAGE.data, 1, 0, [dataAttribute({ acls, data: { a: 'b' } })]);
  t.deepEqual(plain(decodeMessage(bytes, [`${COUNT}acls`, 'data']).data), { acls: 3, data: { a: 'b' } });
});

test('texts are UTF-8 on the wire, and what is not becomes U+FFFD', (t) => {
  const bytes = encodeMessage(MESSAGE.data, 1, 0, [dataAttribute({ name: 'Zürich' })]);
  t.is(decodeMessage(bytes).data?.name, 'Zürich');
  const at = bytes.indexOf(0xc3);
  bytes[at] = 0xff;
  t.is(decodeMessage(bytes).data?.name, '\uFFFD');
});

test('a member named __proto__ is a member', (t) => {
  const bytes = encodeMessage(MESSAGE.data, 1, 0, [dataAttribute(JSON.parse('{"__proto__":"x"}') as { [name: string]: UbusValue })]);
  t.deepEqual(Object.keys(decodeMessage(bytes).data ?? {}), ['__proto__']);
});

test('cut, stretched and rubbish messages are refused, never read past their end', (t) => {
  const good = encodeMessage(MESSAGE.data, 1, 0, [dataAttribute({ a: 'text', b: [1, true, null], c: { d: 'e' } })]);
  let refused = 0;
  for (let at = 12; at < good.length; at++) {
    for (const value of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
      const bytes = good.slice();
      bytes[at] = value;
      try {
        decodeMessage(bytes);
      } catch (error) {
        t.true(error instanceof BlobError, `byte ${at} = ${value}: ${String(error)}`);
        refused++;
      }
    }
  }
  t.true(refused > 50);
  t.throws(() => decodeMessage(encodeMessage(MESSAGE.data, 1, 0, [dataAttribute(nested(40))])), { instanceOf: BlobError });
});

function nested(depth: number): { [name: string]: UbusValue } {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}
