// SPDX-License-Identifier: MIT
// Services > SSO Login: the page, and its part Settings. The other parts are in the modules beside it.
'use strict';
'require view';
'require form';
'require uci';
'require ui';
'require view.luci-sso.shared as shared';
'require view.luci-sso.users as users';
'require view.luci-sso.sessions as sessions';
'require view.luci-sso.diagnostics as diagnostics';

var CONFIG = shared.CONFIG;
var SECTION = 'default';
var STYLE = '#luci-sso .cbi-section{margin:1.5em 0}#luci-sso .cbi-section>.btn{margin:.5em .5em .5em 0}' +
	'#luci-sso .cbi-section-node>.cbi-value{margin:.5em}#luci-sso .td code,#luci-sso code{overflow-wrap:anywhere}' +
	'#luci-sso details{margin:.5em 0}#luci-sso summary{cursor:pointer;padding:.3em 0}' +
	'#luci-sso .cbi-value-field input[type=text],#luci-sso .cbi-value-field input[type=password],' +
	'#luci-sso textarea,.modal textarea.luci-sso{width:36em;max-width:100%;box-sizing:border-box}' +
	'#luci-sso .cbi-value-field input[type=password],#luci-sso .cbi-value-field input[type=password]+.btn{max-width:calc(100% - 3em)}' +
	'#luci-sso ol>li{margin:.4em 0}#luci-sso ol>li.off{opacity:.6}';

function suggestedRedirectUri() {
	// Over plain http the address bar says nothing of the port that serves https.
	return 'https://' + (location.protocol == 'https:' ? location.host : location.hostname) + shared.PROGRAM + '/callback';
}

function isPlaceholder(value) {
	return /example\.(com|net|org)|your[-_ ]|^(client[-_]?(id|secret)|change-?me|x+)$|…/i.test(value || '');
}

function https(section_id, value) {
	return shared.httpsProblem(value) || true;
}

function withHint(section_id, option_index, cfgvalue) {
	var node = form.Value.prototype.renderWidget.call(this, section_id, option_index, cfgvalue);

	node.appendChild(E('div', { 'class': 'alert-message warning', 'data-hint': this.option, 'style': 'display:none' }));

	return node;
}

/* Nothing refers to the file before the option is saved. */
function takeCertificate(section, section_id) {
	var area = E('textarea', { 'class': 'luci-sso', 'rows': 12, 'aria-label': _('CA certificate'), 'placeholder': '-----BEGIN CERTIFICATE-----' });
	var problem = E('div', { 'class': 'alert-message warning', 'role': 'alert', 'style': 'display:none' });
	var path = '/etc/luci-sso/ca-' + section_id + '.pem';

	function refuse(text) {
		problem.textContent = text;
		problem.style.display = '';
	}

	function read(ev) {
		var reader = new FileReader();

		reader.onload = function() { area.value = reader.result; };
		reader.readAsText(ev.target.files[0]);
	}

	function take() {
		var text = area.value.replace(/\r/g, '').trim();

		if (/PRIVATE KEY/.test(text))
			return refuse(_('This holds a private key. Only the certificate belongs here.'));

		if (!/^-----BEGIN CERTIFICATE-----\n[^]*\n-----END CERTIFICATE-----$/.test(text))
			return refuse(_('This is not a certificate in PEM form (-----BEGIN CERTIFICATE-----).'));

		return shared.writeFile(path, text + '\n', 420).then(function() {
			shared.setValue(section, section_id, 'ca_file', path);
			ui.hideModal();
		}).catch(function(error) { refuse(error.message); });
	}

	ui.showModal(_('CA certificate'), [
		E('p', {}, [ _('Stored on the router as %s, and part of its backup.').format(path) ]),
		area,
		E('p', {}, [ E('input', { 'type': 'file', 'aria-label': _('Upload a file'), 'accept': '.pem,.crt,.cer', 'change': read }) ]),
		problem,
		E('div', { 'class': 'right' }, [
			shared.button(_('Cancel'), '', ui.hideModal), ' ', shared.button(_('Use this certificate'), 'cbi-button-positive important', take)
		])
	]);
}

return view.extend({
	load: function() {
		return Promise.all([
			shared.status().catch(function(error) { return { problem: error.message }; }),
			shared.groups().catch(function() { return {}; }),
			ui.menu.load().catch(function() { return null; }),
			uci.load(CONFIG)
		]);
	},

	render: function(data) {
		var self = this;

		this.status = data[0];
		this.settings = this.settingsMap();
		this.roles = users.map(data[1].groups || [], data[2]);
		this.reference = E('div', { 'class': 'cbi-section-node' });
		this.notes = E('div');

		[ this.settings, this.roles ].forEach(function(map) {
			map.renderContents = function() {
				return form.Map.prototype.renderContents.call(map).then(function(node) {
					self.update();
					return node;
				});
			};
		});

		return this.settings.render().then(function() {
			return self.roles.render();
		}).then(function() {
			return self.isFresh() ? L.require('view.luci-sso.wizard') : null;
		}).then(function(wizard) {
			self.settings.root.addEventListener('input', self.update.bind(self));
			self.settings.root.addEventListener('change', self.update.bind(self));
			self.lookAtGuard();

			return E('div', { 'id': 'luci-sso' }, [
				E('style', {}, [ STYLE ]),
				self.notes,
				wizard ? wizard.render(self) : '',
				self.settings.root,
				shared.block('reference', _('Provider configuration reference'), _('What the provider needs to know about this router.'),
					[ self.reference ]),
				E('div', { 'id': 'luci-sso-users' }, [ self.roles.root, sessions.render() ]),
				diagnostics.render(self)
			]);
		});
	},

	/* Nothing was ever entered. */
	isFresh: function() {
		return !uci.get(CONFIG, SECTION, 'issuer_url') && !uci.get(CONFIG, SECTION, 'client_id');
	},

	/* One after the other: uci.save() of two maps at a time would send every change twice. */
	handleSave: function() {
		var roles = this.roles;

		return this.settings.save().then(function() { return roles.save(); });
	},

	handleReset: function() {
		return Promise.all([ this.settings.reset(), this.roles.reset() ]);
	},

	settingsMap: function() {
		var map = new form.Map(CONFIG, _('SSO Login'));
		var section = map.section(form.NamedSection, SECTION, 'oidc', _('Settings'));
		var session = this.status.session || {};
		var isSsoOnly = shared.loadFlag.call({ option: 'sso_only' }, SECTION) == '1';
		var provider = shared.addOption.bind(shared, section, 'provider');
		var advanced = shared.addOption.bind(shared, section, 'advanced');
		var mayEnforce = isSsoOnly || (session.sso && session.full);
		var choice;

		section.anonymous = true;
		section.tab('provider', _('Provider'));
		section.tab('advanced', _('Advanced'));

		provider(form.Value, 'issuer_url', _('Issuer URL'),
			_('As the provider spells it, letter for letter.'),
			{ placeholder: 'https://id.example.com', renderWidget: withHint, validate: https });
		provider(form.Value, 'client_id', _('Client ID'), null, { renderWidget: withHint });
		provider(form.Value, 'client_secret', _('Client Secret'),
			_('Leave empty for a public client (PKCE only).'),
			{ password: true, renderWidget: withHint });
		provider(form.Value, 'redirect_uri', _('Redirect URI'),
			_('Register exactly this at the provider, and log in under this name only.'), {
				default: suggestedRedirectUri(), rmempty: false, renderWidget: withHint,
				validate: function(section_id, value) {
					return shared.httpsProblem(value) ||
						(/\/cgi-bin\/luci-sso\/callback$/.test(value) ? true : _('Must end in %s').format(shared.PROGRAM + '/callback'));
				}
			});
		provider(form.Value, 'scope', _('Scopes'), _('Add <code>groups</code> when users match by group.'),
			{ placeholder: 'openid profile email', renderWidget: withHint });
		provider(form.Value, 'provider_name', _('Provider name'),
			_('For the button: "Login with <em>name</em>".'), { placeholder: 'SSO' });
		provider(form.Flag, 'enabled', _('Enable SSO'), null, { rmempty: false });
		provider(form.Flag, 'sso_only', _('SSO only'),
			(mayEnforce ? '' : _('Can be switched on only from an SSO session with full rights.') + ' ') +
			_('The login page goes to the provider automatically. <code>/cgi-bin/luci/?local=true</code> still shows the password form.'),
			{ readonly: mayEnforce ? null : true });

		advanced(form.Flag, 'require_email_verified', _('Require verified email'),
			_('Email and domain rules count only for verified addresses.'), { default: '1' });
		advanced(form.Flag, 'logout_at_provider', _('Log out at the provider too'), null, { default: '1' });
		advanced(form.Value, 'session_time', _('Session time-out'), _('Seconds without activity; leave empty for LuCI\'s setting.'),
			{ datatype: 'range(60,2147483)' });
		advanced(form.Value, 'session_max', _('Longest session'), _('Seconds after the login, used or not; 0 for no limit.'),
			{ datatype: 'or(0,range(300,2147483))', placeholder: '43200' });
		advanced(form.Value, 'recheck', _('Ask the provider again'),
			_('Seconds after which the user of a session in use is looked up at the provider again; 0 for never.'),
			{ datatype: 'or(0,range(60,86400))', placeholder: '300' });
		advanced(form.Value, 'clock_tolerance', _('Clock tolerance'), _('Seconds'),
			{ datatype: 'range(0,3600)', placeholder: '60' });
		choice = advanced(form.ListValue, 'client_auth', _('Client authentication'), null, { default: 'auto' });
		[ 'auto', 'client_secret_basic', 'client_secret_post', 'none' ].forEach(function(name) { choice.value(name); });
		choice = advanced(form.ListValue, 'par', _('Pushed requests (PAR)'), _('<em>auto</em>: when the provider demands it.'),
			{ default: 'auto' });
		[ 'auto', 'always', 'never' ].forEach(function(name) { choice.value(name); });
		advanced(form.DynamicList, 'trusted_audience', _('Trusted audiences'),
			_('Further audiences that a token may name beside the client ID.'));
		advanced(form.Value, 'internal_issuer_url', _('Internal issuer URL'),
			_('For requests of the router, when it cannot reach the public one.'),
			{ placeholder: 'https://id.lan:8443', renderWidget: withHint, validate: https });
		advanced(form.Value, 'internal_address', _('Internal address'),
			_('IP address to connect to; name and certificate stay those of the issuer.'), { datatype: 'ipaddr("nomask")' });
		advanced(form.Value, 'ca_file', _('CA file'), _('Certificate authority (PEM) trusted for this provider only.'), {
			placeholder: '/etc/luci-sso/ca-' + SECTION + '.pem',
			renderWidget: function(section_id, option_index, cfgvalue) {
				var node = form.Value.prototype.renderWidget.call(this, section_id, option_index, cfgvalue);

				node.appendChild(shared.button(_('Paste or upload...'), 'cbi-button-action', takeCertificate.bind(null, section, section_id)));

				return node;
			},
			validate: function(section_id, value) {
				return !value || value.charAt(0) == '/' || _('Must be a path that starts with /');
			}
		});
		[ [ 'groups_claim', _('Groups claim'), 'groups' ], [ 'email_claim', _('Email claim'), 'email' ],
		  [ 'username_claim', _('User name claim'), 'preferred_username' ], [ 'name_claim', _('Name claim'), 'name' ]
		].forEach(function(claim) {
			advanced(form.Value, claim[0], claim[1], null, { placeholder: claim[2] });
		});
		advanced(form.Value, 'email_verified_claim', _('Email verified claim'),
			_('Says that the address is verified. Needed when the email claim is not <code>email</code>.'),
			{ placeholder: 'email_verified' });
		choice = advanced(form.DynamicList, 'allowed_alg', _('Signature algorithms'), _('Leave empty for all.'));
		'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA'.split(' ').forEach(function(name) { choice.value(name); });
		advanced(form.Value, 'prompt', 'prompt', null, { renderWidget: withHint });
		advanced(form.Value, 'max_age', 'max_age', _('Seconds since the login at the provider, enforced.'), { datatype: 'uinteger' });
		advanced(form.Value, 'acr_values', 'acr_values', _('Required level of authentication, enforced.'));
		advanced(form.DynamicList, 'trusted_proxy', _('Trusted proxies'),
			_('Addresses of a proxy in front of the router that terminates TLS.'), { datatype: 'ipaddr' });

		this.section = section;

		return map;
	},

	formValue: function(name) {
		var value = shared.formValue(this.section, SECTION, name);

		return value == null ? '' : value;
	},

	setValue: function(name, value) {
		shared.setValue(this.section, SECTION, name, value);
		this.update();
	},

	scope: function() {
		return this.formValue('scope') || 'openid profile email';
	},

	redirectUri: function() {
		return this.formValue('redirect_uri') || suggestedRedirectUri();
	},

	/* '' when there is nothing to point out. */
	hintOf: function(name) {
		var value = this.formValue(name), role;

		if (name == 'scope') {
			role = uci.sections(CONFIG, 'role').filter(function(candidate) { return L.toArray(candidate.group).length; })[0];

			return role && this.scope().split(/\s+/).indexOf('groups') < 0
				? _('Role %s matches by group; most providers send none without the scope groups.').format(role['.name']) : '';
		}

		if (name == 'prompt')
			return value.split(/\s+/).every(function(word) { return /^(|login|consent|select_account|create)$/.test(word); })
				? '' : _('Providers know login, consent, select_account and create here.');

		if (isPlaceholder(value))
			return _('This looks like a placeholder.');

		return /\/\/.*\/\//.test(value) ? _('This path has an empty part (//).') : '';
	},

	/* Hints and reference, from what is in the form now. */
	update: function() {
		var self = this, redirect = this.redirectUri(), scope = this.scope();

		this.settings.root.querySelectorAll('[data-hint]').forEach(function(node) {
			var text = self.hintOf(node.getAttribute('data-hint'));

			node.style.display = text ? '' : 'none';
			node.textContent = text;
		});

		// A button that is replaced while it is pressed is never clicked.
		if (this.shown == redirect + ' ' + scope)
			return;

		this.shown = redirect + ' ' + scope;
		this.reference.textContent = '';
		shared.registration(redirect, scope).forEach(function(line) { self.reference.appendChild(line); });
	},

	/* What the form holds, saved or not. */
	values: function() {
		var self = this, provider = shared.storedOptions(uci.get(CONFIG, SECTION));

		this.section.children.forEach(function(option) {
			var value = self.formValue(option.option);

			if (value.length)
				provider[option.option] = value;
			else
				delete provider[option.option];
		});

		return {
			provider: provider,
			roles: uci.sections(CONFIG, 'role').map(function(role) {
				return Object.assign(shared.storedOptions(role), { name: role['.name'] });
			})
		};
	},

	lookAtGuard: function() {
		var self = this;

		return shared.check('guard').then(function(answer) {
			if (answer.status == 'WARN' || answer.status == 'FAIL')
				self.notes.appendChild(shared.note('warning', '%s: %s. %s'.format(answer.title, answer.text, answer.fix)));
		}).catch(function() {});
	}
});
