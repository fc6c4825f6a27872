// SPDX-License-Identifier: MIT
import test from 'ava';
import { ownMember, parseJsonObject } from '../../../src/codec/json.ts';

const parse = (text: string) => parseJsonObject(new TextEncoder().encode(text));

function refusal(text: string | Uint8Array): string {
  const result = typeof text === 'string' ? parse(text) : parseJsonObject(text);
  return result.ok ? 'accepted' : result.reason;
}

test('json gives values of every kind', (t) => {
  const result = parse(' {"a":[1,-0.5e3,"x\\u00e9\\n",null,true,false,{}],\r\n\t"":{"b":{"c":[[]]}},"\ud83d\ude00":"\\ud83d\\ude00"} ');
  t.true(result.ok);
  if (!result.ok) return;
  t.is(JSON.stringify(result.value), '{"a":[1,-500,"x\u00e9\\n",null,true,false,{}],"":{"b":{"c":[[]]}},"\ud83d\ude00":"\ud83d\ude00"}');
});

test('json objects have no prototype at any depth, and __proto__ is an ordinary name', (t) => {
  const result = parse('{"a":[{"b":{}}],"__proto__":{"isAdmin":true},"toString":1}');
  t.true(result.ok);
  if (!result.ok) return;
  const root: object = result.value;
  t.is(Object.getPrototypeOf(root), null);
  const list = result.value['a'];
  t.true(Array.isArray(list));
  if (!Array.isArray(list)) return;
  const inner: unknown = list[0];
  t.is(Object.getPrototypeOf(inner), null);
  t.is(Object.getPrototypeOf(ownMember(inner as object, 'b')), null);
  t.is(result.value['isAdmin'], undefined);
  t.deepEqual(Object.keys(root), ['a', '__proto__', 'toString']);
});

for (const [name, text] of [
  ['at the top', '{"a":1,"a":1}'],
  ['written differently', '{"a":1,"\\u0061":2}'],
  ['in a nested object', '{"x":{"y":[{"a":1,"b":2,"a":3}]}}'],
  ['inside the value that the repetition drops', '{"a":{"b":1,"b":2},"c":{"d":1}}'],
  ['whose dropped value is an object', '{"a":{"b":1},"a":2}'],
  ['that is __proto__', '{"__proto__":1,"__proto__":2}'],
  ['that is an index', '{"1":1,"0":0,"1":2}'],
  ['that is empty', '{"":1,"":2}'],
] as const) {
  test(`json refuses a duplicate name ${name} (security 70)`, (t) => {
    t.is(refusal(text), 'duplicate name');
  });
}

test('json tells names in different objects and colons in strings apart', (t) => {
  t.true(parse('{"a":{"a":":"},"b":[{"a":1},{"a":"\\":\\\\"}],"::{[":"}]"}').ok);
});

for (const text of ['[]', '"x"', '1', 'null', 'true']) {
  test(`json refuses ${text} at the top`, (t) => {
    t.is(refusal(text), 'not an object');
  });
}

for (const text of [
  '',
  ' ',
  '{',
  '}',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '{"a":1 "b":2}',
  '{"a":1}x',
  '{"a":1}{}',
  "{'a':1}",
  '{a:1}',
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":+1}',
  '{"a":1e}',
  '{"a":-}',
  '{"a":0x10}',
  '{"a":1_0}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":-Infinity}',
  '{"a":undefined}',
  '{"a":nul}',
  '{"a":True}',
  '{"a":"\n"}',
  '{"a":"\t"}',
  '{"a":"\0"}',
  '{"a":"\\x41"}',
  '{"a":"\\u12"}',
  '{"a":"\\u12g4"}',
  '{"a":"\\\'"}',
  '{"a":"',
  '{"a":"\\',
  '{"a":"\\"}',
  '{"a":[1,]}',
  '{"a":[,1]}',
  '{"a":[1 2]}',
  '{"a":[1}',
  '{"a":1]',
  '{/**/"a":1}',
  '{"a":1}//',
  '{"a":1}\0',
  '{"a":1}\f',
  '\u00a0{"a":1}',
  '{"a":1}\u2028',
  '{"a":1n}',
  '{"a":--1}',
  '{"a":1e5.5}',
]) {
  test(`json refuses ${JSON.stringify(text)}`, (t) => {
    t.is(refusal(text), 'not JSON');
  });
}

test('json refuses a byte order mark', (t) => {
  t.is(refusal('\ufeff{}'), 'byte order mark');
});

test('json refuses bytes that are not UTF-8', (t) => {
  t.is(refusal(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), 'not UTF-8');
});

for (const escapes of ['\\ud800', '\\uDC00', 'x\\udfff', '\\ud800\\ud800', '\\ud83dx']) {
  test(`json refuses the lone surrogate of ${escapes} in values and names`, (t) => {
    t.is(refusal(`{"a":"${escapes}"}`), 'lone surrogate');
    t.is(refusal(`{"a":["${escapes}"]}`), 'lone surrogate');
    t.is(refusal(`{"${escapes}":1}`), 'lone surrogate');
  });
}

test('json refuses numbers beyond the range of a double, and takes the rest (security 111)', (t) => {
  t.is(refusal('{"a":1e309}'), 'number out of range');
  t.is(refusal('{"a":[-1e999]}'), 'number out of range');
  t.true(parse('{"a":1e308,"b":1e-999,"c":123456789012345678901234567890}').ok);
});

test('json takes 16 levels and refuses 17', (t) => {
  t.true(parse(`{"a":${'['.repeat(15)}${']'.repeat(15)}}`).ok);
  t.is(refusal(`{"a":${'['.repeat(16)}${']'.repeat(16)}}`), 'nested too deep');
  t.is(refusal('{"a":'.repeat(17)), 'nested too deep');
});

test('json needs linear time and no stack for hostile input (security 113)', (t) => {
  const size = 256 * 1024;
  const started = process.cpuUsage();
  t.is(refusal('{"a":'.repeat(size / 5)), 'nested too deep');
  t.is(refusal(`{"a":"${'\\'.repeat(size)}`), 'not JSON');
  t.is(refusal(`{"a":"${'\\"'.repeat(size / 2)}`), 'not JSON');
  t.true(parse(`{"a":"${'\\"'.repeat(size / 2)}"}`).ok);
  t.false(parse(`{"a":[${'0,'.repeat(size / 2)}0]}`).ok, 'too many values');
  // Of our own, so that it is no matter what else the computer does; quadratic time would be minutes.
  t.true(process.cpuUsage(started).user < 5_000_000);
});

test('json reasons never quote the text', (t) => {
  const result = parse('{"secret":"hunter2"');
  t.deepEqual(result, { ok: false, reason: 'not JSON' });
});

test('ownMember sees own data only', (t) => {
  t.is(ownMember({ a: 1 }, 'a'), 1);
  t.is(ownMember({}, 'toString'), undefined);
  t.is(ownMember(Object.create({ a: 1 }), 'a'), undefined);
  t.is(
    ownMember(
      {
        get a() {
          return 1;
        },
      },
      'a',
    ),
    undefined,
  );
});
