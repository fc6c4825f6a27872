// SPDX-License-Identifier: MIT
// Imported before the tests of the networking half, it makes them use the probe of scripts/test/sdk-trial.
process.env.SSO_PROBE_TARGET = 'x86_64-mbedtls3';
export {};
