// SPDX-License-Identifier: MIT
// The engine without what no script here uses, a fifth of the program. Takes the place of quickjs.c,
// which stays as it is: the macros that its tables are written with ask here for each function, and
// what no table names the linker leaves out. test/runtime/built-ins.test.ts compares with src/.
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <dtoa.h>
#include <quickjs.h>

/* ---- tables of built-in functions ---- */

/* What src/, rollup and tweetnacl call by name */
#define SSO_KEEP_js_array_every SSO_KEPT /* filter, forEach, map and some; of typed arrays too */
#define SSO_KEEP_js_array_fill SSO_KEPT
#define SSO_KEEP_js_array_find SSO_KEPT
#define SSO_KEEP_js_array_flatten SSO_KEPT
#define SSO_KEEP_js_array_includes SSO_KEPT
#define SSO_KEEP_js_array_isArray SSO_KEPT
#define SSO_KEEP_js_array_join SSO_KEPT
#define SSO_KEEP_js_array_pop SSO_KEPT
#define SSO_KEEP_js_array_push SSO_KEPT
#define SSO_KEEP_js_array_reverse SSO_KEPT
#define SSO_KEEP_js_array_slice SSO_KEPT
#define SSO_KEEP_js_array_sort SSO_KEPT
#define SSO_KEEP_js_bigint_toString SSO_KEPT
#define SSO_KEEP_js_create_map_iterator SSO_KEPT
#define SSO_KEEP_js_dataview_getValue SSO_KEPT
#define SSO_KEEP_js_error_get_stack SSO_KEPT
#define SSO_KEEP_js_function_call SSO_KEPT
#define SSO_KEEP_js_json_parse SSO_KEPT
#define SSO_KEEP_js_json_stringify SSO_KEPT
#define SSO_KEEP_js_map_clear SSO_KEPT
#define SSO_KEEP_js_map_delete SSO_KEPT
#define SSO_KEEP_js_map_get SSO_KEPT
#define SSO_KEEP_js_map_get_size SSO_KEPT
#define SSO_KEEP_js_map_has SSO_KEPT
#define SSO_KEEP_js_map_set SSO_KEPT
#define SSO_KEEP_js_math_ceil SSO_KEPT
#define SSO_KEEP_js_math_clz32 SSO_KEPT
#define SSO_KEEP_js_math_fabs SSO_KEPT
#define SSO_KEEP_js_math_floor SSO_KEPT
#define SSO_KEEP_js_math_min_max SSO_KEPT
#define SSO_KEEP_js_number_isFinite SSO_KEPT
#define SSO_KEEP_js_number_isInteger SSO_KEPT
#define SSO_KEEP_js_number_isNaN SSO_KEPT
#define SSO_KEEP_js_number_isSafeInteger SSO_KEPT
#define SSO_KEEP_js_number_toString SSO_KEPT
#define SSO_KEEP_js_object_create SSO_KEPT
#define SSO_KEEP_js_object_fromEntries SSO_KEPT
#define SSO_KEEP_js_object_getOwnPropertyDescriptor SSO_KEPT
#define SSO_KEEP_js_object_hasOwnProperty SSO_KEPT
#define SSO_KEEP_js_object_keys SSO_KEPT
#define SSO_KEEP_js_object_seal SSO_KEPT /* freeze, of what import() gives */
#define SSO_KEEP_js_object_setPrototypeOf SSO_KEPT
#define SSO_KEEP_js_parseInt SSO_KEPT
#define SSO_KEEP_js_string_charAt SSO_KEPT
#define SSO_KEEP_js_string_charCodeAt SSO_KEPT
#define SSO_KEEP_js_string_fromCharCode SSO_KEPT
#define SSO_KEEP_js_string_includes SSO_KEPT /* endsWith and startsWith */
#define SSO_KEEP_js_string_indexOf SSO_KEPT
#define SSO_KEEP_js_string_pad SSO_KEPT
#define SSO_KEEP_js_string_repeat SSO_KEPT
#define SSO_KEEP_js_string_slice SSO_KEPT
#define SSO_KEEP_js_string_split SSO_KEPT
#define SSO_KEEP_js_string_toLowerCase SSO_KEPT
#define SSO_KEEP_js_string_trim SSO_KEPT
#define SSO_KEEP_js_typed_array_fill SSO_KEPT
#define SSO_KEEP_js_typed_array_find SSO_KEPT
#define SSO_KEEP_js_typed_array_from SSO_KEPT
#define SSO_KEEP_js_typed_array_get_buffer SSO_KEPT
#define SSO_KEEP_js_typed_array_get_byteOffset SSO_KEPT
#define SSO_KEEP_js_typed_array_get_length SSO_KEPT
#define SSO_KEEP_js_typed_array_indexOf SSO_KEPT
#define SSO_KEEP_js_typed_array_of SSO_KEPT
#define SSO_KEEP_js_typed_array_reverse SSO_KEPT
#define SSO_KEEP_js_typed_array_set SSO_KEPT
#define SSO_KEEP_js_typed_array_slice SSO_KEPT
#define SSO_KEEP_js_typed_array_subarray SSO_KEPT
/* The objects Math and JSON themselves */
#define SSO_KEEP_js_math_funcs SSO_KEPT
#define SSO_KEEP_js_json_funcs SSO_KEPT
/* What the engine looks up for itself: conversions, iterators, instanceof, waiting */
#define SSO_KEEP_js_array_iterator_next SSO_KEPT
#define SSO_KEEP_js_array_toString SSO_KEPT
#define SSO_KEEP_js_bigint_valueOf SSO_KEPT
#define SSO_KEEP_js_boolean_toString SSO_KEPT
#define SSO_KEEP_js_boolean_valueOf SSO_KEPT
#define SSO_KEEP_js_create_array_iterator SSO_KEPT
#define SSO_KEEP_js_create_typed_array_iterator SSO_KEPT
#define SSO_KEEP_js_error_toString SSO_KEPT
#define SSO_KEEP_js_function_hasInstance SSO_KEPT
#define SSO_KEEP_js_global_eval SSO_KEPT /* the context wants it; without a parser it throws */
#define SSO_KEEP_js_iterator_proto_iterator SSO_KEPT
#define SSO_KEEP_js_map_iterator_next SSO_KEPT
#define SSO_KEEP_js_number_valueOf SSO_KEPT
#define SSO_KEEP_js_object_toString SSO_KEPT
#define SSO_KEEP_js_object_valueOf SSO_KEPT
#define SSO_KEEP_js_promise_then SSO_KEPT
#define SSO_KEEP_js_string_concat SSO_KEPT /* what a template is compiled to */
#define SSO_KEEP_js_string_iterator_next SSO_KEPT
#define SSO_KEEP_js_string_toString SSO_KEPT

/*
 * SSO_CHOOSE(function) is SSO_ENTRY for those above and SSO_NO_ENTRY for others: the comma in SSO_KEPT
 * moves its name to where SSO_SECOND looks.
 */
#define SSO_KEPT , SSO_ENTRY,
#define SSO_SECOND(first, second, ...) second
#define SSO_EXPAND(...) SSO_SECOND(__VA_ARGS__)
#define SSO_CHOOSE(function) SSO_EXPAND(SSO_KEEP_##function, SSO_NO_ENTRY, )
#define SSO_ENTRY(...) { __VA_ARGS__ }
/* A table has no room for nothing; what has no name is passed over, see SSO_UNLESS_LEFT_OUT. */
#define SSO_NO_ENTRY(...) { "", 0, 0, 0, { .i32 = 0 } }
#define SSO_USUAL (JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE)

#undef JS_CFUNC_DEF
#define JS_CFUNC_DEF(name, length, function) \
	SSO_CHOOSE(function)(name, SSO_USUAL, JS_DEF_CFUNC, 0, \
		{ .func = { length, JS_CFUNC_generic, { .generic = function } } })
#undef JS_CFUNC_MAGIC_DEF
#define JS_CFUNC_MAGIC_DEF(name, length, function, magic) \
	SSO_CHOOSE(function)(name, SSO_USUAL, JS_DEF_CFUNC, magic, \
		{ .func = { length, JS_CFUNC_generic_magic, { .generic_magic = function } } })
#undef JS_CFUNC_SPECIAL_DEF
#define JS_CFUNC_SPECIAL_DEF(name, length, kind, function) \
	SSO_CHOOSE(function)(name, SSO_USUAL, JS_DEF_CFUNC, 0, \
		{ .func = { length, JS_CFUNC_##kind, { .kind = function } } })
#undef JS_ITERATOR_NEXT_DEF
#define JS_ITERATOR_NEXT_DEF(name, length, function, magic) \
	SSO_CHOOSE(function)(name, SSO_USUAL, JS_DEF_CFUNC, magic, \
		{ .func = { length, JS_CFUNC_iterator_next, { .iterator_next = function } } })
#undef JS_CGETSET_DEF
#define JS_CGETSET_DEF(name, function, change) \
	SSO_CHOOSE(function)(name, JS_PROP_CONFIGURABLE, JS_DEF_CGETSET, 0, \
		{ .getset = { .get = { .getter = function }, .set = { .setter = change } } })
#undef JS_CGETSET_MAGIC_DEF
#define JS_CGETSET_MAGIC_DEF(name, function, change, magic) \
	SSO_CHOOSE(function)(name, JS_PROP_CONFIGURABLE, JS_DEF_CGETSET_MAGIC, magic, \
		{ .getset = { .get = { .getter_magic = function }, .set = { .setter_magic = change } } })
#undef JS_OBJECT_DEF
#define JS_OBJECT_DEF(name, table, count, flags) \
	SSO_CHOOSE(table)(name, flags, JS_DEF_OBJECT, 0, { .prop_list = { table, count } })

/* Constants: Symbol.iterator and others, Math.PI, Number.EPSILON, names for `with` */
#undef JS_PROP_SYMBOL_DEF
#define JS_PROP_SYMBOL_DEF(name, value, flags) SSO_NO_ENTRY()
#undef JS_PROP_DOUBLE_DEF
#define JS_PROP_DOUBLE_DEF(name, value, flags) SSO_NO_ENTRY()
#undef JS_PROP_BOOL_DEF
#define JS_PROP_BOOL_DEF(name, value, flags) SSO_NO_ENTRY()

/* ---- functions that are used by address ---- */

/* The engine's definition gets another name, which nothing uses; its address is that of ours. */
static JSValue sso_left_out(JSContext *ctx)
{
	return JS_ThrowTypeError(ctx, "not in this engine");
}

/* Built-ins written in JavaScript: Array.fromAsync, Iterator.zip */
static JSValue js_bytecode_autoinit(JSContext *ctx, JSObject *object, JSAtom name, void *opaque)
{
	(void)object, (void)name, (void)opaque;
	return sso_left_out(ctx);
}
#define js_bytecode_autoinit(...) sso_unused_autoinit(__VA_ARGS__)

/* Function(text), which would need a parser */
static JSValue js_function_constructor(JSContext *ctx, JSValueConst target, int argc, JSValueConst *argv, int magic)
{
	(void)target, (void)argc, (void)argv, (void)magic;
	return sso_left_out(ctx);
}
#define js_function_constructor(...) sso_unused_function_constructor(__VA_ARGS__)

static JSValue js_call_generator_function(JSContext *ctx, JSValueConst function, JSValueConst self, int argc,
                                          JSValueConst *argv, int flags)
{
	(void)function, (void)self, (void)argc, (void)argv, (void)flags;
	return sso_left_out(ctx);
}
#define js_call_generator_function(...) sso_unused_generator(__VA_ARGS__)

static JSValue js_async_generator_function_call(JSContext *ctx, JSValueConst function, JSValueConst self, int argc,
                                                JSValueConst *argv, int flags)
{
	(void)function, (void)self, (void)argc, (void)argv, (void)flags;
	return sso_left_out(ctx);
}
#define js_async_generator_function_call(...) sso_unused_async_generator(__VA_ARGS__)

static JSValue js_disposable_stack_constructor(JSContext *ctx, JSValueConst target, int argc, JSValueConst *argv,
                                               int magic)
{
	(void)target, (void)argc, (void)argv, (void)magic;
	return sso_left_out(ctx);
}
#define js_disposable_stack_constructor(...) sso_unused_disposable_stack(__VA_ARGS__)

static JSValue js_shared_array_buffer_constructor(JSContext *ctx, JSValueConst target, int argc, JSValueConst *argv)
{
	(void)target, (void)argc, (void)argv;
	return sso_left_out(ctx);
}
#define js_shared_array_buffer_constructor(...) sso_unused_shared_array_buffer(__VA_ARGS__)

/* ---- functions that are called ---- */

/*
 * A definition names the type of its first parameter, a call does not: SSO_IS(JSContext *ctx)(a, b) is a,
 * SSO_IS(ctx)(a, b) is b.
 */
#define SSO_TYPE_JSContext , SSO_DEFINITION,
#define SSO_TYPE_BCReaderState , SSO_DEFINITION,
#define SSO_IS(first) SSO_EXPAND(SSO_TYPE_##first, SSO_CALL, )
#define SSO_DEFINITION(definition, call) definition
#define SSO_CALL(definition, call) call

/* Entries without a name: each start would make a property of each. */
#define JS_InstantiateFunctionListItem(first, object, atom, entry) \
	SSO_IS(first)(sso_instantiate, SSO_UNLESS_LEFT_OUT)(first, object, atom, entry)
#define SSO_UNLESS_LEFT_OUT(ctx, object, atom, entry) \
	((entry)->name[0] == '\0' ? 0 : sso_instantiate(ctx, object, atom, entry))

#define find_atom(first, name) SSO_IS(first)(sso_find_atom, SSO_ATOM)(first, name)
#define SSO_ATOM(ctx, name) ((name)[0] == '\0' ? JS_ATOM_empty_string : sso_find_atom(ctx, name))

/* No script gets to these calls; JSON.parse must not be given a function, nor a module wait outside of functions. */
#define SSO_NEVER(...) sso_never()
#define SSO_NEVER_INT(...) sso_never_int()

static JSValue sso_never(void)
{
	abort();
}

static int sso_never_int(void)
{
	abort();
}

/* Numbers that are not BigInts are never raised to a power, for which libc has tables of 6 kB. */
#define pow(base, exponent) sso_never_double()

static double sso_never_double(void)
{
	abort();
}

#define js_proxy_getPrototypeOf(first, ...) SSO_IS(first)(sso_unused_js_proxy_getPrototypeOf, SSO_NEVER)(first, __VA_ARGS__)
#define js_proxy_setPrototypeOf(first, ...) SSO_IS(first)(sso_unused_js_proxy_setPrototypeOf, SSO_NEVER_INT)(first, __VA_ARGS__)
#define js_proxy_isExtensible(first, ...) SSO_IS(first)(sso_unused_js_proxy_isExtensible, SSO_NEVER_INT)(first, __VA_ARGS__)
#define js_proxy_preventExtensions(first, ...) SSO_IS(first)(sso_unused_js_proxy_preventExtensions, SSO_NEVER_INT)(first, __VA_ARGS__)
#define js_proxy_isArray(first, ...) SSO_IS(first)(sso_unused_js_proxy_isArray, SSO_NEVER_INT)(first, __VA_ARGS__)
#define JS_ReadTypedArray(first) SSO_IS(first)(sso_unused_JS_ReadTypedArray, SSO_NEVER)(first)
#define JS_ReadArrayBuffer(first) SSO_IS(first)(sso_unused_JS_ReadArrayBuffer, SSO_NEVER)(first)
#define JS_ReadSharedArrayBuffer(first) SSO_IS(first)(sso_unused_JS_ReadSharedArrayBuffer, SSO_NEVER)(first)
#define JS_ReadRegExp(first) SSO_IS(first)(sso_unused_JS_ReadRegExp, SSO_NEVER)(first)
#define JS_ReadDate(first) SSO_IS(first)(sso_unused_JS_ReadDate, SSO_NEVER)(first)
#define JS_ReadMap(first) SSO_IS(first)(sso_unused_JS_ReadMap, SSO_NEVER)(first)
#define JS_ReadSet(first) SSO_IS(first)(sso_unused_JS_ReadSet, SSO_NEVER)(first)
#define JS_ReadObjectValue(first) SSO_IS(first)(sso_unused_JS_ReadObjectValue, SSO_NEVER)(first)
#define JS_ReadObjectTag(first) SSO_IS(first)(sso_unused_JS_ReadObjectTag, SSO_NEVER)(first)
#define js_build_mapped_arguments(first, ...) SSO_IS(first)(sso_unused_js_build_mapped_arguments, SSO_NEVER)(first, __VA_ARGS__)
#define js_regexp_constructor_internal(first, ...) SSO_IS(first)(sso_unused_js_regexp_constructor_internal, SSO_NEVER)(first, __VA_ARGS__)
#define js_new_suppressed_error(first, ...) SSO_IS(first)(sso_unused_js_new_suppressed_error, SSO_NEVER)(first, __VA_ARGS__)
#define js_import_meta(first) SSO_IS(first)(sso_unused_js_import_meta, SSO_NEVER)(first)
#define internalize_json_property(first, ...) SSO_IS(first)(sso_unused_internalize_json_property, SSO_NEVER)(first, __VA_ARGS__)
#define JS_CreateAsyncFromSyncIterator(first, ...) SSO_IS(first)(sso_unused_JS_CreateAsyncFromSyncIterator, SSO_NEVER)(first, __VA_ARGS__)
#define js_execute_async_module(first, ...) SSO_IS(first)(sso_unused_js_execute_async_module, SSO_NEVER_INT)(first, __VA_ARGS__)

/*
 * A function's constants follow its JSFunctionBytecode, which has room for pointers, not for numbers of 64 bits: with
 * pointers of 32 bits every second place is wrong for those, and LDRD of ARMv5 reads something else there. The links
 * that each object of the engine begins with are aligned, and with them the object and its size.
 */
#define list_head __attribute__((aligned(__alignof__(uint64_t)))) list_head
#include <list.h>
#undef list_head

/* Numbers of JSON, by the engine's own reader of numbers, right to 20 digits as ECMA-262 asks: libc's is 9 kB more. */
static double sso_strtod(const char *text)
{
	JSATODTempMem memory;

	return js_atod(text, NULL, 10, 0, &memory);
}
#define strtod(text, end) sso_strtod(text)

/* zig's own clears byte by byte. */
static void *sso_calloc(size_t count, size_t size)
{
	void *memory;
	size_t len;

	if (__builtin_mul_overflow(count, size, &len))
		return NULL;
	memory = malloc(len);
	return memory ? memset(memory, 0, len) : NULL;
}
#define calloc sso_calloc

/* Leaving out is what this file is for. */
#pragma GCC diagnostic ignored "-Wunused-function"
#include <quickjs.c>

_Static_assert(sizeof(JSFunctionBytecode) % _Alignof(JSValue) == 0, "constants would not be aligned");
