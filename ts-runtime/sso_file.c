// SPDX-License-Identifier: MIT
// Files and folders of the router, read only, and lists of names.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sso.h"

static const char *open_reason(char why[SSO_WHY_MAX])
{
	return errno == ENOENT || errno == ENOTDIR ? "missing" : sso_io_reason(why, errno);
}

const char *sso_file_read(const char *path, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX])
{
	/* not blocking: a FIFO in the place of the file must not hold us */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *reason;
	struct stat st;

	if (fd < 0)
		return open_reason(why);
	if (fstat(fd, &st) != 0)
		reason = sso_io_reason(why, errno);
	else if (!S_ISREG(st.st_mode))
		reason = "io: not a regular file";
	else
		reason = sso_read_fd(fd, max, out, why);
	close(fd);
	return reason;
}

bool sso_names_add(struct sso_names *names, const char *name)
{
	char **list = realloc(names->name, (names->count + 1) * sizeof(*list));

	if (!list)
		return false;
	names->name = list;
	list[names->count] = strdup(name);
	if (!list[names->count])
		return false;
	names->count++;
	return true;
}

void sso_names_free(struct sso_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct sso_names){ 0 };
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b); /* compares as unsigned bytes */
}

const char *sso_directory_list(const char *path, struct sso_names *out, char why[SSO_WHY_MAX])
{
	const char *reason = NULL;
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (!dir)
		return open_reason(why);
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!sso_names_add(out, entry->d_name)) {
			errno = ENOMEM;
			break;
		}
	}
	if (errno)
		reason = sso_io_reason(why, errno);
	else if (out->count > 1)
		qsort(out->name, out->count, sizeof(*out->name), by_bytes);
	closedir(dir);
	return reason;
}
