// SPDX-License-Identifier: MIT
// The guard sleeps, and each minute executes one short `luci-sso tick`. It has no engine and keeps nothing in
// memory: killed, it can be started again; two at once harm nothing. Here too: when a tick need not start the engine.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sso_tls.h"

#define MINUTE_MS 60000
#define TICK_MAX_MS 55000
#define LOCK_WAIT_MS 1000
/* As in src/guard/ and src/luci/logins.ts. */
#define LOCK "guard.lock"
#define TICKED "guard.ticked"
#define NOTE "guard.note"
#define NOTE_MAX (SSO_STAMP_MAX + 64)
/* A time that a note cannot mean: it is of another boot. */
#define WAKE_MAX_S (2 * 86400)

bool sso_guard_stamp(char out[SSO_STAMP_MAX])
{
	/* The last one is written by each login. */
	static const char *const watched[] = { "/etc/config/luci-sso", "/etc/config/rpcd", "/var/run/luci-sso/logins" };
	char path[SSO_PATH_MAX];
	struct stat st;
	size_t at = 0;

	out[0] = 0;
	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		if (!sso_tree_path(path, watched[i]))
			return false;
		if (stat(path, &st) != 0)
			memset(&st, 0, sizeof(st));
		at += (size_t)snprintf(out + at, SSO_STAMP_MAX - at, "%llx.%llx.%lx.%llx ", (unsigned long long)st.st_ino,
				       (unsigned long long)st.st_mtim.tv_sec, (unsigned long)st.st_mtim.tv_nsec,
				       (unsigned long long)st.st_size);
	}
	return true;
}

/* "quiet <boot second to wake at, or 0> <anything>\n<stamp>" */
static bool says_quiet(char *note)
{
	static const char quiet[] = "quiet ";
	char stamp[SSO_STAMP_MAX];
	long long wake, now = sso_boot_ms() / 1000;
	const char *line = strchr(note, '\n');

	if (!line || strncmp(note, quiet, sizeof(quiet) - 1) != 0 || !sso_guard_stamp(stamp))
		return false;
	wake = strtoll(note + sizeof(quiet) - 1, NULL, 10);
	return strcmp(line + 1, stamp) == 0 && (wake == 0 || (now < wake && wake - now < WAKE_MAX_S));
}

bool sso_guard_is_quiet(void)
{
	char why[SSO_WHY_MAX], text[NOTE_MAX + 1];
	struct sso_bytes note = { 0 };
	bool quiet = false;

	if (!sso_state_read(NOTE, NOTE_MAX, &note, why)) {
		memcpy(text, note.data, note.len);
		text[note.len] = 0;
		quiet = says_quiet(text);
	}
	free(note.data);
	return quiet;
}

void sso_guard_note_tick(void)
{
	char why[SSO_WHY_MAX], text[32];
	int lock, len;
	bool guarded = sso_state_lock(LOCK, 0, &lock, why) != NULL;

	if (!guarded)
		close(lock);
	len = snprintf(text, sizeof(text), "%lld %s", (long long)(sso_boot_ms() / 1000), guarded ? "guard" : "cron");
	sso_state_replace(TICKED, text, (size_t)len, why);
}

static _Noreturn void execute_tick(pid_t guard, const sigset_t *mask)
{
	char *const arguments[] = { "luci-sso", SSO_TICK, NULL }, *const environment[] = { NULL };

	/* A guard that is stopped, by a removal of the package most of all, stops what it does. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (getppid() == guard)
		execve("/proc/self/exe", arguments, environment);
	_exit(1);
}

static void run_tick(void)
{
	const int64_t deadline = sso_boot_ms() + TICK_MAX_MS;
	const pid_t guard = getpid();
	sigset_t ended, before;
	pid_t child;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, &before);
	child = fork();
	if (child == 0)
		execute_tick(guard, &before);
	while (child > 0 && waitpid(child, NULL, WNOHANG) == 0) {
		int64_t left = deadline - sso_boot_ms();
		struct timespec time = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };

		if (left > 0) {
			sigtimedwait(&ended, NULL, &time);
			continue;
		}
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		break;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/*
 * Gives back the pages of the program, which are not written to: a sleeper needs few. For that it calls one function
 * only, because with each that it calls comes what lies around it.
 */
static void sleep_until(int64_t deadline_ms)
{
	extern char __executable_start[], etext[];
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t from = (uintptr_t)__executable_start & ~(page - 1), to = (uintptr_t)etext & ~(page - 1);
	const int64_t left = deadline_ms - sso_boot_ms();
	long rest[2] = { (long)(left / 1000), (long)(left % 1000 * 1000000) };

	if (left <= 0)
		return;
	if (to > from)
		syscall(SYS_madvise, from, to - from, MADV_DONTNEED);
	while (syscall(SYS_nanosleep, rest, rest) != 0 && errno == EINTR)
		;
}

_Noreturn void sso_guard_run(void)
{
	char why[SSO_WHY_MAX];
	int lock;

	/* Says to others that a guard runs, for as long as this process lives. */
	sso_state_lock(LOCK, sso_boot_ms() + LOCK_WAIT_MS, &lock, why);
	for (;;) {
		int64_t next = sso_boot_ms() + MINUTE_MS;

		run_tick();
		sleep_until(next);
	}
}

static _Noreturn void execute_start(char *common, char *script)
{
	char *const arguments[] = { "sh", common, script, "start", NULL };
	char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

	setsid();
	signal(SIGPIPE, SIG_DFL);
	/* The web server waits for the end of our output, and leaves descriptors of its own open. */
	if (sso_sandbox_close_files() && close(SSO_TLS_CHILD_FD) <= 0)
		execve("/bin/sh", arguments, environment);
	_exit(1);
}

const char *sso_guard_start(char why[SSO_WHY_MAX])
{
	char common[SSO_PATH_MAX], script[SSO_PATH_MAX];
	pid_t child;

	if (!sso_tree_path(common, "/etc/rc.common") || !sso_tree_path(script, "/etc/init.d/luci-sso"))
		return sso_io_reason(why, ENAMETOOLONG);
	if (access(common, R_OK) != 0 || access(script, R_OK) != 0)
		return "missing";
	child = fork();
	if (child < 0)
		return sso_io_reason(why, errno);
	if (child == 0) {
		/* Twice, so that nobody has to wait for it. */
		if (fork() == 0)
			execute_start(common, script);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return NULL;
}
