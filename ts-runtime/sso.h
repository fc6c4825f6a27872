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

/* ---- files ---- */

struct sso_bytes {
	uint8_t *data; /* malloc'ed; owned by whoever holds the struct */
	size_t len;
};

/* ---- streams (pure C: sso_stream.c, sso_tls_child.c, sso_trust.c, sso_pem.c) ---- */

/* ---- engine and host bindings; only for files that include quickjs.h first ---- */
#ifdef QUICKJS_H

#endif /* QUICKJS_H */

#endif /* SSO_H */
