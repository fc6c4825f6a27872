// SPDX-License-Identifier: MIT
// What all of the C host shares. It moves bytes and has no policy; what each function owes to TypeScript
// is stated in src/host.ts. Reasons of failures are stable lower-case words.
#ifndef SSO_H
#define SSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SSO_PATH_MAX 4096
#define SSO_WHY_MAX 160

/* Takes back the right to write what the program's start has relocated. Call once, first. */
void sso_relro(void);

/* ---- process: the installed tree, random bytes ---- */

/* Finds the tree that this binary is installed in ("" on a router). Call once, before all that follows. */
void sso_tree_init(void);
/* Writes <tree><path> into `out`; false when it does not fit or `path` is not absolute. */
bool sso_tree_path(char out[SSO_PATH_MAX], const char *path);

/* Fills `buf` from the kernel's CSPRNG; false when that is impossible. */
bool sso_random(void *buf, size_t len);

/* ---- clocks ---- */

int64_t sso_boot_ms(void);
int64_t sso_wall_s(void);
/* Waits for `events`: 1 ready, 0 deadline passed (after one look), -1 errno. */
int sso_wait(int fd, short events, int64_t deadline_ms);

/* ---- log ---- */

enum sso_log_level { SSO_LOG_ERR = 3, SSO_LOG_WARNING = 4, SSO_LOG_INFO = 6, SSO_LOG_DEBUG = 7 };
/* One line to <tree>/dev/log, else to stderr. `line` is bytes, never a format. */
void sso_log(enum sso_log_level level, const char *line, size_t len);

/* ---- bytes in and out: descriptors ---- */

struct sso_bytes {
	uint8_t *data; /* malloc'ed; owned by whoever holds the struct */
	size_t len;
};

/* Makes bytes printable: what is no printable ASCII becomes '?'. With `utf8`, bytes above 127 stay. */
void sso_printable(char *text, size_t len, bool utf8);
/* Writes all of it; false when `fd` takes no more. */
bool sso_write_all(int fd, const void *buf, size_t len);
/* Reads exactly that much; false when there is less. */
bool sso_read_all(int fd, void *buf, size_t len);
/* The reason for an errno; with these three and with files: NULL, or the reason, which is static or lives in `why`. */
const char *sso_io_reason(char why[SSO_WHY_MAX], int error);
/* Reads standard input up to the next newline, which is taken and left out; a terminal does not show a secret. */
const char *sso_read_line(size_t max, bool secret, struct sso_bytes *out, char why[SSO_WHY_MAX]);
/* Reads an open file up to its end. */
const char *sso_read_fd(int fd, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX]);

/* ---- files ---- */

struct sso_names {
	char **name; /* malloc'ed, as each of them */
	size_t count;
};
void sso_names_free(struct sso_names *names);
bool sso_names_add(struct sso_names *names, const char *name);

/* Paths are already below the tree. */
const char *sso_file_read(const char *path, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX]);
const char *sso_directory_list(const char *path, struct sso_names *out, char why[SSO_WHY_MAX]);

const char *sso_state_read(const char *name, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX]);
const char *sso_state_create(const char *name, const void *buf, size_t len, char why[SSO_WHY_MAX]);
const char *sso_state_replace(const char *name, const void *buf, size_t len, char why[SSO_WHY_MAX]);
const char *sso_state_remove(const char *name, char why[SSO_WHY_MAX]);
const char *sso_state_list(struct sso_names *out, char why[SSO_WHY_MAX]);
/* Waits until the deadline; *lock is the descriptor that holds it until it is closed. */
const char *sso_state_lock(const char *name, int64_t deadline_ms, int *lock, char why[SSO_WHY_MAX]);

/* ---- the guard (sso_guard.c) ---- */

#define SSO_GUARD "guard"
#define SSO_TICK "tick"
#define SSO_STAMP_MAX 256
/* Sleeps, and runs `luci-sso tick` each minute. */
_Noreturn void sso_guard_run(void);
/* Whether the last tick saw nothing to do until something changes, and nothing has. */
bool sso_guard_is_quiet(void);
/* Notes when the last tick was. */
void sso_guard_note_tick(void);
/* Differs when the configuration, rpcd's or the last login is another one. */
bool sso_guard_stamp(char out[SSO_STAMP_MAX]);
/* Starts the guard through its init script, in the background; NULL or the reason. */
const char *sso_guard_start(char why[SSO_WHY_MAX]);

/* ---- streams ---- */

#define SSO_FRAME_HEAD 3 /* bytes: type, length */
#define SSO_PLACE_MAX 280

/*
 * An open stream. A TLS stream is a socketpair to a child process that does the network work without
 * rights: the same program, executed afresh. Plaintext goes down as it is and comes up in frames.
 */
struct sso_stream {
	int fd;
	pid_t child;            /* 0: a Unix socket */
	char agreed[80];        /* "TLSv1.3 TLS1-3-AES-128-GCM-SHA256", "" for Unix */
	uint32_t root_at, root_len;   /* what the child says: where its root is in the trust's text */
	char root[SSO_PLACE_MAX];     /* the same as a place that can be kept, "" when unknown */
	char why[SSO_WHY_MAX];  /* reasons with a detail live here */
	const char *failed;     /* the reason that ended the stream for good */
	bool ended;             /* the other end closed it properly */
	uint8_t head[SSO_FRAME_HEAD]; /* of the frame that is being received */
	uint8_t head_len;
	uint16_t left;          /* bytes of a data frame still to come */
};

/* See TlsTarget in src/host.ts; "" instead of NULL for absent strings. */
struct sso_tls_target {
	const char *name;
	uint16_t port;
	const char *address;
	const char *ca_file;
	const char *ca_dir;     /* /etc/ssl/certs below the tree */
	const char *root;       /* a place, see sso_trust_read */
	int64_t connect_deadline_ms;
	int64_t deadline_ms;
};

/*
 * Deadlines are absolute, on the scale of sso_boot_ms. Functions that fail set *reason to a word of
 * src/host.ts, perhaps with ": detail"; it is static or lives in the stream.
 */
int sso_unix_open(const char *path, int64_t deadline_ms, struct sso_stream *s, const char **reason);
int sso_tls_open(const struct sso_tls_target *t, struct sso_stream *s, const char **reason);
/*
 * At least one byte; 0: the other end closed it properly; -1: it failed. With a deadline that has
 * passed it takes what is there; a 'timeout' leaves the stream as it is.
 */
ssize_t sso_stream_read(struct sso_stream *s, void *buf, size_t max, int64_t deadline_ms, const char **reason);
/* All bytes or -1. After a failure what the other end had sent can still be read. */
int sso_stream_write(struct sso_stream *s, const void *buf, size_t len, int64_t deadline_ms, const char **reason);
/* Closes, ends and reaps the child. A zeroed or closed stream is left alone. */
void sso_stream_close(struct sso_stream *s);

/* ---- the child of a TLS stream ---- */

/*
 * The child is this program with this as its only argument, and its end of the socketpair is this
 * descriptor. It is recognised before anything else is done, and has no environment.
 */
#define SSO_TLS_CHILD "tls-child"
#define SSO_TLS_CHILD_FD 3

static inline bool sso_tls_is_child(int argc, char **argv)
{
	return argc == 2 && __builtin_strcmp(argv[1], SSO_TLS_CHILD) == 0;
}
_Noreturn void sso_tls_child_run(void);
/* Starts a child for nothing: which protections hold, as words ("chroot user limits seccomp"), or why it failed. */
bool sso_tls_protection(int64_t deadline_ms, char said[SSO_WHY_MAX]);

#endif /* SSO_H */
