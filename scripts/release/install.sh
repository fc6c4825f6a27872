#!/bin/sh
# SPDX-License-Identifier: MIT
# Adds the feed of luci-sso to an OpenWrt router and installs it by the router's own package manager, or removes both.
# It says first what it will do. When something fails, the feed and its key are taken out again.
# usage: sh install.sh [--feed ADDRESS] [--dry-run]
#        sh install.sh --remove [--dry-run]
# The release puts the address of its feed and its public keys into this file.
set -u
FEED='@FEED@'
OPKG_KEY='@OPKG_KEY@'
APK_KEY='@APK_KEY@'

NAME=luci-sso
OPKG_FEEDS=/etc/opkg/customfeeds.conf
APK_FEEDS=/etc/apk/repositories.d/luci-sso.list
APK_KEY_FILE=/etc/apk/keys/luci-sso.pem
# What the package, its index and the manager's own files take while it is installed
NEEDED_KB=1200

say() {
	echo "install: $*"
}

fail() {
	echo "install: $*" >&2
	exit 1
}

usage() {
	sed -n 's/^# \(usage: \)/\1/p; s/^#  \( *sh install.sh.*\)/ \1/p' "$0" >&2
	exit 2
}

# ---- what router this is ----

find_router() {
	[ "$(id -u)" = 0 ] || fail 'only root can install packages'
	[ -r /etc/openwrt_release ] || fail 'this is not OpenWrt: /etc/openwrt_release is missing'
	DISTRIB_RELEASE='' DISTRIB_ARCH=''
	. /etc/openwrt_release
	if command -v apk >/dev/null && [ -d /etc/apk ]; then
		manager=apk
		architecture=$(cat /etc/apk/arch 2>/dev/null) || architecture=$DISTRIB_ARCH
	elif command -v opkg >/dev/null; then
		manager=opkg
		architecture=$DISTRIB_ARCH
	else
		fail 'neither apk nor opkg was found'
	fi
	[ -n "$architecture" ] || fail 'the router does not say which architecture its packages have'
	case $DISTRIB_RELEASE in
	22.03* | 23.05* | 24.10*) [ "$manager" = opkg ] || fail "OpenWrt $DISTRIB_RELEASE is expected to have opkg" ;;
	25.12* | SNAPSHOT) [ "$manager" = apk ] || fail "OpenWrt $DISTRIB_RELEASE is expected to have apk" ;;
	*) fail "OpenWrt '$DISTRIB_RELEASE' is not one of 22.03, 23.05, 24.10, 25.12 and SNAPSHOT" ;;
	esac
}

free_kb() {
	# The last line: a long name of the file system takes a line of its own.
	df -k "$1" 2>/dev/null | awk 'END { print $(NF - 2) }'
}

# ---- the feed, in the files of the package manager ----

# The owner's other feeds. apk reads every file of its folder, so that ours has one of its own.
other_feeds() {
	[ "$manager" = apk ] || [ ! -e $OPKG_FEEDS ] || sed '/^src[^ ]* luci_sso /d' $OPKG_FEEDS
}

# Puts standard input in the place of a file, whole or not at all.
replace() {
	mkdir -p "${1%/*}" && cat >"$1.luci-sso" && mv "$1.luci-sso" "$1" || {
		rm -f "$1.luci-sso"
		return 1
	}
}

save_key() {
	case $manager in
	opkg)
		echo "$OPKG_KEY" >"$work/key" && opkg-key add "$work/key" >/dev/null
		;;
	apk) echo "$APK_KEY" | replace $APK_KEY_FILE ;;
	esac
}

drop_key() {
	case $manager in
	opkg)
		case $OPKG_KEY in
		@*) ;;
		*) echo "$OPKG_KEY" >"$work/key" && opkg-key remove "$work/key" >/dev/null 2>&1 ;;
		esac
		;;
	apk) rm -f $APK_KEY_FILE ;;
	esac
}

add_feed() {
	{ other_feeds && echo "$line"; } >"$work/feeds" && replace "$feeds" <"$work/feeds"
}

drop_feed() {
	case $manager in
	opkg) [ ! -e $OPKG_FEEDS ] || { other_feeds >"$work/feeds" && replace $OPKG_FEEDS <"$work/feeds"; } ;;
	apk) rm -f $APK_FEEDS ;;
	esac
}

# What was there before is put back: an older feed of ours, or none.
undo() {
	[ -z "$changed" ] || {
		if [ -e "$work/before" ]; then
			replace "$feeds" <"$work/before"
		else
			rm -f "$feeds"
		fi
		[ -n "$had_key" ] || drop_key
		say 'the feed and its key were taken out again'
	}
}

finish() {
	status=$?
	trap - EXIT HUP INT TERM
	[ "$status" = 0 ] || undo
	rm -rf "$work"
	exit "$status"
}

# ---- the two things that it does ----

plan() {
	say "OpenWrt $DISTRIB_RELEASE, $architecture, $manager"
	for step; do
		say "  $step"
	done
	[ -z "$dry_run" ] || exit 0
}

install_package() {
	case $FEED in
	'' | @*) fail 'no feed: pass its address, --feed https://...' ;;
	*[!!-~]*) fail 'the address of the feed has characters that no address has' ;;
	https://*) ;;
	*) fail 'the address of the feed must begin with https://' ;;
	esac
	FEED=${FEED%/}
	[ -e /www/cgi-bin/luci ] || fail 'LuCI is not installed; luci-sso is an addition to it'
	case $manager in
	opkg)
		key=$OPKG_KEY index="$FEED/opkg/$architecture/Packages.gz"
		line="src/gz luci_sso $FEED/opkg/$architecture"
		;;
	apk)
		key=$APK_KEY index="$FEED/apk/$architecture/packages.adb"
		line="$index"
		;;
	esac
	case $key in
	'' | @*) fail 'this release is not signed, and unsigned feeds are not added' ;;
	esac
	plan "adds the feed $FEED to $feeds" 'adds its public key' "runs $manager update" "installs $NAME and what it depends on"

	room=$(free_kb /etc)
	case $room in
	'' | *[!0-9]*) say 'could not find out how much space is free' ;;
	*) [ "$room" -ge $NEEDED_KB ] || fail "not enough space: $room kB are free, $NEEDED_KB kB are needed" ;;
	esac
	uclient-fetch -q -O "$work/index" "$index" 2>"$work/why" || {
		case $(cat "$work/why") in
		*404*) fail "the feed has nothing for $architecture" ;;
		esac
		fail "could not fetch $index: $(tail -n 1 "$work/why"); is the router online, and its clock right?"
	}
	[ -s "$work/index" ] || fail "the feed has nothing for $architecture"

	# A feed that was there before keeps its key.
	had_key=
	! grep -qsF "$line" "$feeds" || had_key=1
	[ ! -e "$feeds" ] || cp "$feeds" "$work/before" || fail "could not copy $feeds"
	changed=1
	save_key || fail 'could not save the key of the feed'
	add_feed || fail "could not write $feeds"
	# Of several feeds one may be down; whether ours was read shows at the next step.
	$manager update >"$work/update" 2>&1 || say "$manager update reports a problem; going on"
	case $manager in
	opkg) opkg install $NAME ;;
	apk) apk add $NAME ;;
	esac >"$work/install" 2>&1 || {
		cat "$work/update" "$work/install" >&2
		fail "$manager could not install $NAME; its own words are above"
	}
	version=$($NAME version) || fail "$NAME is installed, but does not run on this router"
	say "$version is installed. Set it up in LuCI under Services > SSO Login, or by: $NAME setup"
}

remove_package() {
	plan "removes $NAME" "takes its feed out of $feeds" 'takes its public key out'
	case $manager in
	opkg) [ -z "$(opkg status $NAME)" ] || opkg remove $NAME >"$work/remove" 2>&1 ;;
	apk) ! apk info -e $NAME >/dev/null 2>&1 || apk del $NAME >"$work/remove" 2>&1 ;;
	esac || {
		cat "$work/remove" >&2
		fail "$manager could not remove $NAME; its own words are above"
	}
	drop_feed || fail "could not write $feeds"
	drop_key
	say "$NAME and its feed are gone; /etc/config/$NAME stays if it was changed"
}

action=install_package dry_run='' line='' changed=''
while [ $# -gt 0 ]; do
	case $1 in
	--feed)
		[ $# -ge 2 ] || usage
		FEED=$2
		shift
		;;
	--remove) action=remove_package ;;
	--dry-run) dry_run=1 ;;
	*) usage ;;
	esac
	shift
done
find_router
case $manager in
opkg) feeds=$OPKG_FEEDS ;;
apk) feeds=$APK_FEEDS ;;
esac
work=$(mktemp -d) || fail 'could not make a folder in /tmp'
trap finish EXIT
trap 'exit 1' HUP INT TERM
$action
