// SPDX-License-Identifier: MIT
// Name look-up and TCP, in the child: addresses of both families in turn, a new attempt every 250 ms
// or as soon as one fails, the first that stands wins (RFC 8305, without its cache of outcomes).
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sso_tls.h"

#define ADDRESSES_MAX 16
#define ATTEMPT_MS 250
#define ATTEMPTS_MAX 4 /* at once: the child may have eight descriptors and has four already */

struct dial {
	const struct addrinfo *order[ADDRESSES_MAX];
	struct pollfd attempt[ATTEMPTS_MAX + 1]; /* the last one is the parent */
	const struct addrinfo *to[ATTEMPTS_MAX];  /* where they lead; the first is the oldest */
	size_t count, begun, open;
	int worst; /* the most telling errno so far */
	const struct addrinfo *worst_at;
	int parent;
};

static const char *look_up_text(int code)
{
	switch (code) {
	case EAI_NONAME:
		return "dns: no such name";
	case EAI_AGAIN:
		return "dns: no answer";
#ifdef EAI_NODATA
	case EAI_NODATA:
		return "dns: the name has no address";
#endif
	case EAI_FAIL:
		return "dns: the server failed";
	default:
		return NULL;
	}
}

/* Alternates the families, beginning with the one that the resolver prefers. */
static void arrange(struct dial *d, const struct addrinfo *list)
{
	const struct addrinfo *next[2] = { list, list };

	while (d->count < ADDRESSES_MAX && (next[0] || next[1])) {
		const struct addrinfo **turn = &next[d->count % 2];

		/* next[0] walks the preferred family, next[1] the others; when one is through the other goes on. */
		for (int other = 0; other < 2; other++) {
			while (*turn && ((*turn)->ai_family == list->ai_family) != (turn == &next[0]))
				*turn = (*turn)->ai_next;
			if (*turn)
				break;
			turn = turn == &next[0] ? &next[1] : &next[0];
		}
		if (!*turn)
			break;
		d->order[d->count++] = *turn;
		*turn = (*turn)->ai_next;
	}
}

/* 'refused' says most (the machine is there), a routing error least. */
static int telling(int error)
{
	return error == ECONNREFUSED ? 3 : error == ETIMEDOUT ? 2 : error ? 1 : 0;
}

static void note(struct dial *d, const struct addrinfo *to, int error)
{
	if (telling(error) > telling(d->worst)) {
		d->worst = error;
		d->worst_at = to;
	}
}

static void give_up(struct dial *d, size_t i, int error)
{
	note(d, d->to[i], error);
	close(d->attempt[i].fd);
	d->open--;
	memmove(&d->attempt[i], &d->attempt[i + 1], (d->open - i) * sizeof(d->attempt[0]));
	memmove(&d->to[i], &d->to[i + 1], (d->open - i) * sizeof(d->to[0]));
}

/* Begins one more attempt; true when it already stands. */
static bool begin(struct dial *d, const struct addrinfo *to)
{
	size_t i;
	int fd;

	/* Who has not answered for a second will hardly be the first. */
	if (d->open == ATTEMPTS_MAX)
		give_up(d, 0, ETIMEDOUT);
	fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		note(d, to, errno);
		return false;
	}
	i = d->open++;
	d->attempt[i] = (struct pollfd){ .fd = fd, .events = POLLOUT };
	d->to[i] = to;
	if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
		return true;
	if (errno != EINPROGRESS && errno != EINTR)
		give_up(d, i, errno);
	return false;
}

/* Index of an attempt that stands, or -1. */
static int harvest(struct dial *d)
{
	for (size_t i = d->open; i-- > 0;) {
		if (!d->attempt[i].revents)
			continue;
		/* Asking again tells how it went, like SO_ERROR, which user-mode emulators leave untranslated. */
		if (connect(d->attempt[i].fd, d->to[i]->ai_addr, d->to[i]->ai_addrlen) == 0 || errno == EISCONN)
			return (int)i;
		if (errno != EALREADY && errno != EINPROGRESS && errno != EINTR)
			give_up(d, i, errno);
	}
	return -1;
}

static void explain(const struct dial *d, char why[SSO_WHY_MAX])
{
	char host[NI_MAXHOST] = "";
	const char *word = d->worst == ECONNREFUSED ? "refused" : d->worst == ETIMEDOUT ? "timeout" : "unreachable";

	if (d->worst_at)
		getnameinfo(d->worst_at->ai_addr, d->worst_at->ai_addrlen, host, sizeof(host), NULL, 0, NI_NUMERICHOST);
	if (telling(d->worst) == 1)
		snprintf(why, SSO_WHY_MAX, "%s: %.60s (%s)", word, host, strerror(d->worst));
	else
		snprintf(why, SSO_WHY_MAX, "%s: %.60s", word, host);
}

/* Runs the race; the winner's index among the attempts, or -1 with `why`. */
static int race(struct dial *d, int64_t deadline_ms, char why[SSO_WHY_MAX])
{
	int64_t next_at = 0;

	for (;;) {
		int64_t now = sso_boot_ms(), until = deadline_ms;
		size_t open;
		int won;

		if (now >= deadline_ms) {
			snprintf(why, SSO_WHY_MAX, "timeout: no TCP connection");
			return -1;
		}
		if (d->begun < d->count && (d->open == 0 || now >= next_at)) {
			if (begin(d, d->order[d->begun++]))
				return (int)d->open - 1;
			next_at = now + ATTEMPT_MS;
			continue;
		}
		if (d->open == 0) {
			explain(d, why);
			return -1;
		}
		if (d->begun < d->count && next_at < until)
			until = next_at;
		d->attempt[d->open] = (struct pollfd){ .fd = d->parent };
		if (poll(d->attempt, d->open + 1, (int)(until - now < 60000 ? until - now : 60000)) < 0 && errno != EINTR) {
			snprintf(why, SSO_WHY_MAX, "io: %s", strerror(errno));
			return -1;
		}
		/* Only a hang-up is reported for events 0: the parent is gone, and nobody waits any more. */
		if (d->attempt[d->open].revents)
			_exit(0);
		open = d->open;
		won = harvest(d);
		if (won >= 0)
			return won;
		if (d->open < open)
			next_at = 0;
	}
}

int sso_tls_dial(const struct sso_tls_target *t, int parent_fd, char why[SSO_WHY_MAX])
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list = NULL;
	struct dial d = { .parent = parent_fd };
	char port[8];
	int code, won, fd = -1;

	snprintf(port, sizeof(port), "%u", (unsigned int)t->port);
	if (t->address[0])
		hints.ai_flags |= AI_NUMERICHOST;
	code = getaddrinfo(t->address[0] ? t->address : t->name, port, &hints, &list);
	if (code != 0) {
		const char *text = look_up_text(code);

		if (t->address[0])
			snprintf(why, SSO_WHY_MAX, "unreachable: not an IP address");
		else if (text)
			snprintf(why, SSO_WHY_MAX, "%s", text);
		else
			snprintf(why, SSO_WHY_MAX, "dns: error %d", code);
		return -1;
	}
	arrange(&d, list);
	won = race(&d, t->connect_deadline_ms, why);
	if (won >= 0)
		fd = d.attempt[won].fd;
	for (size_t i = 0; i < d.open; i++)
		if ((int)i != won)
			close(d.attempt[i].fd);
	freeaddrinfo(list);
	return fd;
}
