// SPDX-License-Identifier: MIT
// How the network child gives up its rights: what breaks into it finds one socketpair, the network, two
// copies of public files and the certificates.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sso_tls.h"

#define NOBODY 65534
#define FIRST_OTHER_FD (SSO_TLS_CHILD_FD + 1)
#define FD_LIMIT_MAX 65536
#define ROOT_FOLDER "/var/run/luci-sso-net" /* on a router that is memory */
#define FILE_BYTES_MAX 65536
#define ADDRESS_SPACE (64 << 20)
#define FILES_MAX 8

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

bool sso_sandbox_close_files(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return false;
	for (int fd = 0; fd < SSO_TLS_CHILD_FD; fd++)
		if (null != fd && dup2(null, fd) < 0)
			return false;
	close_from_first_other();
	return true;
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

/* What is limited further already stays so. */
static bool limit_to(int resource, rlim_t value)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) == 0 && limit.rlim_max < value)
		value = limit.rlim_max;
	limit = (struct rlimit){ value, value };
	return setrlimit(resource, &limit) == 0;
}

/* The user that the package makes, else nobody; as the router's own list of users says. */
static void find_user(uid_t *user, gid_t *group)
{
	static const char NAME[] = "\n" SSO_TLS_CHILD_USER ":";
	char path[SSO_PATH_MAX], why[SSO_WHY_MAX], *at;
	struct sso_bytes list = { 0 };

	*user = *group = NOBODY;
	if (!sso_tree_path(path, "/etc/passwd") || sso_file_read(path, FILE_BYTES_MAX, &list, why))
		return;
	/* Reading up to the end leaves room for one byte more. Nobody's line is the first. */
	list.data[list.len] = '\0';
	at = strstr((char *)list.data, NAME);
	at = at ? strchr(at + sizeof(NAME) - 1, ':') : NULL;
	if (at) {
		unsigned long uid = strtoul(at + 1, &at, 10), gid = *at == ':' ? strtoul(at + 1, &at, 10) : 0;

		if (*at == ':' && uid > 0 && uid < UINT32_MAX && gid > 0 && gid < UINT32_MAX) {
			*user = (uid_t)uid;
			*group = (gid_t)gid;
		}
	}
	free(list.data);
}

/*
 * Puts numbers for the names of interfaces in addresses ("fe80::1%br-lan"): libc asks for them through an
 * AF_UNIX socket, which the child does not get. `out` has room for a number in each place.
 */
static size_t number_scopes(char *text, char *out)
{
	char *to = out;

	while (*text) {
		size_t len = strcspn(text + 1, " \t\r\n#");
		char after = text[1 + len];
		unsigned int number;

		*to++ = *text++;
		if (to[-1] != '%')
			continue;
		text[len] = '\0';
		number = if_nametoindex(text);
		text[len] = after;
		if (number == 0)
			continue;
		to += sprintf(to, "%u", number);
		text += len;
	}
	return (size_t)(to - out);
}

static int open_folder(int at, const char *name)
{
	struct stat st;
	int fd;

	if (mkdirat(at, name, 0755) < 0 && errno != EEXIST)
		return -1;
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* What somebody else may write to is no place to look names up in. */
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_uid != 0 || (st.st_mode & 022))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool is_same(int folder, const char *name, const char *text, size_t len)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	char why[SSO_WHY_MAX];
	struct sso_bytes old = { 0 };
	bool same = fd >= 0 && !sso_read_fd(fd, len, &old, why) && old.len == len && memcmp(old.data, text, len) == 0;

	free(old.data);
	if (fd >= 0)
		close(fd);
	return same;
}

/* By rename, as another child may be reading; nothing is written while nothing has changed. */
static bool put_file(int root, int folder, const char *name, const char *text, size_t len)
{
	char temp[32];
	bool done;
	int fd;

	if (is_same(folder, name, text, len))
		return true;
	snprintf(temp, sizeof(temp), "new-%ld", (long)getpid());
	unlinkat(root, temp, 0);
	fd = openat(root, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	done = sso_write_all(fd, text, len);
	close(fd);
	done = done && renameat(root, temp, folder, name) == 0;
	if (!done)
		unlinkat(root, temp, 0);
	return done;
}

/* A file that is missing is an empty one. */
static bool put_copy(int root, int folder, const char *name)
{
	char path[SSO_PATH_MAX], from[32], why[SSO_WHY_MAX], *text;
	struct sso_bytes bytes = { 0 };
	size_t scopes = 0;
	bool done;

	snprintf(from, sizeof(from), "/etc/%s", name);
	if (!sso_tree_path(path, from))
		return false;
	sso_file_read(path, FILE_BYTES_MAX, &bytes, why);
	for (size_t i = 0; i < bytes.len; i++)
		scopes += bytes.data[i] == '%';
	text = malloc(bytes.len + 12 * scopes + 1);
	if (bytes.data)
		bytes.data[bytes.len] = '\0';
	done = text && put_file(root, folder, name, text, bytes.data ? number_scopes((char *)bytes.data, text) : 0);
	free(bytes.data);
	free(text);
	return done;
}

/* A root folder with what a name look-up reads and nothing else. */
static bool change_root(void)
{
	char path[SSO_PATH_MAX];
	int root, etc;

	umask(022);
	root = sso_tree_path(path, ROOT_FOLDER) ? open_folder(AT_FDCWD, path) : -1;
	etc = root < 0 ? -1 : open_folder(root, "etc");
	if (etc < 0 || !put_copy(root, etc, "hosts") || !put_copy(root, etc, "resolv.conf"))
		return false;
	close(etc);
	if (fchdir(root) < 0 || chroot(".") < 0)
		return false;
	close(root);
	return true;
}

static bool become(uid_t to_user, gid_t to_group)
{
	uid_t user[3];
	gid_t group[3];

	if (setgroups(0, NULL) < 0 || setgid(to_group) < 0 || setuid(to_user) < 0)
		return false;
	if (getresuid(&user[0], &user[1], &user[2]) < 0 || getresgid(&group[0], &group[1], &group[2]) < 0)
		return false;
	for (int i = 0; i < 3; i++)
		if (user[i] != to_user || group[i] != to_group)
			return false;
	/* A way back would make all of the above decoration. */
	return getgroups(0, NULL) == 0 && setuid(0) < 0 && seteuid(0) < 0 && setgid(0) < 0;
}

static bool limit(unsigned int cpu_seconds)
{
#ifndef __SANITIZE_ADDRESS__ /* it reserves terabytes */
	if (!limit_to(RLIMIT_AS, ADDRESS_SPACE))
		return false;
#endif
	return limit_to(RLIMIT_NPROC, 0) && limit_to(RLIMIT_FSIZE, 0) && limit_to(RLIMIT_NOFILE, FILES_MAX) &&
	       limit_to(RLIMIT_CPU, cpu_seconds) && limit_to(RLIMIT_CORE, 0);
}

bool sso_sandbox_enter(pid_t parent, unsigned int cpu_seconds, char holds[SSO_HOLDS_MAX])
{
	const char *who = "";

	if (geteuid() == 0) {
		uid_t user;
		gid_t group;

		find_user(&user, &group);
		if (!change_root() || !become(user, group))
			return false;
		who = user == NOBODY ? "chroot nobody " : "chroot user ";
	} else if (chdir("/") < 0) {
		return false;
	}
	reset_signals();
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return false;
	/* After the change of user, which clears it; the parent may already be gone by now. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		return false;
	if (!limit(cpu_seconds))
		return false;
	snprintf(holds, SSO_HOLDS_MAX, "%slimits%s", who, sso_seccomp_enter() ? " seccomp" : "");
	return true;
}
