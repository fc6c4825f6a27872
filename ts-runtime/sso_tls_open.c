// SPDX-License-Identifier: MIT
// Opens a TLS stream: reads the CA files with the rights of the caller, executes the child that does the
// rest without any, hands it what it needs, and keeps its time.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sso_tls.h"

/* Afresh: what the parent has in its memory and in its environment does not come along. */
static _Noreturn void execute(int fd)
{
	char *const arguments[] = { "luci-sso", SSO_TLS_CHILD, NULL }, *const environment[] = { NULL };

	if (fd == SSO_TLS_CHILD_FD ? fcntl(fd, F_SETFD, 0) >= 0 : dup2(fd, SSO_TLS_CHILD_FD) >= 0)
		execve("/proc/self/exe", arguments, environment);
	_exit(SSO_EXIT_EXEC);
}

static int hand_trust(const struct sso_trust *trust, struct sso_stream *s, int64_t deadline_ms, const char **reason)
{
	const uint32_t lengths[2] = { (uint32_t)trust->own_len, (uint32_t)trust->len };

	if (sso_stream_write(s, lengths, sizeof(lengths), deadline_ms, reason) < 0)
		return -1;
	return sso_stream_write(s, trust->bytes, trust->len, deadline_ms, reason);
}

static int hand_order(const struct sso_tls_target *t, struct sso_trust *trust, struct sso_stream *s, const char **reason)
{
	struct sso_tls_order order = {
		.parent = getpid(),
		.port = t->port,
		.has_ca_file = t->ca_file[0] != '\0',
		.is_part = trust->is_part,
		.connect_deadline_ms = t->connect_deadline_ms,
		.deadline_ms = t->deadline_ms,
	};

	memcpy(order.name, t->name, strlen(t->name));
	memcpy(order.address, t->address, strlen(t->address));
	if (sso_stream_write(s, &order, sizeof(order), t->connect_deadline_ms, reason) == 0 &&
	    hand_trust(trust, s, t->connect_deadline_ms, reason) == 0)
		return 0;
	/* A child that is gone already says why by its exit status, when its frames are waited for. */
	return s->failed ? -1 : 0;
}

/* The child has one root and found it not to be enough. */
static int hand_all(const struct sso_tls_target *t, struct sso_trust *trust, struct sso_stream *s, int64_t deadline_ms,
		    const char **reason)
{
	sso_trust_free(trust);
	if (sso_trust_read(trust, t->ca_dir, t->ca_file, "", reason) < 0)
		return -1;
	return hand_trust(trust, s, deadline_ms, reason);
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

/* Starts the child and hands it what it is to do. */
static int start(const struct sso_tls_target *t, struct sso_trust *trust, struct sso_stream *s, const char **reason)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		*reason = sso_io_reason(s->why, errno);
		return -1;
	}
	s->fd = ends[0];
	s->child = fork();
	if (s->child == 0)
		execute(ends[1]);
	close(ends[1]);
	if (s->child < 0) {
		*reason = sso_io_reason(s->why, errno);
		s->child = 0;
		return -1;
	}
	return hand_order(t, trust, s, reason);
}

static int open_with(const struct sso_tls_target *t, struct sso_trust *trust, struct sso_stream *s, const char **reason)
{
	if (start(t, trust, s, reason) < 0)
		return -1;
	/* The child has its own copy. */
	free(trust->bytes);
	trust->bytes = NULL;
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
	if (t->name[0] == '\0' || strlen(t->name) >= SSO_TLS_NAME_MAX || t->port == 0) {
		*reason = "dns: no usable name or port";
		return -1;
	}
	if (strlen(t->address) >= SSO_TLS_ADDRESS_MAX) {
		*reason = "unreachable: not an IP address";
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

bool sso_tls_protection(int64_t deadline_ms, char said[SSO_WHY_MAX])
{
	const struct sso_tls_target nobody = { .name = "", .address = "", .ca_file = "", .connect_deadline_ms = deadline_ms };
	struct sso_trust none = { 0 };
	struct sso_stream s = { .fd = -1 };
	const char *reason = NULL;
	int got = start(&nobody, &none, &s, &reason);

	/* With port 0 the child enters its sandbox, says what holds there, and ends. */
	if (got == 0)
		got = sso_stream_expect(&s, SSO_FRAME_CONNECTED, SSO_FRAME_CONNECTED, deadline_ms, &reason);
	snprintf(said, SSO_WHY_MAX, "%s", got < 0 ? reason : s.agreed);
	sso_stream_close(&s);
	return got >= 0;
}
