// SPDX-License-Identifier: MIT
// Adds "Login with SSO" to LuCI's login form. Finds the form by its password field, in every theme
// and language; does nothing on other pages, when single sign-on is off, or when the router does not
// answer. Runs before or after the page is complete.
(function () {
	'use strict';

	var program = '/cgi-bin/luci-sso';

	function addButton(label) {
		var input = document.querySelector('input[name="luci_password"]');

		if (!input || !input.form || document.getElementById('luci-sso-login'))
			return;

		var link = document.createElement('a');
		link.id = 'luci-sso-login';
		link.className = 'btn cbi-button';
		link.href = program + '?return_to=' + encodeURIComponent(location.pathname);
		link.appendChild(document.createTextNode(label));

		var actions = input.form.querySelector('.cbi-page-actions');

		if (actions) {
			actions.appendChild(document.createTextNode(' '));
			actions.appendChild(link);
		} else {
			input.form.appendChild(link);
		}
	}

	function ask() {
		if (!document.querySelector('input[name="luci_password"]'))
			return;

		var request = new XMLHttpRequest();
		request.onload = function () {
			var answer;

			try {
				answer = JSON.parse(request.responseText);
			} catch (e) {
				return; // not our program's answer: no button
			}

			if (request.status === 200 && answer && answer.enabled === true)
				addButton(typeof answer.label === 'string' ? answer.label : 'Login with SSO');
		};
		request.open('GET', program + '?action=enabled&v=2');
		request.send();
	}

	if (document.readyState === 'loading')
		document.addEventListener('DOMContentLoaded', ask);
	else
		ask();
})();
