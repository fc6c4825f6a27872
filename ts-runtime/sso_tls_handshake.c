// SPDX-License-Identifier: MIT
// The TLS handshake of the child: what is offered to the server, and what must hold when it is through.
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>

#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "sso_tls_child.h"

#ifndef SSO_MBEDTLS_CONFIG_H
/* A library that was not built for us offers more than it should: CBC, and keys without forward secrecy. */
static const int CIPHERS[] = {
#if MBEDTLS_VERSION_MAJOR >= 3
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
#endif
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	0,
};
#endif

#ifdef SSO_MBEDTLS_CONFIG_H
/* Where a server takes the first one, it costs the least: sso_p256.c has it. */
static const uint16_t GROUPS[] = {
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};
#endif

static int get_random(void *ctx, unsigned char *output, size_t len)
{
	(void)ctx;
	return sso_random(output, len) ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

#ifdef MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
					     size_t output_size, size_t *output_length)
{
	(void)context;
	*output_length = 0;
	if (!sso_random(output, output_size))
		return PSA_ERROR_INSUFFICIENT_ENTROPY;
	*output_length = output_size;
	return PSA_SUCCESS;
}
#endif

#if MBEDTLS_VERSION_MAJOR >= 3
/*
 * mbedTLS calls it when the handshake has mixed a secret. Up to 3.6.7 a ServerHello of TLS 1.2 can begin TLS 1.3 past
 * the exchange of keys, and all that follows is encrypted with what anybody can compute (CVE-2026-115490).
 */
static void note_secret(void *ctx, mbedtls_ssl_key_export_type type, const unsigned char *secret, size_t secret_len,
			const unsigned char client_random[32], const unsigned char server_random[32], mbedtls_tls_prf_types prf)
{
	struct sso_tls_child *c = ctx;

	(void)secret;
	(void)secret_len;
	(void)client_random;
	(void)server_random;
	(void)prf;
	if (type == MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET)
		c->secret_of = MBEDTLS_SSL_VERSION_TLS1_2;
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
	/* Not that of the application data, which follows from this one, or from nothing. */
	if (type == MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET)
		c->secret_of = MBEDTLS_SSL_VERSION_TLS1_3;
#endif
}
#endif

bool sso_tls_shake_hands(struct sso_tls_child *c, char why[SSO_WHY_MAX])
{
	int code;

	while ((code = mbedtls_ssl_handshake(&c->ssl)) != 0) {
		if (code != MBEDTLS_ERR_SSL_WANT_READ && code != MBEDTLS_ERR_SSL_WANT_WRITE) {
			sso_tls_explain(c, code, "during the TLS handshake", why);
			sso_tls_flush_out(c);
			return false;
		}
		sso_tls_wait(c, (short)(POLLIN | (c->out_len ? POLLOUT : 0)), 0);
		sso_tls_flush_out(c);
	}
#if MBEDTLS_VERSION_MAJOR >= 3
	if (c->secret_of != (int)mbedtls_ssl_get_version_number(&c->ssl)) {
		snprintf(why, SSO_WHY_MAX, "tls: no key was agreed on");
		return false;
	}
#endif
	return true;
}

int sso_tls_set_up(struct sso_tls_child *c, const struct sso_tls_target *t)
{
	int code;

	mbedtls_ssl_init(&c->ssl);
	mbedtls_ssl_config_init(&c->conf);
#if MBEDTLS_VERSION_MAJOR >= 3
	if (psa_crypto_init() != PSA_SUCCESS)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
#endif
	code = mbedtls_ssl_config_defaults(&c->conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
					   MBEDTLS_SSL_PRESET_DEFAULT);
	if (code != 0)
		return code;
#if MBEDTLS_VERSION_MAJOR >= 3
	mbedtls_ssl_conf_min_tls_version(&c->conf, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_min_version(&c->conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
#ifdef SSO_MBEDTLS_CONFIG_H
	mbedtls_ssl_conf_groups(&c->conf, GROUPS);
#else
	mbedtls_ssl_conf_ciphersuites(&c->conf, CIPHERS);
#endif
#ifdef MBEDTLS_SSL_SESSION_TICKETS
	mbedtls_ssl_conf_session_tickets(&c->conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
	mbedtls_ssl_conf_authmode(&c->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_rng(&c->conf, get_random, NULL);
#ifdef MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK
	mbedtls_ssl_conf_ca_cb(&c->conf, sso_tls_find_issuers, &c->check);
#else
	/* It has no key and vouches for nobody, but without a list mbedTLS does not ask sso_tls_check_one. */
	mbedtls_x509_crt_init(&c->nobody);
	mbedtls_ssl_conf_ca_chain(&c->conf, &c->nobody, NULL);
#endif
	mbedtls_ssl_conf_verify(&c->conf, sso_tls_check_one, &c->check);
	if (inet_pton(AF_INET, t->name, c->check.address) == 1)
		c->check.address_len = 4;
	else if (inet_pton(AF_INET6, t->name, c->check.address) == 1)
		c->check.address_len = 16;
	/* RFC 6066 section 3: no SNI for addresses; sso_tls_check_one compares them itself. */
	code = mbedtls_ssl_set_hostname(&c->ssl, c->check.address_len ? NULL : t->name);
	if (code != 0)
		return code;
	code = mbedtls_ssl_setup(&c->ssl, &c->conf);
#if MBEDTLS_VERSION_MAJOR >= 3
	mbedtls_ssl_set_export_keys_cb(&c->ssl, note_secret, c);
#endif
	mbedtls_ssl_set_bio(&c->ssl, c, sso_tls_take_record, sso_tls_fetch_bytes, NULL);
	return code;
}
