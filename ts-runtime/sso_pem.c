// SPDX-License-Identifier: MIT
// Cuts PEM text into certificates (RFC 7468), each on its own: one search over a whole bundle with
// mbedTLS costs more than a TLS handshake, and one broken block would spoil the others.
#include <stdbool.h>
#include <string.h>

#include "sso_tls.h"

static const char BEGIN[] = "-----BEGIN CERTIFICATE-----";
static const char END[] = "-----END CERTIFICATE-----";
#define BLOCK_MAX 65536 /* bytes of base64; real roots have 1-3 kB */

static bool at_mark(const uint8_t *text, size_t len, size_t at, const char *mark, size_t mark_len)
{
	return len - at >= mark_len && memcmp(text + at, mark, mark_len) == 0;
}

static size_t next_line(const uint8_t *text, size_t len, size_t at)
{
	while (at < len && text[at] != '\n' && text[at] != '\r')
		at++;
	while (at < len && (text[at] == '\n' || text[at] == '\r'))
		at++;
	return at;
}

static int digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Strict base64 (RFC 4648) but for white space. Writes at most 3/4 of what it has read, so it may work in place. */
static bool decode(const uint8_t *from, size_t len, uint8_t *out, size_t *out_len)
{
	uint32_t bits = 0;
	unsigned int have = 0, pad = 0;
	bool over = false;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = from[i];
		int value = 0;

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if (over)
			return false;
		if (c == '=') {
			if (have < 2)
				return false;
			pad++;
		} else {
			value = digit(c);
			if (value < 0 || pad > 0)
				return false;
		}
		bits = bits << 6 | (uint32_t)value;
		if (++have < 4)
			continue;
		out[n++] = (uint8_t)(bits >> 16);
		if (pad < 2)
			out[n++] = (uint8_t)(bits >> 8);
		if (pad < 1)
			out[n++] = (uint8_t)bits;
		over = pad > 0;
		have = 0;
		bits = 0;
	}
	*out_len = n;
	return have == 0 && n > 0;
}

int sso_pem_next(const uint8_t *text, size_t len, size_t *at, uint8_t *out, size_t *out_len)
{
	size_t pos = *at, body;

	while (pos < len && !at_mark(text, len, pos, BEGIN, sizeof(BEGIN) - 1))
		pos = next_line(text, len, pos);
	if (pos >= len) {
		*at = len;
		return 0;
	}
	body = pos = next_line(text, len, pos);
	while (pos < len && !at_mark(text, len, pos, END, sizeof(END) - 1)) {
		/* The block before lost its end; this one may be whole. */
		if (at_mark(text, len, pos, BEGIN, sizeof(BEGIN) - 1)) {
			*at = pos;
			return -1;
		}
		pos = next_line(text, len, pos);
	}
	if (pos >= len) {
		*at = len;
		return -1;
	}
	*at = next_line(text, len, pos);
	if (pos - body > BLOCK_MAX)
		return -1;
	return decode(text + body, pos - body, out, out_len) ? 1 : -1;
}
