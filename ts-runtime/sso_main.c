// SPDX-License-Identifier: MIT
// luci-sso: starts the engine on the first chunk and ends with the status that it names.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sso_js.h"

/* A command of one word; what a web server runs is none. */
static bool is_command(int argc, char **argv, const char *name)
{
	return argc == 2 && strcmp(argv[1], name) == 0 && !getenv("GATEWAY_INTERFACE");
}

int main(int argc, char **argv)
{
	static struct sso_run run; /* zeroed, and too large for a small stack */
	int status;

	sso_relro();
	if (sso_tls_is_child(argc, argv))
		sso_tls_child_run();
	run.argc = argc;
	run.argv = argv;
	signal(SIGPIPE, SIG_IGN); /* a closed socket is an error that is reported, not the end */
	sso_tree_init();
	if (is_command(argc, argv, SSO_GUARD))
		sso_guard_run();
	if (is_command(argc, argv, SSO_TICK)) {
		sso_guard_note_tick();
		if (sso_guard_is_quiet())
			_exit(0);
	}
	status = sso_engine_run(&run, sso_chunk_find("core.js"));
	sso_host_close_streams(&run);
#ifdef SSO_LEAK_CHECK
	return status;
#else
	_exit(status); /* nothing to flush: all output went through write() */
#endif
}
