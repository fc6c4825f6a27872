// SPDX-License-Identifier: MIT
// How the child that talks to strangers gives up its rights (product.md 3): what breaks into it finds
// one socketpair and the certificates.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sso.h"

#define NOBODY 65534
#define FIRST_OTHER_FD 4
#define FD_LIMIT_MAX 65536

static void close_listed(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);

		if (*end == '\0' && end != entry->d_name && fd >= FIRST_OTHER_FD && fd != dirfd(dir))
			close((int)fd);
	}
	closedir(dir);
}

/* uhttpd leaves descriptors of its own open in a CGI program, TLS sessions and listeners among them. */
static void close_from_first_other(void)
{
	struct rlimit limit;
	rlim_t top = FD_LIMIT_MAX;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned int)FIRST_OTHER_FD, ~0u, 0u) == 0)
		return;
#endif
	close_listed();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < top)
		top = limit.rlim_cur;
	for (int fd = FIRST_OTHER_FD; (rlim_t)fd < top; fd++)
		close(fd);
}

/* Leaves 0-2 on /dev/null and `keep` on 3, nothing else. */
static int arrange_fds(int keep)
{
	int null;

	/* Out of the way first: with 0-2 closed in the parent `keep` may be one of them. */
	keep = fcntl(keep, F_DUPFD, FIRST_OTHER_FD);
	if (keep < 0 || dup2(keep, FIRST_OTHER_FD - 1) < 0)
		return -1;
	null = open("/dev/null", O_RDWR);
	if (null < 0)
		return -1;
	for (int fd = 0; fd < FIRST_OTHER_FD - 1; fd++)
		if (null != fd && dup2(null, fd) < 0)
			return -1;
	close_from_first_other();
	return FIRST_OTHER_FD - 1;
}

static void reset_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int limit_to(int resource, rlim_t value)
{
	struct rlimit limit = { value, value };

	return setrlimit(resource, &limit);
}

static int become_nobody(void)
{
	uid_t user[3];
	gid_t group[3];

	if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return -1;
	if (getresuid(&user[0], &user[1], &user[2]) < 0 || getresgid(&group[0], &group[1], &group[2]) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (user[i] != NOBODY || group[i] != NOBODY)
			return -1;
	/* A way back would make all of the above decoration. */
	if (getgroups(0, NULL) != 0 || setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)
		return -1;
	return 0;
}

int sso_jail_enter(int keep, pid_t parent)
{
	reset_signals();
	keep = arrange_fds(keep);
	if (keep < 0)
		return -1;
	if (limit_to(RLIMIT_CORE, 0) < 0 || limit_to(RLIMIT_FSIZE, 0) < 0)
		return -1;
	if (chdir("/") < 0)
		return -1;
	if (geteuid() == 0 && become_nobody() < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return -1;
	/* After the change of user, which clears it; the parent may already be gone by now. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		return -1;
	return keep;
}
