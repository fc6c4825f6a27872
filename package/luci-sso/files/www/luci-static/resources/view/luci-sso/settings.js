// SPDX-License-Identifier: MIT
// Services > SSO Login. A plain string as child of E() is HTML to LuCI; what was stored, and what a
// provider or the router says, therefore always is an array's member, which becomes a text node.
'use strict';
'require view';
'require form';
'require uci';
'require ui';
'require rpc';

var CONFIG = 'luci-sso';
var PROGRAM = '/cgi-bin/luci-sso';
var ALWAYS_READ = [ 'unauthenticated', 'luci-base' ];

/* LuCI's own calls give up after 20 s; the program answers each within 10 s. */
function declare(method, params) {
	var call = rpc.declare({ object: CONFIG, method: method, params: params, reject: true });

	return function() {
		return call.apply(null, arguments).then(function(answer) {
			if (answer && answer.error)
				throw new Error(answer.error);

			return answer || {};
		});
	};
}

var callStatus = declare('status');
var callCheck = declare('check', [ 'id', 'values' ]);
var callSessions = declare('sessions');
var callEndSession = declare('end_session', [ 'id' ]);
var callGroups = declare('acl_groups');

function suggestedRedirectUri() {
	// Over plain http the address bar says nothing of the port that serves https.
	return 'https://' + (location.protocol == 'https:' ? location.host : location.hostname) + PROGRAM + '/callback';
}

function isPlaceholder(value) {
	return /example\.(com|net|org)|your[-_ ]|^(client[-_]?(id|secret)|change-?me|x+)$|…/i.test(value || '');
}

function roleNameProblem(name) {
	if (!/^[A-Za-z0-9_]{1,32}$/.test(name))
		return _('A name has 1 to 32 letters, digits or underscores');
	// 'default' is one of them: the provider's section.
	if (uci.get(CONFIG, name) != null)
		return _('This name is already in use');

	return null;
}

function httpsProblem(value) {
	if (value && !/^https:\/\/[^\/?#@\s]+[^?#\s]*$/i.test(value))
		return _('Must be an https:// address without query');

	return null;
}

/* LuCI's own flag only knows 1 and 0. */
function loadFlag(section_id) {
	var value = uci.get(CONFIG, section_id, this.option);

	return value == null ? null : /^(1|on|true|yes|enabled)$/.test(value) ? '1' : '0';
}

function addOption(section, tab, type, name, title, description, members) {
	var option = tab ? section.taboption(tab, type, name, title, description)
		: section.option(type, name, title, description);

	if (type === form.Flag)
		option.load = loadFlag;

	return Object.assign(option, members);
}

/* Every option of a stored section, as text or lists of it. */
function storedOptions(section) {
	var options = {};

	for (var key in section)
		if (key.charAt(0) != '.')
			options[key] = section[key];

	return options;
}

function copyText(text, ev) {
	var label = ev.currentTarget.firstChild, area;

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
		window.setTimeout(function() { label.data = _('Copy'); }, 2000);
	});
}

function button(label, look, click) {
	return E('button', { 'class': 'btn cbi-button ' + look, 'type': 'button', 'click': click }, [ label ]);
}

function block(name, title, description, children) {
	return E('div', { 'class': 'cbi-section', 'id': 'luci-sso-' + name }, [
		E('h3', {}, [ title ]), E('div', { 'class': 'cbi-section-descr' }, [ description ])
	].concat(children));
}

function tableRow(cells) {
	return E('tr', { 'class': 'tr' }, cells.map(function(cell) {
		return E('td', { 'class': 'td' }, cell);
	}));
}

function confirmFirst(question, action) {
	ui.showModal(_('Sessions'), [
		E('p', {}, [ question ]),
		E('div', { 'class': 'right' }, [
			button(_('Cancel'), '', ui.hideModal), ' ',
			button(_('End'), 'cbi-button-negative important', function() { ui.hideModal(); return action(); })
		])
	]);
}

function complain(error) {
	ui.addNotification(null, E('p', {}, [ error.message ]), 'danger');
}

return view.extend({
	load: function() {
		return Promise.all([
			callStatus().catch(function(error) { return { problem: error.message }; }),
			callGroups().catch(function() { return {}; }),
			uci.load(CONFIG)
		]);
	},

	render: function(data) {
		var self = this;

		this.status = data[0];
		this.settings = this.settingsMap();
		this.roles = this.rolesMap(data[1].groups || []);
		this.reference = E('div', { 'class': 'cbi-section-node' });
		this.result = E('div', { 'aria-live': 'polite' });
		this.sessions = E('div');

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
			self.settings.root.addEventListener('input', self.update.bind(self));
			self.settings.root.addEventListener('change', self.update.bind(self));
			self.showSessions();

			return E('div', {}, [
				self.settings.root,
				block('test', _('Test connection'), _('Tests the values above; nothing is saved.'), [
					button(_('Test connection'), 'cbi-button-action', ui.createHandlerFn(self, 'test')), self.result
				]),
				block('reference', _('Provider configuration reference'), '', [ self.reference ]),
				E('div', { 'id': 'luci-sso-users' }, [
					self.roles.root,
					block('sessions', _('Sessions'), _('Who is logged in with SSO.'), [ self.sessions ])
				])
			]);
		});
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
		var section = map.section(form.NamedSection, 'default', 'oidc', _('Settings'));
		var session = this.status.session || {};
		var isSsoOnly = loadFlag.call({ option: 'sso_only' }, 'default') == '1';
		var provider = addOption.bind(null, section, 'provider');
		var advanced = addOption.bind(null, section, 'advanced');
		var mayEnforce = isSsoOnly || (session.sso && session.full);
		var algorithms;

		section.anonymous = true;
		section.tab('provider', _('Provider'));
		section.tab('advanced', _('Advanced'));

		function withHint(section_id, option_index, cfgvalue) {
			var node = form.Value.prototype.renderWidget.call(this, section_id, option_index, cfgvalue);

			node.appendChild(E('div', { 'class': 'alert-message warning', 'data-hint': this.option, 'style': 'display:none' }));

			return node;
		}

		function https(section_id, value) {
			return httpsProblem(value) || true;
		}

		provider(form.Value, 'issuer_url', _('Issuer URL'),
			_('As the provider spells it, letter for letter.'),
			{ placeholder: 'https://id.example.com', renderWidget: withHint, validate: https });
		provider(form.Value, 'client_id', _('Client ID'), null, { renderWidget: withHint });
		provider(form.Value, 'client_secret', _('Client Secret'),
			_('Empty for a public client (PKCE only).'),
			{ password: true, renderWidget: withHint });
		provider(form.Value, 'redirect_uri', _('Redirect URI'),
			_('Register exactly this at the provider, and log in under this name only.'), {
				default: suggestedRedirectUri(), rmempty: false, renderWidget: withHint,
				validate: function(section_id, value) {
					return httpsProblem(value) ||
						(/\/cgi-bin\/luci-sso\/callback$/.test(value) ? true : _('Must end in %s').format(PROGRAM + '/callback'));
				}
			});
		provider(form.Value, 'scope', _('Scopes'), _('Add <code>groups</code> when users match by group.'),
			{ placeholder: 'openid profile email', renderWidget: withHint });
		provider(form.Value, 'provider_name', _('Provider name'),
			_('For the button: "Login with <em>name</em>".'), { placeholder: 'SSO' });
		provider(form.Flag, 'enabled', _('Enable SSO'), null, { rmempty: false });
		provider(form.Flag, 'sso_only', _('SSO only'),
			(mayEnforce ? '' : _('Can be switched on only from an SSO session with full rights.') + ' ') +
			_('The login page goes to the provider by itself. <code>/cgi-bin/luci/?local=true</code> still shows the password form.'),
			{ readonly: mayEnforce ? null : true });

		advanced(form.Flag, 'require_email_verified', _('Require verified email'),
			_('Email and domain rules count only for verified addresses.'), { default: '1' });
		advanced(form.Flag, 'logout_at_provider', _('Log out at the provider too'), null, { default: '1' });
		advanced(form.Value, 'session_time', _('Session time-out'), _('Seconds without activity; as LuCI when empty.'),
			{ datatype: 'range(60,2147483)' });
		advanced(form.Value, 'session_max', _('Longest session'), _('Seconds after the login, used or not; 0 for no limit.'),
			{ datatype: 'range(0,2147483)', placeholder: '43200' });
		advanced(form.Value, 'recheck', _('Ask the provider again'),
			_('Seconds after which the user of a session in use is looked up at the provider again; 0 for never.'),
			{ datatype: 'or(0,range(60,86400))', placeholder: '300' });
		advanced(form.Value, 'clock_tolerance', _('Clock tolerance'), _('Seconds'),
			{ datatype: 'range(0,3600)', placeholder: '60' });
		var auth = advanced(form.ListValue, 'client_auth', _('Client authentication'), null, { default: 'auto' });
		[ 'auto', 'client_secret_basic', 'client_secret_post', 'none' ].forEach(function(name) { auth.value(name); });
		advanced(form.Value, 'internal_issuer_url', _('Internal issuer URL'),
			_('For requests of the router, when it cannot reach the public one.'),
			{ placeholder: 'https://id.lan:8443', validate: https });
		advanced(form.Value, 'internal_address', _('Internal address'),
			_('IP address to connect to; name and certificate stay those of the issuer.'), { datatype: 'ipaddr("nomask")' });
		advanced(form.Value, 'ca_file', _('CA file'), _('Certificate authority (PEM) trusted for this provider only.'),
			{ placeholder: '/etc/luci-sso-ca.pem' });
		[ [ 'groups_claim', _('Groups claim'), 'groups' ], [ 'email_claim', _('Email claim'), 'email' ],
		  [ 'username_claim', _('User name claim'), 'preferred_username' ], [ 'name_claim', _('Name claim'), 'name' ]
		].forEach(function(claim) {
			advanced(form.Value, claim[0], claim[1], null, { placeholder: claim[2] });
		});
		advanced(form.Value, 'email_verified_claim', _('Email verified claim'),
			_('Says that the address is verified. Needed when the email claim is not <code>email</code>.'),
			{ placeholder: 'email_verified' });
		algorithms = advanced(form.DynamicList, 'allowed_alg', _('Signature algorithms'), _('All supported ones when empty.'));
		'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA'.split(' ').forEach(function(name) { algorithms.value(name); });
		advanced(form.Value, 'prompt', 'prompt');
		advanced(form.Value, 'max_age', 'max_age', _('Seconds since the login at the provider, enforced.'), { datatype: 'uinteger' });
		advanced(form.Value, 'acr_values', 'acr_values', _('Required level of authentication, enforced.'));
		advanced(form.DynamicList, 'trusted_proxy', _('Trusted proxies'),
			_('Addresses of a proxy in front of the router that terminates TLS.'), { datatype: 'ipaddr' });

		this.section = section;

		return map;
	},

	rolesMap: function(groups) {
		var map = new form.Map(CONFIG);
		var section = map.section(form.GridSection, 'role', _('Users'),
			_('The first role with a matching rule decides. Write access to this page is as good as root.'));

		section.addremove = true;
		section.sortable = true;
		section.nodescriptions = true;
		section.addbtntitle = _('Add');
		section.modaltitle = function(section_id) { return _('Role') + ': ' + section_id; };
		section.renderSectionAdd = function() {
			var node = form.GridSection.prototype.renderSectionAdd.apply(this, arguments);
			var input = node.querySelector('input'), button = node.querySelector('button');

			if (!map.readonly)
				ui.addValidator(input, 'string', true, function(name) {
					var problem = roleNameProblem(name);

					button.disabled = !!problem;

					return !name || !problem || problem;
				}, 'keyup', 'blur');

			return node;
		};
		section.handleAdd = function(ev, name) {
			var problem = roleNameProblem(name);

			if (problem)
				return complain(new Error(problem));

			return form.GridSection.prototype.handleAdd.call(this, ev, name);
		};

		function list(name, title, description, members) {
			return addOption(section, null, form.DynamicList, name, title, description, Object.assign({
				load: function(section_id) {
					return L.toArray(uci.get(CONFIG, section_id, name)).filter(function(value) {
						return name != 'read' || ALWAYS_READ.indexOf(value) < 0;
					});
				},
				textvalue: function(section_id) {
					var choices = this.shown || {};

					return E('span', {}, [ this.load(section_id).map(function(value) {
						return choices[value] || value;
					}).join(', ') || '–' ]);
				}
			}, members));
		}

		function access(name, title, description, everything) {
			var option = list(name, title, description, {
				shown: { '*': everything },
				datatype: 'maxlength(128)',
				validate: function(section_id, value) {
					return name == 'write' || !/^!\s*(\*|unauthenticated|luci-base)$/.test(value) || _('LuCI does not work without this group');
				}
			});

			option.value('*', everything);
			groups.forEach(function(group) {
				if (group[name] && (name == 'write' || ALWAYS_READ.indexOf(group.name) < 0))
					option.value(group.name, group.name + (group.description ? ' – ' + group.description : ''));
			});
		}

		list('email', _('Email Addresses'),
			_('Count only when the provider calls them verified (Pocket ID: <em>Email verified</em>), unless <em>Require verified email</em> is off.'),
			{ validate: function(section_id, value) { return !value || /^[^@\s]+@[^@\s]+$/.test(value) || _('Must be an email address'); } });
		list('domain', _('Email Domains'), _('The part behind the @; verified as above.'), { modalonly: true });
		list('group', _('Groups'), _('Exact values of the groups claim.'));
		list('sub', _('Subjects'), _('Exact user ids of the provider.'), { modalonly: true });
		addOption(section, null, form.Flag, 'default', _('Everybody else'),
			_('Everybody whom the provider lets in and no other role matched.'), { modalonly: true });
		access('read', _('Read access'), _('Access groups; patterns like <code>luci-app-*</code>, <code>!</code> excludes.'), _('Everything'));
		access('write', _('Write access'), _('Includes reading. To save anything in LuCI a role needs luci-base here.'), _('Full admin'));
		addOption(section, null, form.Value, 'login', _('Rights of login'),
			_('Name and rights of this existing login instead, for example root.'), { modalonly: true });

		return map;
	},

	formValue: function(name) {
		var option = this.section.children.filter(function(candidate) { return candidate.option == name; })[0];
		var value = option.formvalue('default');

		return value == null ? '' : value;
	},

	/* Hints and reference, from what is in the form now. */
	update: function() {
		var self = this, scope = this.formValue('scope') || 'openid profile email';
		var redirect = this.formValue('redirect_uri') || suggestedRedirectUri();
		var program = redirect.replace(/\/callback$/, '');
		var groupRoles = uci.sections(CONFIG, 'role').filter(function(role) { return L.toArray(role.group).length; });

		this.settings.root.querySelectorAll('[data-hint]').forEach(function(node) {
			var name = node.getAttribute('data-hint'), text = '';

			if (name != 'scope' && isPlaceholder(self.formValue(name)))
				text = _('This looks like a placeholder.');
			else if (name == 'scope' && groupRoles.length && scope.split(/\s+/).indexOf('groups') < 0)
				text = _('Role %s matches by group; most providers send none without the scope groups.').format(groupRoles[0]['.name']);

			node.style.display = text ? '' : 'none';
			node.textContent = text;
		});

		// A button that is replaced while it is pressed is never clicked.
		if (this.shown == redirect + ' ' + scope)
			return;

		this.shown = redirect + ' ' + scope;
		this.reference.textContent = '';

		[ [ _('Redirect URI'), redirect ], [ _('Launch URL'), program ],
		  [ _('Post-logout redirect URI'), program + '/logged-out' ],
		  [ _('Back-channel logout URI'), program + '/backchannel-logout' ],
		  [ _('Scopes'), scope ], [ 'PKCE', 'S256' ], [ _('Grant type'), 'authorization_code' ]
		].forEach(function(entry, index) {
			self.reference.appendChild(E('div', { 'class': 'cbi-value' }, [
				E('label', { 'class': 'cbi-value-title' }, [ entry[0] ]),
				E('div', { 'class': 'cbi-value-field' }, [
					E('code', {}, [ entry[1] ]), ' ', index < 5 ? button(_('Copy'), '', copyText.bind(null, entry[1])) : ''
				])
			]));
		});
	},

	/* What the form holds, saved or not. */
	values: function() {
		var self = this, provider = storedOptions(uci.get(CONFIG, 'default'));

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
				return Object.assign(storedOptions(role), { name: role['.name'] });
			})
		};
	},

	test: function() {
		var values = this.values(), checks = this.status.checks || [], result = this.result;
		var counts = { PASS: 0, FAIL: 0, WARN: 0, SKIP: 0 };
		var looks = { PASS: [ _('Pass'), 'success' ], FAIL: [ _('Fail'), 'important' ], WARN: [ _('Warning'), 'warning' ], SKIP: [ _('Skipped'), 'notice' ] };
		var progress = E('p', { 'class': 'spinning' });
		var table = E('table', { 'class': 'table' });

		result.textContent = '';
		result.appendChild(table);
		result.appendChild(progress);

		return checks.reduce(function(before, check, index) {
			return before.then(function() {
				progress.textContent = (index + 1) + '/' + checks.length + ' ' + check.title;

				return callCheck(check.id, values).catch(function(error) {
					return { title: check.title, status: 'FAIL', text: error.message };
				});
			}).then(function(answer) {
				var status = looks[answer.status] ? answer.status : 'FAIL';

				counts[status]++;
				table.appendChild(tableRow([
					[ E('span', { 'class': 'label ' + looks[status][1], 'style': status == 'FAIL' ? 'background:#c43c35' : null }, [ looks[status][0] ]) ],
					[ E('strong', {}, [ answer.title || check.title ]), ' ', answer.text || '', E('br'), E('em', {}, [ answer.fix || '' ]) ]
				]));
			});
		}, Promise.resolve()).then(function() {
			progress.className = 'alert-message ' + (counts.FAIL ? 'danger' : counts.WARN || !checks.length ? 'warning' : 'success');
			progress.textContent = checks.length
				? _('%d passed, %d failed, %d warnings, %d skipped').format(counts.PASS, counts.FAIL, counts.WARN, counts.SKIP)
				: _('The program on the router does not answer.');
		});
	},

	showSessions: function() {
		var self = this;

		function end(question, id) {
			return confirmFirst.bind(null, question, function() {
				return callEndSession(id).catch(complain).then(self.showSessions.bind(self));
			});
		}

		return callSessions().then(function(answer) {
			var sessions = answer.sessions || [], table;

			self.sessions.textContent = '';

			if (!sessions.length)
				return self.sessions.appendChild(E('em', {}, [ _('Nobody is logged in with SSO.') ]));

			table = self.sessions.appendChild(E('table', { 'class': 'table' }, [
				E('tr', { 'class': 'tr table-titles' }, [ _('User'), _('Role'), _('Since'), '' ].map(function(title) {
					return E('th', { 'class': 'th' }, [ title ]);
				}))
			]));
			sessions.forEach(function(session) {
				var user = session.user || '–';

				table.appendChild(tableRow([
					[ user, session.own ? ' ' + _('(this session)') : '' ],
					[ session.role || '–' ],
					[ session.since ? new Date(session.since * 1000).toLocaleString() : '–' ],
					[ button(_('End'), 'cbi-button-remove', end(_('End the session of %s?').format(user), session.id)) ]
				]));
			});
			self.sessions.appendChild(button(_('End all'), 'cbi-button-remove', end(_('End all SSO sessions, your own included?'), 'all')));
		}).catch(function(error) {
			self.sessions.textContent = error.message;
		});
	}
});
