// SPDX-License-Identifier: MIT
// The engine's libunicode.c without its tables: no script here normalizes texts or changes the case of
// other letters than ASCII's, and the tables would take 17 kB of flash. Takes that file's place.
#include <string.h>

#define lre_case_conv lre_case_conv_by_tables
#define lre_is_cased lre_is_cased_by_tables
#define lre_is_case_ignorable lre_is_case_ignorable_by_tables
#define unicode_normalize unicode_normalize_by_tables
#include <libunicode.c>
#undef lre_case_conv
#undef lre_is_cased
#undef lre_is_case_ignorable
#undef unicode_normalize

int lre_case_conv(uint32_t *res, uint32_t c, int conv_type);
bool lre_is_cased(uint32_t c);
bool lre_is_case_ignorable(uint32_t c);
int unicode_normalize(uint32_t **pdst, const uint32_t *src, int src_len, UnicodeNormalizationEnum n_type, void *opaque,
                      void *(*realloc_func)(void *opaque, void *ptr, size_t size));

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

/* Gives the text as it is. */
int unicode_normalize(uint32_t **pdst, const uint32_t *src, int src_len, UnicodeNormalizationEnum n_type, void *opaque,
                      void *(*realloc_func)(void *opaque, void *ptr, size_t size))
{
	size_t size = (size_t)src_len * sizeof(*src);

	(void)n_type;
	*pdst = realloc_func(opaque, NULL, size ? size : 1);
	if (!*pdst)
		return -1;
	memcpy(*pdst, src, size);
	return src_len;
}
