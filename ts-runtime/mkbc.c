// SPDX-License-Identifier: MIT
// Host compiler: ES modules in, QuickJS bytecode out, in the byte order of the target. It has no
// regular expressions, so that a literal fails here and not on the router.
//
// usage: mkbc [-B] [-k NAME]... -o DIR FILE...
//   -B       big-endian output (needs the engine as be-writer.py writes it)
//   -k NAME  keep the debug information of this module: import() finds its module by it
//   -o DIR   gets NAME.bc for each FILE, and chunks.c with all of them as one table
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "quickjs.h"

#ifdef SSO_NATIVE_ORDER
static int bc_target_be; /* the engine as it is: writes the order of the machine it runs on */
#else
extern int bc_target_be;
#endif

#define MAX_KEPT 8

static const char *kept[MAX_KEPT];
static int kept_count;
static const char *out_dir;

static void die(const char *what, const char *name)
{
	fprintf(stderr, "mkbc: %s: %s\n", name, what);
	exit(1);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static FILE *open_output(const char *name, const char *suffix)
{
	char path[4096];
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/%s%s", out_dir, name, suffix) >= (int)sizeof(path))
		die("path is too long", name);
	file = fopen(path, "wb");
	if (!file)
		die("cannot be written", path);
	return file;
}

static void close_output(FILE *file, const char *name)
{
	if (ferror(file) || fclose(file) != 0)
		die("cannot be written", name);
}

static char *read_source(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *text;
	long size;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		die("cannot be read", path);
	rewind(file);
	text = malloc((size_t)size + 1);
	if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
		die("cannot be read", path);
	text[size] = 0; /* JS_Eval wants the end marked */
	fclose(file);
	*len = (size_t)size;
	return text;
}

static int empty_module_init(JSContext *ctx, JSModuleDef *module)
{
	(void)ctx;
	(void)module;
	return 0;
}

/* Compiling asks for each import, but links nothing: any module will do. */
static JSModuleDef *any_module(JSContext *ctx, const char *name, void *opaque)
{
	(void)opaque;
	return JS_NewCModule(ctx, name, empty_module_init);
}

static void print_exception(JSContext *ctx, const char *name)
{
	JSValue exception = JS_GetException(ctx);
	JSValue stack = JS_GetPropertyStr(ctx, exception, "stack");
	const char *text = JS_ToCString(ctx, exception);
	const char *where = JS_ToCString(ctx, stack);

	fprintf(stderr, "mkbc: %s: %s\n%s", name, text ? text : "exception", where ? where : "");
	exit(1);
}

static bool is_kept(const char *name)
{
	for (int i = 0; i < kept_count; i++) {
		if (strcmp(kept[i], name) == 0)
			return true;
	}
	return false;
}

/* One runtime for each module, so that no module's atoms depend on those compiled before it. */
static size_t compile(const char *path, int index, FILE *table)
{
	const char *name = base_name(path);
	int flags = JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE;
	JSRuntime *rt = JS_NewRuntime();
	JSContext *ctx = rt ? JS_NewContextRaw(rt) : NULL;
	size_t source_len, len;
	char *source = read_source(path, &source_len);
	uint8_t *code;
	JSValue module;
	FILE *file;

	if (!ctx || JS_AddIntrinsicBaseObjects(ctx) || JS_AddIntrinsicEval(ctx))
		die("out of memory", name);
	JS_SetModuleLoaderFunc(rt, NULL, any_module, NULL);
	module = JS_Eval(ctx, source, source_len, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
	if (JS_IsException(module))
		print_exception(ctx, name);
	if (!is_kept(name))
		flags |= JS_WRITE_OBJ_STRIP_DEBUG;
	code = JS_WriteObject(ctx, &len, module, flags);
	if (!code)
		print_exception(ctx, name);

	file = open_output(name, ".bc");
	fwrite(code, 1, len, file);
	close_output(file, name);

	fprintf(table, "static const uint8_t chunk_%d[] = {", index);
	for (size_t i = 0; i < len; i++)
		fprintf(table, "%s%u,", i % 24 ? "" : "\n", code[i]);
	fputs("\n};\n", table);

	js_free(ctx, code);
	JS_FreeValue(ctx, module);
	JS_FreeContext(ctx);
	JS_FreeRuntime(rt);
	free(source);
	return len;
}

int main(int argc, char **argv)
{
	FILE *table;
	int option;

	while ((option = getopt(argc, argv, "Bk:o:")) != -1) {
		if (option == 'B')
			bc_target_be = 1;
		else if (option == 'k' && kept_count < MAX_KEPT)
			kept[kept_count++] = optarg;
		else if (option == 'o')
			out_dir = optarg;
		else
			return 2;
	}
	if (!out_dir || optind == argc) {
		fputs("usage: mkbc [-B] [-k NAME]... -o DIR FILE...\n", stderr);
		return 2;
	}
	table = open_output("chunks", ".c");
	fputs("/* Written by mkbc. */\n#include \"sso_js.h\"\n\n", table);
	for (int i = optind; i < argc; i++)
		printf("%s %zu\n", base_name(argv[i]), compile(argv[i], i - optind, table));
	fputs("const struct sso_chunk sso_chunks[] = {\n", table);
	for (int i = optind; i < argc; i++)
		fprintf(table, "\t{ \"%s\", chunk_%d, sizeof(chunk_%d) },\n", base_name(argv[i]), i - optind, i - optind);
	fprintf(table, "};\nconst size_t sso_chunk_count = %d;\n", argc - optind);
	close_output(table, "chunks.c");
	return 0;
}
