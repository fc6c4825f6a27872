// SPDX-License-Identifier: MIT
// What the process has of its own: the tree that it is installed in, and random bytes.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "sso.h"

static char tree[SSO_PATH_MAX]; /* set once at the start */

void sso_tree_init(void)
{
	static const char *const places[] = {
		"/www/cgi-bin/luci-sso",
		"/usr/sbin/luci-sso",
		"/usr/libexec/rpcd/luci-sso",
	};
	ssize_t len = readlink("/proc/self/exe", tree, sizeof(tree) - 1);

	for (size_t i = 0; len > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		size_t place_len = strlen(places[i]);

		if ((size_t)len >= place_len && memcmp(tree + len - place_len, places[i], place_len) == 0) {
			tree[len - place_len] = 0;
			return;
		}
	}
	tree[0] = 0;
}

bool sso_tree_path(char out[SSO_PATH_MAX], const char *path)
{
	int len = snprintf(out, SSO_PATH_MAX, "%s%s", tree, path);

	return path[0] == '/' && len > 0 && len < SSO_PATH_MAX;
}

static bool random_from_device(uint8_t *buf, size_t len)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size_t got = 0;

	if (fd < 0)
		return false;
	while (got < len) {
		ssize_t n = read(fd, buf + got, len - got);

		if (n > 0)
			got += (size_t)n;
		else if (n == 0 || errno != EINTR)
			break;
	}
	close(fd);
	return got == len;
}

bool sso_random(void *buf, size_t len)
{
	uint8_t *at = buf;

	while (len > 0) {
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) /* kernels before 3.17 */
			return errno == ENOSYS && random_from_device(at, len);
		at += n;
		len -= (size_t)n;
	}
	return true;
}
