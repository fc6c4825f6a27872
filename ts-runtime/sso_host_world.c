// SPDX-License-Identifier: MIT
// Host functions about the world around: chance, clocks, log.
#include "sso_js.h"

static JSValue host_random(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	uint8_t bytes[SSO_MAX_RANDOM];
	size_t count;

	(void)this_val;
	(void)argc;
	if (!sso_js_size(ctx, argv[0], sizeof(bytes), &count))
		return JS_EXCEPTION;
	if (count == 0)
		return JS_ThrowRangeError(ctx, "size is out of range");
	if (!sso_random(bytes, count))
		return JS_ThrowInternalError(ctx, "no random bytes");
	return JS_NewUint8ArrayCopy(ctx, bytes, count);
}

static JSValue host_wall_seconds(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	(void)this_val;
	(void)argc;
	(void)argv;
	return JS_NewInt64(ctx, sso_wall_s());
}

static JSValue host_boot_milliseconds(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	(void)this_val;
	(void)argc;
	(void)argv;
	return JS_NewInt64(ctx, sso_boot_ms());
}

static JSValue host_log(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	const char *line;
	int32_t level;
	size_t len;

	(void)this_val;
	(void)argc;
	if (JS_ToInt32(ctx, &level, argv[0]) < 0)
		return JS_EXCEPTION;
	if (level < 0 || level > SSO_LOG_DEBUG)
		return JS_ThrowRangeError(ctx, "no such log level");
	line = JS_ToCStringLen(ctx, &len, argv[1]);
	if (!line)
		return JS_EXCEPTION;
	sso_log((enum sso_log_level)level, line, len);
	JS_FreeCString(ctx, line);
	return JS_UNDEFINED;
}

int sso_host_add_world(JSContext *ctx, JSValueConst host)
{
	static const JSCFunctionListEntry functions[] = {
		JS_CFUNC_DEF("random", 1, host_random),
		JS_CFUNC_DEF("wallSeconds", 0, host_wall_seconds),
		JS_CFUNC_DEF("bootMilliseconds", 0, host_boot_milliseconds),
		JS_CFUNC_DEF("log", 2, host_log),
	};

	return JS_SetPropertyFunctionList(ctx, host, functions, sizeof(functions) / sizeof(functions[0]));
}
