# SPDX-License-Identifier: MIT
# Files of the engine that are compiled, said once: for this recipe, and for scripts/*.mk of the repository.

LUCI_SSO_ENGINE:=quickjs.c libregexp.c libunicode.c dtoa.c
# Of these two the router's program has what sso_quickjs.c and sso_unicode.c of ts-runtime/ take in.
LUCI_SSO_ENGINE_IN_PART:=quickjs.c libunicode.c
