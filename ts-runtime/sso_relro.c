// SPDX-License-Identifier: MIT
// What only the start of a program writes, relocated addresses above all. A loader makes it read-only afterwards;
// musl's start of a static program does not, and the kernel does not read that part of the program's header.
#include "sso.h"

#ifdef SSO_RELRO
#include <link.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>

void sso_relro(void)
{
	const ElfW(Phdr) *first = (const ElfW(Phdr) *)getauxval(AT_PHDR), *relro = NULL;
	size_t count = getauxval(AT_PHNUM);
	uintptr_t page = getauxval(AT_PAGESZ), base = 0, start, end;

	for (const ElfW(Phdr) *head = first; head < first + count; head++) {
		if (head->p_type == PT_PHDR)
			base = (uintptr_t)first - head->p_vaddr;
		if (head->p_type == PT_GNU_RELRO)
			relro = head;
	}
	if (!relro)
		abort();
	/* The end is one of pages of 4 KiB: where they are larger, what shares the last one stays writable. */
	start = (base + relro->p_vaddr) & -page;
	end = (base + relro->p_vaddr + relro->p_memsz) & -page;
	if (end > start && mprotect((void *)start, end - start, PROT_READ) != 0)
		abort();
}
#else
void sso_relro(void)
{
}
#endif
