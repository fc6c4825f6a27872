// SPDX-License-Identifier: MIT
// A small syslog client: libc's would only look at /dev/log of the whole system, and has no fallback.
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "sso.h"

#define FACILITY_DAEMON (3 << 3)
#define RECORD_MAX 1000 /* OpenWrt's logd takes 1,024 bytes */

static bool send_record(const char *record, size_t len)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[SSO_PATH_MAX];
	ssize_t sent;
	int fd;

	if (!sso_tree_path(path, "/dev/log") || strlen(path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	sent = sendto(fd, record, len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return sent == (ssize_t)len;
}

/*
 * <PRI>Mmm dd hh:mm:ss luci-sso[pid]: …, in UTC as libc's syslog() has it. Without a date OpenWrt's logd, which looks only
 * for a blank as the 16th byte behind <PRI>, takes the tag of a four-digit pid for one and cuts it off.
 */
static size_t write_head(char *record, size_t size, enum sso_log_level level)
{
	struct tm at = { 0 };
	time_t now = time(NULL);

	gmtime_r(&now, &at);
	return (size_t)snprintf(record, size, "<%d>%.3s %2d %02d:%02d:%02d luci-sso[%d]: ", FACILITY_DAEMON | level,
				&"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * at.tm_mon], at.tm_mday, at.tm_hour, at.tm_min,
				at.tm_sec, (int)getpid());
}

void sso_log(enum sso_log_level level, const char *line, size_t len)
{
	char record[RECORD_MAX];
	size_t head = write_head(record, sizeof(record), level);

	if (len > sizeof(record) - 1 - head)
		len = sizeof(record) - 1 - head;
	memcpy(record + head, line, len);
	sso_printable(record + head, len, true);
	if (send_record(record, head + len))
		return;
	record[head + len] = '\n';
	sso_write_all(STDERR_FILENO, "luci-sso: ", 10);
	sso_write_all(STDERR_FILENO, record + head, len + 1);
}
