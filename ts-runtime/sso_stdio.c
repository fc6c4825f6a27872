// SPDX-License-Identifier: MIT
// Bytes in and out of open files, and the words for what goes wrong with them.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sso.h"

const char *sso_io_reason(char why[SSO_WHY_MAX], int error)
{
	snprintf(why, SSO_WHY_MAX, "io: %s", strerror(error));
	return why;
}

void sso_printable(char *text, size_t len, bool utf8)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte < 0x20 || byte == 0x7f || (byte > 0x7f && !utf8))
			text[i] = '?';
		else if (byte == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0)
			text[i] = text[i + 1] = '?'; /* U+0080 to U+009F: terminals obey some of them */
	}
}

static bool grow(struct sso_bytes *bytes, size_t *room, size_t max)
{
	size_t wanted = *room ? *room * 2 : 4096;
	uint8_t *data;

	if (wanted > max)
		wanted = max;
	data = realloc(bytes->data, wanted);
	if (!data)
		return false;
	bytes->data = data;
	*room = wanted;
	return true;
}

const char *sso_read_fd(int fd, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX])
{
	const char *reason = NULL;
	size_t room = 0;

	*out = (struct sso_bytes){ 0 };
	for (;;) {
		ssize_t n;

		/* one byte more than allowed, to see that there is more */
		if (out->len == room && !grow(out, &room, max + 1)) {
			reason = sso_io_reason(why, ENOMEM);
			break;
		}
		n = read(fd, out->data + out->len, room - out->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			reason = sso_io_reason(why, errno);
		if (n <= 0)
			break;
		out->len += (size_t)n;
		if (out->len > max) {
			reason = "too-large";
			break;
		}
	}
	if (reason) {
		free(out->data);
		*out = (struct sso_bytes){ 0 };
	}
	return reason;
}

bool sso_read_all(int fd, void *buf, size_t len)
{
	uint8_t *at = buf;

	while (len > 0) {
		ssize_t n = read(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

bool sso_write_all(int fd, const void *buf, size_t len)
{
	const uint8_t *at = buf;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}
