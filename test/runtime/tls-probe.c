// SPDX-License-Identifier: MIT
// Drives the host's networking from the command line, so that tests can watch it from outside. What it
// finds out goes to stderr, one "key: value" a line; what a peer sends goes to stdout.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sso_tls_child.h"

#define LEAKED_FD 57

static int64_t deadline(const char *variable, int64_t otherwise)
{
	const char *ms = getenv(variable);

	return sso_boot_ms() + (ms ? strtoll(ms, NULL, 10) : otherwise);
}

/*
 * sso_tls_dial.c is compiled to call this: "name=address,address name=hang" in etc/probe-hosts of the tree that the
 * probe is copied into stands in for DNS. The child reads it before it is what the shipped child is.
 */
static char hosts[4096];

static void read_hosts(void)
{
	char path[SSO_PATH_MAX], why[SSO_WHY_MAX];
	struct sso_bytes bytes = { 0 };

	sso_tree_init();
	if (sso_tree_path(path, "/etc/probe-hosts") && !sso_file_read(path, sizeof(hosts) - 1, &bytes, why))
		memcpy(hosts, bytes.data, bytes.len);
	free(bytes.data);
}

int probe_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints, struct addrinfo **list);
int probe_getaddrinfo(const char *name, const char *port, const struct addrinfo *hints, struct addrinfo **list)
{
	const char *at;
	char wanted[300], one[100];
	struct addrinfo numeric = *hints, **last = list;

	snprintf(wanted, sizeof(wanted), "%s=", name);
	at = strstr(hosts, wanted);
	if (!at)
		return getaddrinfo(name, port, hints, list);
	at += strlen(wanted);
	numeric.ai_flags |= AI_NUMERICHOST;
	*list = NULL;
	while (*at && *at != ' ') {
		size_t len = strcspn(at, ", ");

		snprintf(one, sizeof(one), "%.*s", (int)len, at);
		if (strcmp(one, "hang") == 0)
			poll(NULL, 0, -1);
		if (strcmp(one, "none") == 0)
			return EAI_NONAME;
		if (getaddrinfo(one, port, &numeric, last) != 0)
			abort();
		last = &(*last)->ai_next;
		at += len + (at[len] == ',');
	}
	return 0;
}

static void show(const char *key, const char *value)
{
	fprintf(stderr, "%s: %s\n", key, value);
}

static void show_number(const char *key, unsigned long value)
{
	fprintf(stderr, "%s: %lu\n", key, value);
}

/* What the kernel says about the child's rights. */
static void show_child(pid_t child)
{
	static const char *const KEYS[] = { "Uid:", "Gid:", "Groups:", "NoNewPrivs:", "CapEff:" };
	char path[64], line[256];
	FILE *status;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)child);
	status = fopen(path, "r");
	while (status && fgets(line, sizeof(line), status))
		for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++)
			if (strncmp(line, KEYS[i], strlen(KEYS[i])) == 0)
				fprintf(stderr, "child %s", line);
	if (status)
		fclose(status);
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)child);
	fds = opendir(path);
	for (struct dirent *entry; fds && (entry = readdir(fds));) {
		char to[256];
		ssize_t n = entry->d_name[0] == '.' ? -1 : readlinkat(dirfd(fds), entry->d_name, to, sizeof(to));

		if (n > 0)
			fprintf(stderr, "child fd %s: %.*s\n", entry->d_name, (int)n, to);
	}
	if (fds)
		closedir(fds);
}

static void show_leftover(pid_t child)
{
	if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD)
		show("left", "a child");
	else if (child > 0 && kill(child, 0) == 0)
		show("left", "a process");
	else
		show("left", "nothing");
}

/* Takes what is there without waiting, as for a kept connection. */
static void look(struct sso_stream *s)
{
	const char *reason = NULL;
	char byte;
	ssize_t n = sso_stream_read(s, &byte, 1, sso_boot_ms(), &reason);

	show("look", n < 0 ? reason : n == 0 ? "end" : "a byte");
}

static void send_input(struct sso_stream *s)
{
	static char buf[65536];
	const char *reason = NULL;
	ssize_t n;

	while ((n = read(0, buf, sizeof(buf))) > 0)
		if (sso_stream_write(s, buf, (size_t)n, deadline("PROBE_WRITE_MS", 60000), &reason) < 0)
			break;
	show("sent", reason ? reason : "all");
}

static void receive(struct sso_stream *s)
{
	static char buf[65536];
	const char *reason = NULL;
	unsigned long total = 0;
	ssize_t n;

	/* A stall is one after something has come: until then the peer may take its time. */
	while ((n = sso_stream_read(s, buf, sizeof(buf), deadline(total ? "PROBE_STALL_MS" : "PROBE_READ_MS", 60000),
				    &reason)) > 0) {
		total += (unsigned long)n;
		if (write(1, buf, (size_t)n) != n)
			abort();
	}
	show_number("bytes", total);
	show("received", n < 0 ? reason : "end");
	/* What ended once stays ended, with the same reason. */
	if (sso_stream_read(s, buf, sizeof(buf), deadline(total ? "PROBE_STALL_MS" : "PROBE_READ_MS", 60000), &reason) != n)
		show("again", "another result");
}

static int talk(char **args)
{
	const char *root = getenv("PROBE_ROOT");
	const struct sso_tls_target target = {
		.name = args[0],
		.port = (uint16_t)strtoul(args[1], NULL, 10),
		.address = args[2],
		.ca_dir = args[3],
		.ca_file = args[4],
		.root = root ? root : "",
		.connect_deadline_ms = deadline("PROBE_CONNECT_MS", 30000),
		.deadline_ms = deadline("PROBE_OPEN_MS", 60000),
	};
	struct sso_stream stream;
	const char *reason = NULL;
	pid_t child = 0;

	if (sso_tls_open(&target, &stream, &reason) < 0) {
		show("open", reason);
	} else {
		child = stream.child;
		show("open", "ok");
		show("agreed", stream.agreed);
		show("root", stream.root);
		show_number("child", (unsigned long)child);
		if (getenv("PROBE_SHOW_CHILD"))
			show_child(child);
		if (getenv("PROBE_LOOK"))
			look(&stream);
		send_input(&stream);
		receive(&stream);
		if (getenv("PROBE_LOOK"))
			look(&stream);
	}
	sso_stream_close(&stream);
	show_leftover(child);
	return 0;
}

/* Standard input plays the child: are its frames taken apart strictly? */
static int frames(void)
{
	struct sso_stream stream = { .fd = -1 };
	const char *reason = NULL;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return 1;
	stream.child = fork();
	if (stream.child == 0) {
		char buf[4096];
		ssize_t n;

		close(ends[0]);
		while ((n = read(0, buf, sizeof(buf))) > 0)
			if (send(ends[1], buf, (size_t)n, MSG_NOSIGNAL) != n)
				break;
		_exit(0);
	}
	close(ends[1]);
	stream.fd = ends[0];
	if (sso_stream_expect(&stream, SSO_FRAME_TCP, SSO_FRAME_TCP, deadline("PROBE_CONNECT_MS", 30000), &reason) < 0 ||
	    sso_stream_expect(&stream, SSO_FRAME_CONNECTED, SSO_FRAME_CONNECTED, deadline("PROBE_OPEN_MS", 60000), &reason) <
		    0) {
		show("open", reason);
	} else {
		show("open", "ok");
		show("agreed", stream.agreed);
		show_number("root at", stream.root_at);
		show_number("root length", stream.root_len);
		receive(&stream);
	}
	sso_stream_close(&stream);
	show_leftover(0);
	return 0;
}

static int unix_socket(const char *path)
{
	struct sso_stream stream;
	const char *reason = NULL;

	if (sso_unix_open(path, deadline("PROBE_CONNECT_MS", 30000), &stream, &reason) < 0) {
		show("open", reason);
	} else {
		show("open", "ok");
		send_input(&stream);
		receive(&stream);
	}
	sso_stream_close(&stream);
	return 0;
}

/* Reads the CA files as a connection would; how many certificates does mbedTLS accept? */
static int trust(const char *ca_dir, const char *ca_file)
{
	struct sso_trust trust;
	const char *reason = NULL, *root = getenv("PROBE_ROOT");
	unsigned long parsed = 0;

	if (sso_trust_read(&trust, ca_dir, ca_file, root ? root : "", &reason) < 0) {
		show("trust", reason);
		return 0;
	}
	show_number("text", trust.len);
	if (sso_trust_cut(&trust) < 0)
		return 1;
	for (size_t i = 0; i < trust.count; i++) {
		mbedtls_x509_crt crt, *found = NULL;
		struct sso_tls_check check = { .trust = &trust };

		mbedtls_x509_crt_init(&crt);
		if (mbedtls_x509_crt_parse_der(&crt, trust.bytes + trust.certs[i].at, trust.certs[i].len) != 0)
			continue;
		parsed++;
		/* A root is its own issuer: the search must find it, whatever kind of strings its name has. */
		if (sso_tls_find_issuers(&check, &crt, &found) != 0 || !found)
			show("lost", "a root");
		mbedtls_x509_crt_free(found);
		free(found);
		mbedtls_x509_crt_free(&crt);
	}
	show_number("certificates", trust.count);
	show_number("own", trust.own);
	show_number("parsed", parsed);
	show_number("broken", trust.broken);
	sso_trust_free(&trust);
	return 0;
}

int main(int argc, char **argv)
{
	if (sso_tls_is_child(argc, argv)) {
		read_hosts();
		sso_tls_child_run();
	}
	dup2(2, LEAKED_FD);
	sso_tree_init();
	if (argc == 7 && strcmp(argv[1], "talk") == 0)
		return talk(argv + 2);
	if (argc == 2 && strcmp(argv[1], "frames") == 0)
		return frames();
	if (argc == 3 && strcmp(argv[1], "unix") == 0)
		return unix_socket(argv[2]);
	if (argc == 4 && strcmp(argv[1], "trust") == 0)
		return trust(argv[2], argv[3]);
	fprintf(stderr, "usage: tls-probe talk NAME PORT ADDRESS CA_DIR CA_FILE | frames | unix PATH | trust CA_DIR CA_FILE\n");
	return 2;
}
