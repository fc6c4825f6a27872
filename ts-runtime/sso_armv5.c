// SPDX-License-Identifier: MIT
// What zig's libc for ARMv5 lacks, or has with instructions of ARMv6: its allocator needs them. This program has no
// threads, so the first two need not be more than they are. GCC has its own.

#if defined(__clang__) && defined(__ARM_ARCH) && __ARM_ARCH < 6
#include <stdint.h>

void __aeabi_read_tp(void);

/* Nothing calls them before the linker makes code of everything. */
#define SSO_ATOMIC(type, width) \
	type sso_swap_if_##width(volatile type *, type, type) __asm__("__sync_val_compare_and_swap_" #width); \
	__attribute__((used)) type sso_swap_if_##width(volatile type *place, type expected, type value) \
	{ \
		type found = *place; \
		if (found == expected) \
			*place = value; \
		return found; \
	} \
	type sso_swap_##width(volatile type *, type) __asm__("__sync_lock_test_and_set_" #width); \
	__attribute__((used)) type sso_swap_##width(volatile type *place, type value) \
	{ \
		type found = *place; \
		*place = value; \
		return found; \
	}

SSO_ATOMIC(uint8_t, 1)
SSO_ATOMIC(uint32_t, 4)

/* The kernel's helper at 0xffff0fe0 returns to our caller with the thread pointer in r0, other registers as they were. */
__attribute__((naked, used)) void __aeabi_read_tp(void)
{
	__asm__("mov r0, #0xffff0fff\n\tsub pc, r0, #31");
}
#endif
