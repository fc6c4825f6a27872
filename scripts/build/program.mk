# SPDX-License-Identifier: MIT
# Builds build/<target>/luci-sso for each of TARGETS; scripts/build/all calls this after the sources are
# there. Three steps: src/ -> chunks (rollup), chunks -> bytecode (mkbc, one run for each byte order),
# bytecode + C -> one static binary.

TARGETS ?= x86_64 mips_24kc arm_cortex-a7 aarch64
TEST_TARGETS := x86_64 mips_24kc
BUNDLE ?= build/bundle

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

QUICKJS := build/deps/quickjs
MBEDTLS := build/deps/mbedtls
ZIG := build/deps/zig/ziglang/zig
export ZIG_GLOBAL_CACHE_DIR := $(CURDIR)/build/zig-cache
export ZIG_LOCAL_CACHE_DIR := $(CURDIR)/build/zig-cache

# scripts/build/architectures: one word for each row that has flags, parted by "|": folder, byte order, flags
ROWS := $(shell awk '/^[a-z]/ && NF > 4 && $$3 != "-" { $$1 = $$2 = ""; $$0 = $$0; $$1 = $$1; gsub(/ /, "|"); print }' scripts/build/architectures)
column = $(word $(2),$(subst |, ,$(1)))
$(foreach row,$(ROWS),\
	$(eval ORDER_$(call column,$(row),1) := $(call column,$(row),2)) \
	$(eval TARGET_$(call column,$(row),1) := $(wordlist 3,9,$(subst |, ,$(row)))))
$(foreach target,$(TARGETS),$(if $(TARGET_$(target)),,\
	$(error unknown target "$(target)"; there are $(foreach row,$(ROWS),$(call column,$(row),1)))))

# scripts/build/hardening. zig links a static-PIE where it is told so, whatever the objects were compiled for: their code is made
# in the link, after which zig's allocator asks for __tls_get_addr on some. RELRO is then lld's default. Relocations in the
# older form would cost 4 kB more.
PIE_ZIG := -fPIE -Wl,-u,__tls_get_addr
PIE_LLD := --pack-dyn-relocs=relr
$(foreach target,$(shell awk '$$2 == "pie" { print $$1 }' scripts/build/hardening),$(eval PIE_$(target) := $$(PIE_ZIG)))
$(foreach target,$(shell awk '$$3 == "relro" { print $$1 }' scripts/build/hardening),$(eval RELRO_$(target) := -DSSO_RELRO))

comma := ,
# Everything is compiled to bitcode and optimised in the link: 4 % smaller than without.
COMMON := -Os -DNDEBUG -D_GNU_SOURCE -funsigned-char -fno-sanitize=all -flto \
	-ffunction-sections -fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables \
	-ffile-prefix-map=$(CURDIR)=.
ENGINE := -DQUICKJS_NG_BUILD -DQJS_DISABLE_PARSER -D__STDC_NO_ATOMICS__=1
# What reads a stranger's bytes; the engine reads only what these let through, and would pay most.
# The macro is for zig's cache, which overlooks the other: it would hand out an object that was made without the guard.
GUARDED := -fstack-protector-strong -DSSO_GUARDED
TLS := $(GUARDED) '-DMBEDTLS_CONFIG_FILE="sso_mbedtls_config.h"' -Its-runtime -I$(MBEDTLS)/include
OURS := $(GUARDED) $(ENGINE) -Its-runtime -std=gnu11 -Wall -Wextra -Werror -Wmissing-declarations -Wformat=2 \
	$(addprefix -isystem ,$(QUICKJS) $(MBEDTLS)/include build/p256-m) '-DMBEDTLS_CONFIG_FILE="sso_mbedtls_config.h"'
# The same with the headers of an mbedTLS that others configured
OURS_PLAIN := $(filter-out '-DMBEDTLS_CONFIG_FILE="sso_mbedtls_config.h"',$(OURS))
# zig builds its libc once for each set of optimisation flags, so all links use the same
LINK := -Os -static -flto -s -Wl,--gc-sections -Wl,-z,noexecstack

include scripts/build/sources.mk

TEST_TOOLS := run-chunks tls-probe act curves check-memory
all: $(TARGETS:%=build/%/luci-sso) \
	$(foreach target,$(filter $(TEST_TARGETS),$(TARGETS)),$(TEST_TOOLS:%=build/$(target)/%)) \
	$(patsubst %,build/%/mkbc,$(filter mips_24kc,$(TARGETS))) $(foreach tool,curves check-memory,$(patsubst %,build/%/$(tool),$(filter arm_cortex-a7,$(TARGETS)))) \
	build/host/exec-shim.so

# ---- chunks ----

# scripts/build/all has installed them; the hash is that of package-lock.json
MODULES := node_modules/.lock-hash

build/bundle.stamp: $(shell find src -name '*.ts') rollup.config.mjs scripts/build/secretbox-only.mjs tsconfig.json $(MODULES)
	@echo 'build: rolling src/ into chunks'
	@rm -rf build/bundle.new
	@node_modules/.bin/rollup --silent -c -d build/bundle.new
	@rm -rf build/bundle && mv build/bundle.new build/bundle
	@touch $@

bundle: $(BUNDLE).stamp

# ---- bytecode ----

build/host/quickjs-be.c: $(QUICKJS)/quickjs.c scripts/build/be-writer.py
	@mkdir -p $(@D)
	@python3 scripts/build/be-writer.py $(QUICKJS) $@

MKBC := $(ZIG) cc $(LINK) -DNDEBUG -D_GNU_SOURCE -DQUICKJS_NG_BUILD -funsigned-char -fno-sanitize=all -w -I$(QUICKJS)
MKBC_REST := $(addprefix $(QUICKJS)/,$(filter-out quickjs.c,$(LUCI_SSO_ENGINE)))

build/host/quickjs-native.c: $(QUICKJS)/quickjs.c scripts/build/be-writer.py
	@mkdir -p $(@D)
	@python3 scripts/build/be-writer.py --native $(QUICKJS) $@

build/host/mkbc: ts-runtime/mkbc.c build/host/quickjs-be.c
	@echo 'build: compiling the bytecode compiler for this machine'
	@$(MKBC) $(TARGET_x86_64) $^ $(MKBC_REST) -lm -o $@

# The same without our change of byte order, on a big-endian machine: tests compare the two.
build/mips_24kc/mkbc: ts-runtime/mkbc.c build/host/quickjs-native.c
	@mkdir -p $(@D)
	@echo 'build: compiling the bytecode compiler for mips_24kc'
	@$(MKBC) $(TARGET_mips_24kc) -DSSO_NATIVE_ORDER $^ $(MKBC_REST) -lm -o $@

# For tests under qemu-user, which is a program of this machine's own libc.
build/host/exec-shim.so: test/_helpers/exec-shim.c
	@mkdir -p $(@D) && $(ZIG) cc -O2 -shared -fPIC -s $< -o $@

# The folder is made anew, so that no chunk of an earlier bundle stays; chunks.c keeps its time when
# nothing in it changed, so that then nothing is linked again.
build/bytecode/%.stamp: build/host/mkbc $(BUNDLE).stamp
	@rm -rf build/bytecode/$*.new
	@mkdir -p build/bytecode/$*.new build/bytecode/$*
	@build/host/mkbc $(if $(filter be,$*),-B) -k load.js -o build/bytecode/$*.new $(BUNDLE)/*.js >/dev/null
	@cmp -s build/bytecode/$*.new/chunks.c build/bytecode/$*/chunks.c || \
		{ rm -rf build/bytecode/$* && mv build/bytecode/$*.new build/bytecode/$*; }
	@rm -rf build/bytecode/$*.new
	@touch $@

build/bytecode/%/chunks.c: build/bytecode/%.stamp ;

# ---- binaries ----

# Hashes of the pinned sources: everything is compiled again after a move, whatever the dates of the files.
PINS := $(file <$(QUICKJS).stamp) $(file <$(MBEDTLS).stamp)

# Links with options of lld that zig does not pass on: zig tells how it calls lld, last, after the calls for what its cache
# does not have yet. Arguments: zig's, lld's.
call_lld = $(ZIG) cc $(1) -o $@ -\#\#\# 2>$@.link || { cat $@.link >&2; exit 1; } && \
	$(ZIG) $$(grep '^ld.lld ' $@.link | tail -n 1) $(2)

define target_rules
# Objects depend on their flags, not on this file: most changes here are none for most objects. Where the folder is does not
# matter: that flag is there to keep its name out of them.
FLAGS_$(1) := $(subst -ffile-prefix-map=$(CURDIR)=.,,$(subst $(comma), ,$(TARGET_$(1)) $(COMMON) $(TLS) $(OURS) $(LINK) $(RELRO_$(1)) $(if $(PIE_$(1)),$(PIE_$(1)) $(PIE_LLD)))) $(PINS)
ifneq ($$(strip $$(file <build/$(1)/flags)),$$(strip $$(FLAGS_$(1))))
$$(shell mkdir -p build/$(1))
$$(file >build/$(1)/flags,$$(FLAGS_$(1)))
endif
CC_$(1) := $(ZIG) cc $(TARGET_$(1)) $(COMMON)
OURS_$(1) = mkdir -p $$(@D) && $$(CC_$(1)) $(OURS) $$(if $$(filter %/sso_quickjs.o %/sso_unicode.o,$$@),-fno-stack-protector -USSO_GUARDED) $$(if $$(filter %/sso_relro.o,$$@),$(RELRO_$(1))) -MMD -MP -c $$< -o $$@
LINK_$(1) = echo 'build: linking $$@' && \
	$(if $(PIE_$(1)),$$(call call_lld,$$(TARGET_$(1)) $$(PIE_$(1)) $$(LINK) $$(filter %.o,$$^) -lm,$$(PIE_LLD)),$(ZIG) cc $$(TARGET_$(1)) $$(LINK) $$(filter %.o,$$^) -lm -o $$@) && \
	scripts/build/drop-sections $$@

build/$(1)/engine/%.o: $(QUICKJS)/%.c build/$(1)/flags
	@case $$* in dtoa) echo 'build: compiling engine and TLS for $(1)';; esac
	@mkdir -p $$(@D) && $$(CC_$(1)) $(ENGINE) -w -c $$< -o $$@
build/$(1)/mbedtls/%.o: $(MBEDTLS)/library/%.c ts-runtime/sso_mbedtls_config.h ts-runtime/sso_psa_config.h build/$(1)/flags
	@mkdir -p $$(@D) && $$(CC_$(1)) $(TLS) $$(RENAMED_$$*:%=-D%) -w -c $$< -o $$@
$(RENAMING:%=build/$(1)/mbedtls/%.o): scripts/build/sources.mk
build/$(1)/ours/sso_quickjs.o build/$(1)/dynamic/sso_quickjs.o: $(QUICKJS)/quickjs.c
build/$(1)/ours/sso_p256.o: build/p256-m/p256-m-in-part.c
# No call of its own may become of a loop here. What the compiler makes calls of is not known before the link is done.
build/$(1)/ours/memory.o: ts-runtime/memory.c build/$(1)/flags
	@mkdir -p $$(@D) && $$(CC_$(1)) $(OURS) -O2 -fno-unroll-loops -fno-builtin -fno-lto -fno-stack-protector -USSO_GUARDED -c $$< -o $$@
build/$(1)/ours/%.o: ts-runtime/%.c build/$(1)/flags
	@$$(OURS_$(1))
build/$(1)/ours/%.o: test/runtime/%.c build/$(1)/flags
	@$$(OURS_$(1))
build/$(1)/ours/chunks.o: build/bytecode/$(ORDER_$(1))/chunks.c build/$(1)/flags
	@$$(OURS_$(1))

OBJECTS_$(1) := $(ENGINE_SOURCES:%=build/$(1)/engine/%.o) $(MBEDTLS_SOURCES:%=build/$(1)/mbedtls/%.o) \
	$(OUR_SOURCES:%=build/$(1)/ours/%.o) build/$(1)/ours/memory.o build/$(1)/ours/chunks.o
build/$(1)/luci-sso: $$(OBJECTS_$(1)) build/$(1)/ours/sso_main.o
	@$$(LINK_$(1))
build/$(1)/run-chunks: $$(OBJECTS_$(1)) build/$(1)/ours/run-chunks.o
	@$$(LINK_$(1))

# The networking half alone, with a resolver that tests can bend.
build/$(1)/ours/probe-dial.o: ts-runtime/sso_tls_dial.c build/$(1)/flags
	@mkdir -p $$(@D) && $$(CC_$(1)) $(OURS) -Dgetaddrinfo=probe_getaddrinfo -MMD -MP -c $$< -o $$@
build/$(1)/tls-probe: $$(PROBE_SOURCES:%=build/$(1)/ours/%.o) build/$(1)/ours/memory.o $$(MBEDTLS_SOURCES:%=build/$(1)/mbedtls/%.o)
	@$$(LINK_$(1))

build/$(1)/check-memory: build/$(1)/ours/check-memory.o build/$(1)/ours/memory.o
	@$$(LINK_$(1))

# Keys and signatures on curves alone.
build/$(1)/curves: $$(patsubst %,build/$(1)/ours/%.o,curves sso_p256 sso_tls_keys sso_process) \
		$$(patsubst %,build/$(1)/mbedtls/%.o,$$(filter-out ssl_% x509%,$$(MBEDTLS_SOURCES)))
	@$$(LINK_$(1))

# The same code, which tells valgrind what is secret; its header lies among those of the system.
build/$(1)/ours/secret-%.o: ts-runtime/%.c build/p256-m/p256-m-in-part.c build/$(1)/flags
	@mkdir -p $$(@D) && $$(CC_$(1)) $(OURS) -DCT_VALGRIND -idirafter /usr/include -MMD -MP -c $$< -o $$@
build/$(1)/ours/constant-time.o: test/runtime/constant-time.c build/$(1)/flags
	@mkdir -p $$(@D) && $$(CC_$(1)) $(OURS) -idirafter /usr/include -MMD -MP -c $$< -o $$@
build/$(1)/constant-time: $$(patsubst %,build/$(1)/ours/%.o,constant-time secret-sso_p256 sso_process)
	@$$(LINK_$(1))

# The sandbox from inside.
build/$(1)/act: $$(patsubst %,build/$(1)/ours/%.o,act $$(SANDBOX_SOURCES))
	@$$(LINK_$(1))

# The first process of a guest of test/kernels.
build/$(1)/ours/%.o: test/system/kernels/%.c build/$(1)/flags
	@$$(OURS_$(1))
build/$(1)/guest: build/$(1)/ours/guest.o
	@$$(LINK_$(1))

# As an SDK links it, to be weighed and not to be run: the libraries of mbedTLS here are names without code. The
# first object is one whose functions stay: lld takes the kind of floating point from it.
build/$(1)/dynamic/%.o: ts-runtime/%.c build/$(1)/flags
	@mkdir -p $$(@D) && $$(CC_$(1)) $(OURS_PLAIN) -MMD -MP -c $$< -o $$@
build/$(1)/dynamic/chunks.o: build/bytecode/$(ORDER_$(1))/chunks.c build/$(1)/flags
	@mkdir -p $$(@D) && $$(CC_$(1)) $(OURS_PLAIN) -c $$< -o $$@
build/$(1)/dynamic/libmbed%.so: build/$(1)/dynamic/libmbed%.c build/$(1)/flags
	@$(ZIG) cc $(TARGET_$(1)) -shared -nostdlib -w -Wl,-soname,libmbed$$*.so.21 $$< -o $$@
build/$(1)/dynamic/libmbedtls.c: $(wildcard ts-runtime/sso_tls_*.c) ts-runtime/sso_native.c
	@mkdir -p $$(@D) && grep -Eoh '\<(mbedtls|psa)_[a-z0-9_]+\(' $$^ | sort -u | sed 's/($$$$/(void) {}/; s/^/void /' >$$@
build/$(1)/dynamic/libmbedx509.c:
	@mkdir -p $$(@D) && echo 'const char mbedtls_x509_crt_profile_default[16] = { 1 };' >$$@
build/$(1)/dynamic/libmbedcrypto.c:
	@mkdir -p $$(@D) && echo 'int mbedcrypto_is_empty;' >$$@
build/$(1)/dynamic/luci-sso: build/$(1)/dynamic/sso_main.o $(OUR_SOURCES:%=build/$(1)/dynamic/%.o) \
		$(ENGINE_SOURCES:%=build/$(1)/engine/%.o) build/$(1)/dynamic/chunks.o $(patsubst %,build/$(1)/dynamic/libmbed%.so,tls x509 crypto)
	@$$(MAPPED_$(1))
build/$(1)/dynamic/luci-sso: LINKAGE := -dynamic $(filter-out -static,$(LINK)) -Lbuild/$(1)/dynamic
build/$(1)/dynamic/luci-sso: LIBRARIES := -lmbedtls -lmbedx509 -lmbedcrypto

# For scripts/check/size-map: lld says what is where. Without --exclude-libs a dynamic program would have the mathematics of
# zig's runtime, which libc has on a router.
MAPPED_$(1) = echo 'build: linking $$@ with its map' && mkdir -p $$(@D) && \
	$$(call call_lld,$$(TARGET_$(1)) $$(PIE_$(1)) $$(LINKAGE) $$(filter %.o,$$^) $$(LIBRARIES) -lm,--exclude-libs ALL -Map=$$@.map $(if $(PIE_$(1)),$$(PIE_LLD))) && \
	scripts/build/drop-sections $$@
build/$(1)/static/luci-sso: $$(OBJECTS_$(1)) build/$(1)/ours/sso_main.o
	@$$(MAPPED_$(1))
build/$(1)/static/luci-sso: LINKAGE := $(LINK)
-include $$(wildcard build/$(1)/ours/*.d build/$(1)/dynamic/*.d)
endef
$(foreach target,$(TARGETS),$(eval $(call target_rules,$(target))))

.PHONY: all bundle
