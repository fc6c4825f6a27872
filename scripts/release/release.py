#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts a release into release/: a feed for opkg and one for apk for each architecture, their public keys, checksums, a list
of what is inside (CycloneDX), and the notes of CHANGELOG.md. The same commit and the same keys give the same bytes.

usage: release.py [ARCHITECTURE...]      all of them, or only these
       release.py --make-keys            makes the keys of the feeds

RELEASE_KEYS=<folder> has the two secret keys; without it the feeds are not signed. They are read, never printed nor passed
to another program. LUCI_SSO_MAINTAINER='Name <address>' and LUCI_SSO_URL=<page> go into the packages, FEED_URL=<address> into install.sh. DRAFT=1 takes a tree with changes that are not committed, RELEASE_FOLDER=<folder> puts it elsewhere.
"""
import ast
import datetime
import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import apk  # noqa: E402
import signatures  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.environ.get('RELEASE_FOLDER') or os.path.join(ROOT, 'release')
# What the recipe takes from the environment, or has in it
PUBLISHER = ('LUCI_SSO_MAINTAINER', 'LUCI_SSO_URL')
APK_KEY, OPKG_KEY = 'luci-sso-apk.key', 'luci-sso-opkg.key'
# What OpenWrt's index leaves out of a control file
NOT_IN_INDEX = re.compile(r'(Maintainer|LicenseFiles|Source|SourceName|Require-\w+|SourceDateEpoch): ')


def fail(text):
    sys.exit(f'release: {text}')


def git(*args):
    done = subprocess.run(['git', '-C', ROOT, *args], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ''


def read(*names):
    with open(os.path.join(ROOT, *names), encoding='utf-8') as file:
        return file.read()


def write(content, *names):
    path = os.path.join(OUT, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    apk.write_file(path, content if isinstance(content, bytes) else content.encode())


# ---- keys ----

def key_folder():
    folder = os.environ.get('RELEASE_KEYS')
    if folder and os.path.commonpath([os.path.realpath(folder), os.path.realpath(ROOT)]) == os.path.realpath(ROOT):
        fail(f'RELEASE_KEYS={folder} is inside the repository, where it would be committed one day')
    return folder


def make_keys():
    folder = key_folder() or fail('RELEASE_KEYS=<folder> must say where to put the keys')
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for name in (APK_KEY, OPKG_KEY):
        if os.path.exists(os.path.join(folder, name)):
            fail(f'{os.path.join(folder, name)} is there already, and routers trust it: keys are never replaced here')
    for name, content in ((APK_KEY, signatures.EcKey.make().private_pem()), (OPKG_KEY, signatures.EdKey.make().private_file())):
        place = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(place, 'wb') as file:
            file.write(content)
    print(f'''release: {folder} has the two secret keys of the feeds now. They belong
  - on the one machine that makes releases, readable by its owner alone, and in a backup that is kept apart from it
  - in no repository, no CI and no message: who has them installs programs as root on every router with the feed
`RELEASE_KEYS={folder} make release` signs with them and puts the public ones into release/keys, from where routers
take them once: apk.pem to /etc/apk/keys/luci-sso.pem, opkg.pub by `opkg-key add`.''')


def read_key(folder, name, kind):
    path = os.path.join(folder, name)
    try:
        if os.stat(path).st_mode & 0o077:
            fail(f'{path} can be read by others: chmod 600')
        return kind.private(apk.read_file(path))
    except OSError as error:
        fail(f'{path}: {error.strerror}; `make release-keys` makes it')
    except signatures.WrongKey as error:
        fail(f'{path}: {error}')


# ---- feeds ----

def index_entry(name, content):
    """What the index for opkg says of one package: its control file, and where and what the file is."""
    with tarfile.open(fileobj=io.BytesIO(content)) as outer, \
            tarfile.open(fileobj=outer.extractfile('./control.tar.gz')) as inner:
        control = inner.extractfile('./control').read().decode()
    lines = [line for line in control.splitlines() if not NOT_IN_INDEX.match(line)]
    at = next(i for i, line in enumerate(lines) if line.startswith('Description:'))
    lines[at:at] = [f'Filename: {name}', f'Size: {len(content)}', f'SHA256sum: {hashlib.sha256(content).hexdigest()}']
    return '\n'.join(lines) + '\n\n'


def translations():
    """Packages for every architecture; each feed has them."""
    names = sorted(os.listdir(os.path.join(ROOT, 'package', 'luci-sso', 'po')))
    return [f'luci-i18n-luci-sso-{name}' for name in names if name != 'templates']


def write_opkg_feed(version, arch, key):
    feed = os.path.join('opkg', arch)
    index = b''
    for name in (*(f'{package}_{version}_all.ipk' for package in translations()), f'luci-sso_{version}_{arch}.ipk'):
        content = apk.read_file(os.path.join(ROOT, 'bin', name))
        write(content, feed, name)
        index += index_entry(name, content).encode()
    if (64 + len(index)) % 128 in (110, 111):
        index += b'\n\n'  # usign hashes messages of these lengths wrong
    write(index, feed, 'Packages')
    write(gzip.compress(index, 9, mtime=0), feed, 'Packages.gz')
    if key:
        write(key.signature_file(index), feed, 'Packages.sig')


def write_apk_feed(version, arch, key):
    feed = os.path.join('apk', arch)
    contents = []
    for package, suffix in (*((package, 'noarch') for package in translations()), ('luci-sso', arch)):
        contents.append(apk.read_file(os.path.join(ROOT, 'bin', f'{package}-{version}_{suffix}.apk')))
        write(contents[-1], feed, f'{package}-{version}.apk')
    index = apk.write_index(contents, key)
    if key:
        apk.verify(index, key)
    write(index, feed, 'packages.adb')


# ---- what is inside ----

def pins():
    """The constants of scripts/build/fetch-sources, without running it."""
    found = {}
    for node in ast.parse(read('scripts', 'build', 'fetch-sources')).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                pass  # computed from others
    return found


def bill_of_materials(version, epoch):
    pinned, lock = pins(), json.loads(read('package-lock.json'))
    nacl = lock['packages']['node_modules/tweetnacl']
    components = []
    for name, licence in (('quickjs', 'MIT'), ('mbedtls', 'Apache-2.0')):
        crate, crate_version, sha256, _, text = pinned['CRATES'][name]
        upstream, number = re.match(r'(\S+) ([0-9.]+)', text).groups()
        components.append({'type': 'library', 'name': upstream, 'version': number, 'licenses': [{'license': {'id': licence}}],
                           'purl': f'pkg:cargo/{crate}@{crate_version}', 'hashes': [{'alg': 'SHA-256', 'content': sha256}]})
    integrity = nacl['integrity'].removeprefix('sha512-')
    components.append({'type': 'library', 'name': 'tweetnacl', 'version': nacl['version'], 'licenses': [{'license': {'id': 'Unlicense'}}],
                       'purl': f'pkg:npm/tweetnacl@{nacl["version"]}',
                       'hashes': [{'alg': 'SHA-512', 'content': signatures.base64.b64decode(integrity).hex()}]})
    zig = pinned['ZIG_VERSION']
    components.append({'type': 'library', 'name': 'musl', 'version': f'of zig {zig}', 'licenses': [{'license': {'id': 'MIT'}}],
                       'purl': f'pkg:pypi/ziglang@{zig}', 'hashes': [{'alg': 'SHA-256', 'content': pinned['ZIG_SHA256']}]})
    bom = {
        'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1,
        'metadata': {
            'timestamp': datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ'),
            'component': {'type': 'application', 'name': 'luci-sso', 'version': version, 'licenses': [{'license': {'id': 'MIT'}}]},
        },
        'components': components,
    }
    return json.dumps(bom, indent=2) + '\n'


def notes(version):
    found = re.search(rf'^## {re.escape(version)}\b.*?\n(.*?)(?=^## |\Z)', read('CHANGELOG.md'), re.M | re.S)
    return found.group(1).strip() + '\n' if found else fail(f'CHANGELOG.md has no section "## {version}"')


# ---- all of it ----

def publisher(name):
    found = re.search(rf'^{name}\?=(.*)$', read('package', 'luci-sso', 'Makefile'), re.M).group(1)
    return os.environ.get(name, found).strip()



def rows():
    """(name for opkg, name for apk) of each architecture with a program; "-" where there is none."""
    for line in read('scripts', 'build', 'architectures').splitlines():
        words = line.split()
        if re.match('[a-z]', line) and words[2] != '-':
            yield words[0], words[0] if words[1] == '=' else words[1]


def install_script(keys):
    """install.sh with the address of the feed, where FEED_URL has one, and the public keys, where there are any."""
    values = {'FEED': os.environ.get('FEED_URL', '')}
    if keys:
        values.update(OPKG_KEY=keys['opkg'].public_file(), APK_KEY=keys['apk'].public_pem())
    script = read('scripts', 'release', 'install.sh')
    for name, value in values.items():
        value = (value.decode() if isinstance(value, bytes) else value).rstrip('\n')
        if not re.fullmatch(r"[^'\\]*", value) or (name == 'FEED' and not re.fullmatch(r'(https://[!-~]+)?', value)):
            fail(f'{name} does not fit into install.sh: {value!r}')
        script = script.replace(f"{name}='@{name}@'", f"{name}='{value}'")
    return script


def main():
    if sys.argv[1:] == ['--make-keys']:
        return make_keys()
    if git('status', '--porcelain') and not os.environ.get('DRAFT'):
        fail('the tree has changes that are not committed; DRAFT=1 takes them')
    wanted = sys.argv[1:]
    version = re.search(r'^PKG_VERSION:=(.*)$', read('package', 'luci-sso', 'Makefile'), re.M).group(1)
    full = version + '-r' + re.search(r'^PKG_RELEASE:=(.*)$', read('package', 'luci-sso', 'Makefile'), re.M).group(1)
    text = notes(version)
    folder = key_folder()
    keys = {'opkg': read_key(folder, OPKG_KEY, signatures.EdKey), 'apk': read_key(folder, APK_KEY, signatures.EcKey)} if folder else {}
    epoch = os.environ.get('SOURCE_DATE_EPOCH') or git('log', '-1', '--format=%ct', '--', 'package/luci-sso') or '1767225600'
    environment = {name: value for name, value in os.environ.items() if name != 'RELEASE_KEYS'}
    subprocess.run([os.path.join(ROOT, 'scripts', 'build', 'package'), *(wanted or ['all'])], check=True,
                   env={**environment, 'SOURCE_DATE_EPOCH': epoch, 'FORMAT': ''})

    shutil.rmtree(OUT, ignore_errors=True)
    for for_opkg, for_apk in rows():
        if for_opkg != '-' and (not wanted or for_opkg in wanted):
            write_opkg_feed(full, for_opkg, keys.get('opkg'))
        if for_apk != '-' and (not wanted or for_apk in wanted):
            write_apk_feed(full, for_apk, keys.get('apk'))
    if keys:
        write(keys['apk'].public_pem(), 'keys', 'apk.pem')
        write(keys['opkg'].public_file(), 'keys', 'opkg.pub')
    write(install_script(keys), 'install.sh')
    write(text, 'NOTES.md')
    write(bill_of_materials(version, int(epoch)), f'luci-sso-{version}.cdx.json')
    files = sorted(os.path.relpath(os.path.join(at, name), OUT) for at, _, names in os.walk(OUT) for name in names)
    write(''.join(f'{hashlib.sha256(apk.read_file(os.path.join(OUT, name))).hexdigest()}  {name}\n' for name in files), 'SHA256SUMS')
    commit = git('rev-parse', 'HEAD') or 'no commit'
    print(f'release: {OUT} has {full} of {commit}: {len(files)} files')
    print('release: the feeds are signed' if keys else
          'release: the feeds are NOT signed, because RELEASE_KEYS names no keys (`make release-keys` makes them): '
          'opkg refuses them with check_signature, apk without --allow-untrusted')
    if not os.environ.get('FEED_URL'):
        print('release: install.sh needs --feed, because FEED_URL is not set')
    unset = [name for name in PUBLISHER if not publisher(name)]
    if unset:
        print(f'release: the packages say nothing of whom to ask: {" and ".join(unset)} {"are" if len(unset) > 1 else "is"} not set')


main()
