// SPDX-License-Identifier: MIT
// The one private header of the C host. It moves bytes and has no policy; what each function owes to
// TypeScript is stated in src/host.ts. Reasons of failures are stable lower-case words.
#ifndef SSO_H
#define SSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SSO_PATH_MAX 4096

/* ---- process: the installed tree, clocks, chance, log ---- */

/* Finds the tree that this binary is installed in ("" on a router). Call once, first. */
void sso_tree_init(void);
/* Writes <tree><path> into `out`; false when it does not fit or `path` is not absolute. */
bool sso_tree_path(char out[SSO_PATH_MAX], const char *path);

int64_t sso_boot_ms(void);
int64_t sso_wall_s(void);
/* Fills `buf` from the kernel's CSPRNG; false when that is impossible. */
bool sso_random(void *buf, size_t len);

enum sso_log_level { SSO_LOG_ERR = 3, SSO_LOG_WARNING = 4, SSO_LOG_INFO = 6, SSO_LOG_DEBUG = 7 };
/* One line to <tree>/dev/log, else to stderr. `line` is bytes, never a format. */
void sso_log(enum sso_log_level level, const char *line, size_t len);

/* Makes bytes printable: what is no printable ASCII becomes '?'. With `utf8`, bytes above 127 stay. */
void sso_printable(char *text, size_t len, bool utf8);
/* Writes all of it; false when `fd` takes no more. */
bool sso_write_all(int fd, const void *buf, size_t len);
/* Reads exactly that much; false when there is less. */
bool sso_read_all(int fd, void *buf, size_t len);

/* ---- files ---- */

#define SSO_WHY_MAX 160
#define SSO_FRAME_HEAD 3 /* bytes: type, length */
#define SSO_PLACE_MAX 280

struct sso_bytes {
	uint8_t *data; /* malloc'ed; owned by whoever holds the struct */
	size_t len;
};

struct sso_names {
	char **name; /* malloc'ed, as each of them */
	size_t count;
};
void sso_names_free(struct sso_names *names);
bool sso_names_add(struct sso_names *names, const char *name);

/*
 * All of these return NULL when they did it, else the reason; it is static or lives in `why`.
 * Paths are already below the tree.
 */
const char *sso_io_reason(char why[SSO_WHY_MAX], int error);
/* Reads standard input up to the next newline, which is taken and left out; a terminal does not show a secret. */
const char *sso_read_line(size_t max, bool secret, struct sso_bytes *out, char why[SSO_WHY_MAX]);
/* Reads an open file up to its end. */
const char *sso_read_fd(int fd, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX]);
const char *sso_file_read(const char *path, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX]);
const char *sso_directory_list(const char *path, struct sso_names *out, char why[SSO_WHY_MAX]);

const char *sso_state_read(const char *name, size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX]);
const char *sso_state_create(const char *name, const void *buf, size_t len, char why[SSO_WHY_MAX]);
const char *sso_state_replace(const char *name, const void *buf, size_t len, char why[SSO_WHY_MAX]);
const char *sso_state_remove(const char *name, char why[SSO_WHY_MAX]);
const char *sso_state_list(struct sso_names *out, char why[SSO_WHY_MAX]);
/* Waits until the deadline; *lock is the descriptor that holds it until it is closed. */
const char *sso_state_lock(const char *name, int64_t deadline_ms, int *lock, char why[SSO_WHY_MAX]);

/* ---- streams (pure C: sso_stream.c, sso_unix.c, sso_tls_*.c, sso_sandbox.c, sso_seccomp.c, sso_trust.c, sso_pem.c) ---- */

/*
 * An open stream. A TLS stream is a socketpair to a child process that does the network work without
 * rights: the same program, executed afresh. Plaintext goes down as it is and comes up in frames.
 */
struct sso_stream {
	int fd;
	pid_t child;            /* 0: a Unix socket */
	char agreed[80];        /* "TLSv1.3 TLS1-3-AES-128-GCM-SHA256", "" for Unix */
	uint32_t root_at, root_len;   /* what the child says: where in the trust's text its root stood */
	char root[SSO_PLACE_MAX];     /* the same as a place that can be kept, "" when unknown */
	char why[SSO_WHY_MAX];  /* reasons with a detail live here */
	const char *failed;     /* the reason that ended the stream for good */
	bool ended;             /* the peer ended it properly */
	uint8_t head[SSO_FRAME_HEAD]; /* of the frame that is arriving */
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
 * At least one byte; 0: the peer ended the stream properly; -1: it failed. With a deadline that has
 * passed it takes what is there; a 'timeout' leaves the stream as it is.
 */
ssize_t sso_stream_read(struct sso_stream *s, void *buf, size_t max, int64_t deadline_ms, const char **reason);
/* All bytes or -1. After a failure what the peer had sent can still be read. */
int sso_stream_write(struct sso_stream *s, const void *buf, size_t len, int64_t deadline_ms, const char **reason);
/* Closes, ends and reaps the child. A zeroed or closed stream is left alone. */
void sso_stream_close(struct sso_stream *s);

/* Frames of the child: type, length (2 bytes, big-endian), payload. */
enum sso_frame {
	SSO_FRAME_ALL = 'a',       /* empty: one root was read and is not enough; once, before 'c' */
	SSO_FRAME_TCP = 't',       /* empty: a TCP connection stands */
	SSO_FRAME_CONNECTED = 'c', /* root_at and root_len, 4 bytes each; what was agreed on, text */
	SSO_FRAME_DATA = 'd',      /* 1 to SSO_FRAME_MAX bytes of plaintext */
	SSO_FRAME_END = 'e',       /* empty: the peer's close_notify */
	SSO_FRAME_FAILED = 'f',    /* reason, text */
};
#define SSO_FRAME_MAX 16384
#define SSO_EXIT_JAIL 7 /* exit status of a child that cannot give up its rights */
#define SSO_EXIT_EXEC 8 /* and of one that could not be executed */

/* Waits for `events`: 1 ready, 0 deadline passed (after one look), -1 errno. */
int sso_wait(int fd, short events, int64_t deadline_ms);
/*
 * Takes the next control frame while a TLS stream is being opened: `type`, or `other` without payload.
 * Which of them it was, or -1.
 */
int sso_stream_expect(struct sso_stream *s, enum sso_frame type, enum sso_frame other, int64_t deadline_ms,
		      const char **reason);

/*
 * CA certificates: `bytes` holds the text of the files, ca_file's first. After sso_trust_cut it holds
 * the decoded certificates, at `certs`; the first `own` are ca_file's.
 */
struct sso_trust {
	uint8_t *bytes;
	size_t len, own_len;
	struct sso_cert {
		uint32_t at, len;           /* DER */
		uint32_t text_at, text_len; /* where it stood in the text */
	} *certs;
	size_t count, own, broken;
	struct sso_trust_file *files; /* where the text is from */
	size_t file_count;
	bool is_part;           /* only the root at a place, and ca_file, were read */
};
/*
 * Reads ca_file and the *.crt and *.pem of ca_dir; 0, or -1 ("ca-file"). `place` is a text of
 * sso_trust_place, however old or wrong: when something stands there now, nothing else of ca_dir is read.
 */
int sso_trust_read(struct sso_trust *trust, const char *ca_dir, const char *ca_file, const char *place,
		   const char **reason);
/* Replaces the text by the DER certificates in it; broken blocks are counted. -1: no memory. */
int sso_trust_cut(struct sso_trust *trust);
/* In the child: the text that the parent sends; false when it does not come. */
bool sso_trust_receive(struct sso_trust *trust, int parent_fd);
/* In the child: all that the parent can read, cut, in the place of a part; false when there is no more. */
bool sso_trust_ask(struct sso_trust *trust, int parent_fd);
/* In which file a piece of the text stands, "<offset> <length> <name in ca_dir, or nothing>"; "" for nowhere. */
void sso_trust_place(const struct sso_trust *trust, uint32_t at, uint32_t len, char out[SSO_PLACE_MAX]);
void sso_trust_free(struct sso_trust *trust);

/*
 * Cuts the next CERTIFICATE block out of text[*at..len) and decodes it to `out`, which may be `text`
 * itself at or before *at. 1: *out_len bytes; 0: no more; -1: a broken block was skipped.
 */
int sso_pem_next(const uint8_t *text, size_t len, size_t *at, uint8_t *out, size_t *out_len);

/*
 * The child is this program with this as its only argument, and its end of the socketpair is this
 * descriptor. It is recognised before anything else is done, and has no environment.
 */
#define SSO_TLS_CHILD "tls-child"
#define SSO_TLS_CHILD_FD 3
#define SSO_TLS_CHILD_USER "luci-sso" /* when the package made it */
#define SSO_TLS_NAME_MAX 256
#define SSO_TLS_ADDRESS_MAX 64

/* The first thing that the parent sends; the trust follows, as sso_trust_receive takes it. */
struct sso_tls_order {
	int64_t connect_deadline_ms, deadline_ms;
	pid_t parent;
	uint16_t port;          /* 0: only enter the sandbox and say what holds there */
	bool has_ca_file, is_part;
	char name[SSO_TLS_NAME_MAX];
	char address[SSO_TLS_ADDRESS_MAX];
};

static inline bool sso_tls_is_child(int argc, char **argv)
{
	return argc == 2 && __builtin_strcmp(argv[1], SSO_TLS_CHILD) == 0;
}
_Noreturn void sso_tls_child_run(void);
/* Starts a child for nothing: which protections hold, as words ("chroot user limits seccomp"), or why it failed. */
bool sso_tls_protection(int64_t deadline_ms, char said[SSO_WHY_MAX]);

#define SSO_HOLDS_MAX 64
/* In the child: leaves 0-2 on /dev/null and the socketpair, nothing else. */
bool sso_sandbox_close_files(void);
/* In the child: gives up every right, and says which protections hold. */
bool sso_sandbox_enter(pid_t parent, unsigned int cpu_seconds, char holds[SSO_HOLDS_MAX]);
/* In the child: only the system calls that it needs from now on; false when the kernel cannot filter. */
bool sso_seccomp_enter(void);
/* And fewer once a TCP connection stands. */
void sso_seccomp_tighten(void);
/* In the child: looks up and connects; -1 with the reason in `why`. */
int sso_tls_dial(const struct sso_tls_target *t, int parent_fd, char why[SSO_WHY_MAX]);
/* In the child: everything after sso_sandbox_enter. */
_Noreturn void sso_tls_peer_run(const struct sso_tls_target *t, struct sso_trust *trust, int parent_fd);

/* ---- TLS peers, in the child; only for files that include mbedtls/ssl.h first ---- */
#ifdef MBEDTLS_SSL_H

/* mbedTLS 2.28 hides no members and has another name for one code. */
#ifndef MBEDTLS_PRIVATE
#define MBEDTLS_PRIVATE(member) member
#endif
#ifndef MBEDTLS_ERR_SSL_BAD_CERTIFICATE
#define MBEDTLS_ERR_SSL_BAD_CERTIFICATE MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE
#endif

struct sso_tls_check {
	struct sso_trust *trust;       /* cut */
	int parent;                    /* fd of who has the rest of a part */
	uint32_t above;                /* flags of the certificates above the end certificate */
	const mbedtls_x509_crt *authorities[MBEDTLS_X509_MAX_VERIFY_CHAIN_SIZE]; /* above the one that is looked at */
	size_t authority_count;
	const struct sso_cert *root;   /* who vouched */
	uint8_t address[16];           /* the host when it is an IP literal, */
	size_t address_len;            /* 4 or 16, else 0 */
};

/* mbedTLS callbacks, `ctx` is the check: trusted certificates with the issuer's name; then each of the chain. */
int sso_tls_find_issuers(void *ctx, const mbedtls_x509_crt *child, mbedtls_x509_crt **found);
int sso_tls_check_one(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags);
/* Turns verification flags into a reason that names all of them. */
void sso_tls_explain_flags(uint32_t flags, char why[SSO_WHY_MAX]);
/* Whether ca_file holds a certificate that mbedTLS can read. */
bool sso_tls_own_ca_usable(const struct sso_trust *trust);
/* Whether mbedTLS may find two names equal: says yes too often, never too seldom. */
bool sso_tls_may_equal(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len);

/*
 * Parse like mbedTLS, which refuses critical name constraints: sso_tls_constrain reads them. A root's bytes must
 * stay; the other one is what mbedTLS itself is compiled to call for the peer's certificates.
 */
int sso_tls_parse_root(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
int sso_tls_parse_der(mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
/* mbedTLS's code for a critical extension that it does not know. */
#define SSO_TLS_UNKNOWN_EXTENSION (MBEDTLS_ERR_X509_INVALID_EXTENSIONS + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG)
/* To be called for each of a chain, from the root down to the end certificate at depth 0; flags of mbedTLS. */
uint32_t sso_tls_constrain(struct sso_tls_check *check, const mbedtls_x509_crt *crt, int depth);
/* Whether name constraints allow all names of a certificate, its subject and (or nothing) its subjectAltName: all DER. */
struct sso_tls_bytes {
	unsigned char *at;
	size_t len;
};
bool sso_tls_may_vouch(const struct sso_tls_bytes *constraints, const struct sso_tls_bytes *subject,
		       const struct sso_tls_bytes *alternatives);

#define SSO_RECORD_MAX MBEDTLS_SSL_OUT_CONTENT_LEN

struct sso_tls_peer {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
#ifndef MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK
	mbedtls_x509_crt nobody;
#endif
	struct sso_tls_check check;
	int tcp, parent;
	int tcp_error;                  /* errno */
	int write_error;                /* mbedTLS's code */
	int secret_of;                  /* the version of TLS that a secret was agreed on for; 0: none yet */
	bool tcp_deaf;                  /* it takes nothing any more; it may still say something */
	bool finished;                  /* the last frame is in `down` */
	size_t up_len, out_at, out_len, down_at, down_len;
	uint8_t up[SSO_RECORD_MAX];             /* plaintext from the parent */
	uint8_t out[2 * SSO_RECORD_MAX];        /* records on their way to the peer */
	uint8_t down[SSO_FRAME_HEAD + SSO_FRAME_MAX]; /* one frame on its way to the parent */
};

/* Puts the next frame for the parent together; a failure is the last one. */
void sso_tls_put_frame(struct sso_tls_peer *p, enum sso_frame type, size_t len);
void sso_tls_put_text(struct sso_tls_peer *p, enum sso_frame type, const char *text);
void sso_tls_put_failure(struct sso_tls_peer *p, const char *why);
/* Waits until the parent has taken it. */
void sso_tls_deliver(struct sso_tls_peer *p);
/* Sends what the peer takes now. */
void sso_tls_flush_out(struct sso_tls_peer *p);
/* Waits for either end; ends the process when the parent has gone. */
void sso_tls_wait(struct sso_tls_peer *p, short tcp_events, short parent_events);
/* mbedTLS's ways out and in; `ctx` is the peer. */
int sso_tls_take_record(void *ctx, const unsigned char *buf, size_t len);
int sso_tls_fetch_bytes(void *ctx, unsigned char *buf, size_t len);
/* The reason for what mbedTLS returned `when` it did. */
void sso_tls_explain(struct sso_tls_peer *p, int code, const char *when, char why[SSO_WHY_MAX]);
/* After the handshake: returns when the last frame is delivered. */
void sso_tls_relay(struct sso_tls_peer *p);

#endif /* MBEDTLS_SSL_H */

/* ---- engine and host bindings; only for files that include quickjs.h first ---- */
#ifdef QUICKJS_H

#define SSO_HEAP_BYTES (8 * 1024 * 1024)
#define SSO_STACK_BYTES (256 * 1024)
#define SSO_MAX_STREAMS 8
#define SSO_MAX_STREAM_READ 65536
#define SSO_MAX_RANDOM 256

/* The bytecode that is embedded in this binary; chunks.c, written by mkbc. */
struct sso_chunk {
	const char *name;
	const uint8_t *code;
	size_t len;
};
extern const struct sso_chunk sso_chunks[];
extern const size_t sso_chunk_count;
const struct sso_chunk *sso_chunk_find(const char *name);

/* The pure functions of src/native.d.ts, as a module of this name. */
#define SSO_NATIVE "#native"
JSModuleDef *sso_native_new(JSContext *ctx);

/* One run of the program; the context's opaque value. */
struct sso_run {
	int argc;
	char **argv;
	bool has_output; /* something was written to standard output */
	struct sso_stream streams[SSO_MAX_STREAMS];
	bool stream_open[SSO_MAX_STREAMS];
};

/* Evaluates `start`, calls main(host) of it and runs until it has settled; returns the exit status. */
int sso_engine_run(struct sso_run *run, const struct sso_chunk *start);
/* The last answer there is: a plain 500 when this is a CGI that said nothing yet, and a line in the log. */
void sso_engine_failed(struct sso_run *run, const char *what, size_t len);

/* The object that main() gets; each part adds its functions. JS_EXCEPTION or the object; 0 or -1. */
JSValue sso_host_new(JSContext *ctx);
int sso_host_add_process(JSContext *ctx, JSValueConst host);
int sso_host_add_world(JSContext *ctx, JSValueConst host);
int sso_host_add_files(JSContext *ctx, JSValueConst host);
int sso_host_add_streams(JSContext *ctx, JSValueConst host);
void sso_host_close_streams(struct sso_run *run);

/* Results: { ok: true }, { ok: true, [name]: value } (takes `value`), { ok: false, reason }. */
JSValue sso_js_done(JSContext *ctx);
JSValue sso_js_done_with(JSContext *ctx, const char *name, JSValue value);
JSValue sso_js_failed(JSContext *ctx, const char *reason);
/* done or failed, by the reason; with bytes or names, which are freed in any case. */
JSValue sso_js_outcome(JSContext *ctx, const char *reason);
JSValue sso_js_outcome_bytes(JSContext *ctx, const char *reason, struct sso_bytes *bytes);
JSValue sso_js_outcome_names(JSContext *ctx, const char *reason, struct sso_names *names);
/* Like the engine's, but a value that is an exception is -1 too; both take `value`. */
int sso_js_set(JSContext *ctx, JSValueConst object, const char *name, JSValue value);
int sso_js_push(JSContext *ctx, JSValueConst array, size_t index, JSValue value);
/* One character per byte. */
JSValue sso_js_latin1(JSContext *ctx, const char *text);

/* Arguments; false with a pending exception. */
bool sso_js_size(JSContext *ctx, JSValueConst value, size_t max, size_t *out);
bool sso_js_deadline(JSContext *ctx, JSValueConst value, int64_t *out);
/* Lives as long as `value`, and until JS code runs. */
bool sso_js_bytes(JSContext *ctx, JSValueConst value, const uint8_t **data, size_t *len);
/* Without NUL inside; free with JS_FreeCString. */
const char *sso_js_text(JSContext *ctx, JSValueConst value);

#endif /* QUICKJS_H */

#endif /* SSO_H */
