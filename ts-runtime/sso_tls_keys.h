// SPDX-License-Identifier: MIT
// What an mbedTLS that was built for us calls in the place of functions of its own; each has the parameters of its model.
#ifndef SSO_TLS_KEYS_H
#define SSO_TLS_KEYS_H

#include <mbedtls/ecdsa.h>
#include <psa/crypto.h>

/* mbedtls_psa_ecp_generate_key */
psa_status_t sso_tls_generate_key(const psa_key_attributes_t *attributes, uint8_t *key, size_t size, size_t *len);
/* mbedtls_psa_ecp_export_public_key */
psa_status_t sso_tls_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_len, uint8_t *out,
				       size_t size, size_t *len);
/* mbedtls_psa_key_agreement_ecdh */
psa_status_t sso_tls_agree(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_len, psa_algorithm_t alg,
			   const uint8_t *peer, size_t peer_len, uint8_t *secret, size_t size, size_t *len);
/* mbedtls_ecdsa_read_signature */
int sso_tls_check_signature(mbedtls_ecdsa_context *ctx, const unsigned char *digest, size_t digest_len,
			    const unsigned char *sig, size_t sig_len);

#endif
