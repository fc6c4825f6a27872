// SPDX-License-Identifier: MIT
// Which CA certificates may vouch for a server: read by the parent, which may be root and
// see files that nobody else can, and decoded by the child. Nothing here parses X.509.
//
// Reading and decoding all of them costs more than the rest of a connection, so the place of the root
// that vouched last can be kept. A place is a hint and no trust: what is believed stands in a file that
// is believed now, and a wrong place costs one reading of everything.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sso_tls.h"

#define TRUST_BYTES_MAX (4u << 20)
#define TRUST_FILES_MAX 1024
#define FILES_STEP 32
#define ROOT_BYTES_MAX 16384 /* of text; real roots have 1-3 kB */
#define BUNDLE "ca-certificates.crt"

struct sso_trust_file {
	dev_t dev;
	ino_t ino;
	uint32_t at, len; /* in the text */
	uint32_t from;    /* in the file */
	char *name;       /* in ca_dir, or "" for ca_file */
};

static bool is_seen(const struct sso_trust *trust, const struct stat *st)
{
	for (size_t i = 0; i < trust->file_count; i++)
		if (trust->files[i].dev == st->st_dev && trust->files[i].ino == st->st_ino)
			return true;
	return false;
}

static bool add_entry(struct sso_trust *trust, const struct sso_trust_file *file)
{
	struct sso_trust_file *more = trust->files;

	if (trust->file_count % FILES_STEP == 0)
		more = realloc(more, (trust->file_count + FILES_STEP) * sizeof(*more));
	if (more)
		trust->files = more;
	if (!more || !file->name) {
		free(file->name);
		return false;
	}
	more[trust->file_count++] = *file;
	return true;
}

/* A certificate begins a line: in the middle of one its text means nothing, in the whole file too. */
static bool is_line_start(int fd, size_t at)
{
	char before = '\n';

	return at == 0 || (pread(fd, &before, 1, (off_t)at - 1) == 1 && (before == '\n' || before == '\r'));
}

/*
 * Appends `size` bytes from `from` on of a regular file, or with 0 the whole of it, and a newline, or
 * nothing at all. `dir` is an open directory or AT_FDCWD.
 */
static bool add_file(struct sso_trust *trust, int dir, const char *path, const char *name, size_t from, size_t size)
{
	/* O_NONBLOCK: a FIFO in the directory must not hold the login up. */
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t have = 0;
	bool ok = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    st.st_size >= (off_t)(TRUST_BYTES_MAX - trust->len) || trust->file_count == TRUST_FILES_MAX)
		goto out;
	if (is_seen(trust, &st)) {
		ok = true;
		goto out;
	}
	if (size == 0)
		size = (size_t)st.st_size;
	if (from + size > (size_t)st.st_size || !is_line_start(fd, from))
		goto out;
	{
		uint8_t *more = realloc(trust->bytes, trust->len + size + 1);

		if (!more)
			goto out;
		trust->bytes = more;
	}
	while (have < size) {
		ssize_t n = pread(fd, trust->bytes + trust->len + have, size - have, (off_t)(from + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	if (have < size || !add_entry(trust, &(struct sso_trust_file){
						     .dev = st.st_dev,
						     .ino = st.st_ino,
						     .at = (uint32_t)trust->len,
						     .len = (uint32_t)size,
						     .from = (uint32_t)from,
						     .name = strdup(name),
					     }))
		goto out;
	trust->bytes[trust->len + size] = '\n';
	trust->len += size + 1;
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

/* Whether a file of this name counts in ca_dir; also said of names that were read somewhere. */
static bool is_certificate_name(const char *name)
{
	return name[0] != '.' && !strchr(name, '/') && (has_ending(name, ".crt") || has_ending(name, ".pem"));
}

/* Files that cannot be read are skipped: what they hold is then not trusted. */
static void add_directory(struct sso_trust *trust, const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir)
		return;
	add_file(trust, dirfd(dir), BUNDLE, BUNDLE, 0, 0);
	while ((entry = readdir(dir)))
		if (is_certificate_name(entry->d_name))
			add_file(trust, dirfd(dir), entry->d_name, entry->d_name, 0, 0);
	closedir(dir);
}

static bool add_from_directory(struct sso_trust *trust, const char *path, const char *name, size_t from, size_t size)
{
	int dir = is_certificate_name(name) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	bool ok = dir >= 0 && add_file(trust, dir, name, name, from, size);

	if (dir >= 0)
		close(dir);
	return ok;
}

/* Of ca_dir only what stands at the place, and of ca_file all that can matter; false when that is not there. */
static bool add_place(struct sso_trust *trust, const char *ca_dir, const char *ca_file, const char *place)
{
	char *end;
	unsigned long from = strtoul(place, &end, 10), size = *end == ' ' ? strtoul(end, &end, 10) : 0;
	bool is_own;

	if (*end != ' ' || from > TRUST_BYTES_MAX || size == 0 || size > ROOT_BYTES_MAX)
		return false;
	is_own = end[1] == '\0';
	if (is_own && !ca_file[0])
		return false;
	/* Whether ca_file is usable is asked at each connection. */
	if (ca_file[0] && !add_file(trust, AT_FDCWD, ca_file, "", is_own ? from : 0, is_own ? size : 0))
		return false;
	trust->own_len = trust->len;
	return is_own || add_from_directory(trust, ca_dir, end + 1, from, size);
}

static bool add_all(struct sso_trust *trust, const char *ca_dir, const char *ca_file)
{
	if (ca_file[0] && !add_file(trust, AT_FDCWD, ca_file, "", 0, 0))
		return false;
	trust->own_len = trust->len;
	if (ca_dir[0])
		add_directory(trust, ca_dir);
	return true;
}

int sso_trust_read(struct sso_trust *trust, const char *ca_dir, const char *ca_file, const char *place, const char **reason)
{
	memset(trust, 0, sizeof(*trust));
	trust->is_part = add_place(trust, ca_dir, ca_file, place);
	if (trust->is_part)
		return 0;
	sso_trust_free(trust);
	if (add_all(trust, ca_dir, ca_file))
		return 0;
	*reason = "ca-file: cannot be read";
	sso_trust_free(trust);
	return -1;
}

void sso_trust_place(const struct sso_trust *trust, uint32_t at, uint32_t len, char out[SSO_PLACE_MAX])
{
	out[0] = '\0';
	for (size_t i = 0; i < trust->file_count; i++) {
		const struct sso_trust_file *file = &trust->files[i];
		/* A certificate's text begins where the one before it ends, perhaps in the file before. */
		uint32_t first = at > file->at ? at : file->at, last = file->at + file->len, size = at + len - first;

		if (at > last || first >= last || size > last - first + 1)
			continue;
		if (size > last - first)
			size--;
		if (size > 0 && size <= ROOT_BYTES_MAX)
			snprintf(out, SSO_PLACE_MAX, "%u %u %s", (unsigned int)(file->from + first - file->at),
				 (unsigned int)size, file->name);
	}
	/* It goes through texts of characters; a name with others has no place. */
	sso_printable(out, strlen(out), false);
}

static bool add_cert(struct sso_trust *trust, size_t *room, struct sso_cert cert)
{
	if (trust->count == *room) {
		size_t wanted = *room ? *room * 2 : 64;
		struct sso_cert *more = realloc(trust->certs, wanted * sizeof(*more));

		if (!more)
			return false;
		trust->certs = more;
		*room = wanted;
	}
	trust->certs[trust->count++] = cert;
	return true;
}

int sso_trust_cut(struct sso_trust *trust)
{
	/* ca_file by itself: a block must not begin in one file and end in another. */
	const size_t ends[2] = { trust->own_len, trust->len };
	size_t at = 0, packed = 0, room = 0;

	for (int i = 0; i < 2; i++) {
		size_t len = 0, from = at;
		int found;

		for (; (found = sso_pem_next(trust->bytes, ends[i], &at, trust->bytes + packed, &len)) != 0; from = at) {
			if (found < 0) {
				trust->broken++;
				continue;
			}
			if (!add_cert(trust, &room,
				      (struct sso_cert){
					      .at = (uint32_t)packed,
					      .len = (uint32_t)len,
					      .text_at = (uint32_t)from,
					      .text_len = (uint32_t)(at - from),
				      }))
				return -1;
			packed += len;
		}
		if (i == 0)
			trust->own = trust->count;
	}
	trust->len = packed;
	return 0;
}

bool sso_trust_receive(struct sso_trust *trust, int parent_fd)
{
	uint32_t lengths[2];

	if (!sso_read_all(parent_fd, lengths, sizeof(lengths)))
		return false;
	trust->own_len = lengths[0];
	trust->len = lengths[1];
	trust->bytes = malloc(trust->len + 1);
	return trust->bytes && sso_read_all(parent_fd, trust->bytes, trust->len);
}

bool sso_trust_ask(struct sso_trust *trust, int parent_fd)
{
	static const uint8_t ALL[SSO_FRAME_HEAD] = { SSO_FRAME_ALL };

	if (!trust->is_part || !sso_write_all(parent_fd, ALL, sizeof(ALL)))
		return false;
	/* What was here stays: mbedTLS may still look at certificates in it. */
	memset(trust, 0, sizeof(*trust));
	return sso_trust_receive(trust, parent_fd) && sso_trust_cut(trust) == 0;
}

void sso_trust_free(struct sso_trust *trust)
{
	for (size_t i = 0; i < trust->file_count; i++)
		free(trust->files[i].name);
	free(trust->files);
	free(trust->bytes);
	free(trust->certs);
	memset(trust, 0, sizeof(*trust));
}
