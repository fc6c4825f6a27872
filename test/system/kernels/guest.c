// SPDX-License-Identifier: MIT
// The first process of a guest with a kernel of its own: brings up the network, stands between the program and the
// world, and does what /plan says, one line each, words parted by blanks:
//   module FILE | time SECONDS | bus PORT
//   run ID HOW PROGRAM [ARGUMENT]...     HOW: "filter", or "none" for a kernel whose seccomp is not there
//   orphan ID PROGRAM [ARGUMENT]...      kills it once it says "holds: "; its child must end too
// What a program prints comes as "@ID line" on the console, then "=ID exited N", "=ID signal N"; at last "=end".
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SELF "10.0.2.15"
#define HOST "10.0.2.2"
#define BUS "/var/run/ubus/ubus.sock"
#define WORDS_MAX 40
#define CONSOLE_QUIET 8

static _Noreturn void give_up(const char *what)
{
	printf("=failed %s: %s\n", what, strerror(errno));
	fflush(stdout);
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static void must(int result, const char *what)
{
	if (result < 0)
		give_up(what);
}

static struct sockaddr_in at(const char *address, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	inet_pton(AF_INET, address, &to.sin_addr);
	return to;
}

/* What is refused then is too much for a limit, and not for a guest of little memory. */
static void promise_memory(void)
{
	int fd = open("/proc/sys/vm/overcommit_memory", O_WRONLY | O_CLOEXEC);

	must(fd, "overcommit_memory");
	must((int)write(fd, "1", 1), "overcommit_memory");
	close(fd);
}

static void load_module(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	must(fd, file);
	must((int)syscall(SYS_finit_module, fd, "", 0), "finit_module");
	close(fd);
}

static void set_up(int fd, const char *name, const char *address, const char *mask)
{
	struct ifreq request = { 0 };
	struct sockaddr_in as = at(address, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	memcpy(&request.ifr_addr, &as, sizeof(as));
	must(ioctl(fd, SIOCSIFADDR, &request), "SIOCSIFADDR");
	as = at(mask, 0);
	memcpy(&request.ifr_netmask, &as, sizeof(as));
	must(ioctl(fd, SIOCSIFNETMASK, &request), "SIOCSIFNETMASK");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	must(ioctl(fd, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
}

static void join_network(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(fd, "socket");
	set_up(fd, "lo", "127.0.0.1", "255.0.0.0");
	set_up(fd, "eth0", SELF, "255.255.255.0");
	close(fd);
}

/* Every name has the host's address. */
static _Noreturn void answer_names(int fd)
{
	static const uint8_t ANSWER[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 2, 2 };
	uint8_t message[512];
	struct sockaddr_in from;

	for (;;) {
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(fd, message, 400, 0, (struct sockaddr *)&from, &from_len);
		size_t end = 12;

		if (len < 17)
			continue;
		while (end < (size_t)len && message[end])
			end += 1u + message[end];
		end += 5;
		message[2] = 0x81;
		message[3] = 0x80;
		memset(message + 6, 0, 6);
		if (message[end - 3] == 1) { /* A; there is no AAAA */
			message[7] = 1;
			memcpy(message + end, ANSWER, sizeof(ANSWER));
			end += sizeof(ANSWER);
		}
		sendto(fd, message, end, 0, (struct sockaddr *)&from, from_len);
	}
}

static void start_names(void)
{
	struct sockaddr_in self = at("127.0.0.1", 53);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(fd, "socket");
	must(bind(fd, (struct sockaddr *)&self, sizeof(self)), "bind 53");
	if (fork() == 0)
		answer_names(fd);
	close(fd);
}

static int move(int from, int to)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf)), done = 0;

	while (done < n) {
		ssize_t part = write(to, buf + done, (size_t)(n - done));

		if (part < 0)
			return -1;
		done += part;
	}
	return n > 0 ? 0 : -1;
}

static _Noreturn void relay(int near, int port)
{
	struct sockaddr_in host = at(HOST, port);
	int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd fds[] = { { .fd = near, .events = POLLIN }, { .fd = far, .events = POLLIN } };

	if (far < 0 || connect(far, (struct sockaddr *)&host, sizeof(host)) < 0)
		_exit(1);
	while (poll(fds, 2, -1) > 0)
		for (int i = 0; i < 2; i++)
			if (fds[i].revents && move(fds[i].fd, fds[1 - i].fd) < 0)
				_exit(0);
	_exit(0);
}

/* ubus's socket here, its broker on the host. */
static void start_bus(int port)
{
	struct sockaddr_un self = { .sun_family = AF_UNIX, .sun_path = BUS };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd, "socket");
	must(bind(fd, (struct sockaddr *)&self, sizeof(self)), "bind " BUS);
	must(listen(fd, 8), "listen");
	if (fork() == 0) {
		signal(SIGCHLD, SIG_IGN);
		for (;;) {
			int near = accept(fd, NULL, NULL);

			if (near >= 0 && fork() == 0)
				relay(near, port);
			close(near);
		}
	}
	close(fd);
}

/* From now on the kernel answers as one that was built without seccomp. */
static void take_seccomp_away(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = 4, .filter = filter };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(125);
}

static pid_t start(char **words, int is_without, int *output)
{
	char *const environment[] = { NULL };
	int ends[2];
	pid_t pid;

	must(pipe(ends), "pipe");
	pid = fork();
	must(pid, "fork");
	if (pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		if (is_without)
			take_seccomp_away();
		execve(words[0], words, environment);
		_exit(126);
	}
	close(ends[1]);
	*output = ends[0];
	return pid;
}

static void show_end(const char *id, pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0), "waitpid");
	if (WIFSIGNALED(status))
		printf("=%s signal %d\n", id, WTERMSIG(status));
	else
		printf("=%s exited %d\n", id, WEXITSTATUS(status));
}

static void run(const char *id, int is_without, char **words)
{
	char *line = NULL;
	size_t room = 0;
	int output;
	pid_t pid = start(words, is_without, &output);
	FILE *lines = fdopen(output, "r");

	while (getline(&line, &room, lines) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		printf("@%s %s\n", id, line);
	}
	free(line);
	fclose(lines);
	show_end(id, pid);
}

/* "child: PID" is the first thing that it says, "holds: " what its child says when it is what it shall be. */
static void orphan(const char *id, char **words)
{
	char *line = NULL;
	size_t room = 0;
	int output;
	pid_t pid = start(words, 0, &output), child = 0;
	FILE *lines = fdopen(output, "r");

	while (getline(&line, &room, lines) >= 0) {
		if (strncmp(line, "child: ", 7) == 0)
			child = (pid_t)atol(line + 7);
		if (strncmp(line, "holds: ", 7) == 0)
			break;
	}
	free(line);
	if (child <= 0)
		give_up("orphan: no child");
	kill(pid, SIGKILL);
	must(waitpid(pid, NULL, 0), "waitpid");
	fclose(lines);
	/* Now it is ours, so this waits for its end, however long that takes. */
	show_end(id, child);
}

static void obey(char **words, int count)
{
	struct timespec now = { 0 };

	if (strcmp(words[0], "module") == 0 && count == 2) {
		load_module(words[1]);
	} else if (strcmp(words[0], "time") == 0 && count == 2) {
		now.tv_sec = (time_t)strtoll(words[1], NULL, 10);
		must(clock_settime(CLOCK_REALTIME, &now), "clock_settime");
	} else if (strcmp(words[0], "bus") == 0 && count == 2) {
		join_network();
		start_names();
		start_bus(atoi(words[1]));
	} else if (strcmp(words[0], "run") == 0 && count > 3) {
		run(words[1], strcmp(words[2], "none") == 0, words + 3);
	} else if (strcmp(words[0], "orphan") == 0 && count > 2) {
		orphan(words[1], words + 2);
	} else {
		errno = EINVAL;
		give_up(words[0]);
	}
}

int main(void)
{
	char line[1024], *words[WORDS_MAX + 1];
	FILE *plan;
	int console;

	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	klogctl(CONSOLE_QUIET, NULL, 1);
	console = open("/dev/console", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(console, fd);
	if (console > 2)
		close(console);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("\n");
	promise_memory();
	plan = fopen("/plan", "re");
	if (!plan)
		give_up("/plan");
	while (fgets(line, sizeof(line), plan)) {
		int count = 0;

		line[strcspn(line, "\n")] = '\0';
		for (char *word = strtok(line, " "); word && count < WORDS_MAX; word = strtok(NULL, " "))
			words[count++] = word;
		/* A word that is to have a blank in it has this in its place. */
		for (int i = 0; i < count; i++)
			for (char *mark; (mark = strchr(words[i], '\x1f'));)
				*mark = ' ';
		words[count] = NULL;
		if (count > 0)
			obey(words, count);
	}
	printf("=end\n");
	fflush(stdout);
	tcdrain(1);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
