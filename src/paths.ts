// SPDX-License-Identifier: MIT
// The paths of this program and of LuCI, as browsers and providers know them.

export const START_PATH = '/cgi-bin/luci-sso';
export const CALLBACK_PATH = '/cgi-bin/luci-sso/callback';
export const INITIATE_PATH = '/cgi-bin/luci-sso/initiate';
export const LOGGED_OUT_PATH = '/cgi-bin/luci-sso/logged-out';
export const LUCI_PATH = '/cgi-bin/luci/';

/** Of a redirect: uhttpd answers 502 when a CGI's header line exceeds 4 KiB; some browsers and proxies are stricter. */
export const MAX_LOCATION_BYTES = 3500;
