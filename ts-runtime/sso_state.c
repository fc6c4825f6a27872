// SPDX-License-Identifier: MIT
// Small files directly below /var/run/luci-sso. Whole or not there: what is written appears by link
// or rename. Whoever else may write into the folder could forge state, so only our own is read.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sso.h"

#define STATE_FOLDER "/var/run/luci-sso"
#define NAME_MAX_BYTES 100
#define TEMP_PREFIX ".new-" /* .new-<pid>-<8 hex digits> */
#define TEMP_MAX_AGE_S 60
#define LOCK_PAUSE_MS 10

static bool is_state_name(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	return len >= 1 && len <= NAME_MAX_BYTES && name[len] == 0 && name[0] != '.';
}

static bool is_ours(const struct stat *st, mode_t type)
{
	return (st->st_mode & S_IFMT) == type && st->st_uid == geteuid() && (st->st_mode & 077) == 0;
}

/* Opens the folder, makes it when missing; -1 with the reason. */
static int open_folder(const char **reason, char why[SSO_WHY_MAX])
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	char path[SSO_PATH_MAX];
	struct stat st;
	int fd;

	if (!sso_tree_path(path, STATE_FOLDER)) {
		*reason = sso_io_reason(why, ENAMETOOLONG);
		return -1;
	}
	fd = open(path, flags);
	if (fd < 0 && errno == ENOENT && (mkdir(path, 0700) == 0 || errno == EEXIST))
		fd = open(path, flags);
	if (fd < 0 && errno != ELOOP && errno != ENOTDIR) {
		*reason = sso_io_reason(why, errno);
		return -1;
	}
	if (fd < 0 || fstat(fd, &st) != 0 || !is_ours(&st, S_IFDIR)) {
		if (fd >= 0)
			close(fd);
		*reason = "io: " STATE_FOLDER " is not a folder of ours alone";
		return -1;
	}
	return fd;
}

/* Checks the name and opens the folder; -1 with the reason. */
static int open_folder_for(const char *name, const char **reason, char why[SSO_WHY_MAX])
{
	if (is_state_name(name))
		return open_folder(reason, why);
	*reason = "io: not a name of a state file";
	return -1;
}

const char *sso_state_read(const char *name, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX])
{
	const char *reason;
	struct stat st;
	int folder = open_folder_for(name, &reason, why);
	int fd;

	if (folder < 0)
		return reason;
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		reason = errno == ENOENT ? "missing" : errno == ELOOP ? "untrusted" : sso_io_reason(why, errno);
	else if (fstat(fd, &st) != 0 || !is_ours(&st, S_IFREG))
		reason = "untrusted";
	else
		reason = sso_read_fd(fd, max, out, why);
	if (fd >= 0)
		close(fd);
	close(folder);
	return reason;
}

static int write_temp(int folder, char temp[64], const void *buf, size_t len)
{
	uint32_t chance;
	int fd;

	if (!sso_random(&chance, sizeof(chance)))
		return EIO;
	snprintf(temp, 64, TEMP_PREFIX "%ld-%08x", (long)getpid(), chance);
	fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	if (!sso_write_all(fd, buf, len)) {
		int error = errno ? errno : EIO;

		close(fd);
		unlinkat(folder, temp, 0);
		return error;
	}
	close(fd);
	return 0;
}

const char *sso_state_create(const char *name, const void *buf, size_t len, char why[SSO_WHY_MAX])
{
	const char *reason = NULL;
	int folder = open_folder_for(name, &reason, why);
	char temp[64];
	int error;

	if (folder < 0)
		return reason;
	error = write_temp(folder, temp, buf, len);
	if (error == 0) {
		if (linkat(folder, temp, folder, name, 0) != 0)
			error = errno;
		unlinkat(folder, temp, 0);
	}
	if (error)
		reason = error == EEXIST ? "exists" : sso_io_reason(why, error);
	close(folder);
	return reason;
}

const char *sso_state_replace(const char *name, const void *buf, size_t len, char why[SSO_WHY_MAX])
{
	const char *reason = NULL;
	int folder = open_folder_for(name, &reason, why);
	char temp[64];
	int error;

	if (folder < 0)
		return reason;
	error = write_temp(folder, temp, buf, len);
	if (error == 0 && renameat(folder, temp, folder, name) != 0) {
		error = errno;
		unlinkat(folder, temp, 0);
	}
	if (error)
		reason = sso_io_reason(why, error);
	close(folder);
	return reason;
}

const char *sso_state_remove(const char *name, char why[SSO_WHY_MAX])
{
	const char *reason = NULL;
	int folder = open_folder_for(name, &reason, why);

	if (folder < 0)
		return reason;
	if (unlinkat(folder, name, 0) != 0)
		reason = errno == ENOENT ? "missing" : sso_io_reason(why, errno);
	close(folder);
	return reason;
}

/* A temporary file is left over when its writer is gone, or has had more than enough time. */
static void remove_if_stale(int folder, const char *temp)
{
	long pid = strtol(temp + strlen(TEMP_PREFIX), NULL, 10);
	struct stat st;

	if (fstatat(folder, temp, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (pid > 0 && (kill((pid_t)pid, 0) == 0 || errno != ESRCH) && sso_wall_s() - st.st_mtime <= TEMP_MAX_AGE_S)
		return;
	unlinkat(folder, temp, 0);
}

const char *sso_state_list(struct sso_names *out, char why[SSO_WHY_MAX])
{
	const char *reason = NULL;
	int folder = open_folder(&reason, why);
	struct dirent *entry;
	DIR *dir;

	if (folder < 0)
		return reason;
	dir = fdopendir(folder);
	if (!dir) {
		reason = sso_io_reason(why, errno);
		close(folder);
		return reason;
	}
	while (!reason && (errno = 0, entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, TEMP_PREFIX, strlen(TEMP_PREFIX)) == 0)
			remove_if_stale(folder, entry->d_name);
		else if (is_state_name(entry->d_name) && !sso_names_add(out, entry->d_name))
			reason = sso_io_reason(why, ENOMEM);
	}
	if (!reason && errno)
		reason = sso_io_reason(why, errno);
	closedir(dir); /* closes `folder` too */
	return reason;
}

/* Looks again and again: a wait in flock() ends by a signal only. */
static const char *take_lock(int fd, int64_t deadline_ms, char why[SSO_WHY_MAX])
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return sso_io_reason(why, errno);
		if (sso_boot_ms() >= deadline_ms)
			return "busy";
		poll(NULL, 0, LOCK_PAUSE_MS);
	}
	return NULL;
}

const char *sso_state_lock(const char *name, int64_t deadline_ms, int *lock, char why[SSO_WHY_MAX])
{
	const char *reason = NULL;
	int folder = open_folder_for(name, &reason, why);
	struct stat st;
	int fd;

	if (folder < 0)
		return reason;
	fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0)
		reason = sso_io_reason(why, errno);
	else if (fstat(fd, &st) != 0 || !is_ours(&st, S_IFREG))
		reason = "io: the lock file is not ours alone";
	else
		reason = take_lock(fd, deadline_ms, why);
	if (reason && fd >= 0)
		close(fd);
	close(folder);
	*lock = fd;
	return reason;
}
