// SPDX-License-Identifier: MIT
import test from 'ava';
import { ATTRIBUTE, MESSAGE, cString, decodeMessages, decodeTable, encodeMessage, encodeTable, int32, type Table } from './blobmsg.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex');

// Captured between a real client and the real broker.
const GRANT = bytes(`00 05 00 02 af 69 23 47 00 00 00 c0 03 00 00 08 af 69 23 47 04 00 00 0a 67 72 61 6e 74 00 00 00
  07 00 00 a8 83 00 00 39 00 10 75 62 75 73 5f 72 70 63 5f 73 65 73 73 69 6f 6e 00 00 65 36 33 61
  32 62 65 63 37 62 32 34 63 64 62 30 65 37 31 61 32 37 66 37 64 31 33 34 65 34 64 33 00 00 00 00
  83 00 00 11 00 05 73 63 6f 70 65 00 75 62 75 73 00 00 00 00 81 00 00 54 00 07 6f 62 6a 65 63 74
  73 00 00 00 81 00 00 20 00 00 00 00 83 00 00 0c 00 00 00 00 75 63 69 00 83 00 00 0c 00 00 00 00
  67 65 74 00 81 00 00 24 00 00 00 00 83 00 00 10 00 00 00 00 73 65 73 73 69 6f 6e 00 83 00 00 0a
  00 00 00 00 2a 00 00 00`);
const CREATED = bytes(`00 02 00 02 af 69 23 47 00 00 00 90 03 00 00 08 af 69 23 47 07 00 00 84 83 00 00 39 00 10 75 62
  75 73 5f 72 70 63 5f 73 65 73 73 69 6f 6e 00 00 65 36 33 61 32 62 65 63 37 62 32 34 63 64 62 30
  65 37 31 61 32 37 66 37 64 31 33 34 65 34 64 33 00 00 00 00 85 00 00 14 00 07 74 69 6d 65 6f 75
  74 00 00 00 00 00 01 2c 84 00 00 18 00 07 65 78 70 69 72 65 73 00 00 00 00 00 00 00 00 00 01 2c
  82 00 00 0c 00 04 61 63 6c 73 00 00 82 00 00 0c 00 04 64 61 74 61 00 00`);
const FEATURE = bytes('87 00 00 0d 00 04 69 70 76 36 00 00 01 00 00 00 80 00 00 10 00 07 62 6f 6e 64 69 6e 67 00 00 00');
const ID = 'e63a2bec7b24cdb0e71a27f7d134e4d3';

test('encodes a grant as the real client does', (t) => {
  const message = encodeMessage(MESSAGE.INVOKE, 2, 0xaf692347, [
    [ATTRIBUTE.OBJID, int32(0xaf692347)],
    [ATTRIBUTE.METHOD, cString('grant')],
    [
      ATTRIBUTE.DATA,
      encodeTable({
        ubus_rpc_session: ID,
        scope: 'ubus',
        objects: [
          ['uci', 'get'],
          ['session', '*'],
        ],
      }),
    ],
  ]);
  t.deepEqual(message, GRANT);
});

test('reads what rpcd answers to create, and writes the same bytes', (t) => {
  const expected: Table = { ubus_rpc_session: ID, timeout: 300, expires: 300n, acls: {}, data: {} };
  const data = decodeMessages(CREATED).messages[0]?.attributes.get(ATTRIBUTE.DATA) as Buffer;
  t.deepEqual(decodeTable(data), expected);
  t.deepEqual(encodeTable(expected), Buffer.from(data));
});

test('knows booleans and null', (t) => {
  t.deepEqual(decodeTable(FEATURE), { ipv6: true, bonding: null });
  t.deepEqual(encodeTable({ ipv6: true, bonding: null }), FEATURE);
});

test('cuts messages out of a stream wherever it is split', (t) => {
  const stream = Buffer.concat([GRANT, CREATED]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const first = decodeMessages(stream.subarray(0, cut));
    const second = decodeMessages(Buffer.concat([first.rest, stream.subarray(cut)]));
    t.deepEqual(
      [...first.messages, ...second.messages].map((m) => m.type),
      [MESSAGE.INVOKE, MESSAGE.DATA],
    );
    t.is(second.rest.length, 0);
  }
});
