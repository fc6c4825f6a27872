// SPDX-License-Identifier: MIT
// Which CA certificates a TLS peer may be vouched for by: read by the parent, which may be root and
// see files that nobody else can, and decoded by the child. Nothing here parses X.509.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sso.h"

#define TRUST_BYTES_MAX (4u << 20)
#define TRUST_FILES_MAX 1024
#define BUNDLE "ca-certificates.crt"

struct seen {
	dev_t dev;
	ino_t ino;
};

struct reader {
	struct sso_trust *trust;
	struct seen *seen;
	size_t files;
};

static bool is_seen(struct reader *r, const struct stat *st)
{
	for (size_t i = 0; i < r->files; i++)
		if (r->seen[i].dev == st->st_dev && r->seen[i].ino == st->st_ino)
			return true;
	return false;
}

/* Appends one regular file and a newline, or nothing at all. `dir` is an open directory or AT_FDCWD. */
static bool add_file(struct reader *r, int dir, const char *path)
{
	struct sso_trust *trust = r->trust;
	/* O_NONBLOCK: a FIFO in the directory must not hold the login up. */
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t size, have = 0;
	bool ok = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    st.st_size >= (off_t)(TRUST_BYTES_MAX - trust->len) || r->files == TRUST_FILES_MAX)
		goto out;
	if (is_seen(r, &st)) {
		ok = true;
		goto out;
	}
	size = (size_t)st.st_size;
	{
		uint8_t *more = realloc(trust->bytes, trust->len + size + 1);

		if (!more)
			goto out;
		trust->bytes = more;
	}
	while (have < size) {
		ssize_t n = read(fd, trust->bytes + trust->len + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	if (have < size)
		goto out;
	trust->bytes[trust->len + size] = '\n';
	trust->len += size + 1;
	r->seen[r->files++] = (struct seen){ .dev = st.st_dev, .ino = st.st_ino };
	ok = true;
out:
	close(fd);
	return ok;
}

static bool has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	return len > end && memcmp(name + len - end, ending, end) == 0;
}

/* Files that cannot be read are skipped: what they hold is then not trusted. */
static void add_directory(struct reader *r, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return;
	add_file(r, dirfd(dir), BUNDLE);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && (has_ending(entry->d_name, ".crt") || has_ending(entry->d_name, ".pem")))
			add_file(r, dirfd(dir), entry->d_name);
	closedir(dir);
}

int sso_trust_read(struct sso_trust *trust, const char *ca_dir, const char *ca_file, const char **reason)
{
	struct reader r = { .trust = trust };

	memset(trust, 0, sizeof(*trust));
	r.seen = calloc(TRUST_FILES_MAX, sizeof(*r.seen));
	if (!r.seen) {
		*reason = "io: out of memory";
		return -1;
	}
	if (ca_file[0] && !add_file(&r, AT_FDCWD, ca_file)) {
		*reason = "ca-file: cannot be read";
		free(r.seen);
		sso_trust_free(trust);
		return -1;
	}
	trust->own_len = trust->len;
	if (ca_dir[0])
		add_directory(&r, ca_dir);
	free(r.seen);
	return 0;
}

static bool add_cert(struct sso_trust *trust, size_t *room, size_t at, size_t len)
{
	if (trust->count == *room) {
		size_t wanted = *room ? *room * 2 : 64;
		struct sso_span *more = realloc(trust->certs, wanted * sizeof(*more));

		if (!more)
			return false;
		trust->certs = more;
		*room = wanted;
	}
	trust->certs[trust->count++] = (struct sso_span){ (uint32_t)at, (uint32_t)len };
	return true;
}

int sso_trust_cut(struct sso_trust *trust)
{
	/* ca_file by itself: a block must not begin in one file and end in another. */
	const size_t ends[2] = { trust->own_len, trust->len };
	size_t at = 0, packed = 0, room = 0;

	for (int i = 0; i < 2; i++) {
		size_t len = 0;
		int found;

		while ((found = sso_pem_next(trust->bytes, ends[i], &at, trust->bytes + packed, &len)) != 0) {
			if (found < 0) {
				trust->broken++;
				continue;
			}
			if (!add_cert(trust, &room, packed, len))
				return -1;
			packed += len;
		}
		if (i == 0)
			trust->own = trust->count;
	}
	trust->len = packed;
	return 0;
}

void sso_trust_free(struct sso_trust *trust)
{
	free(trust->bytes);
	free(trust->certs);
	memset(trust, 0, sizeof(*trust));
}
