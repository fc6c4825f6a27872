// SPDX-License-Identifier: MIT
// Rolls src/ into the chunks that the C host embeds. One chunk per door, so that a request reads
// only what its route needs; ts-runtime/ knows the chunks by these file names.
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';
import path from 'node:path';

/** Chunk name -> folders and files of src/ that belong to it. What no row names goes where rollup finds its only user. */
const CHUNKS = {
  load: ['load.ts'],
  core: ['main.ts', 'route.ts', 'refusal.ts', 'config.ts', 'version.ts', 'http/', 'ubus/', 'codec/base64url.ts', 'codec/bytes.ts', 'codec/utf8.ts', 'codec/url.ts', 'flow/enabled.ts', 'state/'],
  login: ['flow/login.ts', 'session/handshake.ts', 'oidc/authorize.ts', 'oidc/provider.ts', 'crypto/sha256.ts', 'crypto/hmac.ts', 'crypto/equal.ts', 'codec/form.ts'],
  provider: ['tls-http/', 'oidc/discovery.ts', 'oidc/jwks.ts', 'codec/json.ts'],
  callback: ['flow/callback.ts', 'oidc/token.ts', 'oidc/userinfo.ts', 'session/'],
  verify: ['verify/', 'crypto/'],
  texts: ['texts/'],
};

function chunkOf(id) {
  if (id.includes('tweetnacl')) return 'login';
  const file = path.relative(path.resolve('src'), id);
  for (const [name, members] of Object.entries(CHUNKS)) {
    if (members.some((m) => (m.endsWith('/') ? file.startsWith(m) : file === m))) return name;
  }
  return undefined;
}

export default {
  input: { core: 'src/main.ts' },
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
    commonjs(),
    typescript({ tsconfig: './tsconfig.json', noEmit: false, allowImportingTsExtensions: false, rewriteRelativeImportExtensions: true, noEmitOnError: true }),
  ],
  onwarn(warning) {
    throw new Error(`rollup: ${warning.code}: ${warning.message}`);
  },
};
