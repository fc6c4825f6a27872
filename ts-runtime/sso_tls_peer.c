// SPDX-License-Identifier: MIT
// The child without rights: handshake with the peer, then plaintext one way and frames the other, both
// directions at once. It ends with the connection or with its parent; the parent keeps the time.
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mbedtls/ssl.h>
#include <psa/crypto.h>
#include <mbedtls/psa_util.h>

#include "sso.h"

#define HEAD 3
#define UP_MAX MBEDTLS_SSL_OUT_CONTENT_LEN

struct peer {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	struct sso_tls_check check;
	int tcp, parent;
	int tcp_error;                  /* errno */
	int write_error;                /* mbedTLS's code */
	bool tcp_deaf;                  /* it takes nothing any more; it may still say something */
	bool finished;                  /* the last frame is in `down` */
	size_t up_len, out_at, out_len, down_at, down_len;
	uint8_t up[UP_MAX];             /* plaintext from the parent */
	uint8_t out[2 * UP_MAX];        /* records on their way to the peer */
	uint8_t down[HEAD + SSO_FRAME_MAX]; /* one frame on its way to the parent */
};

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
					     size_t output_size, size_t *output_length)
{
	(void)context;
	*output_length = 0;
	if (!sso_random(output, output_size))
		return PSA_ERROR_INSUFFICIENT_ENTROPY;
	*output_length = output_size;
	return PSA_SUCCESS;
}

static void put_frame(struct peer *p, enum sso_frame type, size_t len)
{
	p->down[0] = (uint8_t)type;
	p->down[1] = (uint8_t)(len >> 8);
	p->down[2] = (uint8_t)len;
	p->down_at = 0;
	p->down_len = HEAD + len;
}

static void put_text(struct peer *p, enum sso_frame type, const char *text)
{
	size_t len = strlen(text);

	memcpy(p->down + HEAD, text, len);
	put_frame(p, type, len);
}

static void put_failure(struct peer *p, const char *why)
{
	put_text(p, SSO_FRAME_FAILED, why);
	p->finished = true;
}

/* Hands on what the parent takes now. */
static void flush_down(struct peer *p)
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
	p->down_at = p->down_len = 0;
}

/* Waits until the parent has taken the frame. */
static void deliver(struct peer *p)
{
	struct pollfd fd = { .fd = p->parent, .events = POLLOUT };

	flush_down(p);
	while (p->down_len > 0) {
		poll(&fd, 1, -1);
		flush_down(p);
	}
}

static void flush_out(struct peer *p)
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
static int take_record(void *ctx, const unsigned char *buf, size_t len)
{
	struct peer *p = ctx;

	if (p->tcp_deaf)
		return (int)len;
	flush_out(p);
	if (len > sizeof(p->out) - p->out_len)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	memcpy(p->out + p->out_len, buf, len);
	p->out_len += len;
	flush_out(p);
	return (int)len;
}

static int fetch_bytes(void *ctx, unsigned char *buf, size_t len)
{
	struct peer *p = ctx;
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

static void explain(struct peer *p, int code, const char *when, char why[SSO_WHY_MAX])
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&p->ssl);

	if (code == 0 || code == MBEDTLS_ERR_SSL_CONN_EOF)
		snprintf(why, SSO_WHY_MAX, "closed: %s%s", p->tcp_error ? "reset " : "", when);
	else if ((code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_SSL_BAD_CERTIFICATE) &&
		 flags != 0 && flags != UINT32_MAX)
		sso_tls_explain_flags(flags, why);
	else if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
		snprintf(why, SSO_WHY_MAX, "tls: the peer's alert %d", p->ssl.MBEDTLS_PRIVATE(in_msg)[1]);
	else
		snprintf(why, SSO_WHY_MAX, "tls: -0x%04x", (unsigned int)-code);
}

/* Waits for either end; ends the process when the parent has gone. */
static void wait_both(struct peer *p, short tcp_events, short parent_events)
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

static bool shake_hands(struct peer *p, char why[SSO_WHY_MAX])
{
	int code;

	while ((code = mbedtls_ssl_handshake(&p->ssl)) != 0) {
		if (code != MBEDTLS_ERR_SSL_WANT_READ && code != MBEDTLS_ERR_SSL_WANT_WRITE) {
			explain(p, code, "during the TLS handshake", why);
			flush_out(p);
			return false;
		}
		wait_both(p, (short)(POLLIN | (p->out_len ? POLLOUT : 0)), 0);
		flush_out(p);
	}
	return true;
}

static void read_peer(struct peer *p)
{
	char why[SSO_WHY_MAX];
	int n = p->write_error;

	if (n == 0)
		n = mbedtls_ssl_read(&p->ssl, p->down + HEAD, SSO_FRAME_MAX);

	if (n > 0) {
		put_frame(p, SSO_FRAME_DATA, (size_t)n);
	} else if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
		put_frame(p, SSO_FRAME_END, 0);
		p->finished = true;
	} else if (n != MBEDTLS_ERR_SSL_WANT_READ && n != MBEDTLS_ERR_SSL_WANT_WRITE) {
		/* TCP's end alone proves nothing: anybody on the way can cut an answer short. */
		explain(p, n, "without close_notify", why);
		put_failure(p, why);
	}
}

static void read_parent(struct peer *p)
{
	ssize_t n = recv(p->parent, p->up, sizeof(p->up), MSG_DONTWAIT);

	if (n > 0) {
		p->up_len = (size_t)n;
	} else if (n == 0) {
		mbedtls_ssl_close_notify(&p->ssl);
		flush_out(p);
		_exit(0);
	} else if (errno != EAGAIN && errno != EINTR) {
		_exit(0);
	}
}

static void write_peer(struct peer *p)
{
	size_t at = 0;

	while (at < p->up_len && !p->finished && !p->write_error) {
		int n = mbedtls_ssl_write(&p->ssl, p->up + at, p->up_len - at);

		if (n > 0)
			at += (size_t)n;
		else
			p->write_error = n ? n : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	}
	p->up_len = 0;
}

static void relay(struct peer *p)
{
	for (;;) {
		short tcp_events = 0, parent_events = 0;

		flush_out(p);
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
		wait_both(p, p->finished ? 0 : tcp_events, parent_events);
	}
}

static int set_up(struct peer *p, const struct sso_tls_target *t)
{
	int code;

	mbedtls_ssl_init(&p->ssl);
	mbedtls_ssl_config_init(&p->conf);
	if (psa_crypto_init() != PSA_SUCCESS)
		return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	code = mbedtls_ssl_config_defaults(&p->conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
					   MBEDTLS_SSL_PRESET_DEFAULT);
	if (code != 0)
		return code;
	mbedtls_ssl_conf_min_tls_version(&p->conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_authmode(&p->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_rng(&p->conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_ca_cb(&p->conf, sso_tls_find_issuers, &p->check);
	mbedtls_ssl_conf_verify(&p->conf, sso_tls_check_one, &p->check);
	if (inet_pton(AF_INET, t->name, p->check.address) == 1)
		p->check.address_len = 4;
	else if (inet_pton(AF_INET6, t->name, p->check.address) == 1)
		p->check.address_len = 16;
	/* RFC 6066 section 3: no SNI for addresses; sso_tls_check_one compares them itself. */
	code = mbedtls_ssl_set_hostname(&p->ssl, p->check.address_len ? NULL : t->name);
	if (code != 0)
		return code;
	code = mbedtls_ssl_setup(&p->ssl, &p->conf);
	mbedtls_ssl_set_bio(&p->ssl, p, take_record, fetch_bytes, NULL);
	return code;
}

/* Trust first: without it there is no point in troubling anybody. */
static bool connect_peer(struct peer *p, const struct sso_tls_target *t, struct sso_trust *trust, char why[SSO_WHY_MAX])
{
	int code;

	p->check.trust = trust;
	if (sso_trust_cut(trust) < 0)
		snprintf(why, SSO_WHY_MAX, "io: out of memory");
	else if (t->ca_file[0] && !sso_tls_own_ca_usable(trust))
		snprintf(why, SSO_WHY_MAX, "ca-file: holds no certificate");
	else if (trust->count == 0)
		snprintf(why, SSO_WHY_MAX, "no-ca");
	else if ((code = set_up(p, t)) != 0)
		snprintf(why, SSO_WHY_MAX, "tls: -0x%04x", (unsigned int)-code);
	else if ((p->tcp = sso_tls_dial(t, p->parent, why)) >= 0) {
		put_frame(p, SSO_FRAME_TCP, 0);
		deliver(p);
		return shake_hands(p, why);
	}
	return false;
}

void sso_tls_peer_run(const struct sso_tls_target *t, struct sso_trust *trust, int parent_fd)
{
	struct peer *p = calloc(1, sizeof(*p));
	char text[SSO_WHY_MAX];

	if (!p)
		_exit(1);
	p->parent = parent_fd;
	if (!connect_peer(p, t, trust, text)) {
		put_failure(p, text);
		deliver(p);
		_exit(0);
	}
	snprintf(text, sizeof(text), "%s %s", mbedtls_ssl_get_version(&p->ssl), mbedtls_ssl_get_ciphersuite(&p->ssl));
	put_text(p, SSO_FRAME_CONNECTED, text);
	deliver(p);
	relay(p);
	mbedtls_ssl_close_notify(&p->ssl);
	flush_out(p);
	/* Nothing is freed: the kernel takes it all, and the parent waits. */
	_exit(0);
}
