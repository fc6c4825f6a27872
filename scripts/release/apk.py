#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Packages and indexes for apk, the package manager of OpenWrt 25.12 and newer: writes, reads, verifies.

The format is version 3 of apk-tools, described in its doc/apk-v3.5.scd and fixed by src/adb.h and src/apk_adb.c there.
Where the order of what is written is free, it is that of `apk mkpkg`: the same tree gives the same ADB block, so the
package's own hash is the same too.

usage: apk.py package TREE CONTROL OUT --epoch SECONDS
       apk.py index OUT PACKAGE... [--key PRIVATE.pem]
       apk.py unpack PACKAGE FOLDER             into FOLDER/tree, and the scripts into FOLDER/control
       apk.py dump FILE [--key PUBLIC.pem]      as `apk adbdump` prints it
       apk.py verify FILE [--key PUBLIC.pem]    all hashes, and with a key its signature; exit status 1 if anything is wrong
CONTROL is a folder with `info`, a line key=value for each field, and the scripts under apk's names for them.
"""
import argparse
import hashlib
import os
import stat
import struct
import sys
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import signatures  # noqa: E402

# What a value's word says about it, in its upper four bits
INT, INT32, INT64, BLOB8, BLOB16, BLOB32, ARRAY, OBJECT = (kind << 28 for kind in (1, 2, 3, 8, 9, 10, 13, 14))
# What a block is
ADB, SIG, DATA = 0, 1, 2
PACKAGE, INDEX = b'pckg', b'indx'
SHA512 = 4
# More than any of ours unpacks to; who sends more is not believed.
MAX_UNPACKED = 1 << 26
CONFLICT, ANY = 16, 7
OPERATORS = {'=': 1, '<': 2, '<=': 3, '>': 4, '>=': 5, '><': 6, '~': 9}

# Schemas: a scalar's name, ['item'] of an array, or (name, kind) for each field of an object
DEPENDENCY = (('name', 'text'), ('version', 'text'), ('match', 'number'))
INFO = (
    ('name', 'text'), ('version', 'text'), ('hashes', 'hex'), ('description', 'text'), ('arch', 'text'), ('license', 'text'),
    ('origin', 'text'), ('maintainer', 'text'), ('url', 'text'), ('repo-commit', 'hex'), ('build-time', 'number'),
    ('installed-size', 'number'), ('file-size', 'number'), ('provider-priority', 'number'), ('depends', [DEPENDENCY]),
    ('provides', [DEPENDENCY]), ('replaces', [DEPENDENCY]), ('install-if', [DEPENDENCY]), ('recommends', [DEPENDENCY]),
    ('layer', 'number'), ('tags', ['text']),
)
ACL = (('mode', 'octal'), ('user', 'text'), ('group', 'text'))
FILE = (('name', 'text'), ('acl', ACL), ('size', 'number'), ('mtime', 'number'), ('hash', 'hex'), ('target', 'hex'))
FOLDER = (('name', 'text'), ('acl', ACL), ('files', [FILE]))
SCRIPTS = tuple((name, 'script') for name in (
    'trigger', 'pre-install', 'post-install', 'pre-deinstall', 'post-deinstall', 'pre-upgrade', 'post-upgrade'))
ROOTS = {
    PACKAGE: (('info', INFO), ('paths', [FOLDER]), ('scripts', SCRIPTS), ('triggers', ['text']), ('replaces-priority', 'number')),
    INDEX: (('description', 'text'), ('packages', [INFO]), ('pkgname-spec', 'text')),
}


class Malformed(Exception):
    """Not a file that apk would have written, or one that was changed since."""


# ---- writing ----

class Writer:
    """One ADB block. What was written before is not written twice, as in apk."""

    def __init__(self):
        self.data = bytearray(8)  # compatible version, version, reserved; the root's word
        self.places = {}

    def put(self, raw, align, is_fresh=False):
        place = None if is_fresh else self.places.get(raw)
        if place is None or place % align:
            self.data += bytes(-len(self.data) % align)
            place = len(self.data)
            self.data += raw
            if not is_fresh:
                self.places[raw] = place
        return place

    def blob(self, content, is_fresh=False):
        if isinstance(content, str):
            content = os.fsencode(content)
        if not content:
            return 0
        for limit, kind, width, form in ((0xFF, BLOB8, 1, '<B'), (0xFFFF, BLOB16, 2, '<H'), (0xFFFFFFFF, BLOB32, 4, '<I')):
            if len(content) <= limit:
                return kind | self.put(struct.pack(form, len(content)) + content, width, is_fresh)
        raise ValueError('a blob of 4 GB')

    def number(self, value):
        if value < 1 << 28:
            return INT | value
        if value < 1 << 32:
            return INT32 | self.put(struct.pack('<I', value), 4)
        return INT64 | self.put(struct.pack('<Q', value), 4)

    def slots(self, words):
        """A record or a list; `apk mkpkg` and `mkndx` mark lists as objects too."""
        words = list(words)
        while words and words[-1] == 0:
            words.pop()
        if not words:
            return 0
        return OBJECT | self.put(struct.pack(f'<{len(words) + 1}I', len(words) + 1, *words), 4)

    def record(self, schema, words):
        return self.slots([words.get(name, 0) for name, _ in schema])

    def dependencies(self, texts):
        # written in the order given, listed by name
        words = {}
        for text in texts:
            name, version, match = split_dependency(text)
            fields = [self.blob(name), self.blob(version), self.number(match) if match not in (1, ANY) else 0]
            words[name, version, match] = self.slots(fields)
        return self.slots(words[key] for key in sorted(words))

    def copy(self, kind, value):
        if kind == [DEPENDENCY]:
            return self.dependencies([join_dependency(**one) for one in value])
        if isinstance(kind, list):
            return self.slots(self.copy(kind[0], one) for one in value)
        return self.number(value) if kind == 'number' else self.blob(value)

    def finish(self, root):
        struct.pack_into('<I', self.data, 4, root)
        return self.data


def split_dependency(text):
    conflict, name = (CONFLICT, text[1:]) if text.startswith('!') else (0, text)
    for operator in sorted(OPERATORS, key=len, reverse=True):
        if operator in name:
            name, version = name.split(operator, 1)
            return name, version, conflict | OPERATORS[operator]
    return name, '', conflict | ANY


def join_dependency(name, version=None, match=1):
    mark = '!' if match & CONFLICT else ''
    if version is None:
        return mark + name
    for operator, value in OPERATORS.items():
        if value == match & ~CONFLICT:
            return f'{mark}{name}{operator}{version}'
    raise Malformed(f'the dependency on {name} compares by {match}')


def block(kind, payload):
    size = 4 + len(payload)
    if size >= 1 << 30:
        raise ValueError('a block of 1 GB')
    return struct.pack('<I', kind << 30 | size) + payload + bytes(-size % 8)


def pack(content):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 8)
    return b'ADBd' + deflate.compress(content) + deflate.flush()


def signature_of(schema, database, key):
    """What is signed is the schema, the head of the signature and the database's digest."""
    head = bytes((0, SHA512)) + key.id
    return block(SIG, head + key.sign(schema + head + hashlib.sha512(database).digest()))


def write_package(tree, epoch, info, scripts):
    """The bytes of a package with the files of `tree`, all of them root's and of the same time."""
    db, words, paths, contents, installed = Writer(), {}, [], [], 0
    for name, kind in INFO:
        value = info.get(name)
        if value:
            words[name] = db.dependencies(value.split()) if kind == [DEPENDENCY] else db.blob(value)

    def acl(mode):
        words = {'mode': db.number(mode), 'user': db.blob('root'), 'group': db.blob('root')}
        return db.record(ACL, words)

    folders = [''] + sorted((os.path.relpath(os.path.join(at, name), tree) for at, names, _ in os.walk(tree) for name in names
                             if not os.path.islink(os.path.join(at, name))), key=os.fsencode)
    for folder in folders:
        files = []
        for name in sorted(os.listdir(os.path.join(tree, folder)), key=os.fsencode):
            path = os.path.join(tree, folder, name)
            found = os.lstat(path)
            if stat.S_ISDIR(found.st_mode):
                continue
            file = {'name': db.blob(name)}
            if stat.S_ISLNK(found.st_mode):
                file['target'] = db.blob(struct.pack('<H', stat.S_IFLNK) + os.fsencode(os.readlink(path)))
            elif stat.S_ISREG(found.st_mode):
                with open(path, 'rb') as source:
                    content = source.read()
                file['hash'] = db.blob(hashlib.sha256(content).digest())
                installed += len(content)
                if content:
                    contents.append(struct.pack('<II', len(paths) + 1, len(files) + 1) + content)
            else:
                raise ValueError(f'{path}: neither a file nor a link')
            file['mtime'] = db.number(epoch)
            file['size'] = db.number(found.st_size)
            file['acl'] = acl(stat.S_IMODE(found.st_mode))
            files.append(db.record(FILE, file))
        words_of_folder = {'name': db.blob(folder), 'acl': acl(stat.S_IMODE(os.stat(os.path.join(tree, folder)).st_mode)),
                           'files': db.slots(files)}
        paths.append(db.record(FOLDER, words_of_folder))

    words['installed-size'] = db.number(installed or 1)
    words['hashes'] = db.blob(bytes(20), is_fresh=True)
    root = {'info': db.record(INFO, words), 'paths': db.slots(paths)}
    if scripts:
        root['scripts'] = db.record(SCRIPTS, {name: db.blob(scripts[name]) for name, _ in SCRIPTS if name in scripts})
    data = db.finish(db.record(ROOTS[PACKAGE], root))
    at = (words['hashes'] & 0x0FFFFFFF) + 1
    data[at:at + 20] = hashlib.sha256(data).digest()[:20]
    return pack(b'ADB.' + PACKAGE + block(ADB, bytes(data)) + b''.join(block(DATA, content) for content in contents))


def write_index(packages, key=None):
    """The bytes of the index of these packages (their bytes), signed if there is a key."""
    db, entries = Writer(), []
    for content in packages:
        file = read(content)
        entries.append((file.verify_package()['info'], hashlib.sha256(file.database).digest(), len(content)))
    words = []
    for info, digest, size in sorted(entries, key=lambda entry: (entry[0]['name'], entry[0]['version'])):
        fields = {name: db.copy(kind, info[name]) for name, kind in INFO if name in info}
        # apk copies the package's own hash too before it puts this one in its place
        fields.update({'file-size': db.number(size), 'hashes': db.blob(digest)})
        words.append(db.record(INFO, fields))
    data = bytes(db.finish(db.record(ROOTS[INDEX], {'packages': db.slots(words)})))
    return pack(b'ADB.' + INDEX + block(ADB, data) + (signature_of(INDEX, data, key) if key else b''))


# ---- reading ----

class Database:
    """Values of an ADB block. Every place and length is checked before it is used."""

    def __init__(self, data):
        self.data = data
        if len(data) < 8 or data[:4] != bytes(4):
            raise Malformed('the database has another version')
        # Values may be shared; a small file that shares them so often that it means millions is no package.
        self.budget = 1000 + 4 * len(data)

    def part(self, at, size):
        if at < 8 or at + size > len(self.data):
            raise Malformed(f'{size} bytes at {at} are outside of the database')
        return self.data[at:at + size]

    def root(self, schema):
        return self.value(schema, struct.unpack_from('<I', self.data, 4)[0])

    def number(self, word):
        kind, low = word & 0xF0000000, word & 0x0FFFFFFF
        if kind == INT:
            return low
        if kind == INT32:
            return int.from_bytes(self.part(low, 4), 'little')
        if kind == INT64:
            return int.from_bytes(self.part(low, 8), 'little')
        raise Malformed('a number is of another kind')

    def blob(self, word):
        kind, low = word & 0xF0000000, word & 0x0FFFFFFF
        width = {BLOB8: 1, BLOB16: 2, BLOB32: 4}.get(kind)
        if width is None:
            raise Malformed('a text is of another kind')
        size = int.from_bytes(self.part(low, width), 'little')
        if not size:
            raise Malformed('a text is empty')
        return self.part(low + width, size)

    def slots(self, word):
        # apk calls most arrays objects, see Writer.slots
        if word & 0xF0000000 not in (ARRAY, OBJECT):
            raise Malformed('a list or record is of another kind')
        low = word & 0x0FFFFFFF
        count = int.from_bytes(self.part(low, 4), 'little')
        if count < 1 or low % 4:
            raise Malformed('a list or record counts wrong')
        return struct.unpack(f'<{count - 1}I', self.part(low + 4, 4 * (count - 1)))

    def value(self, schema, word):
        self.budget -= 1
        if self.budget < 0:
            raise Malformed('more values than a database of this size has')
        if isinstance(schema, list):
            return [self.value(schema[0], slot) for slot in self.slots(word)]
        if isinstance(schema, tuple):
            slots = self.slots(word)
            if len(slots) > len(schema):
                raise Malformed('a record has more fields than are known')
            found = {name: self.value(kind, slot) for (name, kind), slot in zip(schema, slots) if slot}
            if schema is DEPENDENCY and 'name' not in found:
                raise Malformed('a dependency on nothing')
            return found
        if schema in ('number', 'octal'):
            return self.number(word)
        raw = self.blob(word)
        return raw if schema == 'hex' else os.fsdecode(raw)


class File:
    """A file of apk taken apart: which schema, its database, signatures, and where the data blocks are."""

    def __init__(self, schema, database, signatures_, data):
        self.schema, self.database, self.signatures, self.data = schema, database, signatures_, data
        self.root = Database(database).root(ROOTS[schema])

    def is_signed_by(self, key):
        for signature in self.signatures:
            head, rest = signature[:18], signature[18:]
            if head == bytes((0, SHA512)) + key.id and key.verify(self.schema + head + hashlib.sha512(self.database).digest(), rest):
                return True
        return False

    def verify_package(self):
        """The root of a package whose own hash, names, sizes and files' hashes are right."""
        if self.schema != PACKAGE:
            raise Malformed('not a package')
        info = self.root.get('info', {})
        if not info.get('name') or not info.get('version') or len(info.get('hashes', b'')) != 20:
            raise Malformed('no name, version or hash')
        at = self.place_of_hash()
        blank = self.database[:at] + bytes(20) + self.database[at + 20:]
        if hashlib.sha256(blank).digest()[:20] != info['hashes']:
            raise Malformed("the package's own hash is another")
        expected, installed, last = [], 0, None
        for i, folder in enumerate(self.root.get('paths', []), 1):
            path = folder.get('name', '')
            if (last is not None and os.fsencode(path) <= os.fsencode(last)) or 'acl' not in folder or (path and not is_plain(path)):
                raise Malformed(f'folder "{path}"')
            last, before = path, b''
            for j, file in enumerate(folder.get('files', []), 1):
                name = file.get('name', '')
                if '/' in name or not is_plain(name) or os.fsencode(name) <= before or 'acl' not in file:
                    raise Malformed(f'file "{name}" in "{path}"')
                before = os.fsencode(name)
                if 'target' in file:
                    continue
                installed += file.get('size', 0)
                if file.get('size'):
                    expected.append((i, j, file))
                elif file.get('hash') != hashlib.sha256(b'').digest():
                    raise Malformed(f'file "{name}" in "{path}": hash')
        if len(expected) != len(self.data):
            raise Malformed(f'{len(self.data)} files have content, {len(expected)} should')
        for (i, j, file), content in zip(expected, self.data):
            if struct.unpack_from('<II', content) != (i, j):
                raise Malformed(f'another file in the place of "{file["name"]}"')
            if len(content) - 8 != file['size'] or hashlib.sha256(content[8:]).digest() != file.get('hash'):
                raise Malformed(f'file "{file["name"]}" is another than the database says')
        if info.get('installed-size', 0) not in ((installed,) if installed else (0, 1)):
            raise Malformed('the installed size is another')
        return self.root

    def place_of_hash(self):
        """Where in the database the package's own hash stands: root, its first slot, the third slot of that."""
        db = Database(self.database)
        info = db.slots(struct.unpack_from('<I', self.database, 4)[0])[0]
        return (db.slots(info)[2] & 0x0FFFFFFF) + 1


def is_plain(path):
    return all(part not in ('', '.', '..') and '\0' not in part for part in path.split('/'))


def unpack(content):
    if content[:4] == b'ADB.':
        return content
    if content[:4] != b'ADBd':
        raise Malformed('not a file of apk, or compressed in another way')
    inflate = zlib.decompressobj(-15)
    try:
        unpacked = inflate.decompress(content[4:], MAX_UNPACKED)
    except zlib.error as error:
        raise Malformed(f'compression: {error}') from None
    if not inflate.eof or inflate.unused_data or inflate.unconsumed_tail:
        raise Malformed('compression: cut off, too much, or something after it')
    return unpacked


def read(content):
    """Takes a file apart; what it says of itself is not verified yet."""
    content = unpack(content)
    schema = content[4:8]
    if content[:4] != b'ADB.' or schema not in ROOTS:
        raise Malformed('neither a package nor an index')
    at, blocks = 8, []
    while at < len(content):
        if at + 4 > len(content):
            raise Malformed('cut off')
        word = struct.unpack_from('<I', content, at)[0]
        kind, size = word >> 30, word & 0x3FFFFFFF
        end = at + size + -size % 8
        if size < 4 or end > len(content) or any(content[at + size:end]):
            raise Malformed('a block is cut off or filled up with something')
        blocks.append((kind, content[at + 4:at + size]))
        at = end
    kinds = [kind for kind, _ in blocks]
    if not kinds or kinds[0] != ADB or kinds != sorted(kinds) or kinds.count(ADB) != 1 or kinds[-1] > DATA:
        raise Malformed('other blocks than these, or in another order: database, signatures, data')
    of = {kind: [payload for found, payload in blocks if found == kind] for kind in (ADB, SIG, DATA)}
    if any(not 18 < len(payload) <= 2048 or payload[0] != 0 for payload in of[SIG]):
        raise Malformed('a signature of another kind')
    if any(len(payload) < 8 for payload in of[DATA]):
        raise Malformed('a data block without its file')
    return File(schema, of[ADB][0], of[SIG], of[DATA])


def verify(content, key=None):
    """
    Raises Malformed unless everything that can be checked is right; of an index that is nothing but its signature. The
    same content can be compressed in many ways: taken is the one of apk, which uses zlib, as Python does nearly everywhere.
    """
    file = read(content)
    unpacked = unpack(content)
    if content != unpacked and content != pack(unpacked):
        raise Malformed('compressed in another way than by zlib')
    if file.schema == PACKAGE:
        file.verify_package()
    elif key is None:
        raise Malformed('an index is verified by its signature, and no key was given')
    elif file.data:
        raise Malformed('an index with data')
    if key is not None and not file.is_signed_by(key):
        raise Malformed('not signed by this key')
    return file


# ---- printing ----

def quoted(text, indent, is_script=False):
    """A text as apk's YAML writer quotes it, with what stands before it."""
    needs = None
    if len(os.fsencode(text)) >= 80 or is_script or any(mark in text for mark in ('\r', '\n', "'", ' #')):
        needs = 'block'
    elif text[0] in '-?:,[]{}#&*!|>\'"%@`' or ': ' in text or '#' in text:
        needs = 'single'
    if needs == 'block':
        return ' |\n' + ''.join(f'{indent}{line}\n' for line in text.removesuffix('\n').split('\n'))
    return f" '{text}'\n" if needs else f' {text}\n'


def lines_of(schema, value, indent, first):
    """A record's fields; `first` stands before the first one."""
    out, before = '', first
    for name, kind in schema:
        if name in value:
            out += f'{before}{name}:' + printed(kind, value[name], indent + '  ')
            before = indent
    return out


def printed(kind, value, indent):
    if isinstance(kind, list):
        out = f' # {len(value)} items\n'
        for item in value:
            if kind[0] is DEPENDENCY:
                out += f'{indent}-' + quoted(join_dependency(**item), indent + '  ')
            elif isinstance(kind[0], tuple):
                out += lines_of(kind[0], item, indent + '  ', f'{indent}- ')
            else:
                out += f'{indent}-' + quoted(item, indent + '  ')
        return out
    if isinstance(kind, tuple):
        return '\n' + lines_of(kind, value, indent, indent)
    if kind in ('number', 'octal'):
        return f' 0{value:o}\n' if kind == 'octal' else f' {value}\n'
    return quoted(value.hex() if kind == 'hex' else value, indent, kind == 'script')


def dump(content, key=None):
    """The text that `apk adbdump` prints of the file."""
    file = read(content)
    out = f'#%SCHEMA: {struct.unpack("<I", file.schema)[0]:08X}\n# ADB block, size: {len(file.database)}, compat: 0, ver: 0\n'
    out += lines_of(ROOTS[file.schema], file.root, '', '')
    for signature in file.signatures:
        shown = f'sig v{signature[0]:02x} h{signature[1]:02x} {signature[2:].hex()}'
        # Its buffer has 160 bytes, and it stops writing where 40 are left.
        shown = shown if len(shown) < 120 else shown[:120] + '..'
        verdict = 'OK' if key is not None and file.is_signed_by(key) else 'UNTRUSTED signature'
        out += f'# {shown}: {verdict}\n'
    return out + ''.join(f'# data block, size: {len(data)}\n' for data in file.data)


def unpack_package(content, folder):
    """Writes what a verified package has below a new folder, with its modes; owners and times are left out."""
    file = verify(content)
    tree, control = os.path.join(folder, 'tree'), os.path.join(folder, 'control')
    os.makedirs(control)
    contents = {struct.unpack_from('<II', data): data[8:] for data in file.data}
    # All folders come before the first file, so that nothing is written through a link.
    paths = file.root.get('paths', [])
    for path in paths:
        os.makedirs(os.path.join(tree, path.get('name', '')), exist_ok=not path.get('name'))
    for i, path in enumerate(paths, 1):
        for j, one in enumerate(path.get('files', []), 1):
            place = os.path.join(tree, path.get('name', ''), one['name'])
            if 'target' in one:
                if one['target'][:2] != struct.pack('<H', stat.S_IFLNK):
                    raise Malformed(f'{one["name"]} is neither a file nor a link')
                os.symlink(one['target'][2:], place)
                continue
            with open(place, 'xb') as target:
                target.write(contents.get((i, j), b''))
            os.chmod(place, one['acl'].get('mode', 0))
        os.chmod(os.path.join(tree, path.get('name', '')), path['acl'].get('mode', 0))
    for name, script in file.root.get('scripts', {}).items():
        with open(os.path.join(control, name), 'x', encoding='utf-8', errors='surrogateescape') as target:
            target.write(script)


# ---- command line ----

def read_file(path):
    with open(path, 'rb') as file:
        return file.read()


def write_file(path, content):
    with open(path, 'wb') as file:
        file.write(content)


def read_control(folder):
    info = dict(line.split('=', 1) for line in os.fsdecode(read_file(os.path.join(folder, 'info'))).splitlines())
    paths = {name: os.path.join(folder, name) for name, _ in SCRIPTS}
    return info, {name: read_file(path) for name, path in paths.items() if os.path.exists(path)}


def main():
    parser = argparse.ArgumentParser(description='packages and indexes for apk')
    commands = parser.add_subparsers(dest='command', required=True)
    command = commands.add_parser('package')
    for name in ('tree', 'control', 'out'):
        command.add_argument(name)
    command.add_argument('--epoch', type=int, required=True)
    command = commands.add_parser('index')
    command.add_argument('out')
    command.add_argument('packages', nargs='+')
    command.add_argument('--key')
    command = commands.add_parser('unpack')
    command.add_argument('file')
    command.add_argument('folder')
    for name in ('dump', 'verify'):
        command = commands.add_parser(name)
        command.add_argument('file')
        command.add_argument('--key')
    given = parser.parse_args()
    try:
        if given.command == 'package':
            write_file(given.out, write_package(given.tree, given.epoch, *read_control(given.control)))
        elif given.command == 'index':
            key = signatures.EcKey.private(read_file(given.key)) if given.key else None
            write_file(given.out, write_index([read_file(path) for path in given.packages], key))
        elif given.command == 'unpack':
            unpack_package(read_file(given.file), given.folder)
        else:
            key = signatures.EcKey.public(read_file(given.key)) if given.key else None
            if given.command == 'dump':
                sys.stdout.buffer.write(os.fsencode(dump(read_file(given.file), key)))
            else:
                verify(read_file(given.file), key)
    except (Malformed, signatures.WrongKey, OSError) as error:
        sys.exit(f'apk.py: {getattr(given, "file", given.command)}: {error}')


if __name__ == '__main__':
    main()
