// SPDX-License-Identifier: MIT
// Users of Services > SSO Login: one row for each role, who gets it and what it opens.
'use strict';
'require baseclass';
'require form';
'require uci';
'require ui';
'require view.luci-sso.shared as shared';

var CONFIG = shared.CONFIG;

function nameProblem(name) {
	if (!/^[A-Za-z0-9_]{1,32}$/.test(name))
		return _('A name has 1 to 32 letters, digits or underscores');
	// 'default' is one of them: the provider's section.
	if (uci.get(CONFIG, name) != null)
		return _('This name is already in use');

	return null;
}

/* Whether this group gives these lists anything. */
function allowsGroup(lists, group) {
	return (group.read && shared.allows(lists, 'read', group.name)) || (group.write && shared.allows(lists, 'write', group.name));
}

/* Titles of the menu's first level below which these lists open a page: every group on the way must be allowed. */
function openedBy(menu, groups, lists) {
	var top = menu && menu.children && menu.children.admin && menu.children.admin.children || {};

	function opens(node, isLeaf) {
		var wanted = L.toArray(node.depends && node.depends.acl);
		var names = Object.keys(node.children || {});
		var isOpen = wanted.every(function(name) {
			return groups.some(function(group) { return group.name == name && allowsGroup(lists, group); });
		});

		return isOpen && (names.length
			? names.some(function(name) { return opens(node.children[name], true); })
			: isLeaf && !!node.title && node.satisfied !== false);
	}

	return Object.keys(top).filter(function(name) {
		return top[name].title && opens(top[name], false);
	}).sort(function(a, b) {
		return (top[a].order || 1000) - (top[b].order || 1000);
	}).map(function(name) {
		return _(top[name].title);
	});
}

return baseclass.extend({
	map: function(groups, menu) {
		var map = new form.Map(CONFIG);
		var section = map.section(form.GridSection, 'role', _('Users'),
			_('The first role with a matching rule decides. Write access to this page is as good as root.'));
		var everything = { read: _('Everything'), write: _('Full admin') };

		/* Everything to look at, but not what shows the client secret. */
		var readOnly = [ '*' ].concat(groups.filter(function(group) { return group.secret; }).map(function(group) {
			return '!' + group.name;
		}));

		section.addremove = true;
		section.sortable = true;
		section.nodescriptions = true;
		section.addbtntitle = _('Add');
		section.modaltitle = function(section_id) { return _('Role') + ': ' + section_id; };
		section.renderSectionAdd = function() {
			var node = form.GridSection.prototype.renderSectionAdd.apply(this, arguments);
			var input = node.querySelector('input'), button = node.querySelector('button');

			input.placeholder = _('Name of a new role');

			if (!map.readonly)
				ui.addValidator(input, 'string', true, function(name) {
					var problem = nameProblem(name);

					button.disabled = !!problem;

					return !name || !problem || problem;
				}, 'keyup', 'blur');

			return node;
		};
		section.handleAdd = function(ev, name) {
			var problem = nameProblem(name), added;

			if (problem)
				return shared.complain(new Error(problem));

			added = form.GridSection.prototype.handleAdd.call(this, ev, name);

			if (name == 'admin')
				[ 'read', 'write' ].forEach(function(half) { uci.set(CONFIG, name, half, [ '*' ]); });

			return added;
		};

		function stored(section_id, name) {
			return L.toArray(uci.get(CONFIG, section_id, name)).filter(function(value) {
				return name != 'read' || shared.ALWAYS_READ.indexOf(value) < 0;
			});
		}

		/* The lists as they are in the form, or stored where there is none. */
		function listsOf(form_section, section_id) {
			var lists = {};

			[ 'read', 'write' ].forEach(function(half) {
				var value = shared.formValue(form_section, section_id, half);

				lists[half] = value == null ? stored(section_id, half) : L.toArray(value);
			});

			return lists;
		}

		function isList(list, wanted) {
			return list.slice().sort().join('\n') == wanted.slice().sort().join('\n');
		}

		function choiceOf(lists) {
			if (isList(lists.read, [ '*' ]) && isList(lists.write, [ '*' ]))
				return 'full';

			if (!lists.write.length && isList(lists.read, readOnly))
				return 'read';

			return lists.read.length + lists.write.length ? 'lists' : '';
		}

		/* null, or why this role must not be saved: nobody could open a page with it. */
		function rightsProblem(form_section, section_id) {
			var lists = listsOf(form_section, section_id);
			var login = shared.formValue(form_section, section_id, 'login');
			var hasAny = groups.some(function(group) {
				return shared.ALWAYS_READ.indexOf(group.name) < 0 ? allowsGroup(lists, group)
					: group.write && shared.allows(lists, 'write', group.name);
			});

			return hasAny || !groups.length || (login == null ? uci.get(CONFIG, section_id, 'login') : login)
				? null : _('This role can open nothing: choose what it may do.');
		}

		/* Names that stand for no group of this router; its package may come later. */
		function unknownIn(lists) {
			return lists.read.concat(lists.write).filter(function(pattern) {
				var name = pattern.replace(/^!\s*/, '');

				return groups.length && shared.ALWAYS_READ.indexOf(name) < 0 &&
					!groups.some(function(group) { return shared.matches(name, group.name); });
			});
		}

		function describe(node, form_section, section_id) {
			var lists = listsOf(form_section, section_id), problem = rightsProblem(form_section, section_id);
			var login = shared.formValue(form_section, section_id, 'login');
			var opened = openedBy(menu, groups, lists), unknown = unknownIn(lists);

			node.textContent = '';

			if (problem)
				node.appendChild(shared.note('danger', problem));
			else if (login)
				node.appendChild(E('em', {}, [ _('The rights of the login %s.').format(login) ]));
			else if (opened.length)
				node.appendChild(E('em', {}, [ _('This role can open: %s').format(opened.join(', ')) ]));

			if (unknown.length)
				node.appendChild(shared.note('warning', _('This router does not have an access group %s. Is its package installed?').format(unknown.join(', '))));
		}

		function list(name, title, description, members) {
			return shared.addOption(section, null, form.DynamicList, name, title, description, Object.assign({
				load: function(section_id) { return stored(section_id, name); },
				textvalue: function(section_id) {
					var choices = this.shown || {};

					return E('span', {}, [ this.load(section_id).map(function(value) {
						return choices[value] || value;
					}).join(', ') || '–' ]);
				}
			}, members));
		}

		function rule(name, title, description, members) {
			return list(name, title, description, Object.assign({
				validate: function(section_id, value) { return !value || shared.ruleProblem(name, value) || true; }
			}, members));
		}

		function access(name, title, description) {
			var option = list(name, title, description, {
				shown: { '*': everything[name] },
				datatype: 'maxlength(128)',
				validate: function(section_id, value) {
					return name == 'write' || !/^!\s*(\*|unauthenticated|luci-base)$/.test(value) || _('LuCI does not work without this group');
				},
				// Neither half is written while the two together open nothing.
				parse: function(section_id) {
					var problem = rightsProblem(this.section, section_id);

					return problem ? Promise.reject(new TypeError(problem)) : form.DynamicList.prototype.parse.call(this, section_id);
				}
			});

			option.value('*', everything[name]);
			groups.forEach(function(group) {
				if (group[name] && (name == 'write' || shared.ALWAYS_READ.indexOf(group.name) < 0))
					option.value(group.name, group.name + (group.description ? ' – ' + group.description : ''));
			});
		}

		rule('email', _('Email Addresses'),
			_('Count only when the provider calls them verified (Pocket ID: <em>Email verified</em>), unless <em>Require verified email</em> is off.'));
		rule('domain', _('Email Domains'), _('The part behind the @; verified as above.'), { modalonly: true });
		rule('group', _('Groups'), _('Exact values of the groups claim.'));
		rule('sub', _('Subjects'), _('Exact user ids of the provider.'), { modalonly: true });
		shared.addOption(section, null, form.Flag, 'default', _('Everybody else'),
			_('Everybody whom the provider lets in and no other role matched.'), { modalonly: true });

		var choice = shared.addOption(section, null, form.ListValue, '_access', _('Access'), null, {
			modalonly: true,
			load: function(section_id) {
				return choiceOf({ read: stored(section_id, 'read'), write: stored(section_id, 'write') });
			},
			write: function() {},
			remove: function() {},
			renderWidget: function(section_id, option_index, cfgvalue) {
				var node = form.ListValue.prototype.renderWidget.call(this, section_id, option_index, cfgvalue);
				var opens = node.appendChild(E('div', { 'class': 'luci-sso-opens', 'role': 'status', 'style': 'margin:.5em 0' }));
				var select = node.querySelector('select'), root = this.map.root, own = this.section;

				function show() {
					[ 'read', 'write' ].forEach(function(half) {
						var row = root.querySelector('[data-name="' + half + '"]');

						if (row)
							row.style.display = select.value == 'lists' ? '' : 'none';
					});
					describe(opens, own, section_id);
				}

				select.addEventListener('change', function() {
					if (select.value != 'lists') {
						shared.setValue(own, section_id, 'read', select.value == 'full' ? [ '*' ] : select.value == 'read' ? readOnly : []);
						shared.setValue(own, section_id, 'write', select.value == 'full' ? [ '*' ] : []);
					}

					show();
				});
				[ 'cbi-dynlist-change', 'cbi-dropdown-change', 'change', 'keyup' ].forEach(function(type) {
					root.addEventListener(type, show);
				});
				// The lists are below: they are drawn after this.
				window.setTimeout(show, 0);

				return node;
			}
		});
		choice.value('', _('-- Please choose --'));
		choice.value('full', _('Administrator: may do everything'));
		choice.value('read', _('Read only: sees everything but secrets'));
		choice.value('lists', _('Choose...'));

		access('read', _('Read access'), _('Access groups; patterns like <code>luci-app-*</code>, <code>!</code> excludes.'));
		access('write', _('Write access'), _('Includes reading. To save anything in LuCI a role needs luci-base here.'));
		shared.addOption(section, null, form.Value, 'login', _('Rights of login'),
			_('Name and rights of this existing login instead, for example root.'), { modalonly: true });

		return map;
	}
});
