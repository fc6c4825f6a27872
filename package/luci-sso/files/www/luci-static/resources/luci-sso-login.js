// SPDX-License-Identifier: MIT
// "Login with SSO" on LuCI's login page, found by its password field in every theme and language. ES5.
// On other pages, when single sign-on is off or the router does not answer: nothing.
(function () {
	'use strict';

	var PROGRAM = '/cgi-bin/luci-sso';
	var PATIENCE_MS = 15000;
	var LOOP_MS = 30000;
	var LAST_KEY = 'luci-sso-went';

	// Login with %s, while going there, when nothing comes of it, the way back to the password.
	var TEXTS = {
		en: ['Login with %s', 'Redirecting…', 'The provider does not answer.', 'Login with password'],
		de: ['Mit %s anmelden', 'Weiterleitung…', 'Der Anbieter antwortet nicht.', 'Mit Passwort anmelden'],
		es: ['Iniciar sesión con %s', 'Redirigiendo…', 'El proveedor no responde.', 'Iniciar sesión con contraseña'],
		fr: ['Se connecter avec %s', 'Redirection…', 'Le fournisseur ne répond pas.', 'Se connecter avec un mot de passe'],
		it: ['Accedi con %s', 'Reindirizzamento…', 'Il provider non risponde.', 'Accedi con la password'],
		ja: ['%s でログイン', 'リダイレクト中…', 'プロバイダーが応答しません。', 'パスワードでログイン'],
		nl: ['Inloggen met %s', 'Doorsturen…', 'De provider antwoordt niet.', 'Inloggen met wachtwoord'],
		pl: ['Zaloguj się przez %s', 'Przekierowywanie…', 'Dostawca nie odpowiada.', 'Zaloguj się hasłem'],
		pt: ['Entrar com %s', 'Redirecionando…', 'O provedor não responde.', 'Entrar com senha'],
		ru: ['Войти через %s', 'Перенаправление…', 'Провайдер не отвечает.', 'Войти с паролем'],
		zh: ['使用 %s 登录', '正在跳转…', '身份提供方没有响应。', '使用密码登录']
	};
	var language = document.documentElement.lang.toLowerCase();
	var texts = !/tw|hk|hant/.test(language) && TEXTS[language.slice(0, 2)] || TEXTS.en; // no traditional Chinese

	var isAsked, label, isSsoOnly, isWide, box, button, status, timer;

	function add(parent, tag, text) {
		var node = document.createElement(tag);
		node.appendChild(document.createTextNode(text));
		return parent.appendChild(node);
	}

	function show(text, message, isBusy) {
		clearTimeout(timer);
		button.firstChild.nodeValue = text;
		button.setAttribute('aria-disabled', isBusy ? 'true' : 'false');
		status.firstChild.nodeValue = message;
	}

	function rest() {
		show(label, '', false);
	}

	// A login that nobody clicks for lands on this page only if a page of this router led here: a foreign page's
	// link to a page of LuCI would open it logged in, for the start's own Referer is the router's.
	function startOf(isByItself) {
		if (isByItself && document.referrer.indexOf(location.origin + '/') !== 0)
			return PROGRAM;

		return PROGRAM + '?return_to=' + encodeURIComponent(location.pathname);
	}

	// The router answers by itself when it cannot reach the provider; a browser that cannot waits silently.
	function go(isByItself) {
		if (button.getAttribute('aria-disabled') === 'true')
			return;

		show(texts[1], '', true);
		timer = setTimeout(function () {
			hidePassword(false);
			show(label, texts[2], false);
		}, PATIENCE_MS);

		if (isByItself)
			location.replace(startOf(true));
		else
			location.assign(startOf(false));
	}

	function submitOf(form) {
		// bootstrap has its button beside the form.
		return form.parentNode.querySelector(':scope > button') || form.querySelector('button,[type="submit"]') || form;
	}

	function hidePassword(isHidden) {
		var form = document.querySelector('input[name="luci_password"]').form;

		[form, submitOf(form)].forEach(function (node) {
			node.style.display = isHidden ? 'none' : '';
		});
	}

	// A login that came back without a session must not go round and round.
	function mayGoByItself() {
		var now = Date.now();

		try {
			if (now - sessionStorage.getItem(LAST_KEY) < LOOP_MS)
				return false;

			sessionStorage.setItem(LAST_KEY, now);
			return true;
		} catch (e) {
			return false; // no memory: better ask than loop
		}
	}

	function build() {
		button = document.createElement('button');
		button.id = 'luci-sso-login';
		button.appendChild(document.createTextNode(label));
		button.type = 'button'; // the Enter key in the password field is not for us
		button.className = 'btn cbi-button cbi-button-action important';
		button.onclick = function () { go(false); };
		box = document.createElement('div');
		status = add(box, 'span', '');
		status.setAttribute('role', 'status');
	}

	// As big as LuCI's own and on its line, in any theme: a button as wide as the form shares its place with ours.
	function dress(submit) {
		var look = getComputedStyle(submit), parent = submit.parentNode;

		if (isSsoOnly || !submit.offsetWidth)
			return;

		['fontSize', 'lineHeight', 'height', 'paddingTop', 'paddingBottom', 'paddingLeft', 'paddingRight', 'marginTop', 'marginBottom',
			'verticalAlign', 'boxSizing', 'textTransform', 'float'].forEach(function (name) { button.style[name] = look[name]; });

		if (isWide === undefined)
			isWide = submit.offsetWidth > parent.clientWidth * .7;

		button.style.marginLeft = '.5em';
		button.style.whiteSpace = '';

		if (!isWide)
			return;

		share(submit, 'calc(50% - .5em)', '.5em');

		if (button.scrollWidth > button.clientWidth || submit.scrollWidth > submit.clientWidth) {
			share(submit, '100%', '0');
			button.style.whiteSpace = 'normal';
			button.style.height = 'auto';
		}
	}

	function share(submit, width, gap) {
		submit.style.width = button.style.width = width;
		button.style.marginLeft = gap;
	}

	// Always behind LuCI's own button: bootstrap takes the page's first one for the password.
	function place() {
		var input = document.querySelector('input[name="luci_password"]');

		if (!input || !input.form)
			return;

		if (!isAsked)
			return ask();

		if (!label)
			return;

		var form = input.form, submit = submitOf(form);

		if (document.getElementById('luci-sso-login'))
			return dress(submit);

		if (!box)
			build();

		if (isSsoOnly) {
			box.style.cssText = 'margin-top:.5em;text-align:center';
			box.insertBefore(button, status);
			form.parentNode.insertBefore(box, form.contains(submit) ? form.nextSibling : null);
		} else {
			submit.parentNode.appendChild(button);
			submit.parentNode.appendChild(box);
			dress(submit);
		}
	}

	function answered(answer) {
		if (!answer || answer.enabled !== true)
			return;

		var name = /^Login with (.+)$/.exec(answer.label);
		label = texts[0].split('%s').join(name ? name[1] : 'SSO');
		isSsoOnly = answer.sso_only === true && !/[?&]local=true(&|$)/.test(location.search) && mayGoByItself();
		place();

		if (!isSsoOnly)
			return;

		hidePassword(true);
		add(box, 'a', texts[3]).href = location.pathname + '?local=true';
		box.lastChild.style.display = 'block';
		go(true);
	}

	function ask() {
		var request = new XMLHttpRequest();

		isAsked = true;
		request.onload = function () {
			var answer;

			try {
				answer = JSON.parse(request.responseText);
			} catch (e) {
				return; // not our program's answer: no button
			}

			if (request.status === 200)
				answered(answer);
		};
		request.open('GET', PROGRAM + '?action=enabled&v=2');
		request.send();
	}

	function watch() {
		place();
		new MutationObserver(place).observe(document.body, { childList: true, subtree: true });
	}

	// Style sheets may be late.
	window.addEventListener('load', place);

	window.addEventListener('pagehide', function () {
		clearTimeout(timer);
	});

	// "Back" shows the page as it was left.
	window.addEventListener('pageshow', function (event) {
		if (event.persisted && button)
			rest();
	});

	if (document.readyState === 'loading')
		document.addEventListener('DOMContentLoaded', watch);
	else
		watch();
})();
