// SPDX-License-Identifier: MIT
import test from 'ava';
import { clientKey, isInNetworks, parseNetwork, type Network } from '../../../src/http/address.ts';

test('one client is an IPv4 address or an IPv6 /64; rubbish is one client', (t) => {
  t.is(clientKey('192.168.1.1'), 'c0a80101');
  t.is(clientKey('::ffff:192.168.1.1'), 'c0a80101');
  t.is(clientKey('fd00:1:2:3:4::5'), clientKey('fd00:1:2:3:ffff::6'));
  t.not(clientKey('fd00:1:2:3::'), clientKey('fd00:1:2:4::'));
  t.is(clientKey('x'), clientKey(''));
});

test('networks hold what their prefix says, families apart', (t) => {
  const has = (network: string, address: string) => isInNetworks(address, [parseNetwork(network) as Network]);
  t.true(has('10.0.0.0/8', '10.255.0.1'));
  t.false(has('10.0.0.0/8', '11.0.0.1'));
  t.true(has('10.0.0.1', '10.0.0.1'));
  t.false(has('10.0.0.1', '10.0.0.2'));
  t.true(has('10.0.0.0/31', '10.0.0.1'));
  t.true(has('0.0.0.0/0', '1.2.3.4'));
  t.false(has('0.0.0.0/0', '::1'));
  t.true(has('fd00::/16', 'fd00:1::1'));
  t.true(has('10.0.0.0/8', '::ffff:10.0.0.1'));
  t.false(has('10.0.0.0/8', 'x'));
});

test('what is neither address nor CIDR is no network', (t) => {
  for (const text of [
    '',
    'proxy',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/255.0.0.0',
    '[::1]',
    'fd00::/129',
    '1.2.3',
  ]) {
    t.is(parseNetwork(text), undefined, text);
  }
});
