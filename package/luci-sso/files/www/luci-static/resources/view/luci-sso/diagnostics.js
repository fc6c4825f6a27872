// SPDX-License-Identifier: MIT
// Test connection of Services > SSO Login: every check on what the form holds, failures first.
'use strict';
'require baseclass';
'require ui';
'require view.luci-sso.shared as shared';

var LOOKS = { FAIL: 'important', WARN: 'warning', SKIP: 'notice', PASS: 'success' };

function labelOf(status) {
	return { FAIL: _('Fail'), WARN: _('Warning'), SKIP: _('Skipped'), PASS: _('Pass') }[status];
}

function rowOf(result) {
	var row = shared.tableRow([
		[ E('span', { 'class': 'label ' + LOOKS[result.status], 'style': result.status == 'FAIL' ? 'background:#c43c35;color:#fff' : null },
			[ labelOf(result.status) ]) ],
		[ E('strong', {}, [ result.title ]), ' ', result.text, E('br'), E('em', {}, [ result.fix ]) ]
	]);

	row.firstChild.style.width = '1%';

	return row;
}

function tableOf(results) {
	return E('table', { 'class': 'table' }, results.map(rowOf));
}

function withStatus(results, status) {
	return results.filter(function(result) { return result.status == status; });
}

return baseclass.extend({
	render: function(page) {
		this.page = page;
		this.result = E('div', { 'aria-live': 'polite' });

		return shared.block('test', _('Test connection'), _('Tests the values above; nothing is saved.'), [
			shared.button(_('Test connection'), 'cbi-button-action', ui.createHandlerFn(this, 'test')), this.result
		]);
	},

	/* Runs these checks; what needs a failed one is not asked. Calls `progress` before each. */
	run: function(checks, progress) {
		var values = this.page.values(), results = [];

		return checks.reduce(function(before, check, index) {
			return before.then(function() {
				var cause = results.filter(function(result) {
					return (check.needs || []).indexOf(result.id) >= 0 && (result.status == 'FAIL' || result.cause);
				})[0];

				if (cause)
					return { title: check.title, status: 'SKIP', cause: cause.cause || cause };

				progress(index, check);

				return shared.check(check.id, values).catch(function(error) {
					return { title: check.title, status: 'FAIL', text: error.message };
				});
			}).then(function(answer) {
				results.push({
					id: check.id, title: answer.title || check.title, status: LOOKS[answer.status] ? answer.status : 'FAIL',
					text: answer.text || '', fix: answer.fix || '', cause: answer.cause
				});
			});
		}, Promise.resolve()).then(function() { return results; });
	},

	/* Failures and warnings open, what follows from a failure in one line, all else folded. */
	show: function(node, results) {
		var counts = {}, rest, open;

		Object.keys(LOOKS).forEach(function(status) { counts[status] = withStatus(results, status).length; });
		open = withStatus(results, 'FAIL').concat(withStatus(results, 'WARN'));
		rest = withStatus(results, 'PASS').concat(withStatus(results, 'SKIP').filter(function(result) { return !result.cause; }));
		node.textContent = '';

		if (!results.length)
			return node.appendChild(shared.note('warning', _('The program on the router does not answer.')));

		node.appendChild(shared.note(counts.FAIL ? 'danger' : counts.WARN ? 'warning' : 'success',
			_('%d passed, %d failed, %d warnings, %d skipped').format(counts.PASS, counts.FAIL, counts.WARN, counts.SKIP)));

		if (open.length)
			node.appendChild(tableOf(open));

		withStatus(results, 'FAIL').forEach(function(cause) {
			var skipped = results.filter(function(result) { return result.cause && result.cause.id == cause.id; });

			if (skipped.length)
				node.appendChild(E('p', { 'class': 'luci-sso-skipped' }, [
					_('Not checked because of "%s": %s').format(cause.title, skipped.map(function(result) { return result.title; }).join(', '))
				]));
		});

		if (rest.length)
			node.appendChild(E('details', {}, [
				E('summary', {}, [ _('%d passed').format(counts.PASS) + (rest.length > counts.PASS
					? ', ' + _('%d skipped').format(rest.length - counts.PASS) : '') ]),
				tableOf(rest)
			]));

		node.appendChild(shared.button(_('Copy report'), '', shared.copyText.bind(shared, this.report(results))));
	},

	/* For somebody who helps; the checks' sentences hold no secrets. */
	report: function(results) {
		return [ 'luci-sso ' + (this.page.status.version || '?') ].concat(results.map(function(result) {
			return [ result.status, result.id, result.cause ? 'needs ' + result.cause.id : result.text, result.fix ].filter(function(text) {
				return text;
			}).join('  ');
		})).join('\n') + '\n';
	},

	test: function() {
		var self = this, checks = this.page.status.checks || [];
		var progress = E('p', { 'class': 'spinning' });

		this.result.textContent = '';
		this.result.appendChild(progress);

		return this.run(checks, function(index, check) {
			progress.textContent = (index + 1) + '/' + checks.length + ' ' + check.title;
		}).then(function(results) {
			self.show(self.result, results);

			return results;
		});
	}
});
