// SPDX-License-Identifier: MIT
// What our own checks must catch where an SDK links mbedTLS 3.6.5, which lets two grave attacks through.
import './_mbedtls365.ts';
import './tls-authorities.test.ts';
import './tls-constraints.test.ts';
import './tls-hostile.test.ts';
