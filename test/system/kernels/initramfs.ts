// SPDX-License-Identifier: MIT
// What a kernel unpacks as its first root folder: an archive in cpio's "newc" format.

export interface Entry {
  /** Without a slash in front. Folders stand before what is in them. */
  readonly path: string;
  readonly mode: number;
  /** Of a file; the target of a link. */
  readonly content?: Buffer;
}

const FOLDER = 0o040755;
const FILE = 0o100644;
const PROGRAM = 0o100755;
const LINK = 0o120777;

export const folder = (path: string): Entry => ({ path, mode: FOLDER });
export const file = (path: string, content: string | Buffer): Entry => ({ path, mode: FILE, content: Buffer.from(content) });
export const program = (path: string, content: Buffer): Entry => ({ path, mode: PROGRAM, content });
export const link = (path: string, to: string): Entry => ({ path, mode: LINK, content: Buffer.from(to) });

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

function encode({ path, mode, content = Buffer.alloc(0) }: Entry, number: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const fields = [number, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(head), name])), padded(content)]);
}

export const archive = (entries: readonly Entry[]): Buffer =>
  Buffer.concat([...entries, { path: 'TRAILER!!!', mode: 0 }].map((entry, i) => encode(entry, i + 1)));
