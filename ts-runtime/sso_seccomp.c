// SPDX-License-Identifier: MIT
// Which system calls the network child may make: those of a list and no others. Numbers are those of the
// architecture that this is compiled for; where it is not known here there is no filter.
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "sso_tls.h"

#if defined(__mips__) && _MIPS_SIM == _ABIO32
#define ARCH (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? AUDIT_ARCH_MIPS : AUDIT_ARCH_MIPSEL)
#elif defined(__arm__) && defined(__ARM_EABI__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_ARM
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__x86_64__) && defined(__LP64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc__) && !defined(__powerpc64__)
#define ARCH AUDIT_ARCH_PPC
#endif

#if defined(ARCH) && defined(SYS_seccomp)

/* Calls with a 64-bit time and those from before it: libc's age and the kernel's decide which it makes. */
static const uint16_t ALWAYS[] = {
	SYS_read,
	SYS_write,
	SYS_close,
	SYS_recvfrom,
	SYS_sendto,
	SYS_getrandom,
	SYS_exit,
	SYS_exit_group,
	SYS_rt_sigreturn,
	SYS_restart_syscall,
	/* mbedTLS's memory; none of it becomes code, see below */
	SYS_brk,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_mprotect,
#ifdef SYS_mmap
	SYS_mmap,
#endif
#ifdef SYS_mmap2
	SYS_mmap2,
#endif
#if defined(__GLIBC__) && defined(SYS_futex) /* it asks even without threads, and gives up without an answer */
	SYS_futex,
#endif
#ifdef __SANITIZE_ADDRESS__ /* before each function that does not return */
	SYS_sigaltstack,
	SYS_sched_yield,
#endif
#ifdef SYS_recv
	SYS_recv,
	SYS_send,
#endif
#ifdef SYS_poll
	SYS_poll,
#endif
#ifdef SYS_ppoll
	SYS_ppoll,
#endif
#ifdef SYS_ppoll_time64
	SYS_ppoll_time64,
#endif
#ifdef SYS_clock_gettime
	SYS_clock_gettime,
#endif
#ifdef SYS_clock_gettime64
	SYS_clock_gettime64,
#endif
#ifdef SYS_clock_gettime32
	SYS_clock_gettime32,
#endif
};

/* Only until the connection stands: the resolver, and the call that brings the next filter. */
static const uint16_t UNTIL_CONNECTED[] = {
	SYS_socket,     SYS_connect, SYS_bind,     SYS_getsockname, SYS_setsockopt, SYS_getsockopt,
	SYS_sendmsg,    SYS_recvmsg, SYS_sendmmsg, SYS_readv,       SYS_openat,     SYS_seccomp,
#if defined(__GLIBC__) && defined(SYS_newfstatat) /* without an answer it looks for no name, not even in hosts */
	SYS_newfstatat,
#endif
#ifdef SYS_open
	SYS_open,
#endif
#ifdef SYS_lseek
	SYS_lseek,
#endif
#ifdef SYS__llseek
	SYS__llseek,
#endif
#ifdef SYS_fcntl
	SYS_fcntl,
#endif
#ifdef SYS_fcntl64
	SYS_fcntl64,
#endif
};

/* Nothing of ours or of libc's comes here: who makes such a call has taken the process over. */
static const uint16_t DEADLY[] = {
	SYS_clone,  SYS_execve, SYS_execveat, SYS_ptrace, SYS_listen,
#ifdef SYS_clone3
	SYS_clone3,
#endif
#ifdef SYS_fork
	SYS_fork,
#endif
#ifdef SYS_vfork
	SYS_vfork,
#endif
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define RULES_MAX (2 * (COUNT(ALWAYS) + COUNT(UNTIL_CONNECTED) + COUNT(DEADLY)) + 48)
#define LOW_WORD (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)
#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))

struct rules {
	unsigned short count;
	struct sock_filter rule[RULES_MAX];
};

static void add(struct rules *to, unsigned short code, uint32_t k, uint8_t yes, uint8_t no)
{
	to->rule[to->count++] = (struct sock_filter){ code, yes, no, k };
}

static void load(struct rules *to, size_t offset)
{
	add(to, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(struct rules *to, uint32_t what)
{
	add(to, BPF_RET | BPF_K, what, 0, 0);
}

static void add_list(struct rules *to, const uint16_t *list, size_t count, uint32_t what)
{
	for (size_t i = 0; i < count; i++) {
		add(to, BPF_JMP | BPF_JEQ | BPF_K, list[i], 0, 1);
		answer(to, what);
	}
}

/* What becomes of a call with one of the `bits` in that argument, before the lists are asked. */
static void add_bits(struct rules *to, uint32_t number, size_t argument, uint32_t bits, uint32_t what)
{
	add(to, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4);
	load(to, offsetof(struct seccomp_data, args) + argument * 8 + LOW_WORD);
	add(to, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	answer(to, what);
	load(to, offsetof(struct seccomp_data, nr));
}

static void add_arguments(struct rules *to)
{
	const uint32_t writes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

	add_bits(to, SYS_openat, 2, writes, SECCOMP_RET_KILL_PROCESS);
#ifdef SYS_open
	add_bits(to, SYS_open, 1, writes, SECCOMP_RET_KILL_PROCESS);
#endif
	add_bits(to, SYS_mprotect, 2, PROT_EXEC, REFUSE(ENOSYS));
#ifdef SYS_mmap2
	add_bits(to, SYS_mmap2, 2, PROT_EXEC, REFUSE(ENOSYS));
#endif
#ifdef SYS_mmap
	add_bits(to, SYS_mmap, 2, PROT_EXEC, REFUSE(ENOSYS));
#endif
	add(to, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 5);
	load(to, offsetof(struct seccomp_data, args) + LOW_WORD);
	add(to, BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0);
	add(to, BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0);
	answer(to, REFUSE(EAFNOSUPPORT));
	load(to, offsetof(struct seccomp_data, nr));
}

static bool enter(bool is_connected)
{
	struct rules rules = { 0 };
	struct sock_fprog program = { .filter = rules.rule };

	load(&rules, offsetof(struct seccomp_data, arch));
	add(&rules, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	answer(&rules, SECCOMP_RET_KILL_PROCESS);
	load(&rules, offsetof(struct seccomp_data, nr));
	/* The second filter is asked together with the first, and the stricter answer counts. */
	if (!is_connected)
		add_arguments(&rules);
	add_list(&rules, ALWAYS, COUNT(ALWAYS), SECCOMP_RET_ALLOW);
	if (!is_connected) {
		add_list(&rules, UNTIL_CONNECTED, COUNT(UNTIL_CONNECTED), SECCOMP_RET_ALLOW);
		add_list(&rules, DEADLY, COUNT(DEADLY), SECCOMP_RET_KILL_PROCESS);
	}
	answer(&rules, REFUSE(ENOSYS));
	program.len = rules.count;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

#else

static bool enter(bool is_connected)
{
	(void)is_connected;
	return false;
}

#endif

bool sso_seccomp_enter(void)
{
	return enter(false);
}

void sso_seccomp_tighten(void)
{
	enter(true);
}
