// SPDX-License-Identifier: MIT
// What must hold with mbedTLS 2.28 too, the library of OpenWrt 22.03 and 23.05: TLS 1.2 only.
import './_mbedtls2.ts';
import './tls-authorities.test.ts';
import './tls-constraints.test.ts';
import './tls-hostile.test.ts';
import './tls-root.test.ts';
import './tls-trust.test.ts';
import './tls-verify.test.ts';
