// SPDX-License-Identifier: MIT
// Keys and signatures on P-256 of the TLS client: mbedTLS calls these where it would call functions of its own, see
// RENAMED of scripts/build/sources.mk. What is on another curve they hand on to those. For both kinds of secret numbers
// here, the client's own and the one that is agreed on, sso_p256.c says what it does without branches.
#include <string.h>

#include <mbedtls/version.h>

#ifdef SSO_MBEDTLS_CONFIG_H
#include <mbedtls/asn1.h>
#include <mbedtls/ecdsa.h>
#include <../library/psa_crypto_ecp.h>

#include "sso_p256.h"
#include "sso_tls_keys.h"

#define UNCOMPRESSED 4

static bool is_p256(const psa_key_attributes_t *attributes)
{
	return psa_get_key_type(attributes) == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1) &&
	       psa_get_key_bits(attributes) == 256;
}

psa_status_t sso_tls_generate_key(const psa_key_attributes_t *attributes, uint8_t *key, size_t size, size_t *len)
{
	psa_status_t status;

	if (!is_p256(attributes))
		return mbedtls_psa_ecp_generate_key(attributes, key, size, len);
	if (size < SSO_P256_BYTES)
		return PSA_ERROR_BUFFER_TOO_SMALL;
	/* One in 2^32 is too large. */
	do {
		status = psa_generate_random(key, SSO_P256_BYTES);
		if (status != PSA_SUCCESS)
			return status;
	} while (!sso_p256_is_secret(key));
	*len = SSO_P256_BYTES;
	return PSA_SUCCESS;
}

psa_status_t sso_tls_export_public_key(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_len, uint8_t *out,
				       size_t size, size_t *len)
{
	if (!is_p256(attributes))
		return mbedtls_psa_ecp_export_public_key(attributes, key, key_len, out, size, len);
	if (size < 1 + 2 * SSO_P256_BYTES)
		return PSA_ERROR_BUFFER_TOO_SMALL;
	if (key_len != SSO_P256_BYTES || !sso_p256_public(out + 1, key))
		return PSA_ERROR_INVALID_ARGUMENT;
	out[0] = UNCOMPRESSED;
	*len = 1 + 2 * SSO_P256_BYTES;
	return PSA_SUCCESS;
}

/* RFC 8446 4.2.8.2: of a peer only an uncompressed point of the curve is taken. */
psa_status_t sso_tls_agree(const psa_key_attributes_t *attributes, const uint8_t *key, size_t key_len, psa_algorithm_t alg,
			   const uint8_t *peer, size_t peer_len, uint8_t *secret, size_t size, size_t *len)
{
	if (!is_p256(attributes))
		return mbedtls_psa_key_agreement_ecdh(attributes, key, key_len, alg, peer, peer_len, secret, size, len);
	if (size < SSO_P256_BYTES)
		return PSA_ERROR_BUFFER_TOO_SMALL;
	if (!PSA_ALG_IS_ECDH(alg) || key_len != SSO_P256_BYTES || peer_len != 1 + 2 * SSO_P256_BYTES ||
	    peer[0] != UNCOMPRESSED || !sso_p256_agree(secret, key, peer + 1))
		return PSA_ERROR_INVALID_ARGUMENT;
	*len = SSO_P256_BYTES;
	return PSA_SUCCESS;
}

/* Reads the signature as mbedtls_ecdsa_read_signature does, whose codes these are. */
int sso_tls_check_signature(mbedtls_ecdsa_context *ctx, const unsigned char *digest, size_t digest_len,
			    const unsigned char *sig, size_t sig_len)
{
	const mbedtls_ecp_point *point = &ctx->MBEDTLS_PRIVATE(Q);
	unsigned char *at = (unsigned char *)sig, *end = at + sig_len;
	uint8_t key[2 * SSO_P256_BYTES], raw[2 * SSO_P256_BYTES];
	mbedtls_mpi number;
	size_t len;
	int code;

	if (ctx->MBEDTLS_PRIVATE(grp).id != MBEDTLS_ECP_DP_SECP256R1)
		return mbedtls_ecdsa_read_signature(ctx, digest, digest_len, sig, sig_len);
	code = mbedtls_asn1_get_tag(&at, end, &len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
	if (code != 0 || at + len != end)
		return MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
	for (int i = 0; i < 2; i++) {
		mbedtls_mpi_init(&number);
		code = mbedtls_asn1_get_mpi(&at, end, &number);
		if (code == 0)
			code = mbedtls_mpi_write_binary(&number, raw + i * SSO_P256_BYTES, SSO_P256_BYTES);
		mbedtls_mpi_free(&number);
		if (code != 0)
			return MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
	}
	if (mbedtls_mpi_write_binary(&point->MBEDTLS_PRIVATE(X), key, SSO_P256_BYTES) != 0 ||
	    mbedtls_mpi_write_binary(&point->MBEDTLS_PRIVATE(Y), key + SSO_P256_BYTES, SSO_P256_BYTES) != 0 ||
	    sso_p256_verify(key, digest, digest_len, raw) != SSO_P256_RIGHT)
		return MBEDTLS_ERR_ECP_VERIFY_FAILED;
	return at == end ? 0 : MBEDTLS_ERR_ECP_SIG_LEN_MISMATCH;
}
#endif
