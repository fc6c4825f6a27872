// SPDX-License-Identifier: MIT
// What the fuzz targets share: chance that a seed and a number repeat, mutations, and a way to fail.
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_INPUT_MAX 16384

/* A target runs one case after another; all that is random comes from the functions below. */
void fuzz_pem(void);
void fuzz_trust(void);
void fuzz_issuers(void);
void fuzz_constraints(void);
void fuzz_frames(void);
void fuzz_state(void);
void fuzz_paths(void);
void fuzz_log(void);
void fuzz_flights(void);

/* A folder of this run, and what a target makes once before its first case. */
extern char fuzz_folder[100];
void fuzz_start_state(void);
void fuzz_start_issuers(void);
void fuzz_start_flights(void);
/* The child itself with a server at standard input and output: what it says to its parent goes to standard error. */
int fuzz_meet_server(const char *root);

uint32_t fuzz_next(void);
size_t fuzz_below(size_t bound);
static inline bool fuzz_one_in(size_t n)
{
	return fuzz_below(n) == 0;
}

/* Ends the run with the target, the seed and the number of the case. */
__attribute__((format(printf, 1, 2))) _Noreturn void fuzz_fail(const char *format, ...);
#define FUZZ_CHECK(condition) \
	do { \
		if (!(condition)) \
			fuzz_fail("%s:%d: %s", __FILE__, __LINE__, #condition); \
	} while (0)

/* A file of corpus/pem, changed or not; returns its length, at most FUZZ_INPUT_MAX. */
size_t fuzz_pem_text(uint8_t out[FUZZ_INPUT_MAX]);
/* Changes some bytes in place; the length may change up to `max`. */
size_t fuzz_mutate(uint8_t *bytes, size_t len, size_t max);
/* Exactly as long as it says, so that reading one byte more is a report. Free it. */
uint8_t *fuzz_exact(const void *bytes, size_t len);

/* How the interposed functions of the system behave; see fuzz.c. */
struct fuzz_world {
	const char *exe;  /* what /proc/self/exe points to */
	bool has_log;     /* a log daemon takes records */
	char sent[4096];  /* what it took, or what was written instead */
	size_t sent_len;
	int reaped;       /* how often a child was waited for */
};
extern struct fuzz_world fuzz_world;

#endif /* FUZZ_H */
