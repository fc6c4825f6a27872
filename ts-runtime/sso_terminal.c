// SPDX-License-Identifier: MIT
// Lines that a person types; a secret is not shown while it is typed.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "sso.h"

static const int SIGNALS[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
#define SIGNAL_COUNT (sizeof(SIGNALS) / sizeof(SIGNALS[0]))

static volatile sig_atomic_t caught;

static void catch(int number)
{
	caught = number;
}

static const char *read_line(size_t max, struct sso_bytes *out, char why[SSO_WHY_MAX])
{
	out->data = malloc(max + 1); /* not 0 */
	if (!out->data)
		return sso_io_reason(why, ENOMEM);
	while (!caught) {
		uint8_t byte;
		ssize_t got = read(STDIN_FILENO, &byte, 1); /* what follows the line belongs to the next reader */

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return sso_io_reason(why, errno);
		if (got == 0)
			return out->len ? NULL : "missing";
		if (byte == '\n')
			return NULL;
		if (out->len == max)
			return "too-large";
		out->data[out->len++] = byte;
	}
	return "missing";
}

/* Whoever ends this program meanwhile must find the terminal as it was. */
const char *sso_read_line(size_t max, bool secret, struct sso_bytes *out, char why[SSO_WHY_MAX])
{
	struct sigaction action = { .sa_handler = catch }, before[SIGNAL_COUNT];
	struct termios shown, hidden;
	const char *reason;

	if (!secret || tcgetattr(STDIN_FILENO, &shown) < 0)
		return read_line(max, out, why);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ECHONL;
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaction(SIGNALS[i], &action, &before[i]);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	reason = read_line(max, out, why);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		sigaction(SIGNALS[i], &before[i], NULL);
	if (caught)
		raise(caught);
	return reason;
}
