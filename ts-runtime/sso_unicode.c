// SPDX-License-Identifier: MIT
// The engine's libunicode.c without its tables: no script here changes the case of other letters than
// ASCII's, and the tables would take 17 kB of flash. Takes that file's place.
#define lre_case_conv lre_case_conv_by_tables
#define lre_is_cased lre_is_cased_by_tables
#define lre_is_case_ignorable lre_is_case_ignorable_by_tables
#include <libunicode.c>
#undef lre_case_conv
#undef lre_is_cased
#undef lre_is_case_ignorable

int lre_case_conv(uint32_t *res, uint32_t c, int conv_type);
bool lre_is_cased(uint32_t c);
bool lre_is_case_ignorable(uint32_t c);

/* 0 is upper case, the others are lower case; gives the number of characters. */
int lre_case_conv(uint32_t *res, uint32_t c, int conv_type)
{
	if (conv_type == 0 ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z')
		c ^= 0x20;
	*res = c;
	return 1;
}

/* Only asked for the Greek sigma at the end of a word. */
bool lre_is_cased(uint32_t c)
{
	(void)c;
	return false;
}

bool lre_is_case_ignorable(uint32_t c)
{
	(void)c;
	return false;
}
