// SPDX-License-Identifier: MIT
// Apart from the other tests: these need a server that takes long to fetch and to start.
export default {
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  workerThreads: false,
  timeout: '15m',
  files: ['test/system/keycloak/*.test.ts'],
};
