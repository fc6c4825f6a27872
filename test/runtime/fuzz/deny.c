// SPDX-License-Identifier: MIT
// Runs a program for which one system call fails: deny CALL ERRNO PROGRAM [ARGUMENT]... It needs no
// rights: a seccomp filter of one's own is allowed to who gives up new privileges.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALL(name) { #name, SYS_##name }
static const struct {
	const char *name;
	unsigned int number;
} CALLS[] = {
	CALL(getrandom), CALL(socketpair), CALL(socket),    CALL(connect),  CALL(fork),          CALL(flock),
	CALL(linkat),    CALL(renameat),   CALL(unlinkat),  CALL(mkdir),    CALL(getdents64),    CALL(setgroups),
	CALL(setuid),    CALL(poll),       CALL(sendto),    CALL(recvfrom), CALL(clock_gettime), CALL(readlink),
	CALL(fcntl),     CALL(dup2),       CALL(prlimit64), CALL(execve),   CALL(chroot),        CALL(fchdir),
	CALL(prctl),     CALL(seccomp),
};

int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = 4, .filter = filter };
	size_t i = 0;

	while (argc > 3 && i < sizeof(CALLS) / sizeof(CALLS[0]) && strcmp(CALLS[i].name, argv[1]) != 0)
		i++;
	if (argc <= 3 || i == sizeof(CALLS) / sizeof(CALLS[0])) {
		fprintf(stderr, "usage: deny CALL ERRNO PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	filter[1].k = CALLS[i].number;
	filter[2].k |= (unsigned int)strtoul(argv[2], NULL, 10) & SECCOMP_RET_DATA;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
		perror("deny: seccomp");
		return 2;
	}
	/* Not execve(), which may be the one. */
	syscall(SYS_execveat, AT_FDCWD, argv[3], argv + 3, environ, 0);
	perror(argv[3]);
	return 2;
}
