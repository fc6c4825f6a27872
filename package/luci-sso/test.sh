#!/bin/sh
# SPDX-License-Identifier: MIT
# OpenWrt's CI runs it after installation: test.sh <package> <version>

[ "$1" = luci-sso ] || exit 0

answer=$(GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET QUERY_STRING='action=enabled' /www/cgi-bin/luci-sso) || exit 1
case "$answer" in
'Status: 200 OK'*'{"enabled":false}') ;;
*)
	echo "luci-sso answers: $answer" >&2
	exit 1
	;;
esac
# It holds the client secret.
case "$(ls -l /etc/config/luci-sso)" in
-rw-------*) ;;
*) exit 1 ;;
esac
