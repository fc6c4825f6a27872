// SPDX-License-Identifier: MIT
// Host functions about files: our own state, and what the router has for reading.
#include <string.h>

#include "sso_js.h"

#define MAX_FILE_BYTES (16 * 1024 * 1024) /* a cap on a mistake; callers name far less */

static JSValue host_state_read(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX];
	struct sso_bytes bytes = { 0 };
	const char *name, *reason;
	size_t max;

	(void)this_val;
	(void)argc;
	if (!sso_js_size(ctx, argv[1], MAX_FILE_BYTES, &max) || !(name = sso_js_text(ctx, argv[0])))
		return JS_EXCEPTION;
	reason = sso_state_read(name, max, &bytes, why);
	JS_FreeCString(ctx, name);
	return sso_js_outcome_bytes(ctx, reason, &bytes);
}

enum { STATE_CREATE, STATE_REPLACE };

static JSValue host_state_write(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv, int magic)
{
	char why[SSO_WHY_MAX];
	const char *name, *reason;
	const uint8_t *data;
	size_t len;

	(void)this_val;
	(void)argc;
	/* the name first: converting it may run code, and `data` would not survive that */
	if (!(name = sso_js_text(ctx, argv[0])))
		return JS_EXCEPTION;
	if (!sso_js_bytes(ctx, argv[1], &data, &len)) {
		JS_FreeCString(ctx, name);
		return JS_EXCEPTION;
	}
	if (magic == STATE_CREATE)
		reason = sso_state_create(name, data, len, why);
	else
		reason = sso_state_replace(name, data, len, why);
	JS_FreeCString(ctx, name);
	return sso_js_outcome(ctx, reason);
}

static JSValue host_state_remove(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX];
	const char *name = sso_js_text(ctx, argv[0]);
	const char *reason;

	(void)this_val;
	(void)argc;
	if (!name)
		return JS_EXCEPTION;
	reason = sso_state_remove(name, why);
	JS_FreeCString(ctx, name);
	return sso_js_outcome(ctx, reason);
}

static JSValue host_state_list(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX];
	struct sso_names names = { 0 };

	(void)this_val;
	(void)argc;
	(void)argv;
	return sso_js_outcome_names(ctx, sso_state_list(&names, why), &names);
}

/* Takes the path argument to its place below the tree; false with a pending exception. */
static bool tree_path_arg(JSContext *ctx, JSValueConst value, char path[SSO_PATH_MAX])
{
	const char *text = sso_js_text(ctx, value);
	bool fits;

	if (!text)
		return false;
	fits = sso_tree_path(path, text);
	JS_FreeCString(ctx, text);
	if (!fits)
		JS_ThrowTypeError(ctx, "path is not absolute, or too long");
	return fits;
}

static JSValue host_file_read(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX], path[SSO_PATH_MAX];
	struct sso_bytes bytes = { 0 };
	size_t max;

	(void)this_val;
	(void)argc;
	if (!sso_js_size(ctx, argv[1], MAX_FILE_BYTES, &max) || !tree_path_arg(ctx, argv[0], path))
		return JS_EXCEPTION;
	return sso_js_outcome_bytes(ctx, sso_file_read(path, max, &bytes, why), &bytes);
}

static JSValue host_directory_list(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char why[SSO_WHY_MAX], path[SSO_PATH_MAX];
	struct sso_names names = { 0 };

	(void)this_val;
	(void)argc;
	if (!tree_path_arg(ctx, argv[0], path))
		return JS_EXCEPTION;
	return sso_js_outcome_names(ctx, sso_directory_list(path, &names, why), &names);
}

int sso_host_add_files(JSContext *ctx, JSValueConst host)
{
	static const JSCFunctionListEntry functions[] = {
		JS_CFUNC_DEF("stateRead", 2, host_state_read),
		JS_CFUNC_MAGIC_DEF("stateCreate", 2, host_state_write, STATE_CREATE),
		JS_CFUNC_MAGIC_DEF("stateReplace", 2, host_state_write, STATE_REPLACE),
		JS_CFUNC_DEF("stateRemove", 1, host_state_remove),
		JS_CFUNC_DEF("stateList", 0, host_state_list),
		JS_CFUNC_DEF("fileRead", 2, host_file_read),
		JS_CFUNC_DEF("directoryList", 1, host_directory_list),
	};

	return JS_SetPropertyFunctionList(ctx, host, functions, sizeof(functions) / sizeof(functions[0]));
}
