// SPDX-License-Identifier: MIT
// Rolls src/ into the chunks that the C host embeds. One chunk per entry, so that a request reads
// only what its route needs; ts-runtime/ knows the chunks by these file names.
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';
import path from 'node:path';
import secretboxOnly from './scripts/build/secretbox-only.mjs';

/** Files that name the entries of chunks. All go into one: the engine finds an importing chunk by its debug information, which only this one keeps. */
const LOADER = /(^|\/)load(-[a-z]+)?\.ts$/;

/** Chunk name -> folders and files of src/ that belong to it. What no row names goes where rollup finds its only user. */
const CHUNKS = {
  logout: ['flow/backchannel-logout.ts', 'luci/end-sessions.ts'],
  initiate: ['flow/initiate.ts', 'http/form-body.ts'],
  core: [
    'main.ts',
    'route.ts',
    'refusal.ts',
    'config.ts',
    'uci-options.ts',
    'exchange.ts',
    'log.ts',
    'version.ts',
    'paths.ts',
    'flow/enabled.ts',
    'flow/logged-out.ts',
    'http/',
    'ubus/',
    'codec/bytes.ts',
    'codec/chars.ts',
    'codec/form.ts',
    'codec/url.ts',
  ],
  login: [
    'guard/start.ts',
    'flow/login.ts',
    'flow/settings.ts',
    'config-roles.ts',
    'handshake/',
    'request/',
    'luci/own-connection.ts',
    'luci/synced.ts',
    'oidc/authorize.ts',
    'oidc/metadata.ts',
    'oidc/provider.ts',
    'oidc/open-provider.ts',
    'oidc/cache.ts',
    'codec/fnmatch.ts',
    'crypto/sha256-text.ts',
    'crypto/hmac.ts',
    'crypto/equal.ts',
  ],
  json: ['codec/json.ts'],
  provider: [
    'tls-http/',
    'oidc/entry.ts',
    'oidc/back-channel.ts',
    'oidc/root-hints.ts',
    'oidc/discovery.ts',
    'oidc/jwks.ts',
    'oidc/client-auth.ts',
    'oidc/push.ts',
    'oidc/token.ts',
    'oidc/refresh.ts',
    'oidc/revocation.ts',
    'oidc/userinfo.ts',
    'codec/base64.ts',
  ],
  sessions: ['access/session-calls.ts', 'luci/ending.ts', 'luci/kept.ts', 'luci/logins.ts'],
  kept: ['recheck/keep.ts', 'recheck/grant.ts'],
  callback: [
    'flow/callback.ts',
    'flow/consume.ts',
    'flow/verifier.ts',
    'flow/provider-keys.ts',
    'flow/last-alg.ts',
    'flow/authorization-response.ts',
    'flow/find-role.ts',
    'oidc/end-session.ts',
    'oidc/received.ts',
    'access/',
    'luci/',
  ],
  algorithms: [
    'verify/algorithms/all.ts',
    'verify/algorithms/ec-key.ts',
    'verify/logout-token.ts',
    'crypto/rsa-pss.ts',
    'crypto/curves.ts',
    'crypto/larger-curves.ts',
    'crypto/ecdsa.ts',
    'crypto/double-scalar.ts',
    'crypto/ed25519.ts',
  ],
  verify: ['verify/', 'crypto/'],
  align: ['guard/align.ts'],
  tick: ['guard/', 'recheck/due.ts'],
  recheck: ['recheck/'],
  remedies: ['texts/remedies.ts', 'causes.ts'],
  ...Object.fromEntries(
    ['de', 'fr', 'es', 'pt', 'it', 'pl', 'ru', 'zh', 'ja'].map((language) => [
      language,
      [`texts/languages/${language}.ts`],
    ]),
  ),
  refused: ['flow/refused-user.ts'],
  texts: ['texts/', 'refusals.ts'],
  check: ['check/'],
  admin: ['cli/', 'rpcd/'],
};

function chunkOf(id) {
  if (id.includes('tweetnacl')) return 'login';
  const file = path.relative(path.resolve('src'), id);
  if (LOADER.test(file)) return 'load';
  for (const [name, members] of Object.entries(CHUNKS)) {
    if (members.some((m) => (m.endsWith('/') ? file.startsWith(m) : file === m))) return name;
  }
  return undefined;
}

export default {
  // The C host has it.
  external: ['#native'],
  input: { core: 'src/main.ts' },
  // The entry is core itself, not a facade in front of it.
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'build/bundle',
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    manualChunks: chunkOf,
    minifyInternalExports: false,
    generatedCode: { constBindings: true, arrowFunctions: true, objectShorthand: true },
  },
  plugins: [
    nodeResolve({ browser: true, extensions: ['.ts', '.js'] }),
    secretboxOnly,
    commonjs(),
    typescript({
      tsconfig: './tsconfig.json',
      noEmit: false,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      noEmitOnError: true,
    }),
  ],
  onwarn(warning) {
    throw new Error(`rollup: ${warning.code}: ${warning.message}`);
  },
};
