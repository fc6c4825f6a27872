// SPDX-License-Identifier: MIT
// What the certificates above another one must say to be its authorities (RFC 5280 sections 4.2.1.9 and
// 4.2.1.10): mbedTLS reads basicConstraints loosely in some releases, and name constraints in none.
#include <string.h>

#include <mbedtls/asn1.h>

#include "sso_tls_child.h"

#define SEQUENCE (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)
#define CONTEXT(number) (MBEDTLS_ASN1_CONTEXT_SPECIFIC | (number))
#define DNS_NAME CONTEXT(2)
#define DIRECTORY_NAME CONTEXT(MBEDTLS_ASN1_CONSTRUCTED | 4)
#define IP_ADDRESS CONTEXT(7)
#define ANY 0

/* Extensions are 2.5.29.x. */
enum extension { SUBJECT_ALT_NAME = 17, BASIC_CONSTRAINTS = 19, NAME_CONSTRAINTS = 30 };

/* What is left of the content of an element. */
struct der {
	unsigned char *at;
	const unsigned char *end;
	int tag;
};

static size_t left(const struct der *d)
{
	return (size_t)(d->end - d->at);
}

/* Takes the next element, into another struct; false when there is none, or one with another tag. */
static bool take(struct der *from, int tag, struct der *element)
{
	size_t len;

	if (left(from) == 0 || (tag != ANY && *from->at != tag))
		return false;
	element->tag = *from->at++;
	if (mbedtls_asn1_get_len(&from->at, from->end, &len) != 0)
		return false;
	element->at = from->at;
	element->end = from->at += len;
	return true;
}

/* An element that has nothing behind it. */
static bool take_only(struct der *from, int tag, struct der *element)
{
	return take(from, tag, element) && left(from) == 0;
}

static bool is_extension(const unsigned char *oid, size_t len, enum extension id)
{
	return len == 3 && oid[0] == 0x55 && oid[1] == 0x1d && oid[2] == id;
}

/* 1: `value` is what it holds; 0: there is none; -1: more than one, or unreadable. */
static int find_extension(const mbedtls_x509_crt *crt, enum extension id, struct der *value)
{
	struct der all = { crt->v3_ext.p, crt->v3_ext.p + crt->v3_ext.len, 0 }, list, one, oid, content;
	int found = 0;

	if (left(&all) == 0)
		return 0;
	if (!take_only(&all, SEQUENCE, &list))
		return -1;
	while (left(&list) > 0) {
		if (!take(&list, SEQUENCE, &one) || !take(&one, MBEDTLS_ASN1_OID, &oid))
			return -1;
		take(&one, MBEDTLS_ASN1_BOOLEAN, &content);
		if (!take_only(&one, MBEDTLS_ASN1_OCTET_STRING, &content))
			return -1;
		if (!is_extension(oid.at, left(&oid), id))
			continue;
		if (found++)
			return -1;
		*value = content;
	}
	return found;
}

/* mbedTLS up to 3.6.6 took an INTEGER in place of cA for it, so that end certificates were authorities. */
static bool is_authority(const mbedtls_x509_crt *crt)
{
	struct der value, list, element;

	/* Old roots have no extensions; mbedTLS believes that of roots alone. */
	if (crt->version != 3)
		return true;
	return find_extension(crt, BASIC_CONSTRAINTS, &value) == 1 && take_only(&value, SEQUENCE, &list) &&
	       take(&list, MBEDTLS_ASN1_BOOLEAN, &element) && left(&element) == 1 && element.at[0] == 0xff &&
	       (left(&list) == 0 || take_only(&list, MBEDTLS_ASN1_INTEGER, &element));
}

/* Letters of both cases, and PrintableString and UTF8String, fall together. */
static unsigned int fold(unsigned int c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c == 0x13 ? 0x0c : c;
}

/* It saves parsing 144 roots, two thirds of a handshake's work. */
bool sso_tls_may_equal(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len)
{
	if (a_len != b_len)
		return false;
	for (size_t i = 0; i < a_len; i++)
		if (fold(a[i]) != fold(b[i]))
			return false;
	return true;
}

static bool ends_with(const unsigned char *text, size_t len, const unsigned char *end, size_t end_len)
{
	return len >= end_len && sso_tls_may_equal(text + len - end_len, end_len, end, end_len);
}

/*
 * A host name is within a domain that it is or lies below; a domain with a leading dot is not within itself. A
 * wildcard must not cover a name that is excluded, and must be permitted as a whole.
 */
static bool is_dns_within(const struct der *name, const struct der *base, bool is_excluded)
{
	size_t len = left(name), base_len = left(base);

	if (len > 0 && name->at[len - 1] == '.')
		len--;
	if (ends_with(name->at, len, base->at, base_len) &&
	    (base_len == 0 || base_len == len || base->at[0] == '.' || name->at[len - base_len - 1] == '.'))
		return true;
	return is_excluded && len > 1 && name->at[0] == '*' && ends_with(base->at, base_len, name->at + 1, len - 1) &&
	       !memchr(base->at, '.', base_len - (len - 1));
}

/* The base of an address is an address and a mask. */
static bool is_address_within(const struct der *name, const struct der *base)
{
	size_t len = left(name);

	if (left(base) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((name->at[i] ^ base->at[i]) & base->at[len + i])
			return false;
	return true;
}

/* 1, 0, or -1: nobody can say. */
static int is_within(const struct der *name, const struct der *base, bool is_excluded)
{
	struct der whole = *name, wanted = *base, parts, first;

	if (name->tag != base->tag)
		return -1;
	switch (base->tag) {
	case DNS_NAME:
		return is_dns_within(name, base, is_excluded);
	case IP_ADDRESS:
		return is_address_within(name, base);
	case DIRECTORY_NAME:
		/* It begins with the same parts. */
		if (!take_only(&whole, SEQUENCE, &parts) || !take_only(&wanted, SEQUENCE, &first))
			return -1;
		return left(&parts) >= left(&first) && sso_tls_may_equal(parts.at, left(&first), first.at, left(&first));
	default:
		return -1;
	}
}

/* Whether the name is in none of the excluded, or in one of the permitted if there are any of its kind. */
static bool passes(const struct der *name, struct der subtrees, bool is_excluded)
{
	bool has_kind = false, is_in = false;
	struct der one, base;

	while (left(&subtrees) > 0) {
		int within;

		/* minimum and maximum never came into use; without them the base is all. */
		if (!take(&subtrees, SEQUENCE, &one) || !take_only(&one, ANY, &base))
			return false;
		if (base.tag == IP_ADDRESS && left(&base) != 8 && left(&base) != 32)
			return false;
		if ((base.tag ^ name->tag) & MBEDTLS_ASN1_TAG_VALUE_MASK)
			continue;
		within = is_within(name, &base, is_excluded);
		if (within < 0)
			return false;
		has_kind = true;
		is_in |= within;
	}
	return is_excluded ? !is_in : is_in || !has_kind;
}

bool sso_tls_may_vouch(const struct sso_tls_bytes *constraints, const struct sso_tls_bytes *subject,
		       const struct sso_tls_bytes *alternatives)
{
	/* A kind that no name has: what cannot be read is found without a name, too. */
	struct der name = { NULL, NULL, MBEDTLS_ASN1_TAG_VALUE_MASK };
	struct der all = { constraints->at, constraints->at + constraints->len, 0 }, both, empty = { NULL, NULL, 0 };
	struct der whole = { alternatives->at, alternatives->at + alternatives->len, 0 }, names;
	struct der permitted = empty, excluded = empty;
	bool has_permitted, has_excluded;

	if (!take_only(&all, SEQUENCE, &both))
		return false;
	has_permitted = take(&both, CONTEXT(MBEDTLS_ASN1_CONSTRUCTED | 0), &permitted);
	has_excluded = take(&both, CONTEXT(MBEDTLS_ASN1_CONSTRUCTED | 1), &excluded);
	if (left(&both) > 0 || !(has_permitted || has_excluded) || has_permitted != (left(&permitted) > 0) ||
	    has_excluded != (left(&excluded) > 0))
		return false;
	if (!passes(&name, permitted, false) || !passes(&name, excluded, true))
		return false;
	/* A subject without parts is none. */
	if (subject->len > 2) {
		name = (struct der){ subject->at, subject->at + subject->len, DIRECTORY_NAME };
		if (!passes(&name, permitted, false) || !passes(&name, excluded, true))
			return false;
	}
	if (alternatives->len == 0)
		return true;
	if (!take_only(&whole, SEQUENCE, &names))
		return false;
	while (left(&names) > 0)
		if (!take(&names, ANY, &name) || !passes(&name, permitted, false) || !passes(&name, excluded, true))
			return false;
	return true;
}

static struct sso_tls_bytes bytes_of(const struct der *d)
{
	return (struct sso_tls_bytes){ d->at, left(d) };
}

static bool may_vouch(const mbedtls_x509_crt *authority, const mbedtls_x509_crt *crt)
{
	struct der value = { NULL, NULL, 0 }, names = { NULL, NULL, 0 };
	struct sso_tls_bytes constraints, subject = { crt->subject_raw.p, crt->subject_raw.len }, alternatives;
	int found = find_extension(authority, NAME_CONSTRAINTS, &value);

	if (found <= 0)
		return found == 0;
	if (find_extension(crt, SUBJECT_ALT_NAME, &names) < 0)
		return false;
	constraints = bytes_of(&value);
	alternatives = bytes_of(&names);
	return sso_tls_may_vouch(&constraints, &subject, &alternatives);
}

uint32_t sso_tls_constrain(struct sso_tls_check *check, const mbedtls_x509_crt *crt, int depth)
{
	const size_t most = sizeof(check->authorities) / sizeof(check->authorities[0]);
	/* An authority may write itself a new certificate under its own name. */
	bool is_same = depth != 0 &&
		       sso_tls_may_equal(crt->issuer_raw.p, crt->issuer_raw.len, crt->subject_raw.p, crt->subject_raw.len);
	uint32_t flags = 0;

	for (size_t i = 0; i < check->authority_count && !is_same; i++)
		if (!may_vouch(check->authorities[i], crt))
			flags |= MBEDTLS_X509_BADCERT_OTHER;
	if (depth == 0)
		check->authority_count = 0;
	else if (check->authority_count < most && is_authority(crt))
		check->authorities[check->authority_count++] = crt;
	else
		flags |= MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	return flags;
}

static int take_constraints(void *ctx, const mbedtls_x509_crt *crt, const mbedtls_x509_buf *oid, int is_critical,
			    const unsigned char *at, const unsigned char *end)
{
	(void)ctx;
	(void)crt;
	(void)is_critical;
	(void)at;
	(void)end;
	return is_extension(oid->p, oid->len, NAME_CONSTRAINTS) ? 0 : SSO_TLS_UNKNOWN_EXTENSION;
}

int sso_tls_parse_root(mbedtls_x509_crt *chain, const unsigned char *der, size_t len)
{
	return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, len, 0, take_constraints, NULL);
}

int sso_tls_parse_der(mbedtls_x509_crt *chain, const unsigned char *der, size_t len)
{
	return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, len, 1, take_constraints, NULL);
}
