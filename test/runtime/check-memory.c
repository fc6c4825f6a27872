// SPDX-License-Identifier: MIT
// ts-runtime/memory.c against a byte at a time: every length up to some blocks, at every place and overlap.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ROOM 160
#define LENGTHS 90
#define PLACES 35

static volatile uint8_t expected[ROOM];
static uint8_t actual[ROOM];

static void fill(void)
{
	for (int i = 0; i < ROOM; i++)
		expected[i] = actual[i] = (uint8_t)(i * 7 + 1);
}

static int differ(const char *what, int len, int to, int from)
{
	for (int i = 0; i < ROOM; i++)
		if (expected[i] != actual[i])
			return printf("%s: %d bytes to %d from %d differ at %d\n", what, len, to, from, i);
	return 0;
}

static int check(int len, int to, int from)
{
	uint8_t before[ROOM];
	void *returned;

	fill();
	for (int i = 0; i < ROOM; i++)
		before[i] = expected[i];
	for (int i = 0; i < len; i++)
		expected[to + i] = before[from + i];
	returned = memmove(actual + to, actual + from, (size_t)len);
	if (returned != actual + to || differ("memmove", len, to, from))
		return 1;
	fill();
	for (int i = 0; i < len; i++)
		expected[to + i] = before[from + i];
	returned = memcpy(actual + to, before + from, (size_t)len);
	if (returned != actual + to || differ("memcpy", len, to, from))
		return 1;
	fill();
	for (int i = 0; i < len; i++)
		expected[to + i] = (uint8_t)(from + 0xee);
	returned = memset(actual + to, from + 0xee, (size_t)len);
	return returned != actual + to || differ("memset", len, to, from);
}

int main(void)
{
	for (int len = 0; len < LENGTHS; len++)
		for (int to = 0; to < PLACES; to++)
			for (int from = 0; from < PLACES; from++)
				if (check(len, to, from))
					return 1;
	puts("the same");
	return 0;
}
