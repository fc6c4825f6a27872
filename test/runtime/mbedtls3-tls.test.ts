// SPDX-License-Identifier: MIT
// The tests of the networking half once more, with mbedTLS 3.6 as its makers configure it. As in
// OpenWrt's package of it, verification cannot ask for issuers there and the chain is judged by us.
import './_mbedtls3.ts';
import './tls-authorities.test.ts';
import './tls-constraints.test.ts';
import './tls-connect.test.ts';
import './tls-stream.test.ts';
import './tls-hostile.test.ts';
import './tls-root.test.ts';
import './tls-trust.test.ts';
import './tls-verify.test.ts';
