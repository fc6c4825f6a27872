// SPDX-License-Identifier: MIT
// The engine, and what the bindings of host functions share.
#ifndef SSO_JS_H
#define SSO_JS_H

#include "quickjs.h"

#include "sso.h"

#define SSO_HEAP_BYTES (8 * 1024 * 1024)
#define SSO_STACK_BYTES (256 * 1024)
#define SSO_MAX_STREAMS 8
#define SSO_MAX_STREAM_READ 65536
#define SSO_MAX_RANDOM 256

/* The bytecode that is embedded in this binary; chunks.c, written by mkbc. */
struct sso_chunk {
	const char *name;
	const uint8_t *code;
	size_t len;
};
extern const struct sso_chunk sso_chunks[];
extern const size_t sso_chunk_count;
const struct sso_chunk *sso_chunk_find(const char *name);

/* The pure functions of src/native/native.d.ts, as a module of this name. */
#define SSO_NATIVE "#native"
JSModuleDef *sso_native_new(JSContext *ctx);

/* One run of the program; the context's opaque value. */
struct sso_run {
	int argc;
	char **argv;
	bool has_output; /* something was written to standard output */
	struct sso_stream streams[SSO_MAX_STREAMS];
	bool stream_open[SSO_MAX_STREAMS];
};

/* Evaluates `start`, calls main(host) of it and runs until it has settled; returns the exit status. */
int sso_engine_run(struct sso_run *run, const struct sso_chunk *start);
/* The last answer there is: a plain 500 when this is a CGI that said nothing yet, and a line in the log. */
void sso_engine_failed(struct sso_run *run, const char *what, size_t len);

/* The object that main() gets; each part adds its functions. JS_EXCEPTION or the object; 0 or -1. */
JSValue sso_host_new(JSContext *ctx);
int sso_host_add_process(JSContext *ctx, JSValueConst host);
int sso_host_add_world(JSContext *ctx, JSValueConst host);
int sso_host_add_files(JSContext *ctx, JSValueConst host);
int sso_host_add_streams(JSContext *ctx, JSValueConst host);
void sso_host_close_streams(struct sso_run *run);

/* Results: { ok: true }, { ok: true, [name]: value } (takes `value`), { ok: false, reason }. */
JSValue sso_js_done(JSContext *ctx);
JSValue sso_js_done_with(JSContext *ctx, const char *name, JSValue value);
JSValue sso_js_failed(JSContext *ctx, const char *reason);
/* done or failed, by the reason; with bytes or names, which are freed in any case. */
JSValue sso_js_outcome(JSContext *ctx, const char *reason);
JSValue sso_js_outcome_bytes(JSContext *ctx, const char *reason, struct sso_bytes *bytes);
JSValue sso_js_outcome_names(JSContext *ctx, const char *reason, struct sso_names *names);
/* Like the engine's, but a value that is an exception is -1 too; both take `value`. */
int sso_js_set(JSContext *ctx, JSValueConst object, const char *name, JSValue value);
int sso_js_push(JSContext *ctx, JSValueConst array, size_t index, JSValue value);
/* One character per byte. */
JSValue sso_js_latin1(JSContext *ctx, const char *text);

/* Arguments; false with a pending exception. */
bool sso_js_size(JSContext *ctx, JSValueConst value, size_t max, size_t *out);
bool sso_js_deadline(JSContext *ctx, JSValueConst value, int64_t *out);
/* Lives as long as `value`, and until JS code runs. */
bool sso_js_bytes(JSContext *ctx, JSValueConst value, const uint8_t **data, size_t *len);
/* Without NUL inside; free with JS_FreeCString. */
const char *sso_js_text(JSContext *ctx, JSValueConst value);

#endif /* SSO_JS_H */
