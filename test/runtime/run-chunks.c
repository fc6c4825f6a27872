// SPDX-License-Identifier: MIT
// Test-only runner: the same engine, host functions and embedded chunks as the shipped binary, but it
// starts on a module from disk, which may import the chunks by name (import ... from './verify.js').
//
// usage: run-chunks MODULE.bc [ARGUMENT]...
// MODULE.bc comes from scripts/test/compile-module, in the byte order of the runner; it exports
// main(host), whose result is the exit status. host.args() are the runner's arguments, MODULE.bc
// first; it sees the same environment and standard input. Paths are looked up below `/`, or below
// the folder that holds www/cgi-bin/luci-sso when the runner is copied to that place.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "sso_js.h"

#define MAX_MODULE_BYTES (4 * 1024 * 1024)

int main(int argc, char **argv)
{
	static struct sso_run run;
	char why[SSO_WHY_MAX];
	struct sso_bytes code;
	struct sso_chunk start;
	const char *reason;
	int status;

	if (sso_tls_is_child(argc, argv))
		sso_tls_child_run();
	if (argc < 2) {
		fputs("usage: run-chunks MODULE.bc [ARGUMENT]...\n", stderr);
		return 2;
	}
	reason = sso_file_read(argv[1], MAX_MODULE_BYTES, &code, why);
	if (reason) {
		fprintf(stderr, "run-chunks: %s: %s\n", argv[1], reason);
		return 2;
	}
	start = (struct sso_chunk){ .name = "test module", .code = code.data, .len = code.len };
	run.argc = argc - 1;
	run.argv = argv + 1;
	signal(SIGPIPE, SIG_IGN);
	sso_tree_init();
	status = sso_engine_run(&run, &start);
	sso_host_close_streams(&run);
	free(code.data);
	return status;
}
