// SPDX-License-Identifier: MIT
// The curve P-256, by p256-m of mbedTLS's tree, which is taken in here: it was written for microcontrollers and
// needs a fifth of what mbedTLS's own numbers of any length do. Three things are ours: the product in the field, half
// of whose work this prime saves; the choice between two numbers, which compilers made branches of; and the check of a
// signature, which handles nothing secret and so may be quick.
// A library that an SDK links has no p256-m: then mbedTLS and src/crypto/ecdsa.ts do what is done here.
#include <string.h>

#include <mbedtls/version.h>

#include "sso_p256.h"

#ifdef SSO_MBEDTLS_CONFIG_H

/* The compiler has it as one instruction, or as a sequence without branches, on all that we build for. */
#define MUL64_IS_CONSTANT_TIME

static void u256_cmov(uint32_t z[8], const uint32_t x[8], uint32_t c);
static void m256_mul_p(uint32_t z[8], const uint32_t x[8], const uint32_t y[8]);

/* p256-m.c, but for these two; it is not the driver that it looks for */
#define MBEDTLS_PSA_P256M_DRIVER_ENABLED
#include "p256-m-in-part.c"

/*
 * z = x if c is 1, z as it is if c is 0. Where a compiler knows that a mask is all ones or zero it may leave out half of
 * the work, by a branch on what is secret; the empty instruction keeps it from knowing.
 */
static void u256_cmov(uint32_t z[8], const uint32_t x[8], uint32_t c)
{
	uint32_t mask = -c;

	__asm__("" : "+r"(mask));
	for (int i = 0; i < 8; i++)
		z[i] = (z[i] & ~mask) | (x[i] & mask);
}

/*
 * z = x * y / 2^256 mod p, like the rest of p256-m without a branch or an index that depends on a value; z may be x
 * or y. One step adds x[i] * y and then the multiple of p that makes the lowest word zero. As p is -1 modulo 2^96,
 * that multiple is the lowest word u times p, which takes additions: p = 2^256 - 2^224 + 2^192 + 2^96 - 1.
 */
static void m256_mul_p(uint32_t z[8], const uint32_t x[8], const uint32_t y[8])
{
	uint32_t a[9] = { 0 };

	for (int i = 0; i < 8; i++) {
		uint64_t sum = u32_muladd64(x[i], y[0], a[0], 0);
		uint32_t u = (uint32_t)sum, carry = (uint32_t)(sum >> 32);
		int64_t rest;

		/* What is added is moved down by a word on the way. */
#define STEP(j) \
	sum = u32_muladd64(x[i], y[j], a[j], carry); \
	a[j - 1] = (uint32_t)sum; \
	carry = (uint32_t)(sum >> 32)
		STEP(1);
		STEP(2);
		STEP(3);
		STEP(4);
		STEP(5);
		STEP(6);
		STEP(7);
#undef STEP
		sum = (uint64_t)a[8] + carry;
		a[7] = (uint32_t)sum;
		a[8] = (uint32_t)(sum >> 32);

		sum = (uint64_t)a[2] + u;
		a[2] = (uint32_t)sum;
		sum = (sum >> 32) + a[3];
		a[3] = (uint32_t)sum;
		sum = (sum >> 32) + a[4];
		a[4] = (uint32_t)sum;
		sum = (sum >> 32) + a[5] + u;
		a[5] = (uint32_t)sum;
		rest = (int64_t)(sum >> 32) + a[6] - u;
		a[6] = (uint32_t)rest;
		rest = (rest >> 32) + a[7] + u;
		a[7] = (uint32_t)rest;
		a[8] += (uint32_t)(rest >> 32);
	}
	/* a is below 2p, as m256_mul says. */
	uint32_t is_small = u256_sub(z, a, p256_p.m) & (1 - a[8]);
	u256_cmov(z, a, is_small);
}

/* ---- keys ---- */

/* What is told of a secret here is only that it is one. The marks are for test/runtime/constant-time.c. */
static bool read_secret(uint32_t s[8], const uint8_t secret[32])
{
	int code;

	CT_POISON(secret, SSO_P256_BYTES);
	code = scalar_from_bytes(s, secret);
	CT_UNPOISON(&code, sizeof(code));
	return code == 0;
}

bool sso_p256_is_secret(const uint8_t secret[32])
{
	uint32_t s[8];
	bool is_secret = read_secret(s, secret);

	zeroize(s, sizeof(s));
	return is_secret;
}

bool sso_p256_public(uint8_t out[64], const uint8_t secret[32])
{
	uint32_t s[8], x[8], y[8];
	bool is_secret = read_secret(s, secret);

	if (is_secret) {
		scalar_mult(x, y, p256_gx, p256_gy, s);
		CT_UNPOISON(x, sizeof(x));
		CT_UNPOISON(y, sizeof(y));
		point_to_bytes(out, x, y);
	}
	zeroize(s, sizeof(s));
	return is_secret;
}

bool sso_p256_agree(uint8_t out[32], const uint8_t secret[32], const uint8_t peer[64])
{
	return p256_ecdh_shared_secret(out, secret, peer) == P256_SUCCESS;
}

/* ---- signatures; everything here is public ---- */

struct point {
	uint32_t x[8], y[8], z[8];
};

static bool is_zero(const uint32_t x[8])
{
	return u256_diff0(x) == 0;
}

static void set_point(struct point *to, const uint32_t x[8], const uint32_t y[8])
{
	memcpy(to->x, x, sizeof(to->x));
	memcpy(to->y, y, sizeof(to->y));
	m256_set32(to->z, 1, &p256_p);
}

/* sum += (x, y), whatever the two are. Infinity has z = 0. */
static void add_point(struct point *sum, const uint32_t x[8], const uint32_t y[8])
{
	struct point before = *sum;
	uint32_t other[8];

	if (is_zero(sum->z)) {
		set_point(sum, x, y);
		return;
	}
	point_add(sum->x, sum->y, sum->z, x, y);
	if (!is_zero(sum->z))
		return;
	/* They have the same x; the formula is for others. Opposite ones end in the infinity that is there now. */
	m256_mul_p(other, before.z, before.z);
	m256_mul_p(other, other, before.z);
	m256_mul_p(other, other, y);
	if (u256_diff(other, before.y) == 0) {
		set_point(sum, x, y);
		point_double(sum->x, sum->y, sum->z);
	}
}

/* Its non-adjacent form has at place i the digit bit(3k, i + 1) - bit(k, i + 1); this is 3k. */
static void triple(uint32_t out[9], const uint32_t k[8])
{
	uint64_t carry = 0;

	for (int i = 0; i < 8; i++) {
		carry += (uint64_t)k[i] * 3;
		out[i] = (uint32_t)carry;
		carry >>= 32;
	}
	out[8] = (uint32_t)carry;
}

static int digit_at(const uint32_t k[9], const uint32_t k3[9], int place)
{
	int word = (place + 1) / 32, bit = (place + 1) % 32;

	return (int)(k3[word] >> bit & 1) - (int)(k[word] >> bit & 1);
}

/* sum = u1 G + u2 Q: one walk of doublings for both */
static void multiply_two(struct point *sum, const uint32_t u1[9], const uint32_t u2[9], const uint32_t qx[8],
			 const uint32_t qy[8])
{
	uint32_t u1_3[9], u2_3[9], zero[8] = { 0 }, minus_gy[8], minus_qy[8];

	triple(u1_3, u1);
	triple(u2_3, u2);
	m256_sub_p(minus_gy, zero, p256_gy);
	m256_sub_p(minus_qy, zero, qy);
	memset(sum, 0, sizeof(*sum));
	for (int i = 256; i >= 0; i--) {
		int digit;

		if (!is_zero(sum->z))
			point_double(sum->x, sum->y, sum->z);
		digit = digit_at(u1, u1_3, i);
		if (digit)
			add_point(sum, p256_gx, digit > 0 ? p256_gy : minus_gy);
		digit = digit_at(u2, u2_3, i);
		if (digit)
			add_point(sum, qx, digit > 0 ? qy : minus_qy);
	}
}

/* FIPS 186-5 6.4.2; the steps before the points are those of p256_ecdsa_verify. */
enum sso_p256 sso_p256_verify(const uint8_t key[64], const uint8_t *digest, size_t digest_len, const uint8_t signature[64])
{
	uint32_t r[8], s[8], e[8], u1[9] = { 0 }, u2[9] = { 0 }, qx[8], qy[8], z2[8], x[8];
	struct point sum;

	if (point_from_bytes(qx, qy, key) != 0)
		return SSO_P256_NO_POINT;
	if (!signature || scalar_from_bytes(r, signature) != 0 || scalar_from_bytes(s, signature + 32) != 0)
		return SSO_P256_WRONG;

	ecdsa_m256_from_hash(e, digest, digest_len);
	m256_prep(s, &p256_n);
	m256_inv(s, s, &p256_n);
	m256_mul(u1, e, s, &p256_n);
	m256_done(u1, &p256_n);
	memcpy(x, r, sizeof(x));
	m256_prep(x, &p256_n);
	m256_mul(u2, x, s, &p256_n);
	m256_done(u2, &p256_n);

	multiply_two(&sum, u1, u2, qx, qy);
	if (is_zero(sum.z))
		return SSO_P256_WRONG;
	/* x mod n = r without an inversion: x is r or, where that is below p, r + n; and x z^2 = X. */
	m256_mul_p(z2, sum.z, sum.z);
	memcpy(x, r, sizeof(x));
	m256_prep(x, &p256_p);
	m256_mul_p(x, x, z2);
	if (u256_diff(x, sum.x) == 0)
		return SSO_P256_RIGHT;
	if (u256_add(x, r, p256_n.m) != 0 || u256_sub(e, x, p256_p.m) == 0)
		return SSO_P256_WRONG;
	m256_prep(x, &p256_p);
	m256_mul_p(x, x, z2);
	return u256_diff(x, sum.x) == 0 ? SSO_P256_RIGHT : SSO_P256_WRONG;
}
#endif
