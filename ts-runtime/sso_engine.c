// SPDX-License-Identifier: MIT
// The engine: a bare context without parser and regular expressions, limits on heap and stack, and
// a module loader that knows nothing but the embedded chunks.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sso_js.h"

#define EXIT_FAILED 1
#define LOGGED_MAX 200

const struct sso_chunk *sso_chunk_find(const char *name)
{
	for (size_t i = 0; i < sso_chunk_count; i++) {
		if (strcmp(sso_chunks[i].name, name) == 0)
			return &sso_chunks[i];
	}
	return NULL;
}

/* Room for what a chunk of this size becomes, with those that it imports; its pages are not touched and cost nothing. */
#define ROOM(len) (6 * (len) + 65536)

static JSValue read_chunk(JSContext *ctx, const struct sso_chunk *chunk)
{
	/* QuickJS-ng 0.16 dies when memory ends while it reads the lists at the head of a module. */
	void *room = js_malloc(ctx, ROOM(chunk->len));
	JSValue module;

	if (!room)
		return JS_EXCEPTION;
	js_free(ctx, room);
	module = JS_ReadObject(ctx, chunk->code, chunk->len, JS_READ_OBJ_BYTECODE);
	if (JS_IsException(module) || JS_VALUE_GET_TAG(module) == JS_TAG_MODULE)
		return module;
	JS_FreeValue(ctx, module);
	return JS_ThrowTypeError(ctx, "%s is not a module", chunk->name);
}

static JSModuleDef *load_chunk(JSContext *ctx, const char *name, void *opaque)
{
	const struct sso_chunk *chunk = sso_chunk_find(name);
	JSModuleDef *definition;
	JSValue module;

	(void)opaque;
	if (strcmp(name, SSO_NATIVE) == 0)
		return sso_native_new(ctx);
	if (!chunk) {
		JS_ThrowReferenceError(ctx, "no chunk '%s'", name);
		return NULL;
	}
	module = read_chunk(ctx, chunk);
	if (JS_IsException(module))
		return NULL;
	definition = JS_VALUE_GET_PTR(module);
	JS_FreeValue(ctx, module); /* the context keeps its modules */
	return definition;
}

static JSContext *new_context(struct sso_run *run)
{
	JSRuntime *rt = JS_NewRuntime();
	JSContext *ctx;

	if (!rt)
		return NULL;
	JS_SetMemoryLimit(rt, SSO_HEAP_BYTES);
	/* Most runs end before there is anything to collect. */
	JS_SetGCThreshold(rt, SSO_HEAP_BYTES / 8);
	JS_SetMaxStackSize(rt, SSO_STACK_BYTES);
	JS_SetModuleLoaderFunc(rt, NULL, load_chunk, NULL);
	ctx = JS_NewContextRaw(rt);
	if (!ctx)
		return NULL;
	if (JS_AddIntrinsicBaseObjects(ctx) || JS_AddIntrinsicJSON(ctx) || JS_AddIntrinsicMapSet(ctx) ||
	    JS_AddIntrinsicTypedArrays(ctx) || JS_AddIntrinsicPromise(ctx))
		return NULL;
	JS_SetContextOpaque(ctx, run);
	return ctx;
}

/* Runs what is pending and unwraps a promise; takes `value`. */
static JSValue settle(JSContext *ctx, JSValue value)
{
	JSContext *job_ctx;
	JSPromiseStateEnum state;
	JSValue result;
	int more;

	while ((more = JS_ExecutePendingJob(JS_GetRuntime(ctx), &job_ctx)) > 0)
		;
	if (more < 0) {
		JS_FreeValue(ctx, value);
		return JS_EXCEPTION;
	}
	state = JS_PromiseState(ctx, value);
	if (state == JS_PROMISE_NOT_A_PROMISE)
		return value;
	result = state == JS_PROMISE_PENDING ? JS_ThrowInternalError(ctx, "a promise that nothing will settle")
					     : JS_PromiseResult(ctx, value);
	JS_FreeValue(ctx, value);
	return state == JS_PROMISE_REJECTED ? JS_Throw(ctx, result) : result;
}

static JSValue load_start(JSContext *ctx, const struct sso_chunk *start)
{
	JSValue module = read_chunk(ctx, start);
	JSValue done;
	JSModuleDef *definition;

	if (JS_IsException(module))
		return module;
	definition = JS_VALUE_GET_PTR(module);
	if (JS_ResolveModule(ctx, module) < 0) {
		JS_FreeValue(ctx, module);
		return JS_EXCEPTION;
	}
	done = JS_EvalFunction(ctx, module); /* takes `module` */
	if (!JS_IsException(done))
		done = settle(ctx, done);
	if (JS_IsException(done))
		return done;
	JS_FreeValue(ctx, done);
	return JS_GetModuleNamespace(ctx, definition);
}

static JSValue call_main(JSContext *ctx, JSValueConst namespace)
{
	JSValue function = JS_GetPropertyStr(ctx, namespace, "main");
	JSValue host = JS_IsException(function) ? JS_EXCEPTION : sso_host_new(ctx);
	JSValue result = JS_EXCEPTION;

	if (!JS_IsException(host))
		result = JS_Call(ctx, function, JS_UNDEFINED, 1, (JSValueConst *)&host);
	JS_FreeValue(ctx, host);
	JS_FreeValue(ctx, function);
	return JS_IsException(result) ? result : settle(ctx, result);
}

static void report(JSContext *ctx, struct sso_run *run)
{
	static const char none[] = "exception without text", full[] = "no memory for an exception";
	JSValue exception = JS_GetException(ctx);
	size_t len;
	const char *text = JS_IsNull(exception) ? NULL : JS_ToCStringLen(ctx, &len, exception);

	if (text)
		sso_engine_failed(run, text, len);
	else if (JS_IsNull(exception)) /* what the engine throws when it cannot make an error */
		sso_engine_failed(run, full, sizeof(full) - 1);
	else
		sso_engine_failed(run, none, sizeof(none) - 1);
	JS_FreeCString(ctx, text);
	JS_FreeValue(ctx, exception);
}

int sso_engine_run(struct sso_run *run, const struct sso_chunk *start)
{
	JSContext *ctx = new_context(run);
	JSValue namespace, result;
	int32_t status = EXIT_FAILED;

	if (!ctx || !start) {
		const char *what = ctx ? "no chunk to start" : "no memory for the engine";

		sso_engine_failed(run, what, strlen(what));
		return EXIT_FAILED;
	}
	namespace = load_start(ctx, start);
	result = JS_IsException(namespace) ? JS_EXCEPTION : call_main(ctx, namespace);
	if (JS_IsException(result) || JS_ToInt32(ctx, &status, result) < 0) {
		status = EXIT_FAILED;
		report(ctx, run);
	}
#ifdef SSO_LEAK_CHECK
	JSRuntime *rt = JS_GetRuntime(ctx);

	JS_SetDumpFlags(rt, JS_DUMP_LEAKS | JS_DUMP_ATOM_LEAKS | JS_ABORT_ON_LEAKS);
	JS_FreeValue(ctx, result);
	JS_FreeValue(ctx, namespace);
	JS_FreeContext(ctx);
	JS_FreeRuntime(rt);
#endif
	return status;
}

void sso_engine_failed(struct sso_run *run, const char *what, size_t len)
{
	static const char answer[] =
		"Status: 500 Internal Server Error\r\n"
		"Content-Type: text/plain\r\n"
		"Cache-Control: no-store\r\n"
		"Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"X-Frame-Options: DENY\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"\r\n"
		"Single sign-on failed on the router. Please try again, or log in with your password.\n";
	static const char prefix[] = "INTERNAL_ERROR engine: ";
	char line[sizeof(prefix) + LOGGED_MAX];

	if (len > LOGGED_MAX)
		len = LOGGED_MAX;
	memcpy(line, prefix, sizeof(prefix) - 1);
	memcpy(line + sizeof(prefix) - 1, what, len);
	sso_printable(line, sizeof(prefix) - 1 + len, false);
	sso_log(SSO_LOG_ERR, line, sizeof(prefix) - 1 + len);
	if (!run->has_output && getenv("GATEWAY_INTERFACE"))
		run->has_output = sso_write_all(STDOUT_FILENO, answer, sizeof(answer) - 1);
}
