// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { makeTree, runBody, RUNNER_TARGETS, valueOf } from './_runner.ts';

const FOLDER = 'var/run/luci-sso';
/** Bytes of a result as an array, or its reason. */
const SHOW = 'const show = (got) => got.ok ? (got.bytes ? [...got.bytes] : got.names ?? "done") : got.reason;\n';
const STALE_S = Date.now() / 1000 - 61;

for (const target of RUNNER_TARGETS) {
  test(`state files are made, read, replaced, listed and removed on ${target} (security 35)`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const value = await valueOf(
      t,
      target,
      `${SHOW}
      const bytes = Uint8Array.of(0, 255, 10), other = Uint8Array.of(7);
      return [host.stateRead('a', 9), host.stateRemove('a'), host.stateList(), host.stateCreate('a', bytes), host.stateCreate('a', other), host.stateRead('a', 9),
        host.stateReplace('a', other), host.stateRead('a', 9), host.stateReplace('new', bytes), host.stateCreate('empty', new Uint8Array(0)), host.stateRead('empty', 0),
        host.stateRead('new', 3), host.stateRead('new', 2), host.stateRemove('a'), host.stateRead('a', 9)].map(show);`,
      { tree },
    );
    t.deepEqual(value, [
      'missing',
      'missing',
      [],
      'done',
      'exists',
      [0, 255, 10],
      'done',
      [7],
      'done',
      'done',
      [],
      [0, 255, 10],
      'too-large',
      'done',
      'missing',
    ]);
    t.is(statSync(path.join(tree, FOLDER)).mode & 0o7777, 0o700);
    t.deepEqual(readdirSync(path.join(tree, FOLDER)).sort(), ['empty', 'new']);
    t.is(statSync(path.join(tree, FOLDER, 'new')).mode & 0o7777, 0o600);
    t.deepEqual(((await valueOf(t, target, 'return host.stateList().names;', { tree })) as string[]).sort(), ['empty', 'new']);
  });

  test(`a state name that is not a plain one is refused on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const names = ['', '.', '..', '.hidden', 'a/b', '../a', 'a b', 'ä', 'a'.repeat(101)];
    const value = await valueOf(
      t,
      target,
      `const bytes = new Uint8Array(1);
      return ${JSON.stringify(names)}.map((name) => [host.stateRead(name, 1), host.stateCreate(name, bytes), host.stateReplace(name, bytes), host.stateRemove(name), host.stateLock(name, 0)]
        .every((got) => got.reason === 'io: not a name of a state file'));`,
      { tree },
    );
    t.deepEqual(
      value,
      names.map(() => true),
    );
    t.false(existsSync(path.join(tree, FOLDER)));
    t.is(await valueOf(t, target, `return host.stateCreate('${'a'.repeat(100)}', new Uint8Array(1)).ok;`, { tree }), true);
  });

  test(`a state file that somebody else could have written is untrusted on ${target} (security 35)`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks'),
      at = (name: string): string => path.join(tree, FOLDER, name);
    mkdirSync(path.join(tree, FOLDER), { mode: 0o700 });
    for (const [name, mode] of [
      ['good', 0o600],
      ['group', 0o640],
      ['world', 0o604],
      ['writable', 0o602],
    ] as const) {
      writeFileSync(at(name), 'x');
      chmodSync(at(name), mode);
    }
    symlinkSync('good', at('link'));
    symlinkSync('nowhere', at('dangling'));
    mkdirSync(at('folder'), { mode: 0o700 });
    execFileSync('mkfifo', ['-m', '600', at('fifo')]);
    const names = ['good', 'group', 'world', 'writable', 'link', 'dangling', 'folder', 'fifo'];
    const expected = [[120], ...names.slice(1).map(() => 'untrusted')];
    if (process.getuid?.() === 0) {
      writeFileSync(at('foreign'), 'x', { mode: 0o600 });
      chownSync(at('foreign'), 65534, 65534);
      names.push('foreign');
      expected.push('untrusted');
    }
    t.deepEqual(
      await valueOf(t, target, `${SHOW} return ${JSON.stringify(names)}.map((name) => show(host.stateRead(name, 9)));`, { tree }),
      expected,
    );
    t.deepEqual(
      await valueOf(t, target, `${SHOW} return ['dangling', 'link'].map((name) => show(host.stateCreate(name, new Uint8Array(1))));`, {
        tree,
      }),
      ['exists', 'exists'],
    );
    t.false(existsSync(at('nowhere')));
    t.is(await valueOf(t, target, `${SHOW} return show(host.stateReplace('link', Uint8Array.of(9)));`, { tree }), 'done');
    t.is(readFileSync(at('good'), 'latin1'), 'x', 'replacing a link leaves its goal alone');
  });

  test(`a state folder that is not ours alone is not used on ${target}`, async (t) => {
    const all = `${SHOW} const bytes = new Uint8Array(1);
      return [host.stateRead('a', 9), host.stateCreate('b', bytes), host.stateReplace('b', bytes), host.stateRemove('a'), host.stateList(), host.stateLock('b', 0)].map(show);`;
    const refused = Array.from({ length: 6 }, () => 'io: /var/run/luci-sso is not a folder of ours alone');
    const prepare: Record<string, (folder: string) => void> = {
      'open to others': (folder) => {
        mkdirSync(folder);
        chmodSync(folder, 0o701);
      },
      'open to the group': (folder) => {
        mkdirSync(folder);
        chmodSync(folder, 0o770);
      },
      'a link': (folder) => {
        mkdirSync(`${folder}2`, { mode: 0o700 });
        symlinkSync('luci-sso2', folder);
      },
      'a file': (folder) => {
        writeFileSync(folder, '', { mode: 0o600 });
      },
    };
    for (const [title, make] of Object.entries(prepare)) {
      const tree = makeTree(t, target, 'run-chunks');
      make(path.join(tree, FOLDER));
      if (statSync(path.join(tree, FOLDER)).isDirectory()) writeFileSync(path.join(tree, FOLDER, 'a'), 'x', { mode: 0o600 });
      t.deepEqual(await valueOf(t, target, all, { tree }), refused, title);
    }
  });

  test(`a state folder without a parent says why on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    execFileSync('rmdir', [path.join(tree, 'var/run')]);
    t.deepEqual(
      await valueOf(t, target, `${SHOW} return show(host.stateCreate('a', new Uint8Array(1)));`, { tree }),
      'io: No such file or directory',
    );
  });

  test(`stale temporary files are cleaned by the next list, others stay, on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks'),
      at = (name: string): string => path.join(tree, FOLDER, name);
    mkdirSync(path.join(tree, FOLDER), { mode: 0o700 });
    const gone = '.new-2147483646-00000000',
      alive = `.new-${process.pid}-00000000`,
      old = `.new-${process.pid}-11111111`;
    for (const name of [gone, alive, old, '.new-nonsense', '.other', 'good', 'bad name']) writeFileSync(at(name), 'x', { mode: 0o600 });
    utimesSync(at(old), STALE_S, STALE_S);
    t.deepEqual(await valueOf(t, target, 'return host.stateList().names;', { tree }), ['good']);
    t.deepEqual(readdirSync(path.join(tree, FOLDER)).sort(), ['.other', alive, 'bad name', 'good'].sort());
  });

  test(`only one of many processes makes a state file on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const runs = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        valueOf(t, target, `${SHOW} return show(host.stateCreate('once', Uint8Array.of(${i})));`, { tree }),
      ),
    );
    t.deepEqual(runs.sort(), ['done', 'exists', 'exists', 'exists', 'exists', 'exists']);
    t.deepEqual(readdirSync(path.join(tree, FOLDER)), ['once']);
  });

  test(`a lock is kept until its process ends on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const holds = runBody(
      t,
      target,
      `if (!host.stateLock('slot-1', 0).ok || !host.stateCreate('held', new Uint8Array(0)).ok) return 1;
      while (!host.stateRead('stop', 1).ok);
      return 0;`,
      { tree },
    );
    const take = `return host.stateLock('slot-1', 0).reason ?? 'taken';`;
    while (!existsSync(path.join(tree, FOLDER, 'held'))) await new Promise((resolve) => setTimeout(resolve, 10));
    t.is(await valueOf(t, target, take, { tree }), 'busy');
    t.is(await valueOf(t, target, "return host.stateLock('slot-2', 0).ok;", { tree }), true);
    writeFileSync(path.join(tree, FOLDER, 'stop'), '', { mode: 0o600 });
    t.is((await holds).status, 0);
    t.is(await valueOf(t, target, take, { tree }), 'taken');
  });

  test(`a lock can be waited for, and given back before its process ends, on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks');
    const body = `const first = host.stateLock('turn', 0);
      const before = host.bootMilliseconds();
      const waited = host.stateLock('turn', before + 100);
      const ms = host.bootMilliseconds() - before;
      if (waited.ok || ms < 100) return [waited.ok, ms];
      host.streamClose(first.id);
      const again = host.stateLock('turn', 0);
      return [waited.reason, again.ok, host.streamRead(again.id, 9, 0).ok];`;
    t.deepEqual(await valueOf(t, target, body, { tree }), ['busy', true, false]);
    // Another process gets it in the moment in which it is given back.
    const holds = runBody(
      t,
      target,
      `const lock = host.stateLock('turn', 0);
      if (!lock.ok || !host.stateCreate('held', new Uint8Array(0)).ok) return 1;
      const until = host.bootMilliseconds() + 50000;
      while (!host.stateRead('waiting', 1).ok && host.bootMilliseconds() < until);
      const pause = host.bootMilliseconds() + 200;
      while (host.bootMilliseconds() < pause);
      host.streamClose(lock.id);
      while (!host.stateRead('stop', 1).ok && host.bootMilliseconds() < until);
      return 0;`,
      { tree },
    );
    while (!existsSync(path.join(tree, FOLDER, 'held'))) await new Promise((resolve) => setTimeout(resolve, 10));
    const waits = `const busy = host.stateLock('turn', 0).reason;
      host.stateCreate('waiting', new Uint8Array(0));
      return [busy, host.stateLock('turn', host.bootMilliseconds() + 50000).ok];`;
    t.deepEqual(await valueOf(t, target, waits, { tree }), ['busy', true]);
    writeFileSync(path.join(tree, FOLDER, 'stop'), '', { mode: 0o600 });
    t.is((await holds).status, 0);
  });

  test(`files of the router are read, never blocking, on ${target}`, async (t) => {
    const tree = makeTree(t, target, 'run-chunks'),
      etc = path.join(tree, 'etc');
    writeFileSync(path.join(etc, 'a'), 'xyz');
    mkdirSync(path.join(etc, 'd'));
    for (const name of ['b', 'A', 'a', '.z', 'ä']) writeFileSync(path.join(etc, 'd', name), '');
    symlinkSync('a', path.join(etc, 'link'));
    execFileSync('mkfifo', [path.join(etc, 'fifo')]);
    const value = await valueOf(
      t,
      target,
      `${SHOW}
      return [...['/etc/a', '/etc/link', '/etc/none', '/etc/a/b', '/etc/d', '/etc/fifo'].map((path) => host.fileRead(path, 3)), host.fileRead('/etc/a', 2),
        host.directoryList('/etc/none'), host.directoryList('/etc/a')].map(show);`,
      { tree },
    );
    t.deepEqual(value, [
      [120, 121, 122],
      [120, 121, 122],
      'missing',
      'missing',
      'io: not a regular file',
      'io: not a regular file',
      'too-large',
      'missing',
      'missing',
    ]);
    const names = "return host.directoryList('/etc/d').names.map((name) => name === '\\u00e4' ? 'umlaut' : name);";
    t.deepEqual(await valueOf(t, target, names, { tree }), ['.z', 'A', 'a', 'b', 'umlaut']);
  });
}
