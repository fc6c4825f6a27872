// SPDX-License-Identifier: MIT
// The object that the program gets: everything that it can do outside of itself.
#include "sso_js.h"

JSValue sso_host_new(JSContext *ctx)
{
	JSValue host = JS_NewObject(ctx);

	if (JS_IsException(host))
		return host;
	if (sso_host_add_process(ctx, host) < 0 || sso_host_add_world(ctx, host) < 0 || sso_host_add_files(ctx, host) < 0 ||
	    sso_host_add_streams(ctx, host) < 0) {
		JS_FreeValue(ctx, host);
		return JS_EXCEPTION;
	}
	return host;
}
