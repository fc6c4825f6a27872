// SPDX-License-Identifier: MIT
// The network child, from its first instruction to its last: the program executed afresh, so that it has nothing
// of its parent but one end of a socketpair and what is received through it. It gives up its rights, connects, and
// relays until the connection or its parent ends; the parent keeps the time.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sso_tls_child.h"

#define CPU_SECONDS 30

static bool is_enough(const struct sso_tls_target *t, const struct sso_trust *trust)
{
	return trust->count > 0 && (!t->ca_file[0] || sso_tls_own_ca_usable(trust));
}

/* Trust first: without it there is no point in troubling anybody. */
static bool connect_server(struct sso_tls_child *c, const struct sso_tls_target *t, struct sso_trust *trust,
			   char why[SSO_WHY_MAX])
{
	bool is_cut = sso_trust_cut(trust) == 0;
	int code;

	c->check.trust = trust;
	c->check.parent = c->parent;
	if (is_cut && trust->is_part && !is_enough(t, trust))
		is_cut = sso_trust_ask(trust, c->parent);
	if (!is_cut)
		snprintf(why, SSO_WHY_MAX, "io: out of memory");
	else if (t->ca_file[0] && !sso_tls_own_ca_usable(trust))
		snprintf(why, SSO_WHY_MAX, "ca-file: holds no certificate");
	else if (trust->count == 0)
		snprintf(why, SSO_WHY_MAX, "no-ca");
	else if ((code = sso_tls_set_up(c, t)) != 0)
		snprintf(why, SSO_WHY_MAX, "tls: -0x%04x", (unsigned int)-code);
	else if ((c->tcp = sso_tls_dial(t, c->parent, why)) >= 0) {
		sso_seccomp_tighten();
		sso_tls_put_frame(c, SSO_FRAME_TCP, 0);
		sso_tls_deliver(c);
		return sso_tls_shake_hands(c, why);
	}
	return false;
}

static void put_connected(struct sso_tls_child *c)
{
	const struct sso_cert *root = c->check.root;
	const uint32_t place[2] = { htonl(root ? root->text_at : 0), htonl(root ? root->text_len : 0) };
	uint8_t *payload = c->down + SSO_FRAME_HEAD;
	int len = snprintf((char *)payload + sizeof(place), SSO_WHY_MAX, "%s %s", mbedtls_ssl_get_version(&c->ssl),
			   mbedtls_ssl_get_ciphersuite(&c->ssl));

	memcpy(payload, place, sizeof(place));
	sso_tls_put_frame(c, SSO_FRAME_CONNECTED, sizeof(place) + (size_t)len);
}

void sso_tls_child_connect(const struct sso_tls_target *t, struct sso_trust *trust, int parent_fd)
{
	struct sso_tls_child *c = calloc(1, sizeof(*c));
	char text[SSO_WHY_MAX];

	if (!c)
		_exit(1);
	c->parent = parent_fd;
	if (!connect_server(c, t, trust, text)) {
		sso_tls_put_failure(c, text);
		sso_tls_deliver(c);
		_exit(0);
	}
	put_connected(c);
	sso_tls_deliver(c);
	sso_tls_relay(c);
	mbedtls_ssl_close_notify(&c->ssl);
	sso_tls_flush_out(c);
	/* Nothing is freed: the kernel takes it all, and the parent waits. */
	_exit(0);
}

/* As if connected, with this in the place of what was agreed on. */
static _Noreturn void report(const char *holds)
{
	uint8_t frame[SSO_FRAME_HEAD + 8 + SSO_HOLDS_MAX] = { SSO_FRAME_CONNECTED };
	size_t len = strlen(holds);

	frame[2] = (uint8_t)(8 + len);
	memcpy(frame + SSO_FRAME_HEAD + 8, holds, len);
	sso_write_all(SSO_TLS_CHILD_FD, frame, SSO_FRAME_HEAD + 8 + len);
	_exit(0);
}

void sso_tls_child_run(void)
{
	struct sso_tls_order order;
	struct sso_tls_target target;
	struct sso_trust trust = { 0 };
	char holds[SSO_HOLDS_MAX];

	if (!sso_sandbox_close_files() || !sso_read_all(SSO_TLS_CHILD_FD, &order, sizeof(order)))
		_exit(SSO_EXIT_JAIL);
	sso_tree_init();
	if (!sso_sandbox_enter(order.parent, CPU_SECONDS, holds))
		_exit(SSO_EXIT_JAIL);
	if (order.port == 0)
		report(holds);
	target = (struct sso_tls_target){
		.name = order.name,
		.port = order.port,
		.address = order.address,
		/* It is in the trust; what matters is whether there is one. */
		.ca_file = order.has_ca_file ? "ca_file" : "",
		.ca_dir = "",
		.root = "",
		.connect_deadline_ms = order.connect_deadline_ms,
		.deadline_ms = order.deadline_ms,
	};
	trust.is_part = order.is_part;
	if (!sso_trust_receive(&trust, SSO_TLS_CHILD_FD))
		_exit(1);
	sso_tls_child_connect(&target, &trust, SSO_TLS_CHILD_FD);
}
