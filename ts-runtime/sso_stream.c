// SPDX-License-Identifier: MIT
// Byte streams with deadlines: Unix sockets, and the parent's end of a TLS child, whose frames are
// taken apart here as strictly as if they came from a stranger.
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sso_tls.h"

#define GOODBYE_MS 100

/* The exit status when it had ended by itself, else -1. */
static int reap(struct sso_stream *s)
{
	int status = -1;

	if (s->child > 0) {
		kill(s->child, SIGKILL);
		while (waitpid(s->child, &status, 0) < 0 && errno == EINTR)
			;
	}
	s->child = 0;
	return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Ends a TLS stream for good; a Unix stream may be tried again. */
static int fail(struct sso_stream *s, const char **reason, const char *why, bool is_tls)
{
	*reason = why;
	if (is_tls) {
		s->failed = why;
		reap(s);
	}
	return -1;
}

/* The child's end of the socketpair is closed, which happens only when it dies. */
static int fail_dead(struct sso_stream *s, const char **reason)
{
	int status = reap(s);

	return fail(s, reason,
		    status == SSO_EXIT_JAIL   ? "io: the network process cannot give up its rights"
		    : status == SSO_EXIT_EXEC ? "exec: the network process cannot be started"
					      : "io: the network process ended",
		    true);
}

/* One recv, waited for: bytes, 0 at the end of the stream, -1. */
static ssize_t pull(struct sso_stream *s, void *buf, size_t len, int64_t deadline_ms, const char **reason, bool is_tls)
{
	for (;;) {
		ssize_t n;
		int ready = sso_wait(s->fd, POLLIN, deadline_ms);

		/* Not for good: a kept connection is looked at like this before it is used again. */
		if (ready == 0)
			return fail(s, reason, "timeout", false);
		if (ready < 0)
			return fail(s, reason, "io", is_tls);
		n = recv(s->fd, buf, len, MSG_DONTWAIT);
		if (n >= 0)
			return n;
		if (errno == ECONNRESET)
			return is_tls ? 0 : fail(s, reason, "closed", false);
		if (errno != EAGAIN && errno != EINTR)
			return fail(s, reason, "io", is_tls);
	}
}

static int pull_all(struct sso_stream *s, uint8_t *buf, size_t len, int64_t deadline_ms, const char **reason)
{
	while (len > 0) {
		ssize_t n = pull(s, buf, len, deadline_ms, reason, true);

		if (n < 0)
			return fail(s, reason, *reason, true);
		if (n == 0)
			return fail_dead(s, reason);
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A text payload; bytes that do not belong into a log line end the stream. */
static int pull_text(struct sso_stream *s, char *out, size_t size, int64_t deadline_ms, const char **reason)
{
	size_t len = s->left;

	if (len == 0 || len >= size)
		return fail(s, reason, "io: malformed frame", true);
	s->left = 0;
	if (pull_all(s, (uint8_t *)out, len, deadline_ms, reason) < 0)
		return -1;
	out[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (out[i] < 0x20 || out[i] > 0x7e)
			return fail(s, reason, "io: malformed frame", true);
	return 0;
}

/* Reads a frame's head; `first` is the type allowed besides 'failed', and `second` another one. */
static int next_frame(struct sso_stream *s, int first, int second, int64_t deadline_ms, const char **reason)
{
	while (s->head_len < sizeof(s->head)) {
		ssize_t n = pull(s, s->head + s->head_len, sizeof(s->head) - s->head_len, deadline_ms, reason, true);

		if (n < 0)
			return -1;
		if (n == 0)
			return fail_dead(s, reason);
		s->head_len += (uint8_t)n;
	}
	s->head_len = 0;
	s->left = (uint16_t)(s->head[1] << 8 | s->head[2]);
	if (s->head[0] == SSO_FRAME_FAILED) {
		if (pull_text(s, s->why, sizeof(s->why), deadline_ms, reason) == 0)
			return fail(s, reason, s->why, true);
		/* It is over, and 'timeout' would say that it may be used again. */
		return strcmp(*reason, "timeout") == 0 ? fail(s, reason, "closed: its reason came too late", true) : -1;
	}
	if (s->head[0] != first && s->head[0] != second)
		return fail(s, reason, "io: malformed frame", true);
	return s->head[0];
}

int sso_stream_expect(struct sso_stream *s, enum sso_frame type, enum sso_frame other, int64_t deadline_ms, const char **reason)
{
	int got = next_frame(s, type, other, deadline_ms, reason);
	uint32_t root[2];

	if (got < 0)
		return -1;
	if (got == SSO_FRAME_CONNECTED && s->left > sizeof(root)) {
		if (pull_all(s, (uint8_t *)root, sizeof(root), deadline_ms, reason) < 0)
			return -1;
		s->left = (uint16_t)(s->left - sizeof(root));
		s->root_at = ntohl(root[0]);
		s->root_len = ntohl(root[1]);
		return pull_text(s, s->agreed, sizeof(s->agreed), deadline_ms, reason) < 0 ? -1 : got;
	}
	if (got == SSO_FRAME_CONNECTED || s->left != 0)
		return fail(s, reason, "io: malformed frame", true);
	return got;
}

ssize_t sso_stream_read(struct sso_stream *s, void *buf, size_t max, int64_t deadline_ms, const char **reason)
{
	ssize_t n;

	if (s->failed) {
		*reason = s->failed;
		return -1;
	}
	if (s->ended)
		return 0;
	if (s->fd < 0 || max == 0)
		return fail(s, reason, "io", false);
	if (s->child == 0) {
		n = pull(s, buf, max, deadline_ms, reason, false);
		s->ended = n == 0;
		return n;
	}
	if (s->left == 0) {
		int type;

		/* Nothing has come and nothing is lost: an idle connection may be looked at and used again. */
		if (s->head_len == 0 && sso_wait(s->fd, POLLIN, deadline_ms) == 0) {
			*reason = "timeout";
			return -1;
		}
		type = next_frame(s, SSO_FRAME_DATA, SSO_FRAME_END, deadline_ms, reason);

		if (type < 0)
			return -1;
		/* An empty data frame would look like the end, a full end frame like data. */
		if (s->left > SSO_FRAME_MAX || (s->left > 0) != (type == SSO_FRAME_DATA))
			return fail(s, reason, "io: malformed frame", true);
		if (type == SSO_FRAME_END) {
			s->ended = true;
			return 0;
		}
	}
	n = pull(s, buf, max < s->left ? max : s->left, deadline_ms, reason, true);
	if (n == 0)
		return fail_dead(s, reason);
	if (n > 0)
		s->left = (uint16_t)(s->left - n);
	return n;
}

int sso_stream_write(struct sso_stream *s, const void *buf, size_t len, int64_t deadline_ms, const char **reason)
{
	const uint8_t *from = buf;
	bool is_tls = s->child > 0;

	if (s->failed) {
		*reason = s->failed;
		return -1;
	}
	if (s->fd < 0)
		return fail(s, reason, "io", false);
	while (len > 0) {
		int ready = sso_boot_ms() < deadline_ms ? sso_wait(s->fd, POLLOUT, deadline_ms) : 0;
		ssize_t n;

		/* For good with TLS: the server got a part of what was meant for it. */
		if (ready == 0)
			return fail(s, reason, "timeout", is_tls);
		n = send(s->fd, from, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			from += n;
			len -= (size_t)n;
		} else if (errno == EPIPE || errno == ECONNRESET) {
			/* Why it ended, and an answer sent early, may still wait to be read. */
			return fail(s, reason, "closed", false);
		} else if (errno != EAGAIN && errno != EINTR) {
			return fail(s, reason, "io", is_tls);
		}
	}
	return 0;
}

void sso_stream_close(struct sso_stream *s)
{
	if (s->fd > 0) {
		/* A healthy child sends its close_notify and ends; it gets a moment for that. */
		if (s->child > 0 && s->agreed[0] && !s->failed) {
			int64_t until = sso_boot_ms() + GOODBYE_MS;
			uint8_t rest[1024];

			shutdown(s->fd, SHUT_WR);
			while (sso_wait(s->fd, POLLIN, until) > 0 && recv(s->fd, rest, sizeof(rest), MSG_DONTWAIT) > 0)
				;
		}
		close(s->fd);
	}
	s->fd = -1;
	reap(s);
}
