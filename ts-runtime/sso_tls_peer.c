// SPDX-License-Identifier: MIT
// The life of the child without rights: trust, connection, handshake, relay. It ends with the connection
// or with its parent; the parent keeps the time.
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "sso.h"

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

void sso_tls_explain(struct sso_tls_peer *p, int code, const char *when, char why[SSO_WHY_MAX])
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&p->ssl);

	if (code == 0 || code == MBEDTLS_ERR_SSL_CONN_EOF)
		snprintf(why, SSO_WHY_MAX, "closed: %s%s", p->tcp_error ? "reset " : "", when);
	else if ((code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_SSL_BAD_CERTIFICATE) &&
		 flags != 0 && flags != UINT32_MAX)
		sso_tls_explain_flags(flags, why);
	else if (code == SSO_TLS_UNKNOWN_EXTENSION)
		snprintf(why, SSO_WHY_MAX, "cert-untrusted: an extension that cannot be read, or is critical and not known");
	/* mbedTLS also returns it for an alert that it sent, about an empty list of certificates. */
	else if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && p->ssl.MBEDTLS_PRIVATE(in_msgtype) == MBEDTLS_SSL_MSG_ALERT)
		snprintf(why, SSO_WHY_MAX, "tls: the peer's alert %d", p->ssl.MBEDTLS_PRIVATE(in_msg)[1]);
	else
		snprintf(why, SSO_WHY_MAX, "tls: -0x%04x", (unsigned int)-code);
}

#if MBEDTLS_VERSION_MAJOR >= 3
/*
 * mbedTLS calls it when the handshake has mixed a secret. Up to 3.6.7 a ServerHello of TLS 1.2 can begin TLS 1.3 past
 * the exchange of keys, and all that follows is encrypted with what anybody can compute (CVE-2026-115490).
 */
static void note_secret(void *ctx, mbedtls_ssl_key_export_type type, const unsigned char *secret, size_t secret_len,
			const unsigned char client_random[32], const unsigned char server_random[32],
			mbedtls_tls_prf_types prf)
{
	struct sso_tls_peer *p = ctx;

	(void)secret;
	(void)secret_len;
	(void)client_random;
	(void)server_random;
	(void)prf;
	if (type == MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET)
		p->secret_of = MBEDTLS_SSL_VERSION_TLS1_2;
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
	/* Not that of the application data, which follows from this one, or from nothing. */
	if (type == MBEDTLS_SSL_KEY_EXPORT_TLS1_3_SERVER_HANDSHAKE_TRAFFIC_SECRET)
		p->secret_of = MBEDTLS_SSL_VERSION_TLS1_3;
#endif
}
#endif

static bool shake_hands(struct sso_tls_peer *p, char why[SSO_WHY_MAX])
{
	int code;

	while ((code = mbedtls_ssl_handshake(&p->ssl)) != 0) {
		if (code != MBEDTLS_ERR_SSL_WANT_READ && code != MBEDTLS_ERR_SSL_WANT_WRITE) {
			sso_tls_explain(p, code, "during the TLS handshake", why);
			sso_tls_flush_out(p);
			return false;
		}
		sso_tls_wait(p, (short)(POLLIN | (p->out_len ? POLLOUT : 0)), 0);
		sso_tls_flush_out(p);
	}
#if MBEDTLS_VERSION_MAJOR >= 3
	if (p->secret_of != (int)mbedtls_ssl_get_version_number(&p->ssl)) {
		snprintf(why, SSO_WHY_MAX, "tls: no key was agreed on");
		return false;
	}
#endif
	return true;
}

static int set_up(struct sso_tls_peer *p, const struct sso_tls_target *t)
{
	int code;

	mbedtls_ssl_init(&p->ssl);
	mbedtls_ssl_config_init(&p->conf);
#if MBEDTLS_VERSION_MAJOR >= 3
	if (psa_crypto_init() != PSA_SUCCESS)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
#endif
	code = mbedtls_ssl_config_defaults(&p->conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
					   MBEDTLS_SSL_PRESET_DEFAULT);
	if (code != 0)
		return code;
#if MBEDTLS_VERSION_MAJOR >= 3
	mbedtls_ssl_conf_min_tls_version(&p->conf, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_min_version(&p->conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
#ifndef SSO_MBEDTLS_CONFIG_H
	mbedtls_ssl_conf_ciphersuites(&p->conf, CIPHERS);
#endif
#ifdef MBEDTLS_SSL_SESSION_TICKETS
	mbedtls_ssl_conf_session_tickets(&p->conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
	mbedtls_ssl_conf_authmode(&p->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_rng(&p->conf, get_random, NULL);
#ifdef MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK
	mbedtls_ssl_conf_ca_cb(&p->conf, sso_tls_find_issuers, &p->check);
#else
	/* It has no key and vouches for nobody, but without a list mbedTLS does not ask sso_tls_check_one. */
	mbedtls_x509_crt_init(&p->nobody);
	mbedtls_ssl_conf_ca_chain(&p->conf, &p->nobody, NULL);
#endif
	mbedtls_ssl_conf_verify(&p->conf, sso_tls_check_one, &p->check);
	if (inet_pton(AF_INET, t->name, p->check.address) == 1)
		p->check.address_len = 4;
	else if (inet_pton(AF_INET6, t->name, p->check.address) == 1)
		p->check.address_len = 16;
	/* RFC 6066 section 3: no SNI for addresses; sso_tls_check_one compares them itself. */
	code = mbedtls_ssl_set_hostname(&p->ssl, p->check.address_len ? NULL : t->name);
	if (code != 0)
		return code;
	code = mbedtls_ssl_setup(&p->ssl, &p->conf);
#if MBEDTLS_VERSION_MAJOR >= 3
	mbedtls_ssl_set_export_keys_cb(&p->ssl, note_secret, p);
#endif
	mbedtls_ssl_set_bio(&p->ssl, p, sso_tls_take_record, sso_tls_fetch_bytes, NULL);
	return code;
}

static bool is_enough(const struct sso_tls_target *t, const struct sso_trust *trust)
{
	return trust->count > 0 && (!t->ca_file[0] || sso_tls_own_ca_usable(trust));
}

/* Trust first: without it there is no point in troubling anybody. */
static bool connect_peer(struct sso_tls_peer *p, const struct sso_tls_target *t, struct sso_trust *trust, char why[SSO_WHY_MAX])
{
	bool is_cut = sso_trust_cut(trust) == 0;
	int code;

	p->check.trust = trust;
	p->check.parent = p->parent;
	if (is_cut && trust->is_part && !is_enough(t, trust))
		is_cut = sso_trust_ask(trust, p->parent);
	if (!is_cut)
		snprintf(why, SSO_WHY_MAX, "io: out of memory");
	else if (t->ca_file[0] && !sso_tls_own_ca_usable(trust))
		snprintf(why, SSO_WHY_MAX, "ca-file: holds no certificate");
	else if (trust->count == 0)
		snprintf(why, SSO_WHY_MAX, "no-ca");
	else if ((code = set_up(p, t)) != 0)
		snprintf(why, SSO_WHY_MAX, "tls: -0x%04x", (unsigned int)-code);
	else if ((p->tcp = sso_tls_dial(t, p->parent, why)) >= 0) {
		sso_seccomp_tighten();
		sso_tls_put_frame(p, SSO_FRAME_TCP, 0);
		sso_tls_deliver(p);
		return shake_hands(p, why);
	}
	return false;
}

static void put_connected(struct sso_tls_peer *p)
{
	const struct sso_cert *root = p->check.root;
	const uint32_t place[2] = { htonl(root ? root->text_at : 0), htonl(root ? root->text_len : 0) };
	uint8_t *payload = p->down + SSO_FRAME_HEAD;
	int len = snprintf((char *)payload + sizeof(place), SSO_WHY_MAX, "%s %s", mbedtls_ssl_get_version(&p->ssl),
			   mbedtls_ssl_get_ciphersuite(&p->ssl));

	memcpy(payload, place, sizeof(place));
	sso_tls_put_frame(p, SSO_FRAME_CONNECTED, sizeof(place) + (size_t)len);
}

void sso_tls_peer_run(const struct sso_tls_target *t, struct sso_trust *trust, int parent_fd)
{
	struct sso_tls_peer *p = calloc(1, sizeof(*p));
	char text[SSO_WHY_MAX];

	if (!p)
		_exit(1);
	p->parent = parent_fd;
	if (!connect_peer(p, t, trust, text)) {
		sso_tls_put_failure(p, text);
		sso_tls_deliver(p);
		_exit(0);
	}
	put_connected(p);
	sso_tls_deliver(p);
	sso_tls_relay(p);
	mbedtls_ssl_close_notify(&p->ssl);
	sso_tls_flush_out(p);
	/* Nothing is freed: the kernel takes it all, and the parent waits. */
	_exit(0);
}
