# SPDX-License-Identifier: MIT
# With include/, as much of OpenWrt's build system as package/luci-sso/Makefile uses, in own words.
# scripts/build/package takes the installed tree and the package's data from it; a test compiles with it.
#
# goals: tree     the installed files, in TREE
#        control  control and what opkg runs and keeps, in CONTROL
#        compile  unpack, patch, host compiler, bytecode, program, below OUT; no download
# OUT, TREE and CONTROL are absolute paths.
INCLUDE_DIR := $(TOPDIR)/include
DL_DIR ?= $(OUT)/dl
BUILD_DIR := $(OUT)/target
BUILD_DIR_HOST := $(OUT)/host
STAGING_DIR_HOSTPKG := $(OUT)/hostpkg

CP := cp -fpR
LN := ln -sf
INSTALL_DIR := install -d -m0755
INSTALL_BIN := install -m0755
INSTALL_CONF := install -m0600
INSTALL_DATA := install -m0644

HOSTCC ?= gcc
HOST_CFLAGS ?= -O2
TARGET_CC ?= gcc
TARGET_CFLAGS ?= -Os -pipe -fno-caller-saves -fno-plt -Wformat -Werror=format-security \
	-fstack-protector -D_FORTIFY_SOURCE=1
TARGET_LDFLAGS ?= -Wl,-z,now -Wl,-z,relro
