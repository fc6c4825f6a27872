// SPDX-License-Identifier: MIT
// For valgrind: secrets on P-256 are memory without a value, and whatever branches or indexes by such memory is
// reported. sso_p256.c marks them when it is compiled with CT_VALGRIND. With an argument it branches on purpose.
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "sso.h"
#include "sso_p256.h"

int psa_generate_random(uint8_t *output, size_t len);
void mbedtls_platform_zeroize(void *buf, size_t len);

int psa_generate_random(uint8_t *output, size_t len)
{
	return sso_random(output, len) ? 0 : -1;
}

void mbedtls_platform_zeroize(void *buf, size_t len)
{
	memset(buf, 0, len);
}

int main(int argc, char **argv)
{
	uint8_t mine[32], yours[32], public[2][64], agreed[2][32];

	(void)argv;
	for (int round = 0; round < 20; round++) {
		if (!sso_random(mine, sizeof(mine)) || !sso_random(yours, sizeof(yours)))
			return 1;
		/* Both kinds of least bits: that of an even secret is negated. */
		mine[31] = (uint8_t)(mine[31] & 0xfe) | (round & 1);
		if (!sso_p256_is_secret(mine) || !sso_p256_is_secret(yours) || !sso_p256_public(public[0], mine) ||
		    !sso_p256_public(public[1], yours) || !sso_p256_agree(agreed[0], mine, public[1]) ||
		    !sso_p256_agree(agreed[1], yours, public[0]) || memcmp(agreed[0], agreed[1], 32) != 0)
			return 2;
	}
	VALGRIND_MAKE_MEM_UNDEFINED(mine, sizeof(mine));
	if (argc > 1 && mine[0] & 1)
		puts("odd");
	puts("agreed");
	return 0;
}
