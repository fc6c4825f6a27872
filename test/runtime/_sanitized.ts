// SPDX-License-Identifier: MIT
// Imported before the tests of the networking half, it makes them use the sanitized probe.
process.env.SSO_PROBE_TARGET = 'x86_64-asan';
export {};
