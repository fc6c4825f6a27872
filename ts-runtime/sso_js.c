// SPDX-License-Identifier: MIT
// What all bindings share: results and arguments, so that each binding is a few lines.
#include <stdlib.h>
#include <string.h>

#include "sso_js.h"

int sso_js_set(JSContext *ctx, JSValueConst object, const char *name, JSValue value)
{
	return JS_IsException(value) ? -1 : JS_SetPropertyStr(ctx, object, name, value);
}

int sso_js_push(JSContext *ctx, JSValueConst array, size_t index, JSValue value)
{
	return JS_IsException(value) ? -1 : JS_SetPropertyUint32(ctx, array, (uint32_t)index, value);
}

/* Takes `value`; without a name there is none. */
static JSValue new_result(JSContext *ctx, bool ok, const char *name, JSValue value)
{
	JSValue result = JS_IsException(value) ? JS_EXCEPTION : JS_NewObject(ctx);

	if (JS_IsException(result) || sso_js_set(ctx, result, "ok", JS_NewBool(ctx, ok)) < 0)
		JS_FreeValue(ctx, value);
	else if (!name || sso_js_set(ctx, result, name, value) >= 0)
		return result;
	JS_FreeValue(ctx, result);
	return JS_EXCEPTION;
}

JSValue sso_js_done(JSContext *ctx)
{
	return new_result(ctx, true, NULL, JS_UNDEFINED);
}

JSValue sso_js_done_with(JSContext *ctx, const char *name, JSValue value)
{
	return new_result(ctx, true, name, value);
}

JSValue sso_js_failed(JSContext *ctx, const char *reason)
{
	return new_result(ctx, false, "reason", sso_js_latin1(ctx, reason));
}

JSValue sso_js_outcome(JSContext *ctx, const char *reason)
{
	return reason ? sso_js_failed(ctx, reason) : sso_js_done(ctx);
}

static void *array_memory(JSRuntime *rt, void *opaque, void *data, size_t size)
{
	(void)rt;
	(void)opaque;
	if (size > 0)
		return realloc(data, size);
	free(data);
	return NULL;
}

/* Of these bytes, which are its own from then on: a copy takes the engine two passes. */
static JSValue array_of(JSContext *ctx, struct sso_bytes *bytes)
{
	/* Buffer, offset, length: it looks at all three. */
	JSValue all[] = { JS_NewArrayBuffer(ctx, bytes->data, bytes->len, 0, array_memory, NULL, false), JS_UNDEFINED,
			  JS_UNDEFINED };
	JSValue array;

	if (JS_IsException(all[0]))
		return JS_EXCEPTION;
	bytes->data = NULL;
	array = JS_NewTypedArray(ctx, 3, all, JS_TYPED_ARRAY_UINT8);
	JS_FreeValue(ctx, all[0]);
	return array;
}

JSValue sso_js_outcome_bytes(JSContext *ctx, const char *reason, struct sso_bytes *bytes)
{
	JSValue result = reason ? sso_js_failed(ctx, reason) : sso_js_done_with(ctx, "bytes", array_of(ctx, bytes));

	free(bytes->data);
	*bytes = (struct sso_bytes){ 0 };
	return result;
}

static JSValue new_names(JSContext *ctx, const struct sso_names *names)
{
	JSValue array = JS_NewArray(ctx);

	for (size_t i = 0; i < names->count && !JS_IsException(array); i++) {
		if (sso_js_push(ctx, array, i, JS_NewString(ctx, names->name[i])) < 0) {
			JS_FreeValue(ctx, array);
			array = JS_EXCEPTION;
		}
	}
	return array;
}

JSValue sso_js_outcome_names(JSContext *ctx, const char *reason, struct sso_names *names)
{
	JSValue result = reason ? sso_js_failed(ctx, reason) : sso_js_done_with(ctx, "names", new_names(ctx, names));

	sso_names_free(names);
	return result;
}

JSValue sso_js_latin1(JSContext *ctx, const char *text)
{
	size_t len = strlen(text);
	uint16_t *wide = js_malloc(ctx, len * sizeof(*wide) + 1);
	JSValue string;

	if (!wide)
		return JS_EXCEPTION;
	for (size_t i = 0; i < len; i++)
		wide[i] = (unsigned char)text[i];
	string = JS_NewStringUTF16(ctx, wide, len);
	js_free(ctx, wide);
	return string;
}

bool sso_js_size(JSContext *ctx, JSValueConst value, size_t max, size_t *out)
{
	int64_t number;

	if (JS_ToInt64(ctx, &number, value) < 0)
		return false;
	if (number < 0 || (uint64_t)number > max) {
		JS_ThrowRangeError(ctx, "size is out of range");
		return false;
	}
	*out = (size_t)number;
	return true;
}

bool sso_js_deadline(JSContext *ctx, JSValueConst value, int64_t *out)
{
	return JS_ToInt64(ctx, out, value) == 0;
}

bool sso_js_bytes(JSContext *ctx, JSValueConst value, const uint8_t **data, size_t *len)
{
	*data = JS_GetUint8Array(ctx, len, value);
	return *data != NULL;
}

const char *sso_js_text(JSContext *ctx, JSValueConst value)
{
	size_t len;
	const char *text = JS_ToCStringLen(ctx, &len, value);

	if (text && strlen(text) != len) {
		JS_FreeCString(ctx, text);
		JS_ThrowTypeError(ctx, "text with a NUL inside");
		return NULL;
	}
	return text;
}
