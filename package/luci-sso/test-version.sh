#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenWrt's CI runs it in place of its own search for the version: test-version.sh <package> <version>

[ "$1" = luci-sso ] || exit 0

[ "$(luci-sso version)" = "luci-sso ${2%%-*}" ]
