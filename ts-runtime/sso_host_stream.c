// SPDX-License-Identifier: MIT
// Host functions about streams: a small table of handles over sso_stream.
#include <stdlib.h>
#include <string.h>

#include "sso_js.h"

#define CA_FOLDER "/etc/ssl/certs"

static int free_slot(const struct sso_run *run)
{
	for (int i = 0; i < SSO_MAX_STREAMS; i++) {
		if (!run->stream_open[i])
			return i;
	}
	return -1;
}

static JSValue opened(JSContext *ctx, int slot)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	JSValue result;

	run->stream_open[slot] = true;
	result = sso_js_done_with(ctx, "id", JS_NewInt32(ctx, slot));
	if (!JS_IsException(result) && (sso_js_set(ctx, result, "agreed", sso_js_latin1(ctx, run->streams[slot].agreed)) < 0 ||
					sso_js_set(ctx, result, "root", sso_js_latin1(ctx, run->streams[slot].root)) < 0)) {
		JS_FreeValue(ctx, result);
		return JS_EXCEPTION;
	}
	return result;
}

static JSValue host_connect_unix(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	int slot = free_slot(run);
	const char *text, *reason;
	char path[SSO_PATH_MAX];
	int64_t deadline;
	bool fits;

	(void)this_val;
	(void)argc;
	if (!sso_js_deadline(ctx, argv[1], &deadline) || !(text = sso_js_text(ctx, argv[0])))
		return JS_EXCEPTION;
	fits = sso_tree_path(path, text);
	JS_FreeCString(ctx, text);
	if (!fits || slot < 0)
		return sso_js_failed(ctx, fits ? "io: too many streams" : "io: path is not absolute, or too long");
	if (sso_unix_open(path, deadline, &run->streams[slot], &reason) < 0)
		return sso_js_failed(ctx, reason);
	return opened(ctx, slot);
}

/* A lock is a stream that nothing is read from: closing it gives it back. */
static JSValue host_state_lock(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	int slot = free_slot(run);
	const char *name, *reason;
	char why[SSO_WHY_MAX];
	int64_t deadline;
	int fd;

	(void)this_val;
	(void)argc;
	if (!sso_js_deadline(ctx, argv[1], &deadline) || !(name = sso_js_text(ctx, argv[0])))
		return JS_EXCEPTION;
	reason = slot < 0 ? "io: too many streams" : sso_state_lock(name, deadline, &fd, why);
	JS_FreeCString(ctx, name);
	if (reason)
		return sso_js_failed(ctx, reason);
	run->streams[slot] = (struct sso_stream){ .fd = fd };
	return opened(ctx, slot);
}

static const char *text_member(JSContext *ctx, JSValueConst object, const char *name)
{
	JSValue value = JS_GetPropertyStr(ctx, object, name);
	const char *text = JS_IsException(value) ? NULL : sso_js_text(ctx, value);

	JS_FreeValue(ctx, value);
	return text;
}

static bool number_member(JSContext *ctx, JSValueConst object, const char *name, int64_t *out)
{
	JSValue value = JS_GetPropertyStr(ctx, object, name);
	bool done = !JS_IsException(value) && JS_ToInt64(ctx, out, value) == 0;

	JS_FreeValue(ctx, value);
	return done;
}

static JSValue connect_tls(JSContext *ctx, struct sso_tls_target *target)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	char ca_file[SSO_PATH_MAX], ca_dir[SSO_PATH_MAX];
	int slot = free_slot(run);
	const char *reason;

	if (slot < 0)
		return sso_js_failed(ctx, "io: too many streams");
	if (!sso_tree_path(ca_dir, CA_FOLDER))
		return sso_js_failed(ctx, "no-ca");
	target->ca_dir = ca_dir;
	if (target->ca_file[0]) {
		if (!sso_tree_path(ca_file, target->ca_file))
			return sso_js_failed(ctx, "ca-file: path is not absolute, or too long");
		target->ca_file = ca_file;
	}
	if (sso_tls_open(target, &run->streams[slot], &reason) < 0)
		return sso_js_failed(ctx, reason);
	return opened(ctx, slot);
}

static JSValue host_connect_tls(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	struct sso_tls_target target = { 0 };
	const char *name = text_member(ctx, argv[0], "name");
	const char *address = name ? text_member(ctx, argv[0], "address") : NULL;
	const char *ca_file = address ? text_member(ctx, argv[0], "caFile") : NULL;
	const char *root = ca_file ? text_member(ctx, argv[0], "root") : NULL;
	JSValue result = JS_EXCEPTION;
	int64_t port;

	(void)this_val;
	(void)argc;
	if (!root || !number_member(ctx, argv[0], "port", &port) ||
	    !number_member(ctx, argv[0], "connectDeadline", &target.connect_deadline_ms) ||
	    !number_member(ctx, argv[0], "deadline", &target.deadline_ms))
		goto done;
	if (port < 1 || port > 65535 || name[0] == 0) {
		JS_ThrowTypeError(ctx, "no name, or no such port");
		goto done;
	}
	target.name = name;
	target.address = address;
	target.ca_file = ca_file;
	target.root = root;
	target.port = (uint16_t)port;
	result = connect_tls(ctx, &target);
done:
	JS_FreeCString(ctx, name);
	JS_FreeCString(ctx, address);
	JS_FreeCString(ctx, ca_file);
	JS_FreeCString(ctx, root);
	return result;
}

static JSValue host_network_protection(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	char said[SSO_WHY_MAX];
	int64_t deadline;

	(void)this_val;
	(void)argc;
	if (!sso_js_deadline(ctx, argv[0], &deadline))
		return JS_EXCEPTION;
	if (!sso_tls_protection(deadline, said))
		return sso_js_failed(ctx, said);
	return sso_js_done_with(ctx, "holds", sso_js_latin1(ctx, said));
}

/* The slot of an open stream, or -1 with a pending exception: a wrong handle is a programmer's mistake. */
static int slot_arg(JSContext *ctx, JSValueConst value)
{
	const struct sso_run *run = JS_GetContextOpaque(ctx);
	int32_t slot;

	if (JS_ToInt32(ctx, &slot, value) < 0)
		return -1;
	if (slot < 0 || slot >= SSO_MAX_STREAMS || !run->stream_open[slot]) {
		JS_ThrowTypeError(ctx, "no such stream");
		return -1;
	}
	return slot;
}

static JSValue host_stream_write(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	int slot = slot_arg(ctx, argv[0]);
	const char *reason;
	const uint8_t *data;
	int64_t deadline;
	size_t len;

	(void)this_val;
	(void)argc;
	if (slot < 0 || !sso_js_deadline(ctx, argv[2], &deadline) || !sso_js_bytes(ctx, argv[1], &data, &len))
		return JS_EXCEPTION;
	if (sso_stream_write(&run->streams[slot], data, len, deadline, &reason) < 0)
		return sso_js_failed(ctx, reason);
	return sso_js_done(ctx);
}

static JSValue host_stream_read(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	int slot = slot_arg(ctx, argv[0]);
	struct sso_bytes bytes = { 0 };
	const char *reason = NULL;
	int64_t deadline;
	ssize_t got;
	size_t max;

	(void)this_val;
	(void)argc;
	if (slot < 0 || !sso_js_size(ctx, argv[1], SSO_MAX_STREAM_READ, &max) || !sso_js_deadline(ctx, argv[2], &deadline))
		return JS_EXCEPTION;
	if (max == 0)
		return JS_ThrowRangeError(ctx, "size is out of range");
	bytes.data = malloc(max);
	if (!bytes.data)
		return JS_ThrowOutOfMemory(ctx);
	got = sso_stream_read(&run->streams[slot], bytes.data, max, deadline, &reason);
	if (got >= 0)
		bytes.len = (size_t)got;
	if (got > 0 && bytes.len < max / 2) {
		uint8_t *less = realloc(bytes.data, bytes.len);

		bytes.data = less ? less : bytes.data;
	}
	return sso_js_outcome_bytes(ctx, got < 0 ? reason : NULL, &bytes);
}

static JSValue host_stream_close(JSContext *ctx, JSValueConst this_val, int argc, JSValueConst *argv)
{
	struct sso_run *run = JS_GetContextOpaque(ctx);
	int slot = slot_arg(ctx, argv[0]);

	(void)this_val;
	(void)argc;
	if (slot < 0)
		return JS_EXCEPTION;
	run->stream_open[slot] = false;
	sso_stream_close(&run->streams[slot]);
	return JS_UNDEFINED;
}

void sso_host_close_streams(struct sso_run *run)
{
	for (int i = 0; i < SSO_MAX_STREAMS; i++) {
		if (run->stream_open[i])
			sso_stream_close(&run->streams[i]);
		run->stream_open[i] = false;
	}
}

int sso_host_add_streams(JSContext *ctx, JSValueConst host)
{
	static const JSCFunctionListEntry functions[] = {
		JS_CFUNC_DEF("connectUnix", 2, host_connect_unix),
		JS_CFUNC_DEF("stateLock", 2, host_state_lock),
		JS_CFUNC_DEF("connectTls", 1, host_connect_tls),
		JS_CFUNC_DEF("networkProtection", 1, host_network_protection),
		JS_CFUNC_DEF("streamWrite", 3, host_stream_write),
		JS_CFUNC_DEF("streamRead", 3, host_stream_read),
		JS_CFUNC_DEF("streamClose", 1, host_stream_close),
	};

	return JS_SetPropertyFunctionList(ctx, host, functions, sizeof(functions) / sizeof(functions[0]));
}
