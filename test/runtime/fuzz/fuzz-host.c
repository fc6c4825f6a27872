// SPDX-License-Identifier: MIT
// State files under hostile names among hostile neighbours, the tree that the program is installed in,
// and log lines: each against a second, plainer implementation.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "sso.h"

/* ---- state files ---- */

static char exe[200], folder[200], canary[200];

void fuzz_start_state(void)
{
	char path[200];
	int fd;

	snprintf(exe, sizeof(exe), "%s/www/cgi-bin/luci-sso", fuzz_folder);
	snprintf(folder, sizeof(folder), "%s/var/run/luci-sso", fuzz_folder);
	snprintf(canary, sizeof(canary), "%s/canary", fuzz_folder);
	for (const char *const *name = (const char *const[]){ "var", "var/run", NULL }; *name; name++) {
		snprintf(path, sizeof(path), "%s/%s", fuzz_folder, *name);
		FUZZ_CHECK(mkdir(path, 0700) == 0);
	}
	fd = open(canary, O_WRONLY | O_CREAT, 0600);
	FUZZ_CHECK(fd >= 0 && write(fd, "canary", 6) == 6 && close(fd) == 0);
	fuzz_world.exe = exe;
	sso_tree_init();
}

static bool is_plain(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
		      c == '-'))
			return false;
	}
	return len >= 1 && len <= 100 && name[0] != '.';
}

static void make_name(char name[300])
{
	static const char *const NAMES[] = {
		"",    ".", "..",  "../canary", "a/b", "/etc/passwd", "a",    "boot.key", ".new-1-00000000",
		"a\n", "-", "a b", "..a",       "a..", "\xff",        "%s%n",
	};
	size_t len = fuzz_one_in(8) ? 96 + fuzz_below(160) : fuzz_below(12);

	if (fuzz_one_in(2)) {
		snprintf(name, 300, "%s", NAMES[fuzz_below(sizeof(NAMES) / sizeof(NAMES[0]))]);
		return;
	}
	for (size_t i = 0; i < len; i++)
		name[i] = fuzz_one_in(20) ? (char)(1 + fuzz_below(255)) : "abcXYZ019._-"[fuzz_below(12)];
	name[len] = '\0';
}

enum plant { NOTHING, OURS, OPEN_FILE, LINK, FOLDER, FIFO, HARD_LINK, PLANTS };

static void plant(const char *path, enum plant what)
{
	int fd;

	switch (what) {
	case OURS:
	case OPEN_FILE:
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		FUZZ_CHECK(fd >= 0 && write(fd, "old", 3) == 3 && fchmod(fd, what == OURS ? 0600 : 0604) == 0);
		close(fd);
		break;
	case LINK:
		FUZZ_CHECK(symlink(canary, path) == 0);
		break;
	case FOLDER:
		FUZZ_CHECK(mkdir(path, 0700) == 0);
		break;
	case FIFO:
		FUZZ_CHECK(mkfifo(path, 0600) == 0);
		break;
	case HARD_LINK:
		FUZZ_CHECK(link(canary, path) == 0);
		break;
	default:
		break;
	}
}

static void clear(void)
{
	struct sso_names names = { 0 };
	char why[SSO_WHY_MAX], path[600];

	sso_directory_list(folder, &names, why);
	for (size_t i = 0; i < names.count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names.name[i]);
		if (unlink(path) != 0)
			rmdir(path);
	}
	sso_names_free(&names);
}

static const char *word(const char *reason)
{
	return reason ? reason : "done";
}

static void expect_read(const char *name, size_t max, const void *content, size_t len, const char *otherwise)
{
	struct sso_bytes got = { 0 };
	char why[SSO_WHY_MAX];
	const char *reason = sso_state_read(name, max, &got, why);

	if (otherwise || len > max) {
		otherwise = otherwise ? otherwise : "too-large";
		if (strcmp(word(reason), otherwise) != 0 || got.data)
			fuzz_fail("reading gave '%s', not '%s'", word(reason), otherwise);
		return;
	}
	if (reason)
		fuzz_fail("reading gave '%s'", reason);
	FUZZ_CHECK(got.len == len && memcmp(got.data, content, len) == 0);
	free(got.data);
}

void fuzz_state(void)
{
	char name[300], path[600], why[SSO_WHY_MAX], content[64];
	size_t len = fuzz_below(sizeof(content)), max = fuzz_below(80);
	enum plant there = fuzz_below(PLANTS);
	struct sso_names names = { 0 };
	struct stat st;
	const char *reason;
	int lock;

	make_name(name);
	for (size_t i = 0; i < len; i++)
		content[i] = (char)fuzz_next();
	if (!is_plain(name)) {
		const char *all[] = {
			sso_state_create(name, content, len, why),
			sso_state_replace(name, content, len, why),
			sso_state_remove(name, why),
			sso_state_lock(name, 0, &lock, why),
		};

		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			FUZZ_CHECK(all[i] && strcmp(all[i], "io: not a name of a state file") == 0);
		expect_read(name, max, NULL, 0, "io: not a name of a state file");
		FUZZ_CHECK(sso_state_list(&names, why) == NULL && names.count == 0);
		sso_names_free(&names);
		return;
	}
	FUZZ_CHECK(sso_state_list(&names, why) == NULL && names.count == 0);
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	plant(path, there);
	expect_read(name, max, there == HARD_LINK ? "canary" : "old", there == HARD_LINK ? 6 : 3,
		    there == NOTHING                      ? "missing"
		    : there == OURS || there == HARD_LINK ? NULL
							  : "untrusted");
	reason = sso_state_create(name, content, len, why);
	FUZZ_CHECK(strcmp(word(reason), there == NOTHING ? "done" : "exists") == 0);
	reason = sso_state_replace(name, content, len, why);
	FUZZ_CHECK(strncmp(word(reason), there == FOLDER ? "io: " : "done", 4) == 0);
	if (there != FOLDER)
		expect_read(name, max, content, len, NULL);
	/* The one file, and nothing half written beside it. */
	sso_names_free(&names);
	FUZZ_CHECK(sso_directory_list(folder, &names, why) == NULL && names.count == 1 && strcmp(names.name[0], name) == 0);
	FUZZ_CHECK(stat(canary, &st) == 0 && st.st_size == 6);
	if (there == FOLDER || fuzz_one_in(2))
		clear();
	else
		FUZZ_CHECK(sso_state_remove(name, why) == NULL);
	FUZZ_CHECK(strcmp(word(sso_state_remove(name, why)), "missing") == 0);
	sso_names_free(&names);
}

/* ---- the tree ---- */

static size_t make_path(char *out, size_t max)
{
	static const char *const PARTS[] = {
		"/www/cgi-bin/luci-sso",
		"/usr/sbin/luci-sso",
		"/usr/libexec/rpcd/luci-sso",
		"/",
		"www",
		"/..",
		"luci-sso",
		"/tmp/a b",
		"%s%n",
		"/www",
	};
	size_t len = 0;

	if (fuzz_one_in(6))
		while (len < max - 64 && !fuzz_one_in(400))
			out[len++] = (char)(1 + fuzz_below(255));
	for (size_t i = fuzz_below(5); i > 0 && len < max - 64; i--) {
		const char *part = PARTS[fuzz_below(sizeof(PARTS) / sizeof(PARTS[0]))];

		memcpy(out + len, part, strlen(part));
		len += strlen(part);
	}
	if (fuzz_one_in(20))
		while (len < max - 64)
			out[len++] = 'x';
	out[len] = '\0';
	return len;
}

static bool ends_with(const char *text, size_t len, const char *ending)
{
	return len >= strlen(ending) && memcmp(text + len - strlen(ending), ending, strlen(ending)) == 0;
}

void fuzz_paths(void)
{
	static char program[SSO_PATH_MAX + 200], path[SSO_PATH_MAX + 200], joined[2 * SSO_PATH_MAX + 400];
	size_t len = make_path(program, sizeof(program)), tree_len = 0;
	char *out = malloc(SSO_PATH_MAX);

	FUZZ_CHECK(out);
	make_path(path, sizeof(path));
	fuzz_world.exe = fuzz_one_in(50) ? NULL : program;
	sso_tree_init();
	/* Right at the limit, both ends of it. */
	if (path[0] == '/' && fuzz_one_in(4))
		for (size_t at = strlen(path), end = SSO_PATH_MAX - 30 + fuzz_below(34); at < end; at++)
			path[at] = 'p', path[at + 1] = '\0';
	/* What the kernel cuts at the end of the buffer has no known ending any more. */
	if (len > SSO_PATH_MAX - 1)
		len = SSO_PATH_MAX - 1;
	for (const char *const *place =
		     (const char *const[]){ "/www/cgi-bin/luci-sso", "/usr/sbin/luci-sso", "/usr/libexec/rpcd/luci-sso", NULL };
	     *place; place++)
		if (fuzz_world.exe && ends_with(program, len, *place))
			tree_len = len - strlen(*place);
	snprintf(joined, sizeof(joined), "%.*s%s", (int)tree_len, program, path);
	if (sso_tree_path(out, path))
		FUZZ_CHECK(path[0] == '/' && strcmp(out, joined) == 0);
	else
		FUZZ_CHECK(path[0] != '/' || strlen(joined) >= SSO_PATH_MAX);
	free(out);
}

/* ---- the log ---- */

void fuzz_log(void)
{
	static char line[4096], expected[4096];
	static const enum sso_log_level LEVELS[] = { SSO_LOG_ERR, SSO_LOG_WARNING, SSO_LOG_INFO, SSO_LOG_DEBUG };
	enum sso_log_level level = LEVELS[fuzz_below(4)];
	size_t len = fuzz_below(fuzz_one_in(4) ? sizeof(line) : 40), head, want;
	uint8_t *exact;

	for (size_t i = 0; i < len; i++)
		line[i] = fuzz_one_in(2)   ? (char)('a' + i % 26)
			  : fuzz_one_in(4) ? "\xc2\x80\x9b\xa0\n\r\x1b%"[fuzz_below(8)]
					   : (char)fuzz_next();
	exact = fuzz_exact(line, len);
	fuzz_world.has_log = !fuzz_one_in(3);
	fuzz_world.sent_len = 0;
	fuzz_world.exe = "/www/cgi-bin/luci-sso";
	sso_tree_init();
	sso_log(level, (const char *)exact, len);
	head = (size_t)snprintf(expected, sizeof(expected), "<%d>Mmm dd hh:mm:ss luci-sso[%d]: ", 24 + (int)level,
				(int)getpid());
	/* The date is that of now, whatever it is; where it is, is looked at by sso_log's own test. */
	if (fuzz_world.has_log && fuzz_world.sent_len > 19)
		memcpy(expected + 4, fuzz_world.sent + 4, 15);
	want = len < 999 - head ? len : 999 - head;
	memcpy(expected + head, line, want);
	for (size_t i = head; i < head + want; i++) {
		unsigned char c = (unsigned char)expected[i],
			      next = i + 1 < head + want ? (unsigned char)expected[i + 1] : 0xff;

		if (c == 0xc2 && next < 0xa0)
			expected[i] = expected[i + 1] = '?';
		else if (c < ' ' || c == 0x7f)
			expected[i] = '?';
	}
	if (!fuzz_world.has_log) {
		memmove(expected + 10, expected + head, want);
		memcpy(expected, "luci-sso: ", 10);
		head = 10;
		expected[head + want++] = '\n';
	}
	FUZZ_CHECK(fuzz_world.sent_len == head + want && memcmp(fuzz_world.sent, expected, head + want) == 0);
	free(exact);
}
