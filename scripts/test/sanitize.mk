# SPDX-License-Identifier: MIT
# The program, the test tools and the fuzz targets for this machine with AddressSanitizer, leak check
# and UndefinedBehaviorSanitizer, in build/x86_64-asan/; scripts/test/sanitize calls this. The compiler is
# the system's gcc: zig brings no AddressSanitizer for musl.

OUT := build/x86_64-asan
QUICKJS := build/deps/quickjs
MBEDTLS := build/deps/mbedtls
SANITIZED_CC ?= gcc

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

# With assertions: the engine's find objects that nobody gave back.
COMMON := -O1 -g1 -D_GNU_SOURCE -funsigned-char -fno-omit-frame-pointer -fsanitize=address
# A report of the undefined kind ends the process too: a line that nobody reads is no finding.
UNDEFINED := -fsanitize=undefined -fno-sanitize-recover=all
ENGINE := $(UNDEFINED) -DQUICKJS_NG_BUILD -DQJS_DISABLE_PARSER -D__STDC_NO_ATOMICS__=1
TLS := $(UNDEFINED) '-DMBEDTLS_CONFIG_FILE="sso_mbedtls_config.h"' -Its-runtime -I$(MBEDTLS)/include
# A certificate without subject and issuer makes x509_crt.c compare no bytes at NULL with no bytes at NULL.
EMPTY_NAMES := -fno-sanitize=nonnull-attribute
OURS := $(ENGINE) -DSSO_LEAK_CHECK -Its-runtime -Itest/runtime/fuzz -std=gnu11 -Wall -Wextra -Werror \
	-Wmissing-declarations -Wformat=2 $(addprefix -isystem ,$(QUICKJS) $(MBEDTLS)/include build/p256-m) \
	'-DMBEDTLS_CONFIG_FILE="sso_mbedtls_config.h"'
LINK := -fsanitize=address,undefined

include scripts/build/sources.mk

ENGINE_OBJECTS := $(ENGINE_SOURCES:%=$(OUT)/engine/%.o)
MBEDTLS_OBJECTS := $(MBEDTLS_SOURCES:%=$(OUT)/mbedtls/%.o)
ALL_OBJECTS := $(ENGINE_OBJECTS) $(MBEDTLS_OBJECTS) $(OUR_SOURCES:%=$(OUT)/ours/%.o) $(OUT)/ours/chunks.o \
	$(OUT)/ours/sanitizer-options.o

# The parts under test call functions of fuzz.c in the place of these.
FAKES_stream := -Dkill=fuzz_kill -Dwaitpid=fuzz_waitpid
FAKES_process := -Dreadlink=fuzz_readlink
FAKES_tls_handshake := -Dsso_random=fuzz_random
FAKES_tls_child := -Dsso_tls_dial=fuzz_dial -Dsso_seccomp_tighten=fuzz_tighten -Dcalloc=fuzz_calloc -D_exit=fuzz_exit
FAKES_tls_relay := -Drecv=fuzz_recv -Dsend=fuzz_send -Dpoll=fuzz_poll -D_exit=fuzz_exit
FAKES_log := -Dsendto=fuzz_sendto -Dsso_write_all=fuzz_write_all
FUZZ_SOURCES := fuzz fuzz-pem fuzz-constraints fuzz-frames fuzz-host fuzz-flights faked-stream faked-process \
	faked-log faked-tls_handshake faked-tls_child faked-tls_relay \
	sso_clock sso_stdio sso_file sso_state sso_sandbox sso_seccomp sso_pem sso_trust sso_p256 sso_tls_keys sso_tls_verify sso_tls_constraints \
	sanitizer-options

all: $(OUT)/luci-sso $(OUT)/run-chunks $(OUT)/tls-probe $(OUT)/fuzz $(OUT)/deny

# The hashes of the pinned sources too.
FLAGS := $(SANITIZED_CC) $(COMMON) $(TLS) $(EMPTY_NAMES) $(OURS) $(LINK) $(file <$(QUICKJS).stamp) $(file <$(MBEDTLS).stamp)
ifneq ($(strip $(file <$(OUT)/flags)),$(strip $(FLAGS)))
$(shell mkdir -p $(OUT))
$(file >$(OUT)/flags,$(FLAGS))
endif

compile = mkdir -p $(@D) && $(SANITIZED_CC) $(COMMON)
link = echo 'sanitize: linking $@' && $(SANITIZED_CC) $(LINK) $(filter %.o,$^) -lm -o $@

$(OUT)/engine/%.o: $(QUICKJS)/%.c $(OUT)/flags
	@case $* in dtoa) echo 'sanitize: compiling engine and TLS';; esac
	@$(compile) $(ENGINE) -w -c $< -o $@
$(OUT)/mbedtls/%.o: $(MBEDTLS)/library/%.c ts-runtime/sso_mbedtls_config.h ts-runtime/sso_psa_config.h $(OUT)/flags
	@$(compile) $(TLS) $(RENAMED_$*:%=-D%) $(HARMLESS) -w -c $< -o $@
$(RENAMING:%=$(OUT)/mbedtls/%.o): scripts/build/sources.mk
$(OUT)/mbedtls/x509_crt.o: HARMLESS := $(EMPTY_NAMES)
$(OUT)/ours/sso_quickjs.o: $(QUICKJS)/quickjs.c
$(OUT)/ours/sso_p256.o: build/p256-m/p256-m-in-part.c
$(OUT)/ours/%.o: ts-runtime/%.c $(OUT)/flags
	@$(compile) $(OURS) -MMD -MP -c $< -o $@
$(OUT)/ours/%.o: test/runtime/%.c $(OUT)/flags
	@$(compile) $(OURS) -MMD -MP -c $< -o $@
$(OUT)/ours/%.o: test/runtime/fuzz/%.c $(OUT)/flags
	@$(compile) $(OURS) -MMD -MP -c $< -o $@
$(OUT)/ours/chunks.o: build/bytecode/le/chunks.c $(OUT)/flags
	@$(compile) $(OURS) -c $< -o $@
$(OUT)/ours/probe-dial.o: ts-runtime/sso_tls_dial.c $(OUT)/flags
	@$(compile) $(OURS) -Dgetaddrinfo=probe_getaddrinfo -MMD -MP -c $< -o $@

$(OUT)/ours/faked-%.o: ts-runtime/sso_%.c $(OUT)/flags
	@$(compile) $(OURS) $(FAKES_$*) -MMD -MP -c $< -o $@

$(OUT)/luci-sso: $(ALL_OBJECTS) $(OUT)/ours/sso_main.o
	@$(link)
$(OUT)/run-chunks: $(ALL_OBJECTS) $(OUT)/ours/run-chunks.o
	@$(link)
$(OUT)/tls-probe: $(PROBE_SOURCES:%=$(OUT)/ours/%.o) $(OUT)/ours/sanitizer-options.o $(MBEDTLS_OBJECTS)
	@$(link)

$(OUT)/fuzz: LINK += -Wl,--wrap=mbedtls_ecp_mul,--wrap=mbedtls_ecp_mul_restartable,--wrap=mbedtls_ecp_muladd_restartable
$(OUT)/fuzz: $(FUZZ_SOURCES:%=$(OUT)/ours/%.o) $(MBEDTLS_OBJECTS)
	@$(link)

# It only starts the program, so it is built without the sanitizers.
$(OUT)/deny: test/runtime/fuzz/deny.c $(OUT)/flags
	@$(SANITIZED_CC) -O1 -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Werror $< -o $@

-include $(wildcard $(OUT)/ours/*.d)
.PHONY: all
