# SPDX-License-Identifier: MIT
TARGETS ?= x86_64 mips_24kc arm_cortex-a7 aarch64

help:
	@echo 'make build          the program for TARGETS="$(TARGETS)",'
	@echo '                    in build/<target>/luci-sso'
	@echo 'make bundle         only the JavaScript chunks, in build/bundle'
	@echo 'make package/luci-sso/compile'
	@echo '                    packages for opkg and apk, in bin/: the five usual ones, ARCH=all or ARCH=<name>;'
	@echo '                    FORMAT=ipk or FORMAT=apk makes only these;'
	@echo '                    OPENWRT_SDK=<folder> lets that SDK build'
	@echo 'make dist           package/luci-sso/dist, the bundle that an SDK compiles, from src/'
	@echo 'make demo           a router with single sign-on to click through; ONCE=1 walks through it and checks'
	@echo 'make test           installs what it needs and runs every test'
	@echo 'make lint           types, imports, layout, habits and prose, without running anything; in "make test" too'
	@echo 'make format         lays out TypeScript, scripts and C as "make lint" wants them'
	@echo 'make fresh          "make demo ONCE=1" and "make test" as on a new machine: in a Debian of its own'
	@echo '                    that has only what README.md asks for; as root, half an hour'
	@echo 'make test-keycloak  logins at a real Keycloak: a download of 159 MB, minutes'
	@echo 'make test-kernels   the network process on real kernels that qemu runs: a download of 250 MB, minutes;'
	@echo '                    KERNELS="amd64 arm64 armhf mipsel"; KERNELS=mips builds one'
	@echo 'make sanitize       the program for this machine under AddressSanitizer and UBSan, in build/x86_64-asan'
	@echo 'make fuzz           every parser of the TypeScript side on CASES=100000 random inputs;'
	@echo '                    TARGET=<name> SEED=<number> repeats'
	@echo 'make fuzz-c         the C side on CASES=1000000 random inputs for each target, from SEED=1'
	@echo 'make soak           STARTS=100000 login starts against the built program'
	@echo 'make kill           kill -9 in KILLS=1000 logins and a tenth as many crowds, from SEED=1'
	@echo 'make size           what programs and packages cost in flash, against the budgets, and what each kB is for'
	@echo 'make bench          instructions and memory against the budgets, CPU time to be read; GROWTH=1 how they grow'
	@echo 'make release-check  the packages of all architectures, twice, and what is in them'
	@echo 'make outdated       which pinned sources and packages are behind; asks the registries'
	@echo 'make release        feeds for opkg and apk of all architectures, checksums and notes, in release/; signed with'
	@echo '                    the keys in the folder RELEASE_KEYS; ARCH=<name> only for that one'
	@echo 'make release-keys   makes these keys, and says where they belong'
	@echo 'make clean          removes bin/ and build/ (what was downloaded too)'

# Where an SDK builds packages, so does this: the same command in both.
package/luci-sso/compile:
	@FORMAT='$(FORMAT)' scripts/build/package $(ARCH)

dist:
	@scripts/build/refresh-dist

release:
	@scripts/build/install-tools package
	@scripts/release/release.py $(ARCH)

release-keys:
	@scripts/release/release.py --make-keys

release-check:
	@scripts/release/check

build:
	@scripts/build/all TARGETS='$(TARGETS)'

bundle:
	@scripts/build/all bundle

test:
	@scripts/test/run

lint:
	@scripts/check/lint

format:
	@scripts/check/format

fresh:
	@scripts/test/fresh

test-keycloak:
	@scripts/test/keycloak

test-kernels:
	@scripts/test/kernels $(KERNELS)

sanitize:
	@scripts/test/sanitize

fuzz-c:
	@scripts/test/sanitize
	@CASES='$(or $(CASES),1000000)' SEED='$(or $(SEED),1)' npx ava test/runtime/fuzz.test.ts --match='fuzz: *'

# A crash prints its seed and input, and stays in test/fuzz/corpus.
fuzz:
	@scripts/build/install-modules
	@CASES='$(CASES)' SEED='$(SEED)' TARGET='$(TARGET)' KEEP='$(KEEP)' node --import=tsx test/fuzz/main.ts

soak: build
	@scripts/test/fetch-tools
	@STARTS='$(or $(STARTS),100000)' npx ava test/system/flood.test.ts --verbose

kill: build
	@scripts/test/fetch-tools
	@KILLS='$(or $(KILLS),1000)' SEED='$(or $(SEED),1)' npx ava test/system/kill.test.ts --verbose

demo:
	@scripts/test/demo

size: build package/luci-sso/compile
	@scripts/build/all build/mips_24kc/dynamic/luci-sso build/mips_24kc/static/luci-sso TARGETS=mips_24kc
	@scripts/check/size --packages $(TARGETS)

bench:
	@scripts/test/bench $(if $(GROWTH),growth)

outdated:
	@scripts/check/outdated

clean:
	rm -rf bin build release

.PHONY: help package/luci-sso/compile dist release release-keys release-check build bundle test lint format fresh test-keycloak test-kernels sanitize fuzz-c kill demo size bench outdated clean fuzz soak
