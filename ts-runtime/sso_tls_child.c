// SPDX-License-Identifier: MIT
// The network child from its first instruction: the program executed afresh, so that it has nothing of its
// parent but one end of a socketpair, and what comes through it.
#include <string.h>
#include <unistd.h>

#include "sso.h"

#define CPU_SECONDS 30

/* As a connection that stands, with this in the place of what was agreed on. */
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
		.name = order.name, .port = order.port, .address = order.address,
		/* It is in the trust; what matters is whether there is one. */
		.ca_file = order.has_ca_file ? "ca_file" : "", .ca_dir = "", .root = "",
		.connect_deadline_ms = order.connect_deadline_ms, .deadline_ms = order.deadline_ms,
	};
	trust.is_part = order.is_part;
	if (!sso_trust_receive(&trust, SSO_TLS_CHILD_FD))
		_exit(1);
	sso_tls_peer_run(&target, &trust, SSO_TLS_CHILD_FD);
}
