# SPDX-License-Identifier: MIT
# What is compiled into what, said once: for program.mk, sanitize.mk and sdk-trial.mk. Names have no ending.

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

# p256-m without the functions that sso_p256.c has better ones for
build/p256-m/p256-m-in-part.c: $(MBEDTLS)/3rdparty/p256-m/p256-m/p256-m.c scripts/build/sources.mk
	@mkdir -p $(@D) && cp $(<:.c=.h) $(@D) && sed '/^static void u256_cmov(/,/^}/d; /^static void m256_mul_p(/,/^}/d' $< >$@

# What a file of mbedTLS calls, and what it is to call in its place: the peer's certificates are parsed by a function
# that knows critical name constraints, and keys and signatures on P-256 are those of sso_p256.c.
RENAMED_ssl_tls := mbedtls_x509_crt_parse_der=sso_tls_parse_der
RENAMED_ssl_tls13_generic := $(RENAMED_ssl_tls)
RENAMED_psa_crypto := mbedtls_psa_ecp_generate_key=sso_tls_generate_key \
	mbedtls_psa_ecp_export_public_key=sso_tls_export_public_key mbedtls_psa_key_agreement_ecdh=sso_tls_agree
RENAMED_pk_wrap := mbedtls_ecdsa_read_signature=sso_tls_check_signature
RENAMING := ssl_tls ssl_tls13_generic psa_crypto pk_wrap
