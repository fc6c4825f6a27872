// SPDX-License-Identifier: MIT
// Public vectors against keys and signatures as the network process has them. One line of standard input is one case,
// all in hex; one line of standard output is what came of it, "-" for what is refused:
//   p256 SECRET PEER, x25519 SECRET PEER   the secret that is agreed on
//   public SECRET                          the public key of a secret on P-256
//   ecdsa KEY DIGEST SIGNATURE             "right" or "wrong"; the key is a point of P-256, the signature DER
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/pk.h>
#include <psa/crypto.h>

#include "sso.h"

#define LINE_MAX_BYTES 262144

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
					     size_t output_size, size_t *output_length)
{
	(void)context;
	*output_length = output_size;
	return sso_random(output, output_size) ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

/* The bytes of a word; in place. A missing word has none. */
static size_t from_hex(char *word)
{
	size_t len = 0;
	unsigned byte;

	while (word && sscanf(word + 2 * len, "%2x", &byte) == 1)
		((uint8_t *)word)[len++] = (uint8_t)byte;
	return len;
}

static void say(bool is_taken, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; is_taken && i < len; i++)
		printf("%02x", bytes[i]);
	puts(is_taken ? "" : "-");
}

static void agree(psa_ecc_family_t family, size_t bits, const uint8_t *secret, size_t len, const uint8_t *peer, size_t peer_len)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t key = 0;
	uint8_t out[66];
	psa_status_t status;

	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE | PSA_KEY_USAGE_EXPORT);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(family));
	psa_set_key_bits(&attributes, bits);
	status = psa_import_key(&attributes, secret, len, &key);
	if (status == PSA_SUCCESS && peer)
		status = psa_raw_key_agreement(PSA_ALG_ECDH, key, peer, peer_len, out, sizeof(out), &len);
	else if (status == PSA_SUCCESS)
		status = psa_export_public_key(key, out, sizeof(out), &len);
	say(status == PSA_SUCCESS, out, len);
	psa_destroy_key(key);
}

static void verify(const uint8_t *point, size_t point_len, const uint8_t *digest, size_t digest_len, const uint8_t *sig,
		   size_t len)
{
	mbedtls_pk_context pk;
	mbedtls_ecp_keypair *pair;
	int code;

	mbedtls_pk_init(&pk);
	code = mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	pair = mbedtls_pk_ec(pk);
	if (code == 0)
		code = mbedtls_ecp_group_load(&pair->MBEDTLS_PRIVATE(grp), MBEDTLS_ECP_DP_SECP256R1);
	if (code == 0)
		code = mbedtls_ecp_point_read_binary(&pair->MBEDTLS_PRIVATE(grp), &pair->MBEDTLS_PRIVATE(Q), point, point_len);
	if (code != 0)
		puts("-");
	else
		puts(mbedtls_pk_verify(&pk, MBEDTLS_MD_SHA256, digest, digest_len, sig, len) == 0 ? "right" : "wrong");
	mbedtls_pk_free(&pk);
}

int main(void)
{
	static char line[LINE_MAX_BYTES];

	if (psa_crypto_init() != PSA_SUCCESS)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		char *kind = strtok(line, " \n"), *word[3];
		size_t len[3];

		for (int i = 0; i < 3; i++)
			word[i] = strtok(NULL, " \n");
		for (int i = 0; i < 3; i++)
			len[i] = from_hex(word[i]);
		if (strcmp(kind, "ecdsa") == 0)
			verify((uint8_t *)word[0], len[0], (uint8_t *)word[1], len[1], (uint8_t *)word[2], len[2]);
		else if (strcmp(kind, "public") == 0)
			agree(PSA_ECC_FAMILY_SECP_R1, 256, (uint8_t *)word[0], len[0], NULL, 0);
		else if (strcmp(kind, "x25519") == 0)
			agree(PSA_ECC_FAMILY_MONTGOMERY, 255, (uint8_t *)word[0], len[0], (uint8_t *)(word[1] ? word[1] : line),
			      len[1]);
		else
			agree(PSA_ECC_FAMILY_SECP_R1, 256, (uint8_t *)word[0], len[0], (uint8_t *)(word[1] ? word[1] : line),
			      len[1]);
	}
	return 0;
}
