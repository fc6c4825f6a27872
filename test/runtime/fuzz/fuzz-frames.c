// SPDX-License-Identifier: MIT
// The parent's end of the network child's socketpair, against a model of the protocol that reads all
// bytes at once: whatever a child that was broken into sends, the parent delivers what the frames carry
// and gives the model's reason, however the bytes arrive.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "sso_tls.h"

#define SENT_MAX 60000
#define CHILD 4000000

static const char MALFORMED[] = "io: malformed frame";
static const char ENDED[] = "io: the network process ended";

static size_t put_frame(uint8_t *out, size_t len, char type, const void *payload, size_t payload_len)
{
	out[len++] = (uint8_t)type;
	out[len++] = (uint8_t)(payload_len >> 8);
	out[len++] = (uint8_t)payload_len;
	if (payload_len > 0)
		memcpy(out + len, payload, payload_len);
	return len + payload_len;
}

/* Frames as a healthy child sends them, mostly; then perhaps some mistakes. */
static size_t make_bytes(uint8_t out[SENT_MAX])
{
	static uint8_t payload[SSO_FRAME_MAX + 8];
	static const char TYPES[] = "tcdefa";
	size_t len = 0;

	if (!fuzz_one_in(16))
		len = put_frame(out, len, SSO_FRAME_TCP, NULL, 0);
	if (!fuzz_one_in(4))
		len = put_frame(out, len, SSO_FRAME_ALL, NULL, 0);
	if (!fuzz_one_in(16)) {
		for (size_t k = 0; k < 8; k++)
			payload[k] = (uint8_t)fuzz_next();
		memcpy(payload + 8, "TLSv1.3 X", 9);
		len = put_frame(out, len, SSO_FRAME_CONNECTED, payload, 9 + fuzz_below(9));
	}
	for (size_t i = fuzz_below(6); i > 0; i--) {
		char type = fuzz_one_in(6) ? TYPES[fuzz_below(6)] : SSO_FRAME_DATA;
		size_t size = fuzz_one_in(16) ? SSO_FRAME_MAX - 2 + fuzz_below(5) : fuzz_below(fuzz_one_in(4) ? 300 : 20);

		for (size_t k = 0; k < size; k++)
			payload[k] = (uint8_t)(fuzz_one_in(200) ? fuzz_next() : 'a' + k % 26);
		if (len + SSO_FRAME_HEAD + size > SENT_MAX)
			break;
		len = put_frame(out, len, type, payload, size);
	}
	if (fuzz_one_in(2))
		len = put_frame(out, len > SENT_MAX - 3 ? SENT_MAX - 3 : len, SSO_FRAME_END, NULL, 0);
	return fuzz_one_in(3) ? len : fuzz_mutate(out, len, SENT_MAX);
}

struct expected {
	const char *reason; /* NULL: the proper end */
	char text[70000];   /* a reason that the child sent */
	uint8_t data[SENT_MAX];
	size_t data_len;
	char agreed[80];
	uint32_t root_at, root_len;
	bool is_open;
	bool wants_all;
};

/* Text that may stand in a log line, at most `max` bytes. */
static bool take_text(const uint8_t *at, size_t len, char *out, size_t max)
{
	if (len == 0 || len > max)
		return false;
	for (size_t i = 0; i < len; i++)
		if (at[i] < 0x20 || at[i] > 0x7e)
			return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

static void model(const uint8_t *bytes, size_t len, struct expected *e)
{
	static const char ORDER[] = { SSO_FRAME_TCP, SSO_FRAME_CONNECTED };
	size_t at = 0;

	memset(e, 0, sizeof(*e));
	for (size_t i = 0;; i++) {
		uint8_t type;
		size_t size;

		e->is_open = i >= 2;
		e->reason = ENDED;
		if (len - at < SSO_FRAME_HEAD)
			return;
		type = bytes[at];
		size = (size_t)bytes[at + 1] << 8 | bytes[at + 2];
		at += SSO_FRAME_HEAD;
		if (type == SSO_FRAME_FAILED) {
			e->reason = size == 0 || size >= SSO_WHY_MAX                        ? MALFORMED
				    : len - at < size                                       ? ENDED
				    : take_text(bytes + at, size, e->text, SSO_WHY_MAX - 1) ? e->text
											    : MALFORMED;
			return;
		}
		e->reason = MALFORMED;
		/* Once, and only while the connection is made; it counts for nothing. */
		if (i < 2 && type == SSO_FRAME_ALL && size == 0 && !e->wants_all) {
			e->wants_all = true;
			i--;
			continue;
		}
		if (i == 1 && type == SSO_FRAME_CONNECTED && size > 8) {
			if (len - at < (size - 8 < sizeof(e->agreed) ? size : 8)) {
				e->reason = ENDED;
				return;
			}
			for (size_t shift = 0; shift < 4; shift++) {
				e->root_at = e->root_at << 8 | bytes[at + shift];
				e->root_len = e->root_len << 8 | bytes[at + 4 + shift];
			}
			at += 8;
			size -= 8;
		} else if (i == 1) {
			return;
		}
		if (i < 2) {
			if (type != (uint8_t)ORDER[i] || (i == 0 && size != 0))
				return;
			if (i == 1 && !take_text(bytes + at, size, e->agreed, sizeof(e->agreed) - 1))
				return;
			at += size;
			continue;
		}
		if (type == SSO_FRAME_END && size == 0) {
			e->reason = NULL;
			return;
		}
		if (type != SSO_FRAME_DATA || size == 0 || size > SSO_FRAME_MAX)
			return;
		e->reason = ENDED;
		if (len - at < size) {
			memcpy(e->data + e->data_len, bytes + at, len - at);
			e->data_len += len - at;
			return;
		}
		memcpy(e->data + e->data_len, bytes + at, size);
		e->data_len += size;
		at += size;
	}
}

static void check_reason(const char *reason, const struct expected *e)
{
	if (!e->reason || strcmp(reason, e->reason) != 0)
		fuzz_fail("the reason is '%s', not '%s'", reason, e->reason ? e->reason : "(the end)");
}

struct sender {
	int fd;
	uint8_t *bytes;
	size_t len, sent;
};

/* Sends some more; after the last byte the child is gone. */
static void send_some(struct sender *from, bool all)
{
	size_t some = all ? from->len - from->sent : 1 + fuzz_below(fuzz_one_in(2) ? 5 : 20000);

	if (some > from->len - from->sent)
		some = from->len - from->sent;
	if (some > 0)
		FUZZ_CHECK(send(from->fd, from->bytes + from->sent, some, MSG_NOSIGNAL) == (ssize_t)some);
	from->sent += some;
	if (from->sent == from->len && from->fd >= 0) {
		close(from->fd);
		from->fd = -1;
	}
}

static void read_all(struct sso_stream *s, struct sender *from, struct expected *e)
{
	static uint8_t got[SENT_MAX];
	const char *reason = NULL;
	size_t len = 0;
	ssize_t n = -1;

	for (;;) {
		size_t max = 1 + fuzz_below(fuzz_one_in(4) ? sizeof(got) : 400);
		/* While the child has more to say a passed deadline only looks. */
		bool is_late = from->fd >= 0;
		uint8_t *exact;

		if (max > sizeof(got) - len)
			max = sizeof(got) - len;
		exact = malloc(max);
		FUZZ_CHECK(max > 0 && exact);
		n = sso_stream_read(s, exact, max, is_late ? 0 : sso_boot_ms() + 10000, &reason);
		if (n > 0)
			memcpy(got + len, exact, (size_t)n);
		free(exact);
		if (n > 0) {
			len += (size_t)n;
		} else if (n < 0 && strcmp(reason, "timeout") == 0) {
			FUZZ_CHECK(is_late && !s->failed);
			send_some(from, fuzz_one_in(3));
		} else if (n < 0 && is_late && strcmp(reason, "closed: its reason came too late") == 0) {
			/* Only a failure whose text had not come yet; that it failed stays true. */
			FUZZ_CHECK(e->reason && s->failed);
			e->reason = reason;
			break;
		} else {
			break;
		}
	}
	if (n == 0)
		FUZZ_CHECK(!e->reason);
	if (n < 0)
		check_reason(reason, e);
	FUZZ_CHECK(len == e->data_len && memcmp(got, e->data, len) == 0);
	/* What ended once stays ended. */
	FUZZ_CHECK(sso_stream_read(s, got, 1, 0, &reason) == n);
	if (n < 0) {
		check_reason(reason, e);
		FUZZ_CHECK(fuzz_world.reaped == 1 && s->child == 0);
		FUZZ_CHECK(sso_stream_write(s, got, 1, sso_boot_ms() + 10000, &reason) == -1);
		check_reason(reason, e);
	}
}

/* As sso_tls_open does it. */
static int expect(struct sso_stream *s, enum sso_frame type, bool *may_ask, int64_t until, const char **reason)
{
	int got = sso_stream_expect(s, type, *may_ask ? SSO_FRAME_ALL : type, until, reason);

	if (got != SSO_FRAME_ALL)
		return got;
	*may_ask = false;
	return expect(s, type, may_ask, until, reason);
}

void fuzz_frames(void)
{
	bool may_ask = true;
	static uint8_t bytes[SENT_MAX];
	static struct expected e;
	struct sso_stream s = { .fd = -1, .child = CHILD };
	struct sender from = { .len = make_bytes(bytes) };
	const char *reason = NULL;
	int64_t until = sso_boot_ms() + 10000;
	int ends[2], room = 4 * SENT_MAX;

	from.bytes = fuzz_exact(bytes, from.len);
	model(from.bytes, from.len, &e);
	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	s.fd = ends[0];
	from.fd = ends[1];
	fuzz_world.reaped = 0;
	/* All that belongs to the opening at once, or in parts that a test with one thread can wait for. */
	do
		send_some(&from, !e.is_open || fuzz_one_in(2));
	while (from.fd >= 0 && from.sent < 200);
	if (expect(&s, SSO_FRAME_TCP, &may_ask, until, &reason) < 0 ||
	    expect(&s, SSO_FRAME_CONNECTED, &may_ask, until, &reason) < 0) {
		FUZZ_CHECK(!e.is_open);
		check_reason(reason, &e);
	} else {
		FUZZ_CHECK(e.is_open && strcmp(s.agreed, e.agreed) == 0 && may_ask == !e.wants_all);
		FUZZ_CHECK(s.root_at == e.root_at && s.root_len == e.root_len);
		read_all(&s, &from, &e);
	}
	if (from.fd >= 0)
		close(from.fd);
	sso_stream_close(&s);
	sso_stream_close(&s);
	FUZZ_CHECK(fuzz_world.reaped == 1 && s.fd == -1);
	free(from.bytes);
}
