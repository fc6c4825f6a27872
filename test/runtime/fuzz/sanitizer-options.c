// SPDX-License-Identifier: MIT
// What the sanitizers do in every binary of the sanitized build, whatever the environment says less of:
// a CGI program gets no ASAN_OPTIONS from uhttpd.

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	/* Refused allocations return NULL as they do on a router, so that the code behind them runs too. */
	return "exitcode=99:detect_leaks=1:detect_stack_use_after_return=0:strict_string_checks=1:allocator_may_return_null=1";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:exitcode=99";
}
