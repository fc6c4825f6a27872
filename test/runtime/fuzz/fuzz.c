// SPDX-License-Identifier: MIT
// Runs one fuzz target: fuzz TARGET CASES SEED [FIRST]. A case depends on the seed and its number only,
// so `fuzz TARGET 1 SEED NUMBER` repeats it. `fuzz prove leak|overflow|undefined` makes the mistake that
// the sanitizers must report, so that their silence means something.
#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "sso.h"

#define CORPUS_MAX 64

static const struct target {
	const char *name;
	void (*start)(void);
	void (*one)(void);
} TARGETS[] = {
	{ "pem", NULL, fuzz_pem },
	{ "trust", NULL, fuzz_trust },
	{ "issuers", fuzz_start_issuers, fuzz_issuers },
	{ "constraints", NULL, fuzz_constraints },
	{ "frames", NULL, fuzz_frames },
	{ "state", fuzz_start_state, fuzz_state },
	{ "paths", NULL, fuzz_paths },
	{ "log", NULL, fuzz_log },
	{ "flights", fuzz_start_flights, fuzz_flights },
};

struct fuzz_world fuzz_world;
char fuzz_folder[100];
static const char *target_name = "";
static unsigned long seed, number;
static uint64_t chance;
static struct sso_bytes corpus[CORPUS_MAX];
static size_t corpus_count;

/* ---- what the objects under test call instead of the system; scripts/test/sanitize.mk names them ---- */

int fuzz_kill(pid_t pid, int sig);
int fuzz_kill(pid_t pid, int sig)
{
	(void)sig;
	FUZZ_CHECK(pid > 0);
	return 0;
}

pid_t fuzz_waitpid(pid_t pid, int *status, int options);
pid_t fuzz_waitpid(pid_t pid, int *status, int options)
{
	(void)options;
	fuzz_world.reaped++;
	*status = 0;
	return pid;
}

ssize_t fuzz_readlink(const char *path, char *buf, size_t size);
ssize_t fuzz_readlink(const char *path, char *buf, size_t size)
{
	size_t len = fuzz_world.exe ? strlen(fuzz_world.exe) : 0;

	FUZZ_CHECK(strcmp(path, "/proc/self/exe") == 0);
	if (!fuzz_world.exe)
		return -1;
	if (len > size)
		len = size;
	memcpy(buf, fuzz_world.exe, len);
	return (ssize_t)len;
}

static void keep(const void *buf, size_t len)
{
	FUZZ_CHECK(fuzz_world.sent_len + len <= sizeof(fuzz_world.sent));
	memcpy(fuzz_world.sent + fuzz_world.sent_len, buf, len);
	fuzz_world.sent_len += len;
}

ssize_t fuzz_sendto(int fd, const void *buf, size_t len, int flags, __CONST_SOCKADDR_ARG to, socklen_t to_len);
ssize_t fuzz_sendto(int fd, const void *buf, size_t len, int flags, __CONST_SOCKADDR_ARG to, socklen_t to_len)
{
	(void)fd;
	(void)flags;
	(void)to;
	(void)to_len;
	if (!fuzz_world.has_log)
		return -1;
	keep(buf, len);
	return (ssize_t)len;
}

bool fuzz_write_all(int fd, const void *buf, size_t len);
bool fuzz_write_all(int fd, const void *buf, size_t len)
{
	FUZZ_CHECK(fd == STDERR_FILENO);
	keep(buf, len);
	return true;
}

/* ---- chance ---- */

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint32_t fuzz_next(void)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) >> 32);
}

size_t fuzz_below(size_t bound)
{
	return bound ? fuzz_next() % bound : 0;
}

void fuzz_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nfuzz: failed; repeat with: fuzz %s 1 %lu %lu\n", target_name, seed, number);
	exit(1);
}

uint8_t *fuzz_exact(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len);

	if (!copy)
		fuzz_fail("no memory");
	memcpy(copy, bytes, len);
	return copy;
}

/* ---- inputs ---- */

static const char *const PIECES[] = {
	"-----BEGIN CERTIFICATE-----",
	"-----END CERTIFICATE-----",
	"-----BEGIN CERTIFICATE-----\n",
	"\n-----END CERTIFICATE-----\n",
	"-----BEGIN RSA PRIVATE KEY-----\n",
	"-----BEGIN",
	"-----",
	"\n",
	"\r\n",
	"\r",
	"=",
	"==",
	"QUJD",
	"QUI=",
	"QQ==",
	"\t ",
	"\n\n\n",
	"MIIB",
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
	"/+/+",
	"*",
};

static size_t put(uint8_t *bytes, size_t len, size_t max, size_t at, const void *piece, size_t piece_len)
{
	if (len + piece_len > max)
		return len;
	memmove(bytes + at + piece_len, bytes + at, len - at);
	memcpy(bytes + at, piece, piece_len);
	return len + piece_len;
}

size_t fuzz_mutate(uint8_t *bytes, size_t len, size_t max)
{
	for (size_t times = fuzz_below(6); times > 0; times--) {
		size_t at = fuzz_below(len + 1), some = fuzz_below(len - at + 1);
		const char *piece = PIECES[fuzz_below(sizeof(PIECES) / sizeof(PIECES[0]))];
		uint8_t byte = (uint8_t)fuzz_next();

		switch (fuzz_below(8)) {
		case 0:
			if (at < len)
				bytes[at] ^= (uint8_t)(1u << fuzz_below(8));
			break;
		case 1:
			if (at < len)
				bytes[at] = byte;
			break;
		case 2:
			len = put(bytes, len, max, at, &byte, 1);
			break;
		case 3:
			len = put(bytes, len, max, at, piece, strlen(piece));
			break;
		case 4: /* a part goes */
			some = fuzz_one_in(2) ? some : fuzz_below(some + 1) % 8;
			memmove(bytes + at, bytes + at + some, len - at - some);
			len -= some;
			break;
		case 5: /* a part comes twice */
			if (len + some <= max) {
				memmove(bytes + at + some, bytes + at, len - at);
				len += some;
			}
			break;
		case 6:
			if (fuzz_one_in(4))
				len = at;
			break;
		default:
			if (at + 1 < len)
				bytes[at] = (uint8_t[]){ 0, 0x7f, 0x80, 0xff }[byte % 4];
		}
	}
	return len;
}

size_t fuzz_pem_text(uint8_t out[FUZZ_INPUT_MAX])
{
	size_t len = 0;

	if (fuzz_one_in(4)) {
		for (size_t i = fuzz_below(24); i > 0; i--) {
			const char *piece = PIECES[fuzz_below(sizeof(PIECES) / sizeof(PIECES[0]))];

			len = put(out, len, FUZZ_INPUT_MAX, len, piece, strlen(piece));
		}
	} else {
		for (size_t i = fuzz_below(3); i < 3; i++) {
			const struct sso_bytes *one = &corpus[fuzz_below(corpus_count)];

			len = put(out, len, FUZZ_INPUT_MAX, len, one->data, one->len);
		}
	}
	return fuzz_one_in(8) ? len : fuzz_mutate(out, len, FUZZ_INPUT_MAX);
}

static void read_corpus(const char *program)
{
	struct sso_names names = { 0 };
	char folder[PATH_MAX], path[PATH_MAX + 300], why[SSO_WHY_MAX];
	const char *given = getenv("FUZZ_CORPUS"), *reason;

	snprintf(folder, sizeof(folder), "%s", given ? given : "test/runtime/fuzz/corpus/pem");
	reason = sso_directory_list(folder, &names, why);
	if (reason || names.count == 0) {
		fprintf(stderr, "%s: %s: %s\n", program, folder, reason ? reason : "empty");
		exit(2);
	}
	for (size_t i = 0; i < names.count && corpus_count < CORPUS_MAX; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names.name[i]);
		if (!sso_file_read(path, FUZZ_INPUT_MAX, &corpus[corpus_count], why))
			corpus_count++;
	}
	sso_names_free(&names);
}

/* ---- the mistakes ---- */

static int prove(const char *mistake)
{
	char *volatile block = malloc(16);
	volatile int large = INT_MAX;

	if (!block)
		return 2;
	if (strcmp(mistake, "leak") == 0) {
		block = NULL;
		return 0;
	}
	if (strcmp(mistake, "overflow") == 0)
		block[16 + (large == 0)] = 1;
	if (strcmp(mistake, "undefined") == 0)
		large = large + 1;
	free(block);
	return 0;
}

static void remove_folder(void)
{
	char command[200];

	snprintf(command, sizeof(command), "rm -rf %s", fuzz_folder);
	if (system(command) != 0)
		fprintf(stderr, "fuzz: %s stays\n", fuzz_folder);
}

int main(int argc, char **argv)
{
	const struct target *target = NULL;
	unsigned long cases, first;
	int64_t began;

	if (argc == 3 && strcmp(argv[1], "prove") == 0)
		return prove(argv[2]);
	if (argc == 3 && strcmp(argv[1], "meet") == 0)
		return fuzz_meet_server(argv[2]);
	for (size_t i = 0; argc >= 4 && i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++)
		if (strcmp(argv[1], TARGETS[i].name) == 0)
			target = &TARGETS[i];
	if (!target) {
		fprintf(stderr, "usage: fuzz pem|trust|issuers|constraints|frames|state|paths|log|flights CASES SEED [FIRST] | "
				"prove MISTAKE | meet ROOT\n");
		return 2;
	}
	target_name = target->name;
	cases = strtoul(argv[2], NULL, 10);
	seed = strtoul(argv[3], NULL, 10);
	first = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	read_corpus(argv[0]);
	signal(SIGPIPE, SIG_IGN);
	snprintf(fuzz_folder, sizeof(fuzz_folder), "/tmp/sso-fuzz-XXXXXX");
	if (!mkdtemp(fuzz_folder))
		return 2;
	atexit(remove_folder);
	began = sso_boot_ms();
	if (target->start)
		target->start();
	for (number = first; number < first + cases; number++) {
		chance = ((uint64_t)seed << 32 ^ number) * 0xd1342543de82ef95u;
		target->one();
	}
	printf("fuzz %s: %lu cases, seed %lu, %lld ms\n", target->name, cases, seed, (long long)(sso_boot_ms() - began));
	for (size_t i = 0; i < corpus_count; i++)
		free(corpus[i].data);
	return 0;
}
