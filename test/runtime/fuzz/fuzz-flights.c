// SPDX-License-Identifier: MIT
// The child itself, from its trust to its last frame, with a server that was recorded and then changed: bytes by who
// has no keys, and messages by who has them. Whatever comes, the child says in words what is wrong, and believes no
// handshake but the recorded one. Its randomness is the same each time, so that the recordings fit it.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <mbedtls/ecp.h>
#include <mbedtls/gcm.h>
#include <psa/crypto.h>

#include "fuzz.h"
#include "sso_tls_child.h"

#define TCP_FD 1000001
#define PARENT_FD 1000002
#define CONTENT_MAX 18000
#define RECORDS_MAX 32
#define WIRE_MAX 200000
#define SAID_MAX 300000
#define FIELDS_MAX 600
#define CPU_SECONDS_OF_ONE 60
#define TAG_LEN 16
#define HEAD_LEN 5

enum content { CHANGE_CIPHER_SPEC = 20, ALERT, HANDSHAKE, APPLICATION_DATA };
enum message { SERVER_HELLO = 2, TICKET = 4, EXTENSIONS = 8, CERTIFICATE = 11, KEY_EXCHANGE = 12, PROOF = 15 };

static const char ANSWER[] = "an answer";

/* A record without its protection; `keys` counts from 1, 0 is none. */
struct record {
	uint8_t type, keys;
	uint16_t version;
	size_t len;
	uint8_t content[CONTENT_MAX];
};

struct keys {
	mbedtls_gcm_context gcm;
	bool is_13;
	uint8_t iv[12];
};

static struct recording {
	const char *name;
	char agreed[80];
	uint8_t *root;
	size_t root_len, count, done, keys_count;
	struct keys keys[3];
	struct record *records;
	struct sso_bytes wire; /* unchanged */
} recordings[] = {
	{ .name = "1.2-ecdsa" }, { .name = "1.2-rsa" }, { .name = "1.3" }, { .name = "1.3-rsa" }, { .name = "1.3-retry" }
};
#define RECORDING_COUNT (sizeof(recordings) / sizeof(recordings[0]))

static unsigned long connected_count, refused_count;
static char reasons[100][SSO_WHY_MAX]; /* each once */
static size_t reason_count;

/* ---- what the child calls instead of the system; scripts/test/sanitize.mk names them ---- */

static struct {
	jmp_buf ended;
	int status;
	bool is_live;            /* a server is at standard input and output */
	bool has_asked, is_busy; /* the parent had its request sent; the last send was put off */
	uint64_t random;
	struct sso_tls_child *child;
	const uint8_t *wire;
	size_t wire_len, wire_at, window, polls;
	uint8_t said[SAID_MAX];  /* to the parent */
	size_t said_len;
} world;

bool fuzz_random(void *buf, size_t len);
bool fuzz_random(void *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* Knuth's MMIX. */
		world.random = world.random * 6364136223846793005u + 1442695040888963407u;
		((uint8_t *)buf)[i] = (uint8_t)(world.random >> 56);
	}
	return true;
}

void *fuzz_calloc(size_t count, size_t size);
void *fuzz_calloc(size_t count, size_t size)
{
	return world.child = calloc(count, size);
}

_Noreturn void fuzz_exit(int status);
_Noreturn void fuzz_exit(int status)
{
	world.status = status;
	longjmp(world.ended, 1);
}

int fuzz_dial(const struct sso_tls_target *t, int parent_fd, char why[SSO_WHY_MAX]);
int fuzz_dial(const struct sso_tls_target *t, int parent_fd, char why[SSO_WHY_MAX])
{
	(void)t;
	(void)parent_fd;
	(void)why;
	return TCP_FD;
}

void fuzz_tighten(void);
void fuzz_tighten(void)
{
}

ssize_t fuzz_recv(int fd, void *buf, size_t len, int flags);
ssize_t fuzz_recv(int fd, void *buf, size_t len, int flags)
{
	(void)flags;
	if (fd == PARENT_FD) {
		errno = EAGAIN;
		if (world.has_asked)
			return -1;
		world.has_asked = true;
		FUZZ_CHECK(len >= 5);
		memcpy(buf, "hello", 5);
		return 5;
	}
	FUZZ_CHECK(fd == TCP_FD);
	if (world.is_live)
		return read(STDIN_FILENO, buf, len);
	if (len > world.wire_len - world.wire_at)
		len = world.wire_len - world.wire_at;
	if (len == 0)
		return 0;
	if (len > world.window)
		len = world.window;
	errno = EAGAIN;
	if (len == 0)
		return -1;
	memcpy(buf, world.wire + world.wire_at, len);
	world.wire_at += len;
	world.window -= len;
	return (ssize_t)len;
}

ssize_t fuzz_send(int fd, const void *buf, size_t len, int flags);
ssize_t fuzz_send(int fd, const void *buf, size_t len, int flags)
{
	(void)flags;
	if (fd == TCP_FD && world.is_live)
		return write(STDOUT_FILENO, buf, len);
	if (!world.is_live && !world.is_busy && fuzz_one_in(8)) {
		world.is_busy = true;
		errno = EAGAIN;
		return -1;
	}
	world.is_busy = false;
	if (fd == TCP_FD)
		return (ssize_t)len;
	FUZZ_CHECK(fd == PARENT_FD && world.said_len + len <= sizeof(world.said));
	memcpy(world.said + world.said_len, buf, len);
	world.said_len += len;
	return (ssize_t)len;
}

int fuzz_poll(struct pollfd *fds, nfds_t count, int timeout);
int fuzz_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct pollfd server = { .fd = STDIN_FILENO, .events = POLLIN };

	if (world.is_live)
		poll(&server, 1, timeout);
	for (nfds_t i = 0; i < count; i++)
		fds[i].revents = 0;
	/* Each one brings a byte, or lets something be sent. */
	FUZZ_CHECK(world.polls++ < 3 * world.wire_len + 1000 || world.is_live);
	world.window += 1 + fuzz_below(fuzz_one_in(4) ? 16 : 20000);
	return 1;
}

/* ---- sums on curves, which are most of a case and mostly the same: computed once ---- */

#define NUMBER_MAX 66
#define KNOWN_MAX 512
struct sum {
	bool is_known;
	uint8_t of[1 + 6 * NUMBER_MAX];
	mbedtls_ecp_point is;
};
static struct sum known[KNOWN_MAX];

/* The place of this sum, if it can have one. Points that are multiplied are affine. */
static struct sum *find_sum(uint8_t of[1 + 6 * NUMBER_MAX], const mbedtls_ecp_group *grp, const mbedtls_mpi *m,
			    const mbedtls_ecp_point *p, const mbedtls_mpi *n, const mbedtls_ecp_point *q)
{
	const mbedtls_mpi *parts[] = { m, &p->MBEDTLS_PRIVATE(X), &p->MBEDTLS_PRIVATE(Y), n, NULL, NULL };
	uint32_t hash = 2166136261u; /* FNV-1a */

	memset(of, 0, 1 + 6 * NUMBER_MAX);
	if (mbedtls_mpi_cmp_int(&p->MBEDTLS_PRIVATE(Z), 1) != 0)
		return NULL;
	if (q) {
		parts[4] = &q->MBEDTLS_PRIVATE(X);
		parts[5] = &q->MBEDTLS_PRIVATE(Y);
		if (mbedtls_mpi_cmp_int(&q->MBEDTLS_PRIVATE(Z), 1) != 0)
			return NULL;
	}
	of[0] = (uint8_t)(grp->id << 1 | (q != NULL));
	for (size_t i = 0; i < 6; i++)
		if (parts[i] && mbedtls_mpi_write_binary(parts[i], of + 1 + i * NUMBER_MAX, NUMBER_MAX) != 0)
			return NULL;
	for (size_t i = 0; i < 1 + 6 * NUMBER_MAX; i++)
		hash = (hash ^ of[i]) * 16777619u;
	return &known[hash % KNOWN_MAX];
}

typedef int (*f_rng)(void *, unsigned char *, size_t);
int __real_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
				       const mbedtls_ecp_point *P, f_rng rng, void *p_rng, mbedtls_ecp_restart_ctx *rs);
int __real_mbedtls_ecp_muladd_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
					  const mbedtls_ecp_point *P, const mbedtls_mpi *n, const mbedtls_ecp_point *Q,
					  mbedtls_ecp_restart_ctx *rs);

static int compute(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m, const mbedtls_ecp_point *P,
		   const mbedtls_mpi *n, const mbedtls_ecp_point *Q, f_rng rng, void *p_rng)
{
	/* What blinds the sum is not to be seen in what comes after it. */
	uint64_t random = world.random;
	uint8_t of[1 + 6 * NUMBER_MAX];
	struct sum *sum = find_sum(of, grp, m, P, n, Q);
	int code;

	if (sum && sum->is_known && memcmp(sum->of, of, sizeof(of)) == 0)
		return mbedtls_ecp_copy(R, &sum->is);
	code = Q ? __real_mbedtls_ecp_muladd_restartable(grp, R, m, P, n, Q, NULL)
		 : __real_mbedtls_ecp_mul_restartable(grp, R, m, P, rng, p_rng, NULL);
	world.random = random;
	if (sum && code == 0) {
		memcpy(sum->of, of, sizeof(of));
		sum->is_known = mbedtls_ecp_copy(&sum->is, R) == 0;
	}
	return code;
}

int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
				       const mbedtls_ecp_point *P, f_rng rng, void *p_rng, mbedtls_ecp_restart_ctx *rs);
int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
				       const mbedtls_ecp_point *P, f_rng rng, void *p_rng, mbedtls_ecp_restart_ctx *rs)
{
	(void)rs;
	return compute(grp, R, m, P, NULL, NULL, rng, p_rng);
}

int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m, const mbedtls_ecp_point *P,
			   f_rng rng, void *p_rng);
int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m, const mbedtls_ecp_point *P,
			   f_rng rng, void *p_rng)
{
	return compute(grp, R, m, P, NULL, NULL, rng, p_rng);
}

int __wrap_mbedtls_ecp_muladd_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
					  const mbedtls_ecp_point *P, const mbedtls_mpi *n, const mbedtls_ecp_point *Q,
					  mbedtls_ecp_restart_ctx *rs);
int __wrap_mbedtls_ecp_muladd_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
					  const mbedtls_ecp_point *P, const mbedtls_mpi *n, const mbedtls_ecp_point *Q,
					  mbedtls_ecp_restart_ctx *rs)
{
	(void)rs;
	return compute(grp, R, m, P, n, Q, NULL, NULL);
}

/* ---- one life of the child ---- */

static void live(const uint8_t *root, size_t root_len, const uint8_t *wire, size_t wire_len)
{
	static const struct sso_tls_target target = {
		.name = "idp.example",
		.port = 443,
		.address = "",
		.ca_file = "ca_file",
		.ca_dir = "",
		.root = "",
	};
	struct sso_trust trust = { .own_len = root_len, .len = root_len, .bytes = malloc(root_len + 1) };
	static struct sso_trust at_end;

	FUZZ_CHECK(trust.bytes);
	memcpy(trust.bytes, root, root_len);
	at_end = trust;
	world.random = 1;
	world.child = NULL;
	world.has_asked = world.is_busy = false;
	world.wire = wire;
	world.wire_len = wire_len;
	world.wire_at = world.window = world.polls = world.said_len = 0;
	if (setjmp(world.ended) == 0)
		sso_tls_child_connect(&target, &at_end, PARENT_FD);
	FUZZ_CHECK(world.child && world.status == 0);
	mbedtls_ssl_free(&world.child->ssl);
	mbedtls_ssl_config_free(&world.child->conf);
	free(world.child);
	sso_trust_free(&at_end);
}

/* What it said to its parent: frames in order, a reason that can be printed, and an end. */
struct verdict {
	char agreed[80], reason[SSO_WHY_MAX];
	const uint8_t *data; /* packed */
	size_t data_len;
	bool is_connected, has_end;
};

static void check_text(const uint8_t *at, size_t len, char *out, size_t max)
{
	FUZZ_CHECK(len > 0 && len < max);
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK(at[i] >= 0x20 && at[i] <= 0x7e);
	memcpy(out, at, len);
	out[len] = '\0';
}

static struct verdict judge(void)
{
	struct verdict v = { .data = world.said };
	bool is_over = false;
	size_t at = 0, frames = 0;

	for (; at < world.said_len; frames++) {
		const uint8_t *payload = world.said + at + SSO_FRAME_HEAD;
		uint8_t type = world.said[at];
		size_t len;

		FUZZ_CHECK(!is_over && world.said_len - at >= SSO_FRAME_HEAD);
		len = (size_t)world.said[at + 1] << 8 | world.said[at + 2];
		at += SSO_FRAME_HEAD + len;
		FUZZ_CHECK(at <= world.said_len);
		if (frames == 0) {
			FUZZ_CHECK(type == SSO_FRAME_TCP && len == 0);
		} else if (type == SSO_FRAME_FAILED) {
			check_text(payload, len, v.reason, sizeof(v.reason));
			FUZZ_CHECK(strncmp(v.reason, "tls: ", 5) == 0 || strncmp(v.reason, "cert-", 5) == 0 ||
				   strncmp(v.reason, "closed: ", 8) == 0);
			is_over = true;
		} else if (!v.is_connected) {
			FUZZ_CHECK(type == SSO_FRAME_CONNECTED && len > 8);
			check_text(payload + 8, len - 8, v.agreed, sizeof(v.agreed));
			v.is_connected = true;
		} else if (type == SSO_FRAME_DATA) {
			FUZZ_CHECK(len > 0 && len <= SSO_FRAME_MAX);
			memmove(world.said + v.data_len, payload, len);
			v.data_len += len;
		} else {
			FUZZ_CHECK(type == SSO_FRAME_END && len == 0);
			is_over = v.has_end = true;
		}
	}
	FUZZ_CHECK(is_over);
	return v;
}

/* ---- records to bytes ---- */

static uint8_t wire[WIRE_MAX];
static struct {
	size_t at, len;
	uint8_t keys;
} spans[RECORDS_MAX];

static void put_number(uint8_t *out, uint64_t number, size_t width)
{
	for (size_t i = width; i-- > 0; number >>= 8)
		out[i] = (uint8_t)number;
}

/* The body of a record, after its head at `out`; what is too long for a head is cut. */
static size_t seal(struct keys *keys, uint64_t sequence, const struct record *r, uint8_t *out)
{
	uint8_t nonce[12], aad[13], *body = out + HEAD_LEN;
	uint8_t plain[CONTENT_MAX + 1];
	size_t aad_len = HEAD_LEN, len = r->len;

	memcpy(nonce, keys->iv, sizeof(nonce));
	memcpy(plain, r->content, len);
	if (keys->is_13) {
		for (size_t i = 0; i < 8; i++)
			nonce[4 + i] ^= (uint8_t)(sequence >> (56 - 8 * i));
		plain[len++] = r->type;
		out[0] = APPLICATION_DATA;
		put_number(out + 3, len + TAG_LEN, 2);
		memcpy(aad, out, HEAD_LEN);
	} else {
		put_number(nonce + 4, sequence, 8);
		memcpy(body, nonce + 4, 8);
		body += 8;
		put_number(out + 3, 8 + len + TAG_LEN, 2);
		put_number(aad, sequence, 8);
		memcpy(aad + 8, out, 3);
		put_number(aad + 11, len, 2);
		aad_len = 13;
	}
	FUZZ_CHECK(mbedtls_gcm_crypt_and_tag(&keys->gcm, MBEDTLS_GCM_ENCRYPT, len, nonce, sizeof(nonce), aad, aad_len, plain,
					     body, TAG_LEN, body + len) == 0);
	return (size_t)(body - out) + len + TAG_LEN;
}

static size_t put_records(struct recording *from, const struct record *records, size_t count)
{
	uint64_t sequence[3] = { 0 };
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		const struct record *r = &records[i];
		uint8_t *out = wire + len;

		FUZZ_CHECK(len + r->len + 64 <= WIRE_MAX);
		out[0] = r->type;
		put_number(out + 1, r->version, 2);
		put_number(out + 3, r->len, 2);
		spans[i].at = len;
		spans[i].keys = r->keys;
		if (r->keys) {
			len += seal(&from->keys[r->keys - 1], sequence[r->keys - 1]++, r, out);
		} else {
			memcpy(out + HEAD_LEN, r->content, r->len);
			len += HEAD_LEN + r->len;
		}
		spans[i].len = len - spans[i].at;
	}
	return len;
}

/* ---- the fields of a message that say how long something is ---- */

struct field {
	size_t at, width, from, to; /* the number, and what it counts */
	size_t element;             /* where what has this length begins */
};
static struct field fields[FIELDS_MAX];
static size_t field_count;

static size_t number_at(const uint8_t *bytes, size_t width)
{
	size_t number = 0;

	for (size_t i = 0; i < width; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* The field at `at`, and where what it counts ends; `end` when that is beyond it. */
static size_t find_vector(const uint8_t *m, size_t at, size_t end, size_t width, size_t element)
{
	size_t len;

	if (at > end || end - at < width)
		return end;
	len = number_at(m + at, width);
	if (len > end - at - width || field_count == FIELDS_MAX)
		return end;
	fields[field_count++] = (struct field){ at, width, at + width, at + width + len, element };
	return at + width + len;
}

static void find_der(const uint8_t *m, size_t at, size_t end)
{
	while (end - at >= 2 && field_count < FIELDS_MAX) {
		uint8_t tag = m[at];
		size_t width = m[at + 1] & 0x80 ? m[at + 1] & 0x7f : 1, number = at + (m[at + 1] & 0x80 ? 2 : 1), next;

		if (width > 3 || width == 0 || end - number < width)
			return;
		next = find_vector(m, number, end, width, at);
		if ((tag & 0x20 || tag == 0x04) && next > number + width)
			find_der(m, number + width, next);
		at = next;
	}
}

static void find_extensions(const uint8_t *m, size_t at, size_t end)
{
	size_t to = find_vector(m, at, end, 2, at);

	for (at += 2; at < to;) {
		size_t next = find_vector(m, at + 2, to, 2, at);

		/* The key's share is a vector behind its group. */
		if (next - at > 8 && number_at(m + at, 2) == 51)
			find_vector(m, at + 6, next, 2, at + 4);
		at = next;
	}
}

static void find_certificates(const uint8_t *m, size_t at, size_t end, bool is_13)
{
	size_t to;

	if (is_13)
		at = find_vector(m, at, end, 1, at);
	to = find_vector(m, at, end, 3, at);
	for (at += 3; at < to;) {
		size_t next = find_vector(m, at, to, 3, at);

		find_der(m, at + 3, next);
		at = is_13 ? find_vector(m, next, to, 2, next) : next;
	}
}

static void find_fields(const struct record *r, bool is_13)
{
	const uint8_t *m = r->content;
	size_t end = r->len, at;

	field_count = 0;
	if (r->type != HANDSHAKE || find_vector(m, 1, end, 3, 0) <= 4)
		return;
	switch (m[0]) {
	case SERVER_HELLO:
		if (end > 38)
			find_extensions(m, find_vector(m, 38, end, 1, 38) + 3, end);
		break;
	case EXTENSIONS:
		find_extensions(m, 4, end);
		break;
	case CERTIFICATE:
		find_certificates(m, 4, end, is_13);
		break;
	case KEY_EXCHANGE:
		at = find_vector(m, 7, end, 1, 7) + 2;
		find_vector(m, at, end, 2, at);
		if (end >= at + 2)
			find_der(m, at + 2, end);
		break;
	case PROOF:
		find_vector(m, 6, end, 2, 6);
		if (end >= 8)
			find_der(m, 8, end);
		break;
	case TICKET:
		at = find_vector(m, 12, end, 1, 12);
		find_extensions(m, find_vector(m, at, end, 2, at), end);
		break;
	}
}

/* ---- changes of messages: lengths around them are made to fit, mostly ---- */

/* In the place of `old_len` bytes at `at`. */
static void put_in(struct record *r, size_t at, size_t old_len, const uint8_t *bytes, size_t len)
{
	bool is_careless = fuzz_one_in(16);

	if (r->len - old_len + len > CONTENT_MAX)
		return;
	for (size_t i = 0; i < field_count; i++) {
		const struct field *f = &fields[i];

		if (f->from <= at && at + old_len <= f->to && !(is_careless && fuzz_one_in(2)))
			put_number(r->content + f->at, f->to - f->from - old_len + len, f->width);
	}
	memmove(r->content + at + len, r->content + at + old_len, r->len - at - old_len);
	if (len)
		memcpy(r->content + at, bytes, len);
	r->len += len - old_len;
}

static void change_element(struct record *r)
{
	uint8_t copy[CONTENT_MAX];
	const struct field *f = &fields[fuzz_below(field_count)];
	size_t at = f->element, len = f->to - at;

	memcpy(copy, r->content + at, len);
	switch (fuzz_below(4)) {
	case 0:
		put_in(r, at, len, NULL, 0);
		break;
	case 1:
		put_in(r, at, 0, copy, len);
		break;
	case 2: /* emptied */
		put_in(r, f->from, f->to - f->from, NULL, 0);
		break;
	default: { /* in the place of another one */
		const struct field *other = &fields[fuzz_below(field_count)];

		put_in(r, other->element, other->to - other->element, copy, len);
	}
	}
}

static void change_message(struct record *r, bool is_13)
{
	static const uint16_t NUMBERS[] = {
		0,      0xffff, 0x0301, 0x0302, 0x0303, 0x0304, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0x0017,
		0x0018, 0x001d, 0x0403, 0x0804, 0x0401, 0x0203, 0,      10,     11,     13,     16,     22,
		23,     35,     41,     42,     43,     44,     45,     51,     0xff01, 0x3082, 0x0100, 0x4000,
	};
	uint8_t bytes[600];
	size_t at, some;

	find_fields(r, is_13);
	at = fuzz_below(r->len + 1);
	some = 1 + fuzz_below(fuzz_one_in(4) ? sizeof(bytes) : 4);
	if (some > r->len - at)
		some = r->len - at;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)fuzz_next();
	switch (fuzz_below(10)) {
	case 0:
	case 1:
		if (at < r->len)
			r->content[at] ^= (uint8_t)(1u << fuzz_below(8));
		break;
	case 2:
		if (at < r->len)
			r->content[at] = bytes[0];
		break;
	case 3:
		put_in(r, at, 0, bytes, 1 + fuzz_below(fuzz_one_in(4) ? sizeof(bytes) : 4));
		break;
	case 4:
		put_in(r, at, some, NULL, 0);
		break;
	case 5: /* twice */
		memcpy(bytes, r->content + at, some);
		put_in(r, at, 0, bytes, some);
		break;
	case 6:
		if (r->len - at >= 2)
			put_number(r->content + at, NUMBERS[fuzz_below(sizeof(NUMBERS) / sizeof(NUMBERS[0]))], 2);
		break;
	case 7: /* a length that is not true */
		if (field_count > 0) {
			const struct field *f = &fields[fuzz_below(field_count)];
			size_t was = f->to - f->from;
			const size_t now[] = { 0, was + 1, was - 1, SIZE_MAX, fuzz_next(), was + fuzz_below(300) };

			put_number(r->content + f->at, now[fuzz_below(6)], f->width);
		}
		break;
	default:
		if (field_count > 0)
			change_element(r);
	}
}

/* ---- changes of records ---- */

static struct record changed[RECORDS_MAX];
static size_t changed_count;

static void copy_record(struct record *to, const struct record *from)
{
	memcpy(to, from, offsetof(struct record, content));
	memcpy(to->content, from->content, from->len);
}

/* Room for one more; false when there is none. */
static bool open_gap(size_t at)
{
	if (changed_count == RECORDS_MAX)
		return false;
	for (size_t i = changed_count++; i > at; i--)
		copy_record(&changed[i], &changed[i - 1]);
	return true;
}

static void close_gap(size_t at)
{
	changed_count--;
	for (size_t i = at; i < changed_count; i++)
		copy_record(&changed[i], &changed[i + 1]);
}

static void make_record(struct record *r, const struct record *near)
{
	static const struct {
		uint8_t type;
		const char *content;
		size_t len;
	} SOME[] = {
		{ ALERT, "\1\x5a", 2 },
		{ ALERT, "\2\x28", 2 },
		{ ALERT, "\1", 2 },
		{ ALERT, "\1", 1 },
		{ CHANGE_CIPHER_SPEC, "\1", 1 },
		{ CHANGE_CIPHER_SPEC, "\2", 1 },
		{ HANDSHAKE, "", 0 },
		{ APPLICATION_DATA, "early data", 10 },
		{ APPLICATION_DATA, "", 0 },
		{ HANDSHAKE, "\0\0\0", 4 },
		{ HANDSHAKE, "\x18\0\0\1", 5 },
		{ HANDSHAKE, "\x0d\0\0\x0d\1\0\0\x0a\0\x0d\0\6\0\4\4\3\x08\4", 18 },
		{ HANDSHAKE, "\x0b\xff\xff\xff", 4 },
		{ HANDSHAKE, "\x0e\0\0", 4 },
		{ 24, "\1\x40\0", 4 },
		{ 0, "\0", 1 },
	};
	size_t which = fuzz_below(sizeof(SOME) / sizeof(SOME[0]));

	r->type = SOME[which].type;
	r->len = SOME[which].len;
	memcpy(r->content, SOME[which].content, r->len);
	r->version = 0x0303;
	r->keys = fuzz_one_in(4) ? 0 : near->keys;
}

static void change_records(struct recording *from)
{
	size_t at = fuzz_below(changed_count), cut;
	struct record *r = &changed[at];

	switch (fuzz_below(9)) {
	case 0: /* one becomes two */
		cut = fuzz_below(r->len + 1);
		if (!open_gap(at))
			break;
		r[1].len -= cut;
		memmove(r[1].content, r[1].content + cut, r[1].len);
		r->len = cut;
		break;
	case 1: /* two become one */
		if (at + 1 == changed_count || r->len + r[1].len > CONTENT_MAX || (r[1].type != r->type && !fuzz_one_in(4)))
			break;
		memcpy(r->content + r->len, r[1].content, r[1].len);
		r->len += r[1].len;
		close_gap(at + 1);
		break;
	case 2:
		cut = fuzz_below(changed_count);
		if (open_gap(changed_count)) {
			copy_record(&changed[changed_count - 1], r);
			copy_record(r, &changed[cut]);
			copy_record(&changed[cut], &changed[changed_count - 1]);
			changed_count--;
		}
		break;
	case 3:
		open_gap(at);
		break;
	case 4:
		if (changed_count > 1)
			close_gap(at);
		break;
	case 5:
	case 6:
		if (open_gap(at))
			make_record(r, &changed[at + 1]);
		break;
	case 7:
		r->type = fuzz_one_in(4) ? (uint8_t)fuzz_next() : (uint8_t)(20 + fuzz_below(5));
		if (fuzz_one_in(2))
			r->version = (uint16_t)(0x0300 + fuzz_below(6));
		break;
	default:
		r->keys = (uint8_t)fuzz_below(from->keys_count + 1);
	}
}

/* ---- whether the recorded handshake may still be what the child saw ---- */

struct walk {
	uint8_t bytes[2][RECORDS_MAX * 2048]; /* messages without and with protection that must come, in order */
	size_t len[2], at[2];
	bool is_13, has_changed_ciphers;
};

/* False when it is something else than what must come. */
static bool take(struct walk *w, int which, const uint8_t *bytes, size_t len)
{
	size_t left = w->len[which] - w->at[which], some = len < left ? len : left;

	if ((which == 1 && w->at[0] < w->len[0]) || memcmp(w->bytes[which] + w->at[which], bytes, some) != 0)
		return false;
	w->at[which] += some;
	/* What comes behind Finished in its record is no part of the handshake any more. */
	return some == len || which == 1;
}

/* In TLS 1.3, and before it is known that this is 1.2, it says nothing. */
static bool take_cipher_change(struct walk *w)
{
	if (w->is_13 || w->at[0] == 0)
		return true;
	if (w->at[0] < w->len[0] || w->has_changed_ciphers)
		return false;
	return w->has_changed_ciphers = true;
}

static bool is_through(const struct walk *w)
{
	return w->at[0] == w->len[0] && w->at[1] == w->len[1];
}

static void must_come(struct walk *w, int which, const uint8_t *bytes, size_t len)
{
	FUZZ_CHECK(w->len[which] + len <= sizeof(w->bytes[which]));
	memcpy(w->bytes[which] + w->len[which], bytes, len);
	w->len[which] += len;
}

static struct walk walk;

/* By the records that were sent. */
static bool may_connect_by_records(const struct recording *from)
{
	struct walk *w = &walk;

	memset(w, 0, sizeof(*w));
	w->is_13 = from->keys[0].is_13;
	for (size_t i = 0; i < from->done; i++)
		if (from->records[i].type == HANDSHAKE)
			must_come(w, from->records[i].keys != 0, from->records[i].content, from->records[i].len);
	for (size_t i = 0; i < changed_count && !is_through(w); i++) {
		const struct record *r = &changed[i];

		if (r->type == ALERT)
			continue;
		/* mbedTLS also ignores an encrypted one in TLS 1.3: more than the standard allows, and no message. */
		if (r->type == CHANGE_CIPHER_SPEC && (r->keys == 0 || w->is_13)) {
			if (!take_cipher_change(w))
				return false;
			continue;
		}
		if (r->type != HANDSHAKE || r->keys > 1 || (r->keys && !w->is_13 && !w->has_changed_ciphers) ||
		    !take(w, r->keys != 0, r->content, r->len))
			return false;
	}
	return is_through(w);
}

/* By the bytes that were sent: what is protected must be there as it was. */
static bool may_connect_by_bytes(const struct recording *from, const uint8_t *bytes, size_t len)
{
	struct walk *w = &walk;
	size_t size;

	memset(w, 0, sizeof(*w));
	w->is_13 = from->keys[0].is_13;
	for (size_t i = 0; i < from->done; i++)
		if (from->records[i].keys)
			must_come(w, 1, from->wire.data + spans[i].at, spans[i].len);
		else if (from->records[i].type == HANDSHAKE)
			must_come(w, 0, from->records[i].content, from->records[i].len);
	for (size_t at = 0; len - at >= HEAD_LEN && !is_through(w); at += size) {
		uint8_t type = bytes[at];

		size = HEAD_LEN + number_at(bytes + at + 3, 2);
		if (size > len - at)
			break;
		if (type == (w->is_13 ? APPLICATION_DATA : HANDSHAKE) && (w->is_13 || w->has_changed_ciphers)) {
			if (!take(w, 1, bytes + at, size))
				return false;
		} else if (type == CHANGE_CIPHER_SPEC) {
			if (!take_cipher_change(w))
				return false;
		} else if (type != ALERT && (type != HANDSHAKE || !take(w, 0, bytes + at + HEAD_LEN, size - HEAD_LEN))) {
			return false;
		}
	}
	return is_through(w);
}

/* ---- the cases ---- */

static struct verdict play(struct recording *from, size_t len)
{
	struct verdict v;
	size_t known_reason;

	live(from->root, from->root_len, wire, len);
	v = judge();
	if (v.is_connected)
		connected_count++;
	else
		refused_count++;
	for (known_reason = 0; known_reason < reason_count && strcmp(reasons[known_reason], v.reason) != 0;)
		known_reason++;
	if (known_reason == reason_count && reason_count < sizeof(reasons) / sizeof(reasons[0]))
		snprintf(reasons[reason_count++], SSO_WHY_MAX, "%s", v.reason);
	if (v.is_connected && strcmp(v.agreed, from->agreed) != 0)
		fuzz_fail("%s: %s was agreed on", from->name, v.agreed);
	return v;
}

static void check_honest(struct recording *from)
{
	size_t len = put_records(from, from->records, from->count);
	struct verdict v = play(from, len);

	if (!v.is_connected || !v.has_end || v.data_len != strlen(ANSWER) || memcmp(v.data, ANSWER, v.data_len) != 0)
		fuzz_fail("%s: as it was recorded it ends with '%s'; for another client UPDATE=1 npx ava "
			  "test/runtime/fuzz.test.ts "
			  "records it again",
			  from->name, v.reason);
}

static void out_of_time(int sig)
{
	(void)sig;
	fuzz_fail("more than %d seconds of CPU", CPU_SECONDS_OF_ONE);
}

/* Somebody on the way, who has no keys. */
static void change_bytes(struct recording *from)
{
	size_t len = put_records(from, from->records, from->count), window, at;
	struct verdict v;
	bool may;

	/* A part of it, so that a case does not change everything. */
	at = fuzz_below(len);
	window = 1 + fuzz_below(fuzz_one_in(4) ? len - at : (len - at < 64 ? len - at : 64));
	{
		static uint8_t part[WIRE_MAX];
		size_t part_len;

		memcpy(part, wire + at, window);
		part_len = fuzz_mutate(part, window, window + 4096);
		memmove(wire + at + part_len, wire + at + window, len - at - window);
		memcpy(wire + at, part, part_len);
		len = len - window + part_len;
	}
	may = may_connect_by_bytes(from, wire, len);
	v = play(from, len);
	FUZZ_CHECK(may || !v.is_connected);
	FUZZ_CHECK(v.data_len <= strlen(ANSWER) && memcmp(v.data, ANSWER, v.data_len) == 0);
	FUZZ_CHECK(!v.has_end || v.data_len == strlen(ANSWER));
}

/* With what was sent, record by record, and how far it is as it was recorded. */
static _Noreturn void fail_believed(const struct recording *from)
{
	for (size_t i = 0; i < changed_count; i++) {
		const struct record *r = &changed[i];
		size_t same = 0;

		while (i < from->count && same < r->len && same < from->records[i].len &&
		       r->content[same] == from->records[i].content[same])
			same++;
		fprintf(stderr, "record %zu: type %u, keys %u, version %04x, %zu bytes, the first %zu as recorded\n", i,
			r->type, r->keys, r->version, r->len, same);
	}
	fuzz_fail("%s: another handshake was believed", from->name);
}

/* A server that has the keys, and its own way of using them. */
static void change_messages(struct recording *from)
{
	bool only_records = fuzz_one_in(4), may;
	struct verdict v;

	changed_count = from->count;
	for (size_t i = 0; i < changed_count; i++)
		copy_record(&changed[i], &from->records[i]);
	for (size_t times = 1 + fuzz_below(3); times > 0 && !only_records; times--)
		change_message(&changed[fuzz_below(changed_count)], from->keys[0].is_13);
	for (size_t times = only_records ? 1 + fuzz_below(4) : fuzz_one_in(4); times > 0; times--)
		change_records(from);
	may = may_connect_by_records(from);
	v = play(from, put_records(from, changed, changed_count));
	if (v.is_connected && !may)
		fail_believed(from);
}

void fuzz_flights(void)
{
	const struct itimerval limit = { .it_value.tv_sec = CPU_SECONDS_OF_ONE };
	struct recording *from = &recordings[fuzz_below(RECORDING_COUNT)];

	setitimer(ITIMER_PROF, &limit, NULL);
	if (fuzz_one_in(64))
		check_honest(from);
	else if (fuzz_one_in(4))
		change_bytes(from);
	else
		change_messages(from);
}

/* ---- recordings ---- */

static size_t decode_hex(const char *text, uint8_t *out, size_t max)
{
	size_t len = 0;
	unsigned int byte;

	for (; text && sscanf(text, "%2x", &byte) == 1 && strlen(text) >= 2; text += 2) {
		FUZZ_CHECK(len < max);
		out[len++] = (uint8_t)byte;
	}
	return len;
}

static void read_line(struct recording *into, char *line)
{
	char *rest = line, *word = strsep(&rest, " ");

	if (strcmp(word, "agreed") == 0) {
		snprintf(into->agreed, sizeof(into->agreed), "%s", rest);
	} else if (strcmp(word, "root") == 0) {
		into->root = malloc(CONTENT_MAX);
		FUZZ_CHECK(into->root);
		into->root_len = decode_hex(rest, into->root, CONTENT_MAX);
	} else if (strcmp(word, "keys") == 0) {
		struct keys *keys = &into->keys[into->keys_count++];
		uint8_t key[16];

		FUZZ_CHECK(into->keys_count <= 2);
		FUZZ_CHECK(decode_hex(strsep(&rest, " "), key, sizeof(key)) == sizeof(key));
		keys->is_13 = decode_hex(rest, keys->iv, sizeof(keys->iv)) == sizeof(keys->iv);
		mbedtls_gcm_init(&keys->gcm);
		FUZZ_CHECK(mbedtls_gcm_setkey(&keys->gcm, MBEDTLS_CIPHER_ID_AES, key, 128) == 0);
	} else if (strcmp(word, "done") == 0) {
		into->done = into->count;
	} else if (strcmp(word, "open") == 0 || strcmp(word, "sealed") == 0) {
		struct record *r = &into->records[into->count++];

		FUZZ_CHECK(into->count < RECORDS_MAX);
		r->keys = (uint8_t)(word[0] == 's' ? into->keys_count : 0);
		r->version = 0x0303;
		r->type = (uint8_t)strtoul(strsep(&rest, " "), NULL, 10);
		r->len = decode_hex(rest, r->content, CONTENT_MAX);
	} else {
		FUZZ_CHECK(word[0] == '\0' || word[0] == '#');
	}
}

static void end_flights(void)
{
	printf("flights: %lu connections, %lu refusals, %zu reasons;", connected_count, refused_count, reason_count);
	for (struct recording *one = recordings; one < recordings + RECORDING_COUNT; one++) {
		printf(" %s: %s;", one->name, one->agreed);
		for (size_t i = 0; i < one->keys_count; i++)
			mbedtls_gcm_free(&one->keys[i].gcm);
		free(one->root);
		free(one->records);
		free(one->wire.data);
	}
	printf("\n");
	for (size_t i = 0; i < KNOWN_MAX; i++)
		mbedtls_ecp_point_free(&known[i].is);
	mbedtls_psa_crypto_free();
}

void fuzz_start_flights(void)
{
	const char *given = getenv("FUZZ_FLIGHTS");
	char path[600], why[SSO_WHY_MAX];

	FUZZ_CHECK(psa_crypto_init() == PSA_SUCCESS);
	signal(SIGPROF, out_of_time);
	atexit(end_flights);
	for (struct recording *one = recordings; one < recordings + RECORDING_COUNT; one++) {
		struct sso_bytes text = { 0 };
		char *lines, *rest;

		snprintf(path, sizeof(path), "%s/%s.txt", given ? given : "test/runtime/fuzz/corpus/flights", one->name);
		if (sso_file_read(path, 65536, &text, why))
			fuzz_fail("%s cannot be read", path);
		one->records = calloc(RECORDS_MAX, sizeof(*one->records));
		lines = rest = calloc(1, text.len + 1);
		FUZZ_CHECK(one->records && lines);
		memcpy(lines, text.data, text.len);
		while (rest)
			read_line(one, strsep(&rest, "\n"));
		free(lines);
		free(text.data);
		FUZZ_CHECK(one->root && one->done > 0 && one->keys_count > 0);
		one->wire.len = put_records(one, one->records, one->count);
		one->wire.data = fuzz_exact(wire, one->wire.len);
		check_honest(one);
	}
}

int fuzz_meet_server(const char *root)
{
	struct sso_bytes text = { 0 };
	struct verdict v;
	char why[SSO_WHY_MAX];

	FUZZ_CHECK(psa_crypto_init() == PSA_SUCCESS);
	world.is_live = fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) == 0;
	if (sso_file_read(root, 65536, &text, why))
		return 2;
	live(text.data, text.len, NULL, 0);
	v = judge();
	fprintf(stderr, "%s\n", v.is_connected ? v.agreed : v.reason);
	free(text.data);
	mbedtls_psa_crypto_free();
	return v.is_connected && v.has_end ? 0 : 1;
}
