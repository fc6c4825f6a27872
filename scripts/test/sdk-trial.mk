# SPDX-License-Identifier: MIT
# What can be tried of an SDK's build without an SDK; scripts/test/sdk-trial calls this.
# OUT/target/…/luci-sso  the package's recipe on stand-in includes, with gcc and the system's mbedTLS 2.28
# build/x86_64-mbedtls3/tls-probe  the networking half with mbedTLS 3.6 as its makers configure it
# build/x86_64-mbedtls365/tls-probe  the same with 3.6.5
# build/x86_64-mbedtls2/tls-probe  the same with the system's 2.28
OUT := build/sdk
QUICKJS := build/deps/quickjs
MBEDTLS := build/deps/mbedtls
CC := gcc

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

all: $(OUT)/recipe.stamp build/x86_64-mbedtls3/tls-probe build/x86_64-mbedtls365/tls-probe build/x86_64-mbedtls2/tls-probe

# Upstream's tarball of the tag has the same files below the same folder, and a date of its own; its hash is another one.
TARBALL := $(OUT)/dl/quickjs-0.16.1.tar.gz
$(TARBALL): $(QUICKJS).stamp scripts/test/sdk-trial.mk
	@mkdir -p $(@D)
	@echo 1785801600 >$(@D)/version.date
	@tar --format=gnu --sort=name --owner=0 --group=0 --mtime=@0 --transform='s|^\.|quickjs-0.16.1|' \
		-czf $@ -C $(QUICKJS) . -C $(abspath $(@D)) ./version.date

$(OUT)/recipe.stamp: $(TARBALL) package/luci-sso/Makefile package/luci-sso/sources.mk $(wildcard package/luci-sso/host/* package/luci-sso/dist/* \
		ts-runtime/* scripts/build/no-sdk/* scripts/build/no-sdk/include/*)
	@echo 'sdk-trial: compiling by the recipe for SDKs'
	@env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u MAKELEVEL make -C package/luci-sso TOPDIR=$(CURDIR)/scripts/build/no-sdk \
		OUT=$(CURDIR)/$(OUT) PKG_HASH=$$(sha256sum <$(TARBALL) | cut -c 1-64) compile >$(OUT)/log 2>&1 || { cat $(OUT)/log; exit 1; }
	@touch $@

include scripts/build/sources.mk
FLAGS := -O1 -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -Werror -Wmissing-declarations -Wformat=2 -Its-runtime -isystem $(QUICKJS)
LIBS_mbedtls2 := -lmbedtls -lmbedx509 -lmbedcrypto

# $(1): the name, $(2): the sources
define library_rules
FLAGS_$(1) := -isystem $(2)/include
LIBS_$(1) := $(OUT)/lib$(1).a
$(OUT)/$(1)/%.o: $(2)/library/%.c
	@case $$* in aes) echo 'sdk-trial: compiling $(2:build/deps/%=%) as its makers configure it';; esac
	@mkdir -p $$(@D) && $(CC) -O1 -w -I$(2)/include -c $$< -o $$@
$(OUT)/lib$(1).a: $(patsubst $(2)/library/%.c,$(OUT)/$(1)/%.o,$(wildcard $(2)/library/*.c))
	@rm -f $$@ && ar rc $$@ $$^
endef
$(eval $(call library_rules,mbedtls3,$(MBEDTLS)))
$(eval $(call library_rules,mbedtls365,$(MBEDTLS)-3.6.5))

define probe_rules
build/x86_64-$(1)/%.o: ts-runtime/%.c
	@mkdir -p $$(@D) && $(CC) $(FLAGS) $(FLAGS_$(1)) -MMD -MP -c $$< -o $$@
build/x86_64-$(1)/%.o: test/runtime/%.c
	@mkdir -p $$(@D) && $(CC) $(FLAGS) $(FLAGS_$(1)) -MMD -MP -c $$< -o $$@
build/x86_64-$(1)/probe-dial.o: ts-runtime/sso_tls_dial.c
	@mkdir -p $$(@D) && $(CC) $(FLAGS) $(FLAGS_$(1)) -Dgetaddrinfo=probe_getaddrinfo -MMD -MP -c $$< -o $$@
build/x86_64-$(1)/tls-probe: $(PROBE_SOURCES:%=build/x86_64-$(1)/%.o) $(filter %.a,$(LIBS_$(1)))
	@echo 'sdk-trial: linking $$@'
	@$(CC) $$(filter %.o,$$^) $(LIBS_$(1)) -lm -o $$@
-include $$(wildcard build/x86_64-$(1)/*.d)
endef
$(foreach library,mbedtls3 mbedtls365 mbedtls2,$(eval $(call probe_rules,$(library))))

.PHONY: all
