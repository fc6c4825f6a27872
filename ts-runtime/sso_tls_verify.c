// SPDX-License-Identifier: MIT
// Who vouches for the server, and does its certificate name the host that we meant: the parts of
// RFC 5280 and RFC 9525 that mbedTLS leaves to its callers.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include <mbedtls/version.h>

#include "sso_tls_child.h"

static const struct {
	uint32_t flag;
	const char *reason, *text;
} FLAGS[] = {
	/* The first that is set gives the reason; all of them are named for the log. */
	{ MBEDTLS_X509_BADCERT_REVOKED, "cert-revoked", "revoked" },
	{ MBEDTLS_X509_BADCERT_MISSING, "cert-untrusted", "no certificate" },
	{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, "cert-untrusted", "no trusted CA vouches for it" },
	{ MBEDTLS_X509_BADCERT_OTHER, "cert-untrusted", "forbidden by name constraints" },
	{ MBEDTLS_X509_BADCERT_BAD_MD, "cert-untrusted", "weak hash" },
	{ MBEDTLS_X509_BADCERT_BAD_PK, "cert-untrusted", "unsupported signature" },
	{ MBEDTLS_X509_BADCERT_BAD_KEY, "cert-untrusted", "weak key" },
	{ MBEDTLS_X509_BADCERT_KEY_USAGE, "cert-untrusted", "key usage" },
	{ MBEDTLS_X509_BADCERT_EXT_KEY_USAGE, "cert-untrusted", "not for TLS servers" },
	/* Before the name: a router without a clock finds every certificate too young. */
	{ MBEDTLS_X509_BADCERT_FUTURE, "cert-not-yet-valid", "not yet valid" },
	{ MBEDTLS_X509_BADCERT_CN_MISMATCH, "cert-name", "other name" },
	{ MBEDTLS_X509_BADCERT_EXPIRED, "cert-expired", "expired" },
};

void sso_tls_explain_flags(uint32_t flags, char why[SSO_WHY_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++) {
		if (!(flags & FLAGS[i].flag))
			continue;
		flags &= ~FLAGS[i].flag;
		if (len == 0)
			len = (size_t)snprintf(why, SSO_WHY_MAX, "%s: %s", FLAGS[i].reason, FLAGS[i].text);
		else if (len < SSO_WHY_MAX)
			len += (size_t)snprintf(why + len, SSO_WHY_MAX - len, ", %s", FLAGS[i].text);
	}
	if (len == 0)
		snprintf(why, SSO_WHY_MAX, "cert-untrusted: flags 0x%x", (unsigned int)flags);
}

void sso_tls_explain(struct sso_tls_child *c, int code, const char *when, char why[SSO_WHY_MAX])
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&c->ssl);

	if (code == 0 || code == MBEDTLS_ERR_SSL_CONN_EOF)
		snprintf(why, SSO_WHY_MAX, "closed: %s%s", c->tcp_error ? "reset " : "", when);
	else if ((code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_SSL_BAD_CERTIFICATE) && flags != 0 &&
		 flags != UINT32_MAX)
		sso_tls_explain_flags(flags, why);
	else if (code == SSO_TLS_UNKNOWN_EXTENSION)
		snprintf(why, SSO_WHY_MAX, "cert-untrusted: an extension that cannot be read, or is critical and not known");
	/* mbedTLS also returns it for an alert that it sent, about an empty list of certificates. */
	else if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && c->ssl.MBEDTLS_PRIVATE(in_msgtype) == MBEDTLS_SSL_MSG_ALERT)
		snprintf(why, SSO_WHY_MAX, "tls: the server's alert %d", c->ssl.MBEDTLS_PRIVATE(in_msg)[1]);
	else
		snprintf(why, SSO_WHY_MAX, "tls: -0x%04x", (unsigned int)-code);
}

/* Skips one DER element of any type; false when it does not fit. */
static bool skip(unsigned char **at, const unsigned char *end)
{
	size_t len;

	if (end - *at < 2)
		return false;
	(*at)++;
	if (mbedtls_asn1_get_len(at, end, &len) != 0)
		return false;
	*at += len;
	return true;
}

/* The subject of a certificate as it stands there, found without parsing the rest. */
static bool find_subject(unsigned char *der, size_t der_len, const unsigned char **subject, size_t *subject_len)
{
	const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
	unsigned char *at = der, *end = der + der_len;
	size_t len;

	if (mbedtls_asn1_get_tag(&at, end, &len, sequence) != 0)
		return false;
	end = at + len;
	if (mbedtls_asn1_get_tag(&at, end, &len, sequence) != 0)
		return false;
	end = at + len;
	if (at < end && *at == (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED) && !skip(&at, end))
		return false;
	/* serialNumber, signature, issuer, validity */
	for (int i = 0; i < 4; i++)
		if (!skip(&at, end))
			return false;
	*subject = at;
	if (!skip(&at, end))
		return false;
	*subject_len = (size_t)(at - *subject);
	return true;
}

int sso_tls_find_issuers(void *ctx, const mbedtls_x509_crt *crt, mbedtls_x509_crt **found)
{
	const struct sso_tls_check *check = ctx;
	const struct sso_trust *trust = check->trust;
	mbedtls_x509_crt *list = calloc(1, sizeof(*list));
	const unsigned char *subject;
	size_t subject_len;

	*found = NULL;
	if (!list)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	mbedtls_x509_crt_init(list);
	for (size_t i = 0; i < trust->count; i++) {
		unsigned char *der = trust->bytes + trust->certs[i].at;

		if (find_subject(der, trust->certs[i].len, &subject, &subject_len) &&
		    sso_tls_may_equal(subject, subject_len, crt->issuer_raw.p, crt->issuer_raw.len) &&
		    sso_tls_parse_root(list, der, trust->certs[i].len) == 0)
			*found = list;
	}
	/* mbedTLS frees the list; an empty certificate in it would be a name to match. */
	if (!*found)
		free(list);
	return 0;
}

/* A self-issued end certificate that the owner of the router trusts as it is (no CA bit needed). */
static uint32_t excuse(struct sso_tls_check *check, const mbedtls_x509_crt *crt, uint32_t flags)
{
	const struct sso_trust *trust = check->trust;

	/* mbedTLS accepts it by itself when it has a list of roots, but does not say so. */
	if ((check->root && !(flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)) ||
	    !sso_tls_may_equal(crt->issuer_raw.p, crt->issuer_raw.len, crt->subject_raw.p, crt->subject_raw.len))
		return flags;
	for (size_t i = 0; i < trust->count; i++)
		if (trust->certs[i].len == crt->raw.len &&
		    memcmp(trust->bytes + trust->certs[i].at, crt->raw.p, crt->raw.len) == 0) {
			check->root = &trust->certs[i];
			return flags & ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
		}
	return flags;
}

static bool names_address(const mbedtls_x509_crt *crt, const uint8_t *address, size_t len)
{
	const mbedtls_x509_sequence *san = &crt->subject_alt_names;

	for (; san; san = san->next)
		if ((san->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_IP_ADDRESS && san->buf.len == len &&
		    memcmp(san->buf.p, address, len) == 0)
			return true;
	return false;
}

/* What mbedTLS does not look at; and of a chain's certificates only a root lies among ours. */
static int check_further(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct sso_tls_check *check = ctx;
	const struct sso_trust *trust = check->trust;

	*flags |= sso_tls_constrain(check, crt, depth);
	for (size_t i = 0; i < trust->count; i++)
		if (crt->raw.p == trust->bytes + trust->certs[i].at)
			check->root = &trust->certs[i];
	return 0;
}

/* By all roots that are here now and may count, found before mbedTLS verifies. */
static uint32_t judge_chain(struct sso_tls_check *check, mbedtls_x509_crt *chain)
{
	mbedtls_x509_crt *roots = NULL, **end = &roots;
	uint32_t flags = 0;
	int code = 0;

	for (mbedtls_x509_crt *one = chain; one && code == 0; one = one->next) {
		code = sso_tls_find_issuers(check, one, end);
		while (*end)
			end = &(*end)->next;
	}
	if (code == 0)
		code = mbedtls_x509_crt_verify_with_profile(chain, roots, NULL, &mbedtls_x509_crt_profile_default, NULL, &flags,
							    check_further, check);
	mbedtls_x509_crt_free(roots);
	free(roots);
	if (code == 0 || code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED)
		return flags;
	return MBEDTLS_X509_BADCERT_NOT_TRUSTED;
}

static bool has_alternative_names(const mbedtls_x509_crt *crt)
{
#if MBEDTLS_VERSION_MAJOR >= 3
	return mbedtls_x509_crt_has_ext_type(crt, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME);
#else
	return crt->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME;
#endif
}

int sso_tls_check_one(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	const uint32_t other_name = MBEDTLS_X509_BADCERT_CN_MISMATCH;
	struct sso_tls_check *check = ctx;
	uint32_t chain;

	check_further(check, crt, depth, flags);
	/* The chain is judged as a whole, at its end. */
	if (depth != 0) {
		check->above |= *flags;
		*flags = 0;
		return 0;
	}
#ifdef MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK
	chain = check->above | (*flags & ~other_name);
#else
	/* OpenWrt's library cannot ask for issuers; what it found so far, without our roots, says nothing. */
	chain = judge_chain(check, crt);
#endif
	chain = excuse(check, crt, chain);
	/* Whatever one root leaves wrong is judged by all, as if there had been no hint. */
	if (chain != 0 && sso_trust_ask(check->trust, check->parent)) {
		check->root = NULL;
		chain = excuse(check, crt, judge_chain(check, crt));
	}
	*flags = (*flags & other_name) | chain;
	if (check->address_len > 0) {
		if (!names_address(crt, check->address, check->address_len))
			*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	} else if (!has_alternative_names(crt)) {
		/* mbedTLS then takes the common name, which RFC 9525 section 6.3 rules out. */
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	}
	return 0;
}

bool sso_tls_own_ca_usable(const struct sso_trust *trust)
{
	mbedtls_x509_crt one;
	bool usable = false;

	for (size_t i = 0; i < trust->own && !usable; i++) {
		mbedtls_x509_crt_init(&one);
		usable = sso_tls_parse_root(&one, trust->bytes + trust->certs[i].at, trust->certs[i].len) == 0;
		mbedtls_x509_crt_free(&one);
	}
	return usable;
}
