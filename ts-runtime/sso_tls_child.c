// SPDX-License-Identifier: MIT
// Opens a TLS stream: reads the CA files with the rights of the caller, forks the child that does the
// rest without any, and keeps its time (product.md 3, "Network work without rights").
#include <errno.h>
#include <stdio.h>
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

int sso_tls_open(const struct sso_tls_target *t, struct sso_stream *s, const char **reason)
{
	pid_t self = getpid();
	struct sso_trust trust;
	int ends[2];

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	if (t->name[0] == '\0' || strlen(t->name) > NAME_MAX_BYTES || t->port == 0) {
		*reason = "dns: no usable name or port";
		return -1;
	}
	if (sso_trust_read(&trust, t->ca_dir, t->ca_file, reason) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		sso_trust_free(&trust);
		snprintf(s->why, sizeof(s->why), "io: %s", strerror(errno));
		*reason = s->why;
		return -1;
	}
	s->child = fork();
	if (s->child == 0)
		be_child(t, &trust, ends[1], self);
	/* The child has its own copy. */
	sso_trust_free(&trust);
	close(ends[1]);
	s->fd = ends[0];
	if (s->child < 0) {
		snprintf(s->why, sizeof(s->why), "io: %s", strerror(errno));
		*reason = s->why;
		s->child = 0;
		sso_stream_close(s);
		return -1;
	}
	if (sso_stream_expect(s, SSO_FRAME_TCP, t->connect_deadline_ms, reason) < 0 ||
	    sso_stream_expect(s, SSO_FRAME_CONNECTED, t->deadline_ms, reason) < 0) {
		sso_stream_close(s);
		return -1;
	}
	return 0;
}
