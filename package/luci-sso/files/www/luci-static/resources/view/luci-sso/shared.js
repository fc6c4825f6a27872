// SPDX-License-Identifier: MIT
// What the parts of Services > SSO Login share: the router's answers, LuCI's access rules, small pieces of the page.
// A plain string as child of E() is HTML to LuCI; what was stored, and what a provider or the router says, therefore
// always is an array's member, which becomes a text node.
'use strict';
'require baseclass';
'require form';
'require rpc';
'require uci';
'require ui';

var CONFIG = 'luci-sso';
var PROGRAM = '/cgi-bin/luci-sso';
var ALWAYS_READ = [ 'unauthenticated', 'luci-base' ];

/* LuCI's own calls give up after 20 s; the program answers each within 10 s. */
function declare(object, method, params) {
	var call = rpc.declare({ object: object, method: method, params: params, reject: true });

	return function() {
		return call.apply(null, arguments).then(function(answer) {
			if (answer && answer.error)
				throw new Error(answer.error);

			return answer || {};
		});
	};
}

/* As rpcd: fnmatch, without its rarer marks. */
function matches(pattern, name) {
	return new RegExp('^' + pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.') + '$').test(name);
}

/* LuCI's own flag only knows 1 and 0. */
function loadFlag(section_id) {
	var value = uci.get(CONFIG, section_id, this.option);

	return value == null ? null : /^(1|on|true|yes|enabled)$/.test(value) ? '1' : '0';
}

return baseclass.extend({
	CONFIG: CONFIG,
	PROGRAM: PROGRAM,
	ALWAYS_READ: ALWAYS_READ,

	status: declare(CONFIG, 'status'),
	check: declare(CONFIG, 'check', [ 'id', 'values' ]),
	sessions: declare(CONFIG, 'sessions'),
	endSession: declare(CONFIG, 'end_session', [ 'id' ]),
	groups: declare(CONFIG, 'acl_groups'),
	writeFile: declare('file', 'write', [ 'path', 'data', 'mode' ]),

	loadFlag: loadFlag,

	/* Denials first and final; what may be written may be read. */
	allows: function(lists, half, name) {
		var patterns = lists[half];

		function denies(pattern) { return /^!\s*[^\s]/.test(pattern) && matches(pattern.replace(/^!\s*/, ''), name); }
		function grants(pattern) { return pattern.charAt(0) != '!' && matches(pattern, name); }

		return !patterns.some(denies) && (patterns.some(grants) || (half == 'read' && this.allows(lists, 'write', name)));
	},

	matches: matches,

	addOption: function(section, tab, type, name, title, description, members) {
		var option = tab ? section.taboption(tab, type, name, title, description)
			: section.option(type, name, title, description);

		if (type === form.Flag)
			option.load = loadFlag;

		return Object.assign(option, members);
	},

	/* What the form holds; null while its field is not there. */
	formValue: function(section, section_id, name) {
		var option = section.children.filter(function(candidate) { return candidate.option == name; })[0];

		return option.formvalue(section_id);
	},

	setValue: function(section, section_id, name, value) {
		var option = section.children.filter(function(candidate) { return candidate.option == name; })[0];

		option.getUIElement(section_id).setValue(value);
	},

	/* Every option of a stored section, as text or lists of it. */
	storedOptions: function(section) {
		var options = {};

		for (var key in section)
			if (key.charAt(0) != '.')
				options[key] = section[key];

		return options;
	},

	httpsProblem: function(value) {
		if (value && !/^https:\/\/[^\/?#@\s]+[^?#\s]*$/i.test(value))
			return _('Must be an https:// address without query');

		return null;
	},

	/* Why a rule of a role can never match, with what was meant; null for one that can. As src/check/rules.ts. */
	ruleProblem: function(kind, value) {
		var isDomain = function(text) { return /^[!-~]+$/.test(text) && !/^\.|[@*\/?,;<>"]|\.\./.test(text); };
		var isAddress = function(text) { return /^[!-?A-~]+@[!-?A-~]+$/.test(text) && text.indexOf('*') < 0; };
		var behind = value.slice(value.lastIndexOf('@') + 1).trim();
		var bare = value.slice(value.lastIndexOf('<') + 1).split('>')[0].trim().replace(/^mailto:/, '');
		var never = _('Nobody can match this.') + ' ';

		if (kind == 'email') {
			if (/^\*?@/.test(value) && isDomain(behind))
				return never + _('For everybody there, add "%s" to Email Domains.').format(behind);

			if (!isAddress(bare))
				return _('Must be a whole email address; there are no patterns here');

			return bare == value ? null : never + _('Write "%s".').format(bare);
		}

		if (kind == 'domain') {
			behind = isDomain(value) ? value : behind.replace(/^\*?\./, '');

			if (!isDomain(behind))
				return _('Must be the part of an address behind the @');

			return behind == value ? null : never + _('Write "%s".').format(behind);
		}

		return kind != 'sub' || /^[ -~]{1,255}$/.test(value) ? null : _('Must have 1 to 255 ASCII characters');
	},

	button: function(label, look, click) {
		return E('button', { 'class': 'btn cbi-button ' + look, 'type': 'button', 'click': click }, [ label ]);
	},

	block: function(name, title, description, children) {
		return E('div', { 'class': 'cbi-section', 'id': 'luci-sso-' + name }, [
			E('h3', {}, [ title ]), E('div', { 'class': 'cbi-section-descr' }, [ description ])
		].concat(children));
	},

	/* A title on the left and what belongs to it on the right, as LuCI has fields. */
	line: function(title, children) {
		return E('div', { 'class': 'cbi-value' }, [
			E('label', { 'class': 'cbi-value-title' }, [ title ]), E('div', { 'class': 'cbi-value-field' }, children)
		]);
	},

	/* Narrow screens show each cell with its title. */
	tableRow: function(cells, titles) {
		return E('tr', { 'class': 'tr' }, cells.map(function(cell, index) {
			return E('td', { 'class': 'td', 'data-title': titles && titles[index] }, cell);
		}));
	},

	note: function(look, text) {
		return E('div', { 'class': 'alert-message ' + look }, [ text ]);
	},

	complain: function(error) {
		ui.addNotification(null, E('p', {}, [ error.message ]), 'danger');
	},

	copyText: function(text, ev) {
		var label = ev.currentTarget.firstChild, before = label.data, area;

		// Browsers offer the clipboard to https pages only.
		if (!navigator.clipboard) {
			area = document.body.appendChild(E('textarea', { 'style': 'position:fixed;top:0' }));
			area.value = text;
			area.select();
			document.execCommand('copy');
			area.parentNode.removeChild(area);
		}

		return Promise.resolve(navigator.clipboard && navigator.clipboard.writeText(text)).then(function() {
			label.data = _('Copied');
			window.setTimeout(function() { label.data = before; }, 2000);
		});
	},

	copyButton: function(text) {
		return this.button(_('Copy'), '', this.copyText.bind(this, text));
	},

	/* What to register at the provider, each with what it is; the first five are worth copying. */
	registration: function(redirect, scope) {
		var program = redirect.replace(/\/callback$/, '');

		return [ [ _('Redirect URI'), redirect ], [ _('Launch URL'), program ],
		  [ _('Post-logout redirect URI'), program + '/logged-out' ],
		  [ _('Back-channel logout URI'), program + '/backchannel-logout' ],
		  [ _('Scopes'), scope ], [ 'PKCE', 'S256' ], [ _('Grant type'), 'authorization_code' ]
		].map(function(entry, index) {
			return this.line(entry[0], [
				E('code', {}, [ entry[1] ]), ' ', index < 5 ? this.copyButton(entry[1]) : ''
			]);
		}, this);
	}
});
