// SPDX-License-Identifier: MIT
// rpcd's apply of staged changes: committed at once, and taken back unless the same session confirms.
// No clock: a test says when the time is over. As on a router, a reload of rpcd forgets the rollback.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { STATUS, UbusError } from './ubus.ts';
import { runUci } from './uci.ts';

export class PendingApply {
  private readonly tree: string;
  private readonly mayWrite: (session: string, config: string) => boolean;
  private session: string | undefined;
  /** procd hears of each configuration that is committed. */
  changed: (config: string) => void = () => undefined;

  constructor(tree: string, mayWrite: (session: string, config: string) => boolean) {
    this.tree = tree;
    this.mayWrite = mayWrite;
  }

  async apply(session: string, withRollback: boolean): Promise<void> {
    if (this.session !== undefined && withRollback) throw new UbusError(STATUS.PERMISSION_DENIED);
    this.purge();
    if (this.session !== undefined) return;
    const staged = this.stagedOf(session);
    const configs = listFiles(staged);
    if (!configs.every((config) => this.mayWrite(session, config))) throw new UbusError(STATUS.PERMISSION_DENIED);
    for (const folder of [this.files, this.deltas]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (withRollback) this.session = session;
    for (const config of configs.filter((name) => statSync(path.join(staged, name)).size > 0)) {
      cpSync(path.join(this.tree, 'etc/config', config), path.join(this.files, config));
      cpSync(path.join(staged, config), path.join(this.deltas, config));
      await runUci(this.tree, ['commit', config], staged);
      this.changed(config);
    }
  }

  /** rpcd refuses every commit and revert before it looks at anything else, whoever asks. */
  refuseWhilePending(): void {
    if (this.session !== undefined) throw new UbusError(STATUS.PERMISSION_DENIED);
  }

  confirm(session: string): void {
    this.requireOwner(session);
    this.purge();
    this.session = undefined;
  }

  rollback(session: string): void {
    this.requireOwner(session);
    this.expire();
  }

  /** What rpcd does when nobody confirmed in time; nothing when nothing is pending. */
  expire(): void {
    if (this.session === undefined) return;
    const configs = listFiles(this.files);
    const isStagedAgain = configs.every((config) => this.mayWrite(this.session as string, config));
    for (const config of configs) {
      cpSync(path.join(this.files, config), path.join(this.tree, 'etc/config', config));
      this.changed(config);
      if (!isStagedAgain) continue;
      mkdirSync(this.stagedOf(this.session), { recursive: true, mode: 0o700 });
      cpSync(path.join(this.deltas, config), path.join(this.stagedOf(this.session), config));
    }
    this.purge();
    this.session = undefined;
  }

  /** A new process knows nothing of it; the snapshot stays where it is. */
  forget(): void {
    this.session = undefined;
  }

  private requireOwner(session: string): void {
    if (this.session === undefined) throw new UbusError(STATUS.NO_DATA);
    if (this.session !== session) throw new UbusError(STATUS.PERMISSION_DENIED);
  }

  private stagedOf(session: string): string {
    return path.join(this.tree, `var/run/rpcd/uci-${session}`);
  }

  private get files(): string {
    return path.join(this.tree, 'var/run/rpcd/snapshot-files');
  }

  private get deltas(): string {
    return path.join(this.tree, 'var/run/rpcd/snapshot-delta');
  }

  private purge(): void {
    for (const folder of [this.files, this.deltas]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Names of a folder's files; none when it is not there. */
export function listFiles(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort()
    : [];
}
