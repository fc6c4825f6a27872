// SPDX-License-Identifier: MIT
// Inside of the child, where mbedTLS is: its state, and how it judges the server's certificates.
#ifndef SSO_TLS_CHILD_H
#define SSO_TLS_CHILD_H

#include <mbedtls/ssl.h>

#include "sso_tls.h"

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
int sso_tls_find_issuers(void *ctx, const mbedtls_x509_crt *crt, mbedtls_x509_crt **found);
int sso_tls_check_one(void *ctx, mbedtls_x509_crt *crt, int depth, uint32_t *flags);
/* Turns verification flags into a reason that names all of them. */
void sso_tls_explain_flags(uint32_t flags, char why[SSO_WHY_MAX]);
/* Whether ca_file holds a certificate that mbedTLS can read. */
bool sso_tls_own_ca_usable(const struct sso_trust *trust);
/* Whether mbedTLS may find two names equal: says yes too often, never too seldom. */
bool sso_tls_may_equal(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len);

/*
 * Parse like mbedTLS, which refuses critical name constraints: sso_tls_constrain reads them. A root's bytes must
 * stay; the other one is what mbedTLS itself is compiled to call for the server's certificates.
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

struct sso_tls_child {
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
	uint8_t out[2 * SSO_RECORD_MAX];        /* records on their way to the server */
	uint8_t down[SSO_FRAME_HEAD + SSO_FRAME_MAX]; /* one frame on its way to the parent */
};

/* Puts the next frame for the parent together; a failure is the last one. */
void sso_tls_put_frame(struct sso_tls_child *c, enum sso_frame type, size_t len);
void sso_tls_put_text(struct sso_tls_child *c, enum sso_frame type, const char *text);
void sso_tls_put_failure(struct sso_tls_child *c, const char *why);
/* Waits until the parent has taken it. */
void sso_tls_deliver(struct sso_tls_child *c);
/* Sends what the server takes now. */
void sso_tls_flush_out(struct sso_tls_child *c);
/* Waits for either end; ends the process when the parent has gone. */
void sso_tls_wait(struct sso_tls_child *c, short tcp_events, short parent_events);
/* mbedTLS's ways out and in; `ctx` is the child. */
int sso_tls_take_record(void *ctx, const unsigned char *buf, size_t len);
int sso_tls_fetch_bytes(void *ctx, unsigned char *buf, size_t len);

/* Makes everything ready for a handshake with this server: 0 or mbedTLS's code. */
int sso_tls_set_up(struct sso_tls_child *c, const struct sso_tls_target *t);
/* Over the connection `tcp`; false with the reason in `why`. */
bool sso_tls_shake_hands(struct sso_tls_child *c, char why[SSO_WHY_MAX]);
/* The reason for what mbedTLS returned `when` it did. */
void sso_tls_explain(struct sso_tls_child *c, int code, const char *when, char why[SSO_WHY_MAX]);
/* After the handshake: returns when the last frame is delivered. */
void sso_tls_relay(struct sso_tls_child *c);
/* All of this, once the sandbox is entered and the trust is received; ends the process. */
_Noreturn void sso_tls_child_connect(const struct sso_tls_target *t, struct sso_trust *trust, int parent_fd);

#endif /* SSO_TLS_CHILD_H */
