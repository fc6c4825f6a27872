// SPDX-License-Identifier: MIT
// Sessions of Services > SSO Login: who is logged in, and an end to it.
'use strict';
'require baseclass';
'require ui';
'require view.luci-sso.shared as shared';

function confirmFirst(question, action) {
	ui.showModal(_('Sessions'), [
		E('p', {}, [ question ]),
		E('div', { 'class': 'right' }, [
			shared.button(_('Cancel'), '', ui.hideModal), ' ',
			shared.button(_('End'), 'cbi-button-negative important', function() { ui.hideModal(); return action(); })
		])
	]);
}

/* The router counts from now, its clock may be another one's. */
function inSeconds(seconds) {
	return seconds == null ? '–' : new Date(Date.now() + seconds * 1000).toLocaleString();
}

return baseclass.extend({
	render: function() {
		this.node = E('div', { 'aria-live': 'polite' });
		this.show();

		return shared.block('sessions', _('Sessions'), _('Who is logged in with SSO.'), [ this.node ]);
	},

	/* One after the other; all of them are tried. */
	end: function(ids) {
		return ids.reduce(function(before, id) {
			return before.then(function() { return shared.endSession(id).catch(shared.complain); });
		}, Promise.resolve()).then(this.show.bind(this));
	},

	endButton: function(label, question, ids) {
		return shared.button(label, 'cbi-button-remove', confirmFirst.bind(null, question, this.end.bind(this, ids)));
	},

	show: function() {
		var self = this;

		return shared.sessions().then(function(answer) {
			var sessions = answer.sessions || [], table, byUser = {};
			var titles = [ _('User'), _('Role'), _('Since'), _('From'), _('Last check'), _('Ends at the latest'), '' ];

			self.node.textContent = '';

			if (!sessions.length)
				return self.node.appendChild(E('em', {}, [ _('Nobody is logged in with SSO.') ]));

			sessions.forEach(function(session) {
				var user = session.user || '–';

				byUser[user] = (byUser[user] || []).concat(session.id);
			});
			table = self.node.appendChild(E('table', { 'class': 'table' }, [
				E('tr', { 'class': 'tr table-titles' }, titles.map(function(title) {
					return E('th', { 'class': 'th' }, [ title ]);
				}))
			]));
			sessions.forEach(function(session) {
				var user = session.user || '–';

				table.appendChild(shared.tableRow([
					[ user, session.own ? ' ' + _('(this session)') : '' ],
					[ session.role || '–' ],
					[ session.since ? new Date(session.since * 1000).toLocaleString() : '–' ],
					[ session.from || '–' ],
					[ session.checked == null ? '–' : inSeconds(-session.checked) ],
					[ inSeconds(session.ends) ],
					[ self.endButton(_('End'), _('End the session of %s?').format(user), [ session.id ]) ]
						.concat(byUser[user].length > 1 ? [ ' ', self.endButton(_('End all of this person'),
							_('End all %d sessions of %s?').format(byUser[user].length, user), byUser[user]) ] : [])
				], titles));
			});
			self.node.appendChild(self.endButton(_('End all'), _('End all SSO sessions, including your own?'), [ 'all' ]));
		}).catch(function(error) {
			self.node.textContent = error.message;
		});
	}
});
