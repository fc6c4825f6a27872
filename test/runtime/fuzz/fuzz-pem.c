// SPDX-License-Identifier: MIT
// PEM text as a CA file may hold it: the cutter alone, the files, and the search among the certificates.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "sso_tls_child.h"

static const char BEGIN[] = "-----BEGIN CERTIFICATE-----";
static const char END[] = "-----END CERTIFICATE-----";

static bool is_mark(const uint8_t *text, size_t len, size_t at, const char *mark)
{
	return len - at >= strlen(mark) && memcmp(text + at, mark, strlen(mark)) == 0;
}

static bool is_line_end(uint8_t c)
{
	return c == '\n' || c == '\r';
}

/* Encodes what came out and compares it with the last block between `from` and `to`, white space left out. */
static void check_decoded(const uint8_t *text, size_t from, size_t to, const uint8_t *der, size_t der_len)
{
	static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t body = 0, end = to, at = 0;

	for (size_t i = from; i < to; i++)
		if ((i == from || is_line_end(text[i - 1])) && is_mark(text, to, i, BEGIN))
			body = i + 1;
	FUZZ_CHECK(body > 0);
	while (body < to && !is_line_end(text[body]))
		body++;
	for (size_t i = to; i-- > body;)
		if (is_line_end(text[i]) && is_mark(text, to, i + 1, END))
			end = i + 1;
	FUZZ_CHECK(end < to);
	for (size_t i = 0; i < (der_len + 2) / 3 * 4; i++) {
		const uint8_t *three = der + i / 4 * 3;
		size_t have = der_len - i / 4 * 3;
		uint32_t bits = (uint32_t)three[0] << 16 | (have > 1 ? (uint32_t)three[1] << 8 : 0) | (have > 2 ? three[2] : 0);
		char expected = DIGITS[bits >> (18 - i % 4 * 6) & 63];

		while (body + at < end && (is_line_end(text[body + at]) || text[body + at] == ' ' || text[body + at] == '\t'))
			at++;
		FUZZ_CHECK(body + at < end);
		if (i % 4 > have)
			expected = '=';
		/* Bits that a padded group has too many are not looked at. */
		if (i % 4 == have)
			FUZZ_CHECK(text[body + at] != '=');
		else
			FUZZ_CHECK(text[body + at] == (uint8_t)expected);
		at++;
	}
	for (; body + at < end; at++)
		FUZZ_CHECK(is_line_end(text[body + at]) || text[body + at] == ' ' || text[body + at] == '\t');
}

void fuzz_pem(void)
{
	static uint8_t input[FUZZ_INPUT_MAX], out[FUZZ_INPUT_MAX];
	size_t len = fuzz_pem_text(input), at = 0, packed = 0, in_place_at = 0;
	uint8_t *text = fuzz_exact(input, len), *in_place = fuzz_exact(input, len);

	for (;;) {
		size_t from = at, out_len = 0, in_place_len = 0;
		int found = sso_pem_next(text, len, &at, out, &out_len);

		FUZZ_CHECK(sso_pem_next(in_place, len, &in_place_at, in_place + packed, &in_place_len) == found);
		FUZZ_CHECK(at <= len && in_place_at == at);
		if (found == 0)
			break;
		FUZZ_CHECK(at > from);
		if (found < 0)
			continue;
		FUZZ_CHECK(out_len > 0 && out_len < at - from && in_place_len == out_len);
		FUZZ_CHECK(memcmp(in_place + packed, out, out_len) == 0);
		check_decoded(text, from, at, out, out_len);
		packed += out_len;
	}
	FUZZ_CHECK(at == len);
	free(text);
	free(in_place);
}

static void plant(const char *path)
{
	static uint8_t text[FUZZ_INPUT_MAX];
	size_t kind = fuzz_below(12);
	size_t len = fuzz_pem_text(text);
	int fd;

	if (kind == 0)
		return;
	if (kind == 1 && mkdir(path, 0700) == 0)
		return;
	if (kind == 2 && symlink(fuzz_one_in(2) ? path : "a.pem", path) == 0)
		return;
	if (kind == 3 && mkfifo(path, 0600) == 0)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0)
		return;
	FUZZ_CHECK(sso_write_all(fd, text, len));
	close(fd);
}

static const char *const NAMES[] = { "a.pem", "b.crt", "ca-certificates.crt", ".hidden.pem", "other.txt", "own" };
#define NAME_COUNT (sizeof(NAMES) / sizeof(NAMES[0]))

/* Where a root may stand: one that was learned, changed or not, or numbers with a name; any bytes at times. */
static void make_place(const struct sso_trust *trust, char out[SSO_PLACE_MAX])
{
	const struct sso_cert *cert = trust->count ? &trust->certs[fuzz_below(trust->count)] : NULL;
	size_t len;

	if (cert && !fuzz_one_in(8))
		sso_trust_place(trust, cert->text_at, cert->text_len, out);
	else if (fuzz_one_in(3))
		sso_trust_place(trust, fuzz_next(), fuzz_next(), out);
	else
		snprintf(out, SSO_PLACE_MAX, "%u %u %s", (unsigned int)fuzz_below(3000), (unsigned int)fuzz_below(4000),
			 fuzz_one_in(4) ? "" : NAMES[fuzz_below(NAME_COUNT)]);
	FUZZ_CHECK(memchr(out, '\0', SSO_PLACE_MAX));
	len = strlen(out);
	if (fuzz_one_in(3))
		len = fuzz_mutate((uint8_t *)out, len, SSO_PLACE_MAX - 1);
	out[len] = '\0';
}

static bool holds(const struct sso_trust *trust, const uint8_t *der, size_t len)
{
	for (size_t i = 0; i < trust->count; i++)
		if (trust->certs[i].len == len && memcmp(trust->bytes + trust->certs[i].at, der, len) == 0)
			return true;
	return false;
}

/* Whatever a place says, nothing is believed that is not among all that is believed. */
static void check_place(const struct sso_trust *all, const char *folder, const char *own)
{
	char place[SSO_PLACE_MAX];
	const char *reason = "";
	struct sso_trust part;

	make_place(all, place);
	FUZZ_CHECK(sso_trust_read(&part, folder, own, place, &reason) == 0 && sso_trust_cut(&part) == 0);
	FUZZ_CHECK(part.own <= all->own);
	for (size_t i = 0; i < part.count; i++)
		FUZZ_CHECK(holds(all, part.bytes + part.certs[i].at, part.certs[i].len));
	if (!part.is_part)
		FUZZ_CHECK(part.count == all->count);
	sso_trust_free(&part);
}

/* What a place is made of is found again at it. */
static void check_places(const struct sso_trust *all, const char *folder, const char *own)
{
	char place[SSO_PLACE_MAX], again[SSO_PLACE_MAX];
	const char *reason = "";
	struct sso_trust part;

	for (size_t i = 0; i < all->count; i++) {
		bool found = false;

		sso_trust_place(all, all->certs[i].text_at, all->certs[i].text_len, place);
		FUZZ_CHECK(sso_trust_read(&part, folder, own, place, &reason) == 0 && sso_trust_cut(&part) == 0);
		for (size_t k = 0; k < part.count && !found; k++) {
			sso_trust_place(&part, part.certs[k].text_at, part.certs[k].text_len, again);
			found = strcmp(place, again) == 0 && part.certs[k].len == all->certs[i].len &&
				memcmp(part.bytes + part.certs[k].at, all->bytes + all->certs[i].at, all->certs[i].len) == 0;
		}
		/* A block may begin in one file and end in the next: nothing is at its place. */
		FUZZ_CHECK(found || !part.is_part || part.count == 0 || part.count == all->own);
		sso_trust_free(&part);
	}
}

void fuzz_trust(void)
{
	char path[200], own[200];
	const char *reason = "", *ca_dir, *ca_file;
	struct sso_trust trust;

	for (size_t i = 0; i < NAME_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", fuzz_folder, NAMES[i]);
		if (fuzz_one_in(4) && unlink(path) != 0)
			rmdir(path);
		if (fuzz_one_in(4) && access(path, F_OK) != 0)
			plant(path);
	}
	snprintf(own, sizeof(own), "%s/%s", fuzz_folder, fuzz_one_in(2) ? "own" : "a.pem");
	ca_dir = fuzz_one_in(8) ? "" : fuzz_folder;
	ca_file = fuzz_one_in(3) ? "" : own;
	if (sso_trust_read(&trust, ca_dir, ca_file, "", &reason) < 0) {
		FUZZ_CHECK(strcmp(reason, "ca-file: cannot be read") == 0 && !trust.bytes);
		return;
	}
	FUZZ_CHECK(trust.own_len <= trust.len && sso_trust_cut(&trust) == 0 && trust.own <= trust.count);
	for (size_t i = 0, end = 0; i < trust.count; i++) {
		FUZZ_CHECK(trust.certs[i].at == end && trust.certs[i].len > 0);
		end += trust.certs[i].len;
		FUZZ_CHECK(end <= trust.len);
	}
	sso_tls_own_ca_usable(&trust);
	check_place(&trust, ca_dir, ca_file);
	check_places(&trust, ca_dir, ca_file);
	sso_trust_free(&trust);
}

/* ---- the search for issuers ---- */

#define CERTS_MAX 8
static struct sso_bytes certs[CERTS_MAX];
static size_t cert_count;

/* DER of the corpus; the program has its own cutter for that. */
void fuzz_start_issuers(void)
{
	static uint8_t der[CERTS_MAX][FUZZ_INPUT_MAX], text[FUZZ_INPUT_MAX];

	for (size_t tries = 0; tries < 1000 && cert_count < CERTS_MAX; tries++) {
		size_t at = 0, len = fuzz_pem_text(text), out = 0;

		while (cert_count < CERTS_MAX && sso_pem_next(text, len, &at, der[cert_count], &out) > 0)
			certs[cert_count] = (struct sso_bytes){ der[cert_count], out }, cert_count++;
	}
	FUZZ_CHECK(cert_count == CERTS_MAX);
}

void fuzz_issuers(void)
{
	static uint8_t der[FUZZ_INPUT_MAX];
	struct sso_trust trust = { 0 };
	struct sso_cert spans[4];
	struct sso_tls_check check = { .trust = &trust };
	mbedtls_x509_crt child, *found = NULL;
	uint32_t flags = fuzz_one_in(2) ? MBEDTLS_X509_BADCERT_NOT_TRUSTED : fuzz_next();
	char why[SSO_WHY_MAX];
	const struct sso_bytes *one = &certs[fuzz_below(cert_count)];
	size_t len = one->len;
	uint8_t *exact;

	sso_tls_explain_flags(flags, why);
	FUZZ_CHECK(memchr(why, '\0', sizeof(why)) && strncmp(why, "cert-", 5) == 0);
	memcpy(der, one->data, len);
	if (fuzz_one_in(2))
		len = fuzz_mutate(der, len, sizeof(der));
	mbedtls_x509_crt_init(&child);
	if (mbedtls_x509_crt_parse_der(&child, der, len) != 0) {
		mbedtls_x509_crt_free(&child);
		len = one->len;
		mbedtls_x509_crt_init(&child);
		if (mbedtls_x509_crt_parse_der(&child, one->data, len) != 0)
			goto out;
	}
	trust.certs = spans;
	for (size_t i = fuzz_below(4); i < 4; i++) {
		const struct sso_bytes *other = &certs[fuzz_below(cert_count)];
		uint8_t *all;

		memcpy(der, other->data, other->len);
		len = fuzz_one_in(4) ? other->len : fuzz_mutate(der, other->len, sizeof(der));
		all = realloc(trust.bytes, trust.len + len + 1);
		FUZZ_CHECK(all);
		memcpy(all + trust.len, der, len);
		spans[trust.count++] = (struct sso_cert){ .at = (uint32_t)trust.len, .len = (uint32_t)len };
		trust.bytes = all;
		trust.len += len;
	}
	/* The last one ends where the memory ends. */
	exact = fuzz_exact(trust.bytes, trust.len);
	free(trust.bytes);
	trust.bytes = exact;
	check.address_len = (size_t[]){ 0, 4, 16 }[fuzz_below(3)];
	trust.own = fuzz_below(trust.count + 1);
	sso_tls_own_ca_usable(&trust);
	FUZZ_CHECK(sso_tls_find_issuers(&check, &child, &found) == 0);
	mbedtls_x509_crt_free(found);
	free(found);
	FUZZ_CHECK(sso_tls_check_one(&check, &child, (int)fuzz_below(2), &flags) == 0);
	free(trust.bytes);
out:
	mbedtls_x509_crt_free(&child);
}
