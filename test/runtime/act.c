// SPDX-License-Identifier: MIT
// A program that was broken into: enters the shipped sandbox, by the same objects, and then tries what it must not
// be able to do. It is its own child, as the shipped program is. usage: act NAME [connected]
// Says "done", or "refused: WHY"; a process that the kernel ends says nothing, and its parent names the signal.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sso_tls.h"

static int read_file(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	return fd < 0 ? -1 : read(fd, &byte, 1) == 1 ? 0 : -1;
}

static int connect_unix(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&to, sizeof(to));
}

static int listen_anywhere(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? -1 : listen(fd, 1);
}

static int take_memory(void)
{
	const size_t size = 300u << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? -1 : 0;
}

static int execute_self(void)
{
	char *const arguments[] = { "x", NULL };

	return execve("/proc/self/exe", arguments, arguments + 1);
}

static int make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
}

static int burn(void)
{
	for (volatile unsigned long i = 0;; i++)
		;
}

/* Writes over its own frame, as a bug in a parser would. */
static __attribute__((noinline)) int smash(size_t len)
{
	volatile char small[16];

	for (size_t i = 0; i < len; i++)
		small[i] = 'x';
	return small[0] == 'x' ? 0 : -1;
}

static int act(const char *what)
{
	static const char *const READS[] = { "/etc/passwd", "/etc/config/luci-sso", "/proc/1/cmdline", "/proc/self/maps" };

	for (size_t i = 0; i < sizeof(READS) / sizeof(READS[0]); i++)
		if (strcmp(what, READS[i]) == 0)
			return read_file(what);
	if (what[0] == '/')
		return connect_unix(what);
	if (strcmp(what, "hosts") == 0)
		return read_file("/etc/hosts");
	if (strcmp(what, "listen") == 0)
		return listen_anywhere();
	if (strcmp(what, "create") == 0)
		return open("/tmp/x", O_WRONLY | O_CREAT, 0600);
	if (strcmp(what, "unlink") == 0)
		return unlink("/etc/hosts");
	if (strcmp(what, "symlink") == 0)
		return symlink("x", "y");
	if (strcmp(what, "fork") == 0)
		return fork();
	if (strcmp(what, "exec") == 0)
		return execute_self();
	if (strcmp(what, "ptrace") == 0)
		return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	if (strncmp(what, "kill ", 5) == 0)
		return kill((pid_t)atol(what + 5), 0);
	if (strcmp(what, "memory") == 0)
		return take_memory();
	if (strcmp(what, "code") == 0)
		return make_code();
	if (strcmp(what, "burn") == 0)
		return burn();
	if (strcmp(what, "smash") == 0)
		return smash(strlen(what) * 16); /* which the compiler cannot know */
	if (strcmp(what, "wait") == 0)
		for (;;)
			sso_wait(-1, 0, INT64_MAX);
	errno = EINVAL;
	return -1;
}

static _Noreturn void be_child(const char *what, bool is_connected, pid_t parent)
{
	char holds[SSO_HOLDS_MAX], said[200];

	if (!sso_sandbox_close_files() || !sso_sandbox_enter(parent, 1, holds))
		_exit(SSO_EXIT_JAIL);
	if (is_connected)
		sso_seccomp_tighten();
	snprintf(said, sizeof(said), "holds: %s\n", holds);
	sso_write_all(SSO_TLS_CHILD_FD, said, strlen(said));
	if (act(what) >= 0)
		snprintf(said, sizeof(said), "%s", "done\n");
	else
		snprintf(said, sizeof(said), "refused: %s\n", strerror(errno));
	sso_write_all(SSO_TLS_CHILD_FD, said, strlen(said));
	_exit(0);
}

int main(int argc, char **argv)
{
	pid_t self = getpid(), child;
	int ends[2], status = 0;
	char buf[200];
	ssize_t n;

	if (argc < 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		return 2;
	sso_tree_init();
	child = fork();
	if (child == 0) {
		fcntl(ends[1], F_DUPFD, 10);
		if (dup2(ends[1], SSO_TLS_CHILD_FD) < 0)
			_exit(2);
		be_child(argv[1], argc > 2, self);
	}
	close(ends[1]);
	printf("child: %d\n", (int)child);
	fflush(stdout);
	while ((n = read(ends[0], buf, sizeof(buf))) > 0)
		sso_write_all(1, buf, (size_t)n);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("signal: %d\n", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		printf("status: %d\n", WEXITSTATUS(status));
	return 0;
}
