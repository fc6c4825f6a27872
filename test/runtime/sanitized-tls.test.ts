// SPDX-License-Identifier: MIT
// The tests of the networking half once more, with the probe under AddressSanitizer, leak check and
// UndefinedBehaviorSanitizer. A report ends the process with status 99, which runProbe takes for an error.
import './_sanitized.ts';
import './tls-authorities.test.ts';
import './tls-child.test.ts';
import './tls-connect.test.ts';
import './tls-constraints.test.ts';
import './tls-hostile.test.ts';
import './tls-root.test.ts';
import './tls-stream.test.ts';
import './tls-trust.test.ts';
import './tls-verify.test.ts';
