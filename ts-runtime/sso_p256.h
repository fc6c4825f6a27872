// SPDX-License-Identifier: MIT
// Keys and signatures on the curve P-256, where the program is linked with an mbedTLS that was built for it.
#ifndef SSO_P256_H
#define SSO_P256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a secret, of a coordinate, of what is agreed on */
#define SSO_P256_BYTES 32

/* Whether it is from 1 to below the order. The other two are false for a secret that is not, or a peer that is no point. */
bool sso_p256_is_secret(const uint8_t secret[32]);
bool sso_p256_public(uint8_t out[64], const uint8_t secret[32]);
bool sso_p256_agree(uint8_t out[32], const uint8_t secret[32], const uint8_t peer[64]);

enum sso_p256 { SSO_P256_WRONG, SSO_P256_RIGHT, SSO_P256_NO_POINT };

/*
 * Whether r and s side by side sign the digest. A key is x and y side by side, big-endian like all; one that is no
 * point of the curve is told before anything else is looked at. The digest counts up to its 32nd byte. A signature that
 * is NULL is wrong.
 */
enum sso_p256 sso_p256_verify(const uint8_t key[64], const uint8_t *digest, size_t digest_len, const uint8_t signature[64]);

#endif
