// SPDX-License-Identifier: MIT
// Opens Unix stream sockets within a deadline.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sso.h"

#define RETRY_MS 20

static int explain(struct sso_stream *s, const char **reason, const char *word)
{
	snprintf(s->why, sizeof(s->why), "%s: %s", word, strerror(errno));
	*reason = s->why;
	return -1;
}

int sso_unix_open(const char *path, int64_t deadline_ms, struct sso_stream *s, const char **reason)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	if (len == 0 || len >= sizeof(to.sun_path)) {
		*reason = "io: socket path too long";
		return -1;
	}
	memcpy(to.sun_path, path, len);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return explain(s, reason, "io");
	while (connect(s->fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		int64_t now = sso_boot_ms(), again = now + RETRY_MS;

		if (errno == EISCONN)
			break;
		if (errno == ENOENT || errno == ECONNREFUSED)
			explain(s, reason, "refused");
		else if (errno != EAGAIN && errno != EINTR)
			explain(s, reason, "io");
		else if (now >= deadline_ms)
			*reason = "timeout";
		else {
			/* EAGAIN: the listener's queue is full, and poll(2) cannot wait for that. */
			sso_wait(-1, 0, again < deadline_ms ? again : deadline_ms);
			continue;
		}
		sso_stream_close(s);
		return -1;
	}
	return 0;
}
