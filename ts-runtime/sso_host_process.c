// SPDX-License-Identifier: MIT
// Host functions about the process: environment, arguments, standard input and output.
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "sso_js.h"

#define MAX_INPUT_BYTES (64 * 1024 * 1024)
#define MAX_LINE_BYTES 65536

static JSValue host_env(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	const char *name = sso_js_text(ctx, argv[0]);
	const char *value;

	(void)this_val;
	(void)argc;
	if (!name)
		return JS_EXCEPTION;
	value = getenv(name);
	JS_FreeCString(ctx, name);
	return value ? sso_js_latin1(ctx, value) : JS_UNDEFINED;
}

static JSValue host_args(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	const struct sso_run *run = JS_GetContextOpaque(ctx);
	JSValue list = JS_NewArray(ctx);

	(void)this_val;
	(void)argc;
	(void)argv;
	for (int i = 0; i < run->argc && !JS_IsException(list); i++) {
		if (sso_js_push(ctx, list, (size_t)i, sso_js_latin1(ctx, run->argv[i])) < 0) {
			JS_FreeValue(ctx, list);
			list = JS_EXCEPTION;
		}
	}
	return list;
}

static JSValue host_read_input(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX];
	struct sso_bytes bytes = { 0 };
	size_t max;

	(void)this_val;
	(void)argc;
	if (!sso_js_size(ctx, argv[0], MAX_INPUT_BYTES, &max))
		return JS_EXCEPTION;
	return sso_js_outcome_bytes(ctx, sso_read_fd(STDIN_FILENO, max, &bytes, why), &bytes);
}

/* Who posts decides when bytes come, and whether there is an end: neither is waited for beyond the deadline. */
static JSValue host_read_body(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX];
	struct sso_bytes bytes = { 0 };
	const char *reason = NULL;
	int64_t deadline;
	size_t max;

	(void)this_val;
	(void)argc;
	if (!sso_js_size(ctx, argv[0], MAX_LINE_BYTES, &max) || !sso_js_deadline(ctx, argv[1], &deadline))
		return JS_EXCEPTION;
	bytes.data = malloc(max + 1); /* malloc(0) may be NULL */
	if (!bytes.data)
		return JS_ThrowOutOfMemory(ctx);
	while (!reason && bytes.len < max) {
		int ready = sso_wait(STDIN_FILENO, POLLIN, deadline);
		ssize_t n = ready > 0 ? read(STDIN_FILENO, bytes.data + bytes.len, max - bytes.len) : -1;

		if (ready == 0)
			reason = "timeout";
		else if (n < 0 && errno != EINTR && errno != EAGAIN)
			reason = sso_io_reason(why, errno);
		else if (n == 0)
			break;
		else if (n > 0)
			bytes.len += (size_t)n;
	}
	return sso_js_outcome_bytes(ctx, reason, &bytes);
}

static JSValue host_write_output(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	const uint8_t *data;
	size_t len;

	(void)this_val;
	(void)argc;
	if (!sso_js_bytes(ctx, argv[0], &data, &len))
		return JS_EXCEPTION;
	if (len > 0)
		run->has_output = true;
	if (!sso_write_all(STDOUT_FILENO, data, len))
		return JS_ThrowInternalError(ctx, "standard output is closed");
	return JS_UNDEFINED;
}

static JSValue host_write_error(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	const uint8_t *data;
	size_t len;

	(void)this_val;
	(void)argc;
	if (!sso_js_bytes(ctx, argv[0], &data, &len))
		return JS_EXCEPTION;
	sso_write_all(STDERR_FILENO, data, len);
	return JS_UNDEFINED;
}

static JSValue host_is_terminal(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	size_t fd;

	(void)this_val;
	(void)argc;
	if (!sso_js_size(ctx, argv[0], STDERR_FILENO, &fd))
		return JS_EXCEPTION;
	return JS_NewBool(ctx, isatty((int)fd));
}

static JSValue host_read_line(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX];
	struct sso_bytes bytes = { 0 };
	size_t max;

	(void)this_val;
	(void)argc;
	if (!sso_js_size(ctx, argv[0], MAX_LINE_BYTES, &max))
		return JS_EXCEPTION;
	return sso_js_outcome_bytes(ctx, sso_read_line(max, JS_ToBool(ctx, argv[1]) > 0, &bytes, why), &bytes);
}

static JSValue host_guard_stamp(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char stamp[SSO_STAMP_MAX];

	(void)this_val;
	(void)argc;
	(void)argv;
	return sso_guard_stamp(stamp) ? sso_js_latin1(ctx, stamp) : JS_ThrowInternalError(ctx, "path is too long");
}

static JSValue host_guard_start(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX];

	(void)this_val;
	(void)argc;
	(void)argv;
	return sso_js_outcome(ctx, sso_guard_start(why));
}

int sso_host_add_process(JSContext *ctx, JSValueConst host)
{
	static const JSCFunctionListEntry functions[] = {
		JS_CFUNC_DEF("env", 1, host_env),
		JS_CFUNC_DEF("args", 0, host_args),
		JS_CFUNC_DEF("readInput", 1, host_read_input),
		JS_CFUNC_DEF("readBody", 2, host_read_body),
		JS_CFUNC_DEF("writeOutput", 1, host_write_output),
		JS_CFUNC_DEF("writeError", 1, host_write_error),
		JS_CFUNC_DEF("isTerminal", 1, host_is_terminal),
		JS_CFUNC_DEF("readLine", 2, host_read_line),
		JS_CFUNC_DEF("guardStamp", 0, host_guard_stamp),
		JS_CFUNC_DEF("guardStart", 0, host_guard_start),
	};

	return JS_SetPropertyFunctionList(ctx, host, functions, sizeof(functions) / sizeof(functions[0]));
}
