// SPDX-License-Identifier: MIT
// Between the parent and the child of a TLS stream: what is handed down, the frames that are sent up, and the steps of
// the child that need no mbedTLS.
#ifndef SSO_TLS_H
#define SSO_TLS_H

#include "sso.h"

/* Frames of the child: type, length (2 bytes, big-endian), payload. */
enum sso_frame {
	SSO_FRAME_ALL = 'a',       /* empty: one root was read and is not enough; once, before 'c' */
	SSO_FRAME_TCP = 't',       /* empty: there is a TCP connection */
	SSO_FRAME_CONNECTED = 'c', /* root_at and root_len, 4 bytes each; what was agreed on, text */
	SSO_FRAME_DATA = 'd',      /* 1 to SSO_FRAME_MAX bytes of plaintext */
	SSO_FRAME_END = 'e',       /* empty: the server's close_notify */
	SSO_FRAME_FAILED = 'f',    /* reason, text */
};
#define SSO_FRAME_MAX 16384
#define SSO_EXIT_JAIL 7 /* exit status of a child that cannot give up its rights */
#define SSO_EXIT_EXEC 8 /* and of one that could not be executed */

/*
 * Takes the next control frame while a TLS stream is being opened: `type`, or `other` without payload.
 * Which of them it was, or -1.
 */
int sso_stream_expect(struct sso_stream *s, enum sso_frame type, enum sso_frame other, int64_t deadline_ms,
		      const char **reason);

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

/*
 * CA certificates: `bytes` holds the text of the files, ca_file's first. After sso_trust_cut it holds
 * the decoded certificates, at `certs`; the first `own` are ca_file's.
 */
struct sso_trust {
	uint8_t *bytes;
	size_t len, own_len;
	struct sso_cert {
		uint32_t at, len;           /* DER */
		uint32_t text_at, text_len; /* where it is in the text */
	} *certs;
	size_t count, own, broken;
	struct sso_trust_file *files; /* where the text is from */
	size_t file_count;
	bool is_part;           /* only the root at a place, and ca_file, were read */
};
/*
 * Reads ca_file and the *.crt and *.pem of ca_dir; 0, or -1 ("ca-file"). `place` is a text of
 * sso_trust_place, however old or wrong: when something is there now, nothing else of ca_dir is read.
 */
int sso_trust_read(struct sso_trust *trust, const char *ca_dir, const char *ca_file, const char *place, const char **reason);
/* Replaces the text by the DER certificates in it; broken blocks are counted. -1: no memory. */
int sso_trust_cut(struct sso_trust *trust);
/* In the child: the text that the parent sends; false when it is not received. */
bool sso_trust_receive(struct sso_trust *trust, int parent_fd);
/* In the child: all that the parent can read, cut, in the place of a part; false when there is no more. */
bool sso_trust_ask(struct sso_trust *trust, int parent_fd);
/* In which file a piece of the text is, "<offset> <length> <name in ca_dir, or nothing>"; "" for nowhere. */
void sso_trust_place(const struct sso_trust *trust, uint32_t at, uint32_t len, char out[SSO_PLACE_MAX]);
void sso_trust_free(struct sso_trust *trust);

/*
 * Cuts the next CERTIFICATE block out of text[*at..len) and decodes it to `out`, which may be `text`
 * itself at or before *at. 1: *out_len bytes; 0: no more; -1: a broken block was skipped.
 */
int sso_pem_next(const uint8_t *text, size_t len, size_t *at, uint8_t *out, size_t *out_len);

/* ---- in the child ---- */

#define SSO_TLS_CHILD_USER "luci-sso" /* when the package made it */
#define SSO_HOLDS_MAX 64
/* Leaves 0-2 on /dev/null and the socketpair, nothing else. */
bool sso_sandbox_close_files(void);
/* Gives up every right, and says which protections hold. */
bool sso_sandbox_enter(pid_t parent, unsigned int cpu_seconds, char holds[SSO_HOLDS_MAX]);
/* Only the system calls that it needs from now on; false when the kernel cannot filter. */
bool sso_seccomp_enter(void);
/* And fewer once there is a TCP connection. */
void sso_seccomp_tighten(void);
/* Looks up and connects; -1 with the reason in `why`. */
int sso_tls_dial(const struct sso_tls_target *t, int parent_fd, char why[SSO_WHY_MAX]);

#endif /* SSO_TLS_H */
