// SPDX-License-Identifier: MIT
// TCG plugin for qemu-user: counts the guest instructions of a process and of each process that it
// forks, in the file given as out=FILE: 64-bit numbers in this machine's byte order, the first
// process's count, then those of its children, counted from their forks.
// Children lose their files and are killed in the end, so the counts are kept in a shared mapping.
// The declarations are those of qemu's plugin interface, version 1, as far as they are used here.
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_PROCESSES 30

typedef uint64_t plugin_id;
struct block;

/* The beginning of qemu_info_t. */
struct machine {
	const char *name;
};

extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*cb)(plugin_id, struct block *));
extern size_t qemu_plugin_tb_n_insns(const struct block *block);
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct block *block, int op, void *counter, uint64_t add);
extern void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id, void *), void *data);
extern void qemu_plugin_register_vcpu_syscall_cb(plugin_id id,
						 void (*cb)(plugin_id, unsigned, int64_t, uint64_t, uint64_t, uint64_t,
							    uint64_t, uint64_t, uint64_t, uint64_t, uint64_t));

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t count, count_at_fork;
static uint64_t *counts;
static pid_t known;
static uint64_t own, base;
/* Numbers of fork and clone; they are other calls on other machines. */
static int64_t fork_number, clone_number;

static void on_block(plugin_id id, struct block *block)
{
	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(block, 0, &count, qemu_plugin_tb_n_insns(block));
}

/* The number behind the counts says how many are taken: a program that executes itself begins another one. */
static void claim(void)
{
	own = __atomic_fetch_add(&counts[MAX_PROCESSES], 1, __ATOMIC_SEQ_CST);
}

static void keep(void)
{
	if (getpid() != known) {
		known = getpid();
		base = count_at_fork;
		claim();
	}
	if (own < MAX_PROCESSES)
		counts[own] = count - base;
}

static void on_syscall(plugin_id id, unsigned cpu, int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		       uint64_t f, uint64_t g, uint64_t h)
{
	(void)id, (void)cpu, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
	keep();
	if (number == fork_number || number == clone_number) {
		count_at_fork = count;
	}
}

static void on_exit(plugin_id id, void *data)
{
	(void)id, (void)data;
	keep();
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const struct machine *info, int argc, char **argv)
{
	size_t size = (MAX_PROCESSES + 1) * sizeof *counts;
	int fd;

	if (!strcmp(info->name, "mips"))
		fork_number = 4002, clone_number = 4120;
	else if (!strcmp(info->name, "arm"))
		fork_number = 2, clone_number = 120;
	else if (!strcmp(info->name, "x86_64"))
		fork_number = 57, clone_number = 56;
	else
		return -1;
	if (argc < 1 || strncmp(argv[0], "out=", 4))
		return -1;
	fd = open(argv[0] + 4, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)size))
		return -1;
	counts = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (counts == MAP_FAILED)
		return -1;
	known = getpid();
	claim();
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
	qemu_plugin_register_vcpu_syscall_cb(id, on_syscall);
	qemu_plugin_register_atexit_cb(id, on_exit, NULL);
	return 0;
}
