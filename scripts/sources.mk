# SPDX-License-Identifier: MIT
# What is compiled into what, said once: for build.mk, sanitize.mk and sdk-trial.mk. Names have no ending.

include package/luci-sso/sources.mk

ENGINE_SOURCES := $(basename $(filter-out $(LUCI_SSO_ENGINE_IN_PART),$(LUCI_SSO_ENGINE)))
MBEDTLS_SOURCES := $(patsubst $(MBEDTLS)/library/%.c,%,$(wildcard $(MBEDTLS)/library/*.c))
# Everything of ts-runtime/ but the start of the program
OUR_SOURCES := $(filter-out sso_main,$(patsubst ts-runtime/%.c,%,$(wildcard ts-runtime/sso_*.c)))

# The sandbox, and the networking half around it. Of sso_tls_dial.c the tests have a copy whose resolver they can bend.
SANDBOX_SOURCES := sso_sandbox sso_seccomp sso_process sso_clock sso_stdio sso_file sso_stream
PROBE_SOURCES := tls-probe probe-dial $(SANDBOX_SOURCES) sso_unix sso_pem sso_trust sso_p256 \
	$(filter-out sso_tls_dial,$(filter sso_tls_%,$(OUR_SOURCES)))

# Not the rule below, which would be the first
.DEFAULT_GOAL := all

.DEFAULT_GOAL := all

# p256-m without the function that sso_p256.c has a better one for
build/p256-m/p256-m-in-part.c: $(MBEDTLS)/3rdparty/p256-m/p256-m/p256-m.c
	@mkdir -p $(@D) && cp $(<:.c=.h) $(@D) && sed '/^static void m256_mul_p(/,/^}/d' $< >$@
