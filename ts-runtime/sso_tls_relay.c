// SPDX-License-Identifier: MIT
// The pumps of the child: records to and from the server, plaintext from the parent, frames to it; both
// directions at once, so that neither can hold up the other.
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sso_tls_child.h"

void sso_tls_put_frame(struct sso_tls_child *c, enum sso_frame type, size_t len)
{
	c->down[0] = (uint8_t)type;
	c->down[1] = (uint8_t)(len >> 8);
	c->down[2] = (uint8_t)len;
	c->down_at = 0;
	c->down_len = SSO_FRAME_HEAD + len;
}

void sso_tls_put_text(struct sso_tls_child *c, enum sso_frame type, const char *text)
{
	size_t len = strlen(text);

	memcpy(c->down + SSO_FRAME_HEAD, text, len);
	sso_tls_put_frame(c, type, len);
}

void sso_tls_put_failure(struct sso_tls_child *c, const char *why)
{
	sso_tls_put_text(c, SSO_FRAME_FAILED, why);
	c->finished = true;
}

/* Hands on what the parent takes now. */
static void flush_down(struct sso_tls_child *c)
{
	while (c->down_at < c->down_len) {
		ssize_t n = send(c->parent, c->down + c->down_at, c->down_len - c->down_at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			c->down_at += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			_exit(0);
	}
	explicit_bzero(c->down, c->down_len);
	c->down_at = c->down_len = 0;
}

void sso_tls_deliver(struct sso_tls_child *c)
{
	struct pollfd fd = { .fd = c->parent, .events = POLLOUT };

	flush_down(c);
	while (c->down_len > 0) {
		poll(&fd, 1, -1);
		flush_down(c);
	}
}

void sso_tls_flush_out(struct sso_tls_child *c)
{
	while (c->out_at < c->out_len && !c->tcp_deaf) {
		ssize_t n = send(c->tcp, c->out + c->out_at, c->out_len - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			c->out_at += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			c->tcp_deaf = true;
	}
	c->out_at = c->out_len = 0;
}

/*
 * mbedTLS's way out. Records are taken as a whole or not at all, and mbedtls_ssl_write is called only
 * while `out` is empty: so it never has to be repeated, which would forbid reading in between.
 */
int sso_tls_take_record(void *ctx, const unsigned char *buf, size_t len)
{
	struct sso_tls_child *c = ctx;

	if (c->tcp_deaf)
		return (int)len;
	sso_tls_flush_out(c);
	if (len > sizeof(c->out) - c->out_len)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	memcpy(c->out + c->out_len, buf, len);
	c->out_len += len;
	sso_tls_flush_out(c);
	return (int)len;
}

int sso_tls_fetch_bytes(void *ctx, unsigned char *buf, size_t len)
{
	struct sso_tls_child *c = ctx;
	ssize_t n;

	do
		n = recv(c->tcp, buf, len, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return (int)n; /* 0: mbedTLS makes MBEDTLS_ERR_SSL_CONN_EOF of it */
	if (errno == EAGAIN)
		return MBEDTLS_ERR_SSL_WANT_READ;
	c->tcp_error = errno;
	return MBEDTLS_ERR_SSL_CONN_EOF;
}

void sso_tls_wait(struct sso_tls_child *c, short tcp_events, short parent_events)
{
	struct pollfd fds[2] = {
		/* Not with events 0: a reset would be reported again and again while the parent is busy. */
		{ .fd = tcp_events ? c->tcp : -1, .events = tcp_events },
		{ .fd = c->parent, .events = parent_events },
	};

	if (poll(fds, 2, -1) < 0)
		return;
	/* A hang-up and nothing to read: no one is left to work for. */
	if ((fds[1].revents & (POLLHUP | POLLERR)) && !(fds[1].revents & POLLIN))
		_exit(0);
}

static void read_server(struct sso_tls_child *c)
{
	char why[SSO_WHY_MAX];
	int n = c->write_error;

	if (n == 0)
		n = mbedtls_ssl_read(&c->ssl, c->down + SSO_FRAME_HEAD, SSO_FRAME_MAX);
#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
	if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		n = MBEDTLS_ERR_SSL_WANT_READ;
#endif

	if (n > 0) {
		sso_tls_put_frame(c, SSO_FRAME_DATA, (size_t)n);
	} else if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
		sso_tls_put_frame(c, SSO_FRAME_END, 0);
		c->finished = true;
	} else if (n != MBEDTLS_ERR_SSL_WANT_READ && n != MBEDTLS_ERR_SSL_WANT_WRITE) {
		/* TCP's end alone proves nothing: anybody on the way can cut an answer short. */
		sso_tls_explain(c, n, "without close_notify", why);
		sso_tls_put_failure(c, why);
	}
}

static void read_parent(struct sso_tls_child *c)
{
	ssize_t n = recv(c->parent, c->up, sizeof(c->up), MSG_DONTWAIT);

	if (n > 0) {
		c->up_len = (size_t)n;
	} else if (n == 0) {
		mbedtls_ssl_close_notify(&c->ssl);
		sso_tls_flush_out(c);
		_exit(0);
	} else if (errno != EAGAIN && errno != EINTR) {
		_exit(0);
	}
}

static void write_server(struct sso_tls_child *c)
{
	size_t at = 0;

	while (at < c->up_len && !c->finished && !c->write_error) {
		int n = mbedtls_ssl_write(&c->ssl, c->up + at, c->up_len - at);

		if (n > 0)
			at += (size_t)n;
		else
			c->write_error = n ? n : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	}
	/* A request may carry a secret, which has no more business here; mbedTLS encrypts in place. */
	explicit_bzero(c->up, c->up_len);
	c->up_len = 0;
}

void sso_tls_relay(struct sso_tls_child *c)
{
	for (;;) {
		short tcp_events = 0, parent_events = 0;

		sso_tls_flush_out(c);
		flush_down(c);
		if (c->down_len == 0) {
			if (c->finished)
				return;
			read_server(c);
		}
		/* After the end the parent's bytes are thrown away, so that it comes to read about the end. */
		if (c->out_len == 0 || c->finished)
			read_parent(c);
		write_server(c);
		if (c->out_len > 0)
			tcp_events |= POLLOUT;
		if (c->down_len == 0)
			tcp_events |= POLLIN;
		else
			parent_events |= POLLOUT;
		if (c->out_len == 0 || c->finished)
			parent_events |= POLLIN;
		sso_tls_wait(c, c->finished ? 0 : tcp_events, parent_events);
	}
}
