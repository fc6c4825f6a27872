// SPDX-License-Identifier: MIT
// The way through Services > SSO Login for whoever has entered nothing yet: one step at a time, each checked at once.
// It fills in the form below it and has no values of its own, so that everybody can go on there at any time.
'use strict';
'require baseclass';
'require uci';
'require ui';
'require view.luci-sso.shared as shared';
'require view.luci-sso.diagnostics as diagnostics';

var CONFIG = shared.CONFIG;
var ROLE = 'admin';
var TO_PROVIDER = 'config ca_bundle dns tcp tls_chain tls_names clock discovery issuer endpoints algorithms keys';

function input(title, value, members) {
	var field = E('input', Object.assign({ 'class': 'cbi-input-text', 'type': 'text', 'aria-label': title }, members));

	field.value = value;

	return field;
}

return baseclass.extend({
	render: function(page) {
		this.page = page;
		this.at = 0;
		this.node = E('div', { 'class': 'cbi-section-node' });
		this.show();

		return shared.block('wizard', _('Set up step by step'),
			_('This fills in the settings below. You can change them there at any time.'), [ this.node ]);
	},

	/* `take` puts what was entered into the form, or returns why not; `checks` are run then. */
	steps: function() {
		var page = this.page;

		return [
			{ title: _('Where is your provider?'), checks: TO_PROVIDER, fields: function() {
				var issuer = input(_('Issuer URL'), page.formValue('issuer_url'), { 'placeholder': 'https://id.example.com' });

				this.take = function() {
					var url = issuer.value.trim().replace(/\/\.well-known\/.*$/, '');

					if (!url || shared.httpsProblem(url))
						return _('Must be an https:// address without query');

					page.setValue('issuer_url', url);
				};

				return [ shared.line(_('Issuer URL'), [ issuer ]) ];
			} },
			{ title: _('Register this router there'), checks: 'redirect_uri', fields: function() {
				return [ E('p', {}, [ _('Create a client at the provider with these values.') ]) ]
					.concat(shared.registration(page.redirectUri(), page.scope()));
			} },
			{ title: _('What did the provider give you?'), checks: 'secret client_auth', fields: function() {
				var id = input(_('Client ID'), page.formValue('client_id'));
				var secret = input(_('Client Secret'), page.formValue('client_secret'), { 'type': 'password', 'autocomplete': 'off' });

				this.take = function() {
					if (!id.value.trim())
						return _('Enter the client ID.');

					page.setValue('client_id', id.value.trim());
					page.setValue('client_secret', secret.value.trim());
				};

				return [ shared.line(_('Client ID'), [ id ]), shared.line(_('Client Secret'), [ secret ]) ];
			} },
			{ title: _('Who is the administrator?'), checks: 'roles email scopes groups', fields: function() {
				var kind = E('select', { 'class': 'cbi-input-select', 'aria-label': _('Who') }, [
					E('option', { 'value': 'email' }, [ _('Email address') ]), E('option', { 'value': 'group' }, [ _('Group') ])
				]);
				var value = input(_('Email address'), '', { 'placeholder': 'alice@example.com' });

				this.take = function() {
					var name = value.value.trim(), problem = name ? shared.ruleProblem(kind.value, name) : _('Enter an address or a group.');
					var known = L.toArray(uci.get(CONFIG, ROLE, kind.value));

					if (problem)
						return problem;

					if (!uci.get(CONFIG, ROLE)) {
						uci.add(CONFIG, 'role', ROLE);
						uci.set(CONFIG, ROLE, 'read', [ '*' ]);
						uci.set(CONFIG, ROLE, 'write', [ '*' ]);
					}

					if (known.indexOf(name) < 0)
						uci.set(CONFIG, ROLE, kind.value, known.concat(name));

					if (kind.value == 'group' && page.scope().split(/\s+/).indexOf('groups') < 0)
						page.setValue('scope', page.scope() + ' groups');

					return page.roles.load().then(function() { return page.roles.reset(); }).then(function() {});
				};

				return [ shared.line(_('Who'), [ kind ]), shared.line(_('Address or group'), [ value ]) ];
			} },
			{ title: _('Does everything work?'), checks: null, fields: function() {
				return [ E('p', {}, [ _('Next runs every check. Nothing is saved yet.') ]) ];
			} },
			{ title: _('Switch it on'), checks: '', last: true, fields: function() {
				return [ E('p', {}, [ _('Passwords keep working. If the router cannot be reached afterwards, LuCI takes everything back.') ]) ];
			} }
		];
	},

	show: function() {
		var self = this;

		this.node.textContent = '';
		this.node.appendChild(E('ol', {}, this.steps().map(function(step, index) {
			return E('li', { 'class': index > self.at ? 'off' : '', 'aria-current': index == self.at ? 'step' : null },
				[ E(index == self.at ? 'strong' : 'span', {}, [ step.title ]), index < self.at ? ' ✓' : '' ]
					.concat(index == self.at ? self.current(step) : []));
		})));
	},

	current: function(step) {
		var self = this;
		var fields = step.fields.call(step);

		this.result = E('div', { 'aria-live': 'polite' });

		return [ E('div', {
			'keydown': function(ev) {
				if (ev.key == 'Enter' && ev.target.tagName == 'INPUT')
					self.next(step);
			}
		}, fields), this.result, E('p', {}, [
			this.at ? shared.button(_('Back'), '', function() { self.at--; self.show(); }) : '', ' ',
			shared.button(step.last ? _('Enable SSO and apply') : _('Next'), 'cbi-button-action important', ui.createHandlerFn(this, 'next', step))
		]) ];
	},

	next: function(step) {
		var self = this, result = this.result, wanted = step.checks == null ? null : step.checks.split(' ');

		if (step.last) {
			this.page.setValue('enabled', '1');

			return this.page.handleSaveApply(null, '0');
		}

		return Promise.resolve(step.take && step.take()).then(function(problem) {
			var checks = (self.page.status.checks || []).filter(function(check) {
				return !wanted || wanted.indexOf(check.id) >= 0;
			});

			result.textContent = '';

			if (problem)
				return result.appendChild(shared.note('warning', problem));

			result.appendChild(E('p', { 'class': 'spinning' }, [ _('Checking...') ]));

			return diagnostics.run(checks, function() {}).then(function(results) {
				if (results.some(function(found) { return found.status == 'FAIL'; }))
					return diagnostics.show(result, results);

				self.at++;
				self.show();
			});
		});
	}
});
