// SPDX-License-Identifier: MIT
// luci-sso: starts the engine on the first chunk and ends with the status that it names.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "sso_js.h"

int main(int argc, char **argv)
{
	static struct sso_run run; /* zeroed, and too large for a small stack */
	int status;

	if (sso_tls_is_child(argc, argv))
		sso_tls_child_run();
	run.argc = argc;
	run.argv = argv;
	signal(SIGPIPE, SIG_IGN); /* a closed socket is an error that is reported, not the end */
	sso_tree_init();
	status = sso_engine_run(&run, sso_chunk_find("core.js"));
	sso_host_close_streams(&run);
#ifdef SSO_LEAK_CHECK
	return status;
#else
	_exit(status); /* nothing to flush: all output went through write() */
#endif
}
