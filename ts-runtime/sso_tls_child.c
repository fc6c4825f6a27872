// SPDX-License-Identifier: MIT
// Opens a TLS stream: reads the CA files with the rights of the caller, forks the child that does the
// rest without any, hands it more of them once, and keeps its time (product.md 3, "Network work without rights").
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sso.h"

#define NAME_MAX_BYTES 255

static _Noreturn void be_child(const struct sso_tls_target *t, struct sso_trust *trust, int fd, pid_t parent)
{
	fd = sso_jail_enter(fd, parent);
	if (fd < 0)
		_exit(SSO_EXIT_JAIL);
	sso_tls_peer_run(t, trust, fd);
}

/* The child has one root and found it not to be enough. */
static int hand_all(const struct sso_tls_target *t, struct sso_trust *trust, struct sso_stream *s, int64_t deadline_ms,
		    const char **reason)
{
	uint32_t lengths[2];

	sso_trust_free(trust);
	if (sso_trust_read(trust, t->ca_dir, t->ca_file, "", reason) < 0)
		return -1;
	lengths[0] = (uint32_t)trust->own_len;
	lengths[1] = (uint32_t)trust->len;
	if (sso_stream_write(s, lengths, sizeof(lengths), deadline_ms, reason) < 0)
		return -1;
	return sso_stream_write(s, trust->bytes, trust->len, deadline_ms, reason);
}

/* The next step of the child, which may ask for the other roots before it. */
static int await(const struct sso_tls_target *t, struct sso_trust *trust, struct sso_stream *s, enum sso_frame step,
		 int64_t deadline_ms, const char **reason)
{
	int got = sso_stream_expect(s, step, trust->is_part ? SSO_FRAME_ALL : step, deadline_ms, reason);

	if (got != SSO_FRAME_ALL)
		return got < 0 ? -1 : 0;
	if (hand_all(t, trust, s, deadline_ms, reason) < 0)
		return -1;
	return await(t, trust, s, step, deadline_ms, reason);
}

static int open_with(const struct sso_tls_target *t, struct sso_trust *trust, struct sso_stream *s, const char **reason)
{
	pid_t self = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		snprintf(s->why, sizeof(s->why), "io: %s", strerror(errno));
		*reason = s->why;
		return -1;
	}
	s->child = fork();
	if (s->child == 0)
		be_child(t, trust, ends[1], self);
	/* The child has its own copy. */
	free(trust->bytes);
	trust->bytes = NULL;
	close(ends[1]);
	s->fd = ends[0];
	if (s->child < 0) {
		snprintf(s->why, sizeof(s->why), "io: %s", strerror(errno));
		*reason = s->why;
		s->child = 0;
		return -1;
	}
	if (await(t, trust, s, SSO_FRAME_TCP, t->connect_deadline_ms, reason) < 0 ||
	    await(t, trust, s, SSO_FRAME_CONNECTED, t->deadline_ms, reason) < 0)
		return -1;
	sso_trust_place(trust, s->root_at, s->root_len, s->root);
	return 0;
}

int sso_tls_open(const struct sso_tls_target *t, struct sso_stream *s, const char **reason)
{
	struct sso_trust trust;
	int result;

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	if (t->name[0] == '\0' || strlen(t->name) > NAME_MAX_BYTES || t->port == 0) {
		*reason = "dns: no usable name or port";
		return -1;
	}
	if (sso_trust_read(&trust, t->ca_dir, t->ca_file, t->root, reason) < 0)
		return -1;
	result = open_with(t, &trust, s, reason);
	if (result < 0)
		sso_stream_close(s);
	sso_trust_free(&trust);
	return result;
}
