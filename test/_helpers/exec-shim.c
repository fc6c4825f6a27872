// SPDX-License-Identifier: MIT
// Preloaded into the dynamic qemu-user: lets an emulated program execute itself afresh, which qemu hands to a
// kernel that does not know such files. The emulator, with the options that it was started with itself, is put
// in front. No other program is touched, and none needs rights: the kernel reports execve() by a signal.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <dlfcn.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define OURS 0x53534f31u /* the fourth argument of our own calls; execve has three */
#define WORDS_MAX 64

#if defined(__x86_64__)
#define ARGUMENT(context, i) ((context)->uc_mcontext.gregs[((const int[]){ REG_RDI, REG_RSI, REG_RDX })[i]])
#define RESULT(context) ((context)->uc_mcontext.gregs[REG_RAX])
#elif defined(__aarch64__)
#define ARGUMENT(context, i) ((context)->uc_mcontext.regs[i])
#define RESULT(context) ((context)->uc_mcontext.regs[0])
#else
#error "not written for this machine"
#endif

static char line[8192], emulator[4096];
static char *word[WORDS_MAX];
static size_t words;

static int is_same_file(const char *a, const char *b)
{
	struct stat of_a, of_b;

	return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

static long execute(char *path, char **arguments, char **environment)
{
	char *with[2 * WORDS_MAX];
	size_t count = 0, at = 1;

	while (at < words && !is_same_file(word[at], path))
		at++;
	if (at >= words)
		return syscall(SYS_execve, path, arguments, environment, OURS);
	memcpy(with, word, at * sizeof(word[0]));
	count = at;
	with[count++] = path;
	for (size_t i = 1; arguments[0] && arguments[i] && count < 2 * WORDS_MAX - 1; i++)
		with[count++] = arguments[i];
	with[count] = NULL;
	return syscall(SYS_execve, emulator, with, environment, OURS);
}

static void on_execve(int sig, siginfo_t *info, void *opaque)
{
	ucontext_t *context = opaque;

	(void)sig;
	(void)info;
	execute((char *)ARGUMENT(context, 0), (char **)ARGUMENT(context, 1), (char **)ARGUMENT(context, 2));
	RESULT(context) = -errno;
}

/* The emulator would put its own handler in the place of ours. */
__attribute__((visibility("default"))) int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
	int (*next)(int, const struct sigaction *, struct sigaction *);

	*(void **)&next = dlsym(RTLD_NEXT, "sigaction");
	return next(sig, sig == SIGSYS && action && action->sa_sigaction != on_execve ? NULL : action, old);
}

__attribute__((constructor)) static void start(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OURS, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = sizeof(rules) / sizeof(rules[0]), .filter = rules };
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_NODEFER };
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	close(fd);
	for (ssize_t at = 0; at < len && words < WORDS_MAX; at += (ssize_t)strlen(line + at) + 1)
		word[words++] = line + at;
	if (readlink("/proc/self/exe", emulator, sizeof(emulator) - 1) <= 0)
		return;
	action.sa_sigaction = on_execve;
	sigaction(SIGSYS, &action, NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
