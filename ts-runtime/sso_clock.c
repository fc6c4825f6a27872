// SPDX-License-Identifier: MIT
// The two clocks, and waiting until a time on the one that nobody sets.
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "sso.h"

int64_t sso_boot_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sso_wall_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

int sso_wait(int fd, short events, int64_t deadline_ms)
{
	for (;;) {
		/* Never negative, so that no deadline is too far back for the difference. */
		int64_t now = sso_boot_ms(), left = deadline_ms > now ? deadline_ms - now : 0;
		struct pollfd p = { .fd = fd, .events = events };
		/* A deadline that has passed still takes one look. */
		int n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);

		if (n > 0)
			return 1;
		if (n == 0 && left == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
	}
}
