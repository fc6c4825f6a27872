// SPDX-License-Identifier: MIT
// LuCI in Lua loads the classes of its folder "preload" on every page: this one brings the login
// page its script.
'use strict';
'require baseclass';

return baseclass.extend({
	__init__: function() {
		if (!document.querySelector('input[name="luci_password"]'))
			return;

		var script = document.createElement('script');
		script.src = '/luci-static/resources/luci-sso-login.js';
		document.head.appendChild(script);
	}
});
