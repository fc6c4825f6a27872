// SPDX-License-Identifier: MIT
// Name constraints against a model that has the names and domains before they are DER, on bytes that end
// where the memory ends; and the same bytes changed, which must be read or refused without a report.
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "sso_tls_child.h"

#define NAMES_MAX 4
#define BYTES_MAX 2048

/* A host name, an address or the parts of a distinguished name, or a domain, network or beginning of it. */
struct name {
	uint8_t tag; /* 0x81 and 0x86 are kinds that nobody can judge */
	uint8_t text[80];
	size_t len;
};

struct names {
	struct name name[NAMES_MAX];
	size_t count;
};

static size_t put(uint8_t *out, size_t len, const void *bytes, size_t bytes_len)
{
	FUZZ_CHECK(len + bytes_len <= BYTES_MAX);
	if (bytes_len > 0)
		memcpy(out + len, bytes, bytes_len);
	return len + bytes_len;
}

/* Puts a head before what stands in `out` from `from` on. */
static size_t wrap(uint8_t *out, size_t from, size_t len, uint8_t tag)
{
	size_t content = len - from, head = content < 128 ? 2 : 4;

	FUZZ_CHECK(len + head <= BYTES_MAX);
	memmove(out + from + head, out + from, content);
	out[from] = tag;
	out[from + 1] = head == 2 ? (uint8_t)content : 0x82;
	if (head == 4) {
		out[from + 2] = (uint8_t)(content >> 8);
		out[from + 3] = (uint8_t)content;
	}
	return len + head;
}

static void make_name(struct name *name, bool is_base)
{
	static const char *const LABELS[] = { "a", "b", "A", "example", "EXAMPLE", "xa", "*" };
	static const char *const PARTS[] = { "O=a", "O=b", "O=A", "U=a" };
	size_t len;

	*name = (struct name){ .tag = (uint8_t[]){ 0x82, 0x82, 0x82, 0x87, 0x87, 0xa4, 0xa4, 0x81, 0x86 }[fuzz_below(9)] };
	if (name->tag == 0x87) {
		name->len = fuzz_one_in(3) ? 16 : 4;
		for (size_t i = 0; i < name->len; i++)
			name->text[i] = (uint8_t)fuzz_below(3);
		for (size_t i = name->len; is_base && i < 2 * name->len; i++)
			name->text[i] = (uint8_t[]){ 0, 255, 1, 2 }[fuzz_below(4)];
		name->len *= is_base ? 2 : 1;
		return;
	}
	for (size_t i = fuzz_below(4); i > 0; i--) {
		const char *label = name->tag == 0xa4 ? PARTS[fuzz_below(4)] : LABELS[fuzz_below(is_base ? 6 : 7)];

		len = strlen(label);
		memcpy(name->text + name->len, label, len);
		name->len += len;
		if (i > 1 && name->tag != 0xa4)
			name->text[name->len++] = '.';
	}
	if (is_base && name->tag == 0x82 && fuzz_one_in(4)) {
		memmove(name->text + 1, name->text, name->len++);
		name->text[0] = '.';
	}
}

static size_t put_name(uint8_t *out, size_t len, const struct name *name)
{
	size_t from = len, inner;

	if (name->tag != 0xa4)
		return wrap(out, from, put(out, len, name->text, name->len), name->tag);
	/* Of three letters each: the kind, "=", the text. */
	for (size_t i = 0; i < name->len; i += 3) {
		const uint8_t type[] = { 0x06, 3, 0x55, 4, name->text[i] == 'O' ? 10 : 11 };

		inner = len;
		len = put(out, len, type, sizeof(type));
		{
			size_t text = len;

			len = wrap(out, text, put(out, len, name->text + i + 2, 1), 0x0c);
		}
		len = wrap(out, inner, wrap(out, inner, len, 0x30), 0x31);
	}
	len = wrap(out, from, len, 0x30);
	return wrap(out, from, len, 0xa4);
}

/* ---- the model ---- */

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool is_same(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static bool host_is_within(const uint8_t *host, size_t len, const struct name *base)
{
	const uint8_t *domain = base->text;
	size_t domain_len = base->len;
	bool only_below = domain_len > 0 && domain[0] == '.';

	if (only_below) {
		domain++;
		domain_len--;
	}
	if (domain_len == 0 && !only_below)
		return true;
	if (len == domain_len && !only_below)
		return is_same(host, domain, len);
	return len > domain_len && host[len - domain_len - 1] == '.' && is_same(host + len - domain_len, domain, domain_len);
}

static bool is_within(const struct name *name, const struct name *base, bool is_excluded)
{
	uint8_t one[sizeof(name->text) + sizeof(base->text)];
	size_t first;

	if (name->tag == 0x87) {
		if (base->len != 2 * name->len)
			return false;
		for (size_t bit = 0; bit < 8 * name->len; bit++) {
			uint8_t mask = (uint8_t)(0x80 >> bit % 8);

			if ((base->text[name->len + bit / 8] & mask) &&
			    (name->text[bit / 8] & mask) != (base->text[bit / 8] & mask))
				return false;
		}
		return true;
	}
	if (name->tag == 0xa4)
		return name->len >= base->len && is_same(name->text, base->text, base->len);
	if (host_is_within(name->text, name->len, base))
		return true;
	/* Excluded is a wildcard if any of its hosts is: the first label of the base is tried for the star. */
	if (!is_excluded || name->len < 2 || name->text[0] != '*' || name->text[1] != '.')
		return false;
	for (first = 0; first < base->len && base->text[first] != '.'; first++)
		one[first] = base->text[first];
	if (first == 0)
		return false;
	memcpy(one + first, name->text + 1, name->len - 1);
	return host_is_within(one, first + name->len - 1, base);
}

static bool passes(const struct name *name, const struct names *permitted, const struct names *excluded)
{
	bool has_kind = false, is_in = false;

	for (size_t i = 0; i < permitted->count; i++)
		if (permitted->name[i].tag == name->tag) {
			has_kind = true;
			is_in |= name->tag != 0x81 && name->tag != 0x86 && is_within(name, &permitted->name[i], false);
		}
	for (size_t i = 0; i < excluded->count; i++)
		if (excluded->name[i].tag == name->tag &&
		    (name->tag == 0x81 || name->tag == 0x86 || is_within(name, &excluded->name[i], true)))
			return false;
	return is_in || !has_kind;
}

static size_t put_list(uint8_t *out, size_t len, const struct names *list, uint8_t tag)
{
	size_t from = len;

	if (list->count == 0)
		return len;
	for (size_t i = 0; i < list->count; i++) {
		size_t one = len;

		len = wrap(out, one, put_name(out, len, &list->name[i]), 0x30);
	}
	return wrap(out, from, len, tag);
}

static void make_names(struct names *names, bool is_base)
{
	names->count = fuzz_below(NAMES_MAX);
	for (size_t i = 0; i < names->count; i++)
		make_name(&names->name[i], is_base);
}

void fuzz_constraints(void)
{
	static uint8_t constraints[BYTES_MAX], subject[BYTES_MAX], alternatives[BYTES_MAX];
	struct names permitted, excluded, names;
	struct name whole = { .tag = 0xa4 };
	struct sso_tls_bytes input[3] = { { constraints, 0 }, { subject, 0 }, { alternatives, 0 } };
	bool expected, is_changed = fuzz_one_in(3), found;

	make_names(&permitted, true);
	make_names(&excluded, true);
	make_names(&names, false);
	while (fuzz_one_in(2) && whole.len < 9) {
		whole.text[whole.len++] = "OU"[fuzz_below(2)];
		whole.text[whole.len++] = '=';
		whole.text[whole.len++] = "abA"[fuzz_below(3)];
	}
	input[0].len = put_list(constraints, 0, &permitted, 0xa0);
	input[0].len = put_list(constraints, input[0].len, &excluded, 0xa1);
	input[0].len = wrap(constraints, 0, input[0].len, 0x30);
	/* Without the tag of the kind, as a certificate's subject is. */
	input[1].len = put_name(subject, 0, &whole) - 2;
	memmove(subject, subject + 2, input[1].len);
	for (size_t i = 0; i < names.count; i++)
		input[2].len = put_name(alternatives, input[2].len, &names.name[i]);
	if (names.count > 0 || fuzz_one_in(2))
		input[2].len = wrap(alternatives, 0, input[2].len, 0x30);

	expected = permitted.count + excluded.count > 0;
	if (whole.len > 0)
		expected = expected && passes(&whole, &permitted, &excluded);
	for (size_t i = 0; i < names.count; i++)
		expected = expected && passes(&names.name[i], &permitted, &excluded);
	if (is_changed) {
		size_t which = fuzz_below(3);

		input[which].len = fuzz_mutate(input[which].at, input[which].len, BYTES_MAX);
	}
	for (size_t i = 0; i < 3; i++)
		input[i].at = fuzz_exact(input[i].at, input[i].len);
	found = sso_tls_may_vouch(&input[0], &input[1], &input[2]);
	if (!is_changed)
		FUZZ_CHECK(found == expected);
	for (size_t i = 0; i < 3; i++)
		free(input[i].at);
}
