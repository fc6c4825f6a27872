// SPDX-License-Identifier: MIT
// The module '#native': bytes and texts made of each other, hashes and signatures. An interpreter needs fifty
// times the instructions for these; src/native/native.d.ts says what each of them owes to TypeScript.
#include <string.h>

#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <mbedtls/version.h>

#include "sso_js.h"
#include "sso_p256.h"

/* mbedTLS 2.28 has other names for these. */
#if MBEDTLS_VERSION_MAJOR < 3
#define mbedtls_sha256 mbedtls_sha256_ret
#define mbedtls_sha512 mbedtls_sha512_ret
#endif

#define FUNCTION(name) static JSValue name(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)

/* ---- arguments ---- */

/* An index, `absent` when there is none. Negative and huge numbers are caught by the caller's comparison. */
static bool index_arg(JSContext *ctx, JSValueConst value, int64_t absent, int64_t *out)
{
	*out = absent;
	return JS_IsUndefined(value) || JS_ToInt64(ctx, out, value) == 0;
}

/* The bytes of argv[0] from argv[1] up to argv[2], which may be absent. */
static const uint8_t *part_arg(JSContext *ctx, JSValueConst *argv, size_t *len)
{
	const uint8_t *data;
	int64_t from, to;

	/* Numbers first: making them can run code that shrinks the array. */
	if (!index_arg(ctx, argv[1], 0, &from) || !index_arg(ctx, argv[2], -1, &to) || !sso_js_bytes(ctx, argv[0], &data, len))
		return NULL;
	if (JS_IsUndefined(argv[2]))
		to = (int64_t)*len;
	if (from < 0 || from > to || to > (int64_t)*len) {
		JS_ThrowRangeError(ctx, "no such part");
		return NULL;
	}
	*len = (size_t)(to - from);
	return data + from;
}

/*
 * A string's UTF-8, to be freed with JS_FreeCString; anything else is a programmer's mistake. The engine
 * writes a lone surrogate as three bytes that are no UTF-8, always into a copy; so many has U+FFFD.
 */
static const char *string_arg(JSContext *ctx, JSValueConst value, size_t *len)
{
	char *text, *at;

	if (!JS_IsString(value)) {
		JS_ThrowTypeError(ctx, "not a string");
		return NULL;
	}
	text = at = (char *)JS_ToCStringLen(ctx, len, value);
	while (text && (at = memchr(at, 0xed, *len - (size_t)(at - text)))) {
		if ((uint8_t)at[1] > 0x9f)
			memcpy(at, "\xef\xbf\xbd", 3);
		at += 3;
	}
	return text;
}

/* ---- UTF-8 ---- */

/* Bytes of the sequence that starts at `at`, or 0 when it is none of RFC 3629. */
static size_t sequence_length(const uint8_t *at, size_t left)
{
	uint8_t first = at[0];
	size_t len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

	if (len > left)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Overlong forms, surrogates and what lies above U+10FFFF show in the second byte. */
	if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) || (first == 0xf0 && at[1] < 0x90) ||
	    (first == 0xf4 && at[1] > 0x8f))
		return 0;
	return len;
}

FUNCTION(decode_utf8)
{
	size_t len, step;
	const uint8_t *data = part_arg(ctx, argv, &len);

	(void)this_val;
	(void)argc;
	if (!data)
		return JS_EXCEPTION;
	for (size_t at = 0; at < len; at += step) {
		step = sequence_length(data + at, len - at);
		if (step == 0)
			return JS_UNDEFINED;
	}
	return JS_NewStringLen(ctx, (const char *)data, len);
}

FUNCTION(encode_utf8)
{
	size_t len;
	const char *text = string_arg(ctx, argv[0], &len);
	JSValue bytes = text ? JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, len) : JS_EXCEPTION;

	(void)this_val;
	(void)argc;
	JS_FreeCString(ctx, text);
	return bytes;
}

/* ---- one character for each byte ---- */

static JSValue new_latin1(JSContext *ctx, const uint8_t *data, size_t len)
{
	uint8_t *utf8;
	JSValue text;
	size_t end = 0;

	while (end < len && data[end] < 0x80)
		end++;
	if (end == len)
		return JS_NewStringLen(ctx, (const char *)data, len);
	utf8 = js_malloc(ctx, 2 * len);
	if (!utf8)
		return JS_EXCEPTION;
	end = 0;
	for (size_t i = 0; i < len; i++) {
		if (data[i] < 0x80) {
			utf8[end++] = data[i];
		} else {
			utf8[end++] = 0xc0 | data[i] >> 6;
			utf8[end++] = 0x80 | (data[i] & 0x3f);
		}
	}
	text = JS_NewStringLen(ctx, (const char *)utf8, end);
	js_free(ctx, utf8);
	return text;
}

FUNCTION(bytes_to_latin1)
{
	size_t len;
	const uint8_t *data = part_arg(ctx, argv, &len);

	(void)this_val;
	(void)argc;
	return data ? new_latin1(ctx, data, len) : JS_EXCEPTION;
}

FUNCTION(latin1_to_bytes)
{
	size_t len, end = 0;
	const char *text = string_arg(ctx, argv[0], &len);
	uint8_t *bytes = text ? js_malloc(ctx, len + 1) : NULL;
	JSValue array = JS_EXCEPTION;

	(void)this_val;
	(void)argc;
	if (!bytes)
		goto done;
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)text[i];

		if (byte > 0xc3) {
			JS_ThrowTypeError(ctx, "character above U+00FF");
			goto done;
		}
		if (byte > 0x7f)
			byte = (uint8_t)(byte << 6 | ((uint8_t)text[++i] & 0x3f));
		bytes[end++] = byte;
	}
	array = JS_NewUint8ArrayCopy(ctx, bytes, end);
done:
	js_free(ctx, bytes);
	JS_FreeCString(ctx, text);
	return array;
}

/* Whether all characters are from argv[1] to argv[2], which are ASCII. */
FUNCTION(is_within)
{
	int32_t min, max;
	const char *text;
	size_t len, i = 0;

	(void)this_val;
	(void)argc;
	if (JS_ToInt32(ctx, &min, argv[1]) < 0 || JS_ToInt32(ctx, &max, argv[2]) < 0)
		return JS_EXCEPTION;
	text = string_arg(ctx, argv[0], &len);
	if (!text)
		return JS_EXCEPTION;
	while (i < len && (uint8_t)text[i] >= min && (uint8_t)text[i] <= max && (uint8_t)text[i] < 0x80)
		i++;
	JS_FreeCString(ctx, text);
	return JS_NewBool(ctx, i == len);
}

/* ---- ubus messages ---- */

#define MESSAGE_DATA 2
#define HEADER_BYTES 8
#define ATTRIBUTE_DATA 7
#define TYPE_TABLE 2
#define EXTENDED 0x80

/* An attribute: its first byte, and what is behind its four; with a name, what is behind that. */
struct attribute {
	uint8_t id;
	const uint8_t *from, *end;
};

/* Takes the one at *at, which ends before `end`, and goes on to the next. False for one that is malformed. */
static bool take_attribute(const uint8_t **at, const uint8_t *end, struct attribute *out)
{
	size_t left = (size_t)(end - *at), len;

	if (left < 4)
		return false;
	len = (size_t)(*at)[1] << 16 | (size_t)(*at)[2] << 8 | (*at)[3];
	if (len < 4 || len > left)
		return false;
	*out = (struct attribute){ .id = (*at)[0], .from = *at + 4, .end = *at + len };
	len = (len + 3) & ~(size_t)3;
	*at += len < left ? len : left;
	return true;
}

/* -1 for a malformed table, 0 for one without this member, 1 for one with it: then it is in `out`. */
static int find_member(const uint8_t *at, const uint8_t *end, const char *name, size_t name_len, struct attribute *out)
{
	while (at < end) {
		size_t len, head;

		if (!take_attribute(&at, end, out) || !(out->id & EXTENDED) || out->end - out->from < 3)
			return -1;
		len = (size_t)out->from[0] << 8 | out->from[1];
		head = (len + 3 + 3) & ~(size_t)3;
		if (head > (size_t)(out->end - out->from))
			return -1;
		if (len == name_len && memcmp(out->from + 2, name, len) == 0) {
			out->from += head;
			return 1;
		}
		out->from += head;
	}
	return 0;
}

/* Bytes of the message at `at` if it is whole and has data whose table `outer` has no member `inner`; else 0. */
static size_t without_member(const uint8_t *at, size_t left, const char *outer, size_t outer_len, const char *inner,
			     size_t inner_len)
{
	const uint8_t *next = at + HEADER_BYTES;
	struct attribute blob, data, table, member;
	size_t len;

	if (left < HEADER_BYTES + 4 || at[1] != MESSAGE_DATA)
		return 0;
	if (!take_attribute(&next, at + left, &blob))
		return 0;
	len = ((size_t)(blob.end - at) + 3) & ~(size_t)3;
	if (len > left)
		return 0;
	for (next = blob.from; next < blob.end;) {
		if (!take_attribute(&next, blob.end, &data))
			return 0;
		if (data.id != ATTRIBUTE_DATA)
			continue;
		switch (find_member(data.from, data.end, outer, outer_len, &table)) {
		case 0:
			continue;
		case 1:
			if ((table.id & ~EXTENDED) == TYPE_TABLE &&
			    find_member(table.from, table.end, inner, inner_len, &member) == 0)
				continue;
			return 0;
		default:
			return 0;
		}
	}
	return len;
}

FUNCTION(skip_messages)
{
	const uint8_t *data;
	size_t len, outer_len, inner_len, at = 0, step;
	const char *outer = string_arg(ctx, argv[1], &outer_len);
	const char *inner = outer ? string_arg(ctx, argv[2], &inner_len) : NULL;
	JSValue result = JS_EXCEPTION;

	(void)this_val;
	(void)argc;
	if (inner && sso_js_bytes(ctx, argv[0], &data, &len)) {
		while ((step = without_member(data + at, len - at, outer, outer_len, inner, inner_len)) > 0)
			at += step;
		result = JS_NewInt64(ctx, (int64_t)at);
	}
	JS_FreeCString(ctx, outer);
	JS_FreeCString(ctx, inner);
	return result;
}

/* ---- texts for wires ---- */

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

FUNCTION(encode_base64url)
{
	size_t len, end = 0;
	const uint8_t *data;
	JSValue result;
	char *text;

	(void)this_val;
	(void)argc;
	if (!sso_js_bytes(ctx, argv[0], &data, &len))
		return JS_EXCEPTION;
	text = js_malloc(ctx, len / 3 * 4 + 4);
	if (!text)
		return JS_EXCEPTION;
	for (size_t i = 0; i < len; i += 3) {
		size_t count = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)data[i] << 16 | (count > 1 ? data[i + 1] << 8 : 0) | (count > 2 ? data[i + 2] : 0);

		for (size_t k = 0; k <= count; k++, bits <<= 6)
			text[end++] = base64url[bits >> 18 & 63];
	}
	result = JS_NewStringLen(ctx, text, end);
	js_free(ctx, text);
	return result;
}

/* undefined for what is not exactly what an encoder writes */
FUNCTION(decode_base64url)
{
	uint32_t bits = 0;
	size_t len, end = 0, i;
	const char *text = string_arg(ctx, argv[0], &len);
	uint8_t *bytes = text ? js_malloc(ctx, len + 1) : NULL;
	JSValue array = JS_EXCEPTION;

	(void)this_val;
	(void)argc;
	if (!bytes)
		goto done;
	for (i = 0; i < len; i++) {
		const char *found = text[i] ? strchr(base64url, text[i]) : NULL;

		if (!found)
			break;
		bits = bits << 6 | (uint32_t)(found - base64url);
		if (i % 4 != 0)
			bytes[end++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	/* Bits behind the last byte must not be set: one signature would have several spellings. */
	if (i < len || len % 4 == 1 || (len % 4 == 2 && bits & 0xf) || (len % 4 == 3 && bits & 3))
		array = JS_UNDEFINED;
	else
		array = JS_NewUint8ArrayCopy(ctx, bytes, end);
done:
	js_free(ctx, bytes);
	JS_FreeCString(ctx, text);
	return array;
}

static bool is_unreserved(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' ||
	       byte == '.' || byte == '_' || byte == '~';
}

FUNCTION(encode_form_part)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len, end = 0;
	const char *text = string_arg(ctx, argv[0], &len);
	char *form = text ? js_malloc(ctx, 3 * len + 1) : NULL;
	JSValue result = JS_EXCEPTION;

	(void)this_val;
	(void)argc;
	for (size_t i = 0; form && i < len; i++) {
		uint8_t byte = (uint8_t)text[i];

		if (is_unreserved(byte)) {
			form[end++] = text[i];
		} else if (byte == ' ') {
			form[end++] = '+';
		} else {
			form[end++] = '%';
			form[end++] = hex[byte >> 4];
			form[end++] = hex[byte & 15];
		}
	}
	if (form)
		result = JS_NewStringLen(ctx, form, end);
	js_free(ctx, form);
	JS_FreeCString(ctx, text);
	return result;
}

/* ---- hashes ---- */

enum hash { SHA256 = 32, SHA384 = 48, SHA512 = 64 };

static JSValue digest(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv, int bytes)
{
	uint8_t out[SHA512];
	const uint8_t *data;
	size_t len;
	int failed;

	(void)this_val;
	(void)argc;
	if (!sso_js_bytes(ctx, argv[0], &data, &len))
		return JS_EXCEPTION;
	failed = bytes == SHA256 ? mbedtls_sha256(data, len, out, 0) : mbedtls_sha512(data, len, out, bytes == SHA384);
	return failed ? JS_ThrowInternalError(ctx, "hash: %d", failed) : JS_NewUint8ArrayCopy(ctx, out, (size_t)bytes);
}

/* ---- signatures ---- */

#ifdef SSO_MBEDTLS_CONFIG_H
#define SSO_HAS_P256

FUNCTION(verify_p256)
{
	const uint8_t *part, *signature;
	uint8_t key[64], digest[32];
	uint8_t *const copies[] = { key, key + 32, digest };
	size_t len;
	enum sso_p256 verdict;

	(void)this_val;
	(void)argc;
	for (int i = 0; i < 3; i++) {
		if (!sso_js_bytes(ctx, argv[i], &part, &len))
			return JS_EXCEPTION;
		if (len != 32)
			return JS_ThrowRangeError(ctx, "not 32 bytes");
		memcpy(copies[i], part, 32);
	}
	if (!sso_js_bytes(ctx, argv[3], &signature, &len))
		return JS_EXCEPTION;
	verdict = sso_p256_verify(key, digest, sizeof(digest), len == 64 ? signature : NULL);
	return verdict == SSO_P256_NO_POINT ? JS_UNDEFINED : JS_NewBool(ctx, verdict == SSO_P256_RIGHT);
}
#endif

static const JSCFunctionListEntry functions[] = {
	JS_CFUNC_DEF("encodeUtf8", 1, encode_utf8),
	JS_CFUNC_DEF("decodeUtf8", 3, decode_utf8),
	JS_CFUNC_DEF("latin1ToBytes", 1, latin1_to_bytes),
	JS_CFUNC_DEF("bytesToLatin1", 3, bytes_to_latin1),
	JS_CFUNC_DEF("isWithin", 3, is_within),
	JS_CFUNC_DEF("skipMessages", 3, skip_messages),
	JS_CFUNC_DEF("encodeBase64url", 1, encode_base64url),
	JS_CFUNC_DEF("decodeBase64url", 1, decode_base64url),
	JS_CFUNC_DEF("encodeFormPart", 1, encode_form_part),
	JS_CFUNC_MAGIC_DEF("sha256", 1, digest, SHA256),
	JS_CFUNC_MAGIC_DEF("sha384", 1, digest, SHA384),
	JS_CFUNC_MAGIC_DEF("sha512", 1, digest, SHA512),
#ifdef SSO_HAS_P256
	JS_CFUNC_DEF("verifyP256", 4, verify_p256),
#endif
};
#define FUNCTION_COUNT ((int)(sizeof(functions) / sizeof(functions[0])))

static int fill(JSContext *ctx, JSModuleDef *module)
{
	return JS_SetModuleExportList(ctx, module, functions, FUNCTION_COUNT);
}

JSModuleDef *sso_native_new(JSContext *ctx)
{
	JSModuleDef *module = JS_NewCModule(ctx, SSO_NATIVE, fill);

	if (!module || JS_AddModuleExportList(ctx, module, functions, FUNCTION_COUNT) != 0)
		return NULL;
#ifndef SSO_HAS_P256
	/* It is undefined, as nobody gives it a value. */
	if (JS_AddModuleExport(ctx, module, "verifyP256") != 0)
		return NULL;
#endif
	return module;
}
