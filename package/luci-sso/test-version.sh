#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenWrt's CI looks for the version in what this prints: test-version.sh <package> <version>

case "$1" in
luci-sso) luci-sso version | cut -d ' ' -f 2 ;;
*)
	echo "unknown package: $1" >&2
	exit 1
	;;
esac
