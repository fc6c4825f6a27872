// SPDX-License-Identifier: MIT
// LuCI's own answers with ours behind them: the login page's script, and Log out at the provider.
// luasrc-compat/page.lua does the same for LuCI in Lua.

import { readfile } from 'fs';

const SCRIPT = '/www/luci-static/resources/luci-sso-login.js';
const LOGGED_OUT = '/cgi-bin/luci-sso/logged-out';

const stock = () => require('luci.controller.admin.index');

return {
	translations: function(lang) {
		// "Back" after Log out would take it as it was for the page behind the login.
		http.header('Cache-Control', 'no-store');
		stock().action_translations(lang);

		// Every page loads this; only one without a session can be the login page.
		if (!ctx.authsession)
			http.write(readfile(SCRIPT) ?? '');
	},

	logout: function() {
		const sid = ctx.authsession;
		const values = sid ? ubus.call('session', 'get', { ubus_rpc_session: sid })?.values : null;

		if (!values?.oidc_sub)
			return stock().action_logout();

		ubus.call('session', 'destroy', { ubus_rpc_session: sid });
		http.header('Set-Cookie', `sysauth_https=; expires=Thu, 01 Jan 1970 01:00:00 GMT; path=${dispatcher.build_url()}`);
		http.redirect(values.oidc_logout_url || LOGGED_OUT);
	}
};
