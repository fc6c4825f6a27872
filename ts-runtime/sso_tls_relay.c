// SPDX-License-Identifier: MIT
// The pumps of the child without rights: records to and from the peer, plaintext from the parent,
// frames to it; both directions at once, so that neither can hold up the other.
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mbedtls/ssl.h>

#include "sso.h"

void sso_tls_put_frame(struct sso_tls_peer *p, enum sso_frame type, size_t len)
{
	p->down[0] = (uint8_t)type;
	p->down[1] = (uint8_t)(len >> 8);
	p->down[2] = (uint8_t)len;
	p->down_at = 0;
	p->down_len = SSO_FRAME_HEAD + len;
}

void sso_tls_put_text(struct sso_tls_peer *p, enum sso_frame type, const char *text)
{
	size_t len = strlen(text);

	memcpy(p->down + SSO_FRAME_HEAD, text, len);
	sso_tls_put_frame(p, type, len);
}

void sso_tls_put_failure(struct sso_tls_peer *p, const char *why)
{
	sso_tls_put_text(p, SSO_FRAME_FAILED, why);
	p->finished = true;
}

/* Hands on what the parent takes now. */
static void flush_down(struct sso_tls_peer *p)
{
	while (p->down_at < p->down_len) {
		ssize_t n = send(p->parent, p->down + p->down_at, p->down_len - p->down_at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			p->down_at += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			_exit(0);
	}
	explicit_bzero(p->down, p->down_len);
	p->down_at = p->down_len = 0;
}

void sso_tls_deliver(struct sso_tls_peer *p)
{
	struct pollfd fd = { .fd = p->parent, .events = POLLOUT };

	flush_down(p);
	while (p->down_len > 0) {
		poll(&fd, 1, -1);
		flush_down(p);
	}
}

void sso_tls_flush_out(struct sso_tls_peer *p)
{
	while (p->out_at < p->out_len && !p->tcp_deaf) {
		ssize_t n = send(p->tcp, p->out + p->out_at, p->out_len - p->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			p->out_at += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			p->tcp_deaf = true;
	}
	p->out_at = p->out_len = 0;
}

/*
 * mbedTLS's way out. Records are taken as a whole or not at all, and mbedtls_ssl_write is called only
 * while `out` is empty: so it never has to be repeated, which would forbid reading in between.
 */
int sso_tls_take_record(void *ctx, const unsigned char *buf, size_t len)
{
	struct sso_tls_peer *p = ctx;

	if (p->tcp_deaf)
		return (int)len;
	sso_tls_flush_out(p);
	if (len > sizeof(p->out) - p->out_len)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	memcpy(p->out + p->out_len, buf, len);
	p->out_len += len;
	sso_tls_flush_out(p);
	return (int)len;
}

int sso_tls_fetch_bytes(void *ctx, unsigned char *buf, size_t len)
{
	struct sso_tls_peer *p = ctx;
	ssize_t n;

	do
		n = recv(p->tcp, buf, len, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return (int)n; /* 0: mbedTLS makes MBEDTLS_ERR_SSL_CONN_EOF of it */
	if (errno == EAGAIN)
		return MBEDTLS_ERR_SSL_WANT_READ;
	p->tcp_error = errno;
	return MBEDTLS_ERR_SSL_CONN_EOF;
}

void sso_tls_wait(struct sso_tls_peer *p, short tcp_events, short parent_events)
{
	struct pollfd fds[2] = {
		/* Not with events 0: a reset would be reported again and again while the parent is busy. */
		{ .fd = tcp_events ? p->tcp : -1, .events = tcp_events },
		{ .fd = p->parent, .events = parent_events },
	};

	if (poll(fds, 2, -1) < 0)
		return;
	/* A hang-up and nothing to read: no one is left to work for. */
	if ((fds[1].revents & (POLLHUP | POLLERR)) && !(fds[1].revents & POLLIN))
		_exit(0);
}

static void read_peer(struct sso_tls_peer *p)
{
	char why[SSO_WHY_MAX];
	int n = p->write_error;

	if (n == 0)
		n = mbedtls_ssl_read(&p->ssl, p->down + SSO_FRAME_HEAD, SSO_FRAME_MAX);
#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
	if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		n = MBEDTLS_ERR_SSL_WANT_READ;
#endif

	if (n > 0) {
		sso_tls_put_frame(p, SSO_FRAME_DATA, (size_t)n);
	} else if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
		sso_tls_put_frame(p, SSO_FRAME_END, 0);
		p->finished = true;
	} else if (n != MBEDTLS_ERR_SSL_WANT_READ && n != MBEDTLS_ERR_SSL_WANT_WRITE) {
		/* TCP's end alone proves nothing: anybody on the way can cut an answer short. */
		sso_tls_explain(p, n, "without close_notify", why);
		sso_tls_put_failure(p, why);
	}
}

static void read_parent(struct sso_tls_peer *p)
{
	ssize_t n = recv(p->parent, p->up, sizeof(p->up), MSG_DONTWAIT);

	if (n > 0) {
		p->up_len = (size_t)n;
	} else if (n == 0) {
		mbedtls_ssl_close_notify(&p->ssl);
		sso_tls_flush_out(p);
		_exit(0);
	} else if (errno != EAGAIN && errno != EINTR) {
		_exit(0);
	}
}

static void write_peer(struct sso_tls_peer *p)
{
	size_t at = 0;

	while (at < p->up_len && !p->finished && !p->write_error) {
		int n = mbedtls_ssl_write(&p->ssl, p->up + at, p->up_len - at);

		if (n > 0)
			at += (size_t)n;
		else
			p->write_error = n ? n : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	}
	/* A request may carry a secret, which has no more business here; mbedTLS encrypts in place. */
	explicit_bzero(p->up, p->up_len);
	p->up_len = 0;
}

void sso_tls_relay(struct sso_tls_peer *p)
{
	for (;;) {
		short tcp_events = 0, parent_events = 0;

		sso_tls_flush_out(p);
		flush_down(p);
		if (p->down_len == 0) {
			if (p->finished)
				return;
			read_peer(p);
		}
		/* After the end the parent's bytes are thrown away, so that it comes to read about the end. */
		if (p->out_len == 0 || p->finished)
			read_parent(p);
		write_peer(p);
		if (p->out_len > 0)
			tcp_events |= POLLOUT;
		if (p->down_len == 0)
			tcp_events |= POLLIN;
		else
			parent_events |= POLLOUT;
		if (p->out_len == 0 || p->finished)
			parent_events |= POLLIN;
		sso_tls_wait(p, p->finished ? 0 : tcp_events, parent_events);
	}
}
