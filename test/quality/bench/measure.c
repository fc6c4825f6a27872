// SPDX-License-Identifier: MIT
// Runs a program and appends "CPU_NS VMHWM_KB" to a file: the CPU time of the process itself and its
// own high-water mark, both read at the moment it ends. usage: measure FILE PROGRAM [ARGUMENT]...
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* A number behind `key` in /proc/PID/FILE; key "" takes the first of the file. */
static unsigned long long read_number(pid_t pid, const char *file, const char *key)
{
	char path[64], line[256];
	unsigned long long value = 0;
	FILE *stream;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	stream = fopen(path, "r");
	if (!stream)
		return 0;
	while (fgets(line, sizeof line, stream)) {
		if (!strncmp(line, key, strlen(key))) {
			value = strtoull(line + strlen(key), NULL, 10);
			break;
		}
	}
	fclose(stream);
	return value;
}

static void report(const char *path, pid_t pid)
{
	FILE *file = fopen(path, "a");

	if (!file)
		exit(125);
	fprintf(file, "%llu %llu\n", read_number(pid, "schedstat", ""), read_number(pid, "status", "VmHWM:"));
	fclose(file);
}

int main(int argc, char **argv)
{
	int status, signal_sent;
	pid_t pid;

	if (argc < 3)
		return 125;
	pid = fork();
	if (pid < 0)
		return 125;
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(125);
		raise(SIGSTOP);
		execv(argv[2], argv + 2);
		_exit(126);
	}
	if (waitpid(pid, &status, 0) != pid || ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL))
		return 125;
	for (signal_sent = 0;; signal_sent = WSTOPSIG(status)) {
		/* Stops by ptrace itself (exec, exit) are not handed on. */
		if (signal_sent == SIGTRAP || signal_sent == SIGSTOP)
			signal_sent = 0;
		if (ptrace(PTRACE_CONT, pid, 0, signal_sent) || waitpid(pid, &status, 0) != pid)
			return 125;
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status))
			return 124;
		if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8)))
			report(argv[1], pid);
	}
}
