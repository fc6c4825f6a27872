// SPDX-License-Identifier: MIT
// Stands in for LuCI's JavaScript API (luci.js, dom, rpc, uci, ui) as far as the page of luci-sso uses
// it; form.js beside it does for form.js. Written after LuCI's documentation. Kept on purpose: a plain
// string as child of E() is HTML, uci.save() sends whatever is pending, a modal's save renders anew.
'use strict';

window.L = {
  env: JSON.parse(document.getElementById('env').textContent),
  toArray: (value) => value == null ? [] : Array.isArray(value) ? value : String(value).split(/\s+/).filter((word) => word !== ''),
  modules: {},
};

String.prototype.format = function (...args) {
  return this.replace(/%[sdh%]/g, (mark) => {
    if (mark === '%%') return '%';
    const value = args.shift();
    if (mark === '%d') return String(Math.trunc(Number(value)));
    return mark === '%h' ? String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`) : String(value);
  });
};

window._ = (text) => L.env.texts[text] ?? text;

const dom = {
  append(node, children) {
    for (const child of Array.isArray(children) ? children.flat(Infinity) : [children]) {
      if (child == null) continue;
      if (child instanceof Node) node.appendChild(child);
      else if (Array.isArray(children)) node.appendChild(document.createTextNode(String(child)));
      else node.innerHTML = String(child);
    }
  },
  content(node, children) {
    while (node.firstChild) node.removeChild(node.firstChild);
    dom.append(node, children);
  },
};

window.E = (tag, attributes, children) => {
  if (Array.isArray(tag)) {
    const fragment = document.createDocumentFragment();
    dom.append(fragment, tag);
    return fragment;
  }
  const node = document.createElement(tag);
  const isAttributes = attributes !== null && typeof attributes === 'object' && !Array.isArray(attributes) && !(attributes instanceof Node);
  for (const [name, value] of Object.entries(isAttributes ? attributes : {})) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value != null) node.setAttribute(name, value);
  }
  dom.append(node, isAttributes || attributes == null ? children : attributes);
  return node;
};

const STATUS_TEXT = { 2: 'Invalid argument', 3: 'Method not found', 4: 'Resource not found', 6: 'Permission denied', 7: 'Request timeout' };
let calls = 0;

const rpc = {
  declare: ({ object, method, params = [], expect = {}, reject = false }) => async (...args) => {
    const named = Object.fromEntries(params.map((name, i) => [name, args[i]]).filter(([, value]) => value !== undefined));
    const response = await fetch('/ubus/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++calls, method: 'call', params: [L.env.sessionid, object, method, named] }),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`RPC call to ${object}/${method} failed with error ${error.code}: ${error.message}`);
    const [status, data = {}] = result;
    if (status !== 0 && reject) throw new Error(`RPC call to ${object}/${method} failed with ubus code ${status}: ${STATUS_TEXT[status] ?? status}`);
    const [key] = Object.keys(expect);
    return key === undefined || key === '' ? data : data[key] ?? expect[key];
  },
};

const call = (method, params, expect) => rpc.declare({ object: 'uci', method, params, expect, reject: true });

class Uci {
  values = {};
  creates = {};
  changes = {};
  deletes = {};
  reorder = {};
  callGet = call('get', ['config'], { values: {} });
  callOrder = call('order', ['config', 'sections']);
  callAdd = call('add', ['config', 'type', 'name', 'values'], { section: '' });
  callSet = call('set', ['config', 'section', 'values']);
  callDelete = call('delete', ['config', 'section', 'options']);

  async load(configs) {
    for (const config of [configs].flat()) this.values[config] ??= await this.callGet(config);
  }

  unload(config) {
    for (const part of [this.values, this.creates, this.changes, this.deletes, this.reorder]) delete part[config];
  }

  merged(config, id) {
    const created = this.creates[config]?.[id];
    if (created) return created;
    const gone = this.deletes[config]?.[id];
    const stored = this.values[config]?.[id];
    if (!stored || gone === true) return undefined;
    const section = { ...stored, ...this.changes[config]?.[id] };
    for (const option of Object.keys(gone ?? {})) delete section[option];
    return section;
  }

  sections(config, type) {
    return [...Object.keys(this.values[config] ?? {}), ...Object.keys(this.creates[config] ?? {})]
      .map((id) => this.merged(config, id)).filter((section) => section && (!type || section['.type'] === type))
      .sort((a, b) => a['.index'] - b['.index']);
  }

  get(config, id, option) {
    const section = this.merged(config, id);
    return (option === undefined ? section : section?.[option]) ?? null;
  }

  set(config, id, option, value) {
    if (value == null || value === '') return this.unset(config, id, option);
    if (this.creates[config]?.[id]) {
      this.creates[config][id][option] = value;
    } else {
      ((this.changes[config] ??= {})[id] ??= {})[option] = value;
      if (this.deletes[config]?.[id]) delete this.deletes[config][id][option];
    }
  }

  unset(config, id, option) {
    if (this.creates[config]?.[id]) return void delete this.creates[config][id][option];
    delete this.changes[config]?.[id]?.[option];
    if (this.values[config]?.[id]?.[option] !== undefined) ((this.deletes[config] ??= {})[id] ??= {})[option] = true;
  }

  add(config, type, name) {
    const index = 1000 + Object.keys(this.creates[config] ?? {}).length;
    (this.creates[config] ??= {})[name] = { '.type': type, '.create': name, '.name': name, '.anonymous': false, '.index': index };
    return name;
  }

  remove(config, id) {
    if (this.creates[config]?.[id]) return void delete this.creates[config][id];
    delete this.changes[config]?.[id];
    (this.deletes[config] ??= {})[id] = true;
  }

  move(config, id, other, after) {
    const ids = this.sections(config).map((section) => section['.name']).filter((name) => name !== id);
    ids.splice(ids.indexOf(other) + (after ? 1 : 0), 0, id);
    ids.forEach((name, index) => {
      (this.creates[config]?.[name] ?? this.values[config][name])['.index'] = index;
    });
    this.reorder[config] = true;
  }

  async save() {
    const configs = new Set([this.creates, this.changes, this.deletes, this.reorder].flatMap((part) => Object.keys(part)));
    const tasks = [];
    for (const config of configs) {
      for (const [id, gone] of Object.entries(this.deletes[config] ?? {})) {
        if (gone === true) tasks.push(this.callDelete(config, id));
        else if (Object.keys(gone).length > 0) tasks.push(this.callDelete(config, id, Object.keys(gone)));
      }
      for (const [id, section] of Object.entries(this.creates[config] ?? {})) {
        tasks.push(this.callAdd(config, section['.type'], id, Object.fromEntries(Object.entries(section).filter(([name]) => !name.startsWith('.')))));
      }
      for (const [id, values] of Object.entries(this.changes[config] ?? {})) {
        if (Object.keys(values).length > 0) tasks.push(this.callSet(config, id, values));
      }
    }
    await Promise.all(tasks);
    for (const config of configs) {
      if (this.reorder[config]) await this.callOrder(config, this.sections(config).map((section) => section['.name']));
      this.unload(config);
      await this.load(config);
    }
  }
}

/** LuCI's data types, those of the page. */
const DATA_TYPES = {
  or: (value, ...types) => types.some((type) => value === type || (/^[a-z]/.test(type) && isOfType(value, type))),
  string: () => true,
  uinteger: (value) => /^\d+$/.test(value),
  range: (value, low, high) => /^\d+$/.test(value) && Number(value) >= Number(low) && Number(value) <= Number(high),
  maxlength: (value, most) => value.length <= Number(most),
  ipaddr: (value) => /^[0-9a-f.:]+(\/\d+)?$/i.test(value) && /[.:]/.test(value),
};

/** `name(first,second(…))` */
function isOfType(value, type) {
  const [, name, inner = ''] = /^(\w+)(?:\((.*)\))?$/.exec(type);
  const args = inner.match(/[^,()]+(?:\([^)]*\))?/g) ?? [];
  return DATA_TYPES[name](value, ...args.filter((arg) => !arg.includes('"')));
}

const ui = {
  menu: { load: async () => (await fetch('/cgi-bin/luci/admin/menu')).json() },
  showModal(title, children, ...classes) {
    const dialog = document.querySelector('#modal_overlay > .modal');
    dialog.className = ['modal', ...classes].join(' ');
    dom.content(dialog, E('h4', {}, title));
    dom.append(dialog, children);
    document.body.classList.add('modal-overlay-active');
    return dialog;
  },
  hideModal() {
    document.body.classList.remove('modal-overlay-active');
    dom.content(document.querySelector('#modal_overlay > .modal'), []);
  },
  addNotification(title, children, ...classes) {
    const message = E('div', { class: ['alert-message', ...classes].join(' ') });
    if (title != null) message.appendChild(E('h4', {}, title));
    dom.append(message, children);
    document.getElementById('maincontent').prepend(message);
    return message;
  },
  /** While it runs, the button is off. */
  createHandlerFn(context, fn, ...args) {
    const run = typeof fn === 'function' ? fn : context[fn];
    return (event) => {
      const button = event.currentTarget;
      button.disabled = true;
      button.classList.add('spinning');
      Promise.resolve().then(() => run.call(context, ...args, event)).catch((error) => {
        if (!(error instanceof TypeError)) ui.addNotification(null, E('p', {}, [error.message]), 'danger');
      }).finally(() => {
        button.disabled = false;
        button.classList.remove('spinning');
      });
    };
  },
  /** Marks the field when its value is wrong; the message becomes its tooltip. */
  addValidator(field, datatype, optional, validate, ...events) {
    const check = () => {
      const { value } = field;
      let problem = null;
      if (value === '' && !optional) problem = _('Expecting: %s').format(_('non-empty value'));
      else if (value !== '' && !isOfType(value, datatype ?? 'string')) problem = _('Expecting: %s').format(datatype);
      else {
        const answer = validate ? validate(value) : true;
        if (answer !== true) problem = String(answer);
      }
      field.classList.toggle('cbi-input-invalid', problem !== null);
      if (problem === null) field.removeAttribute('data-tooltip');
      else field.setAttribute('data-tooltip', problem);
      return problem;
    };
    for (const event of events) field.addEventListener(event, check);
    field.validateNow = check;
    check();
  },
  changes: {
    /** As LuCI: apply on the router, then confirm until it answers; then the page is loaded anew. */
    async apply(isChecked) {
      const query = `?sid=${L.env.sessionid}&token=${L.env.token}`;
      const post = (action, more = '') => fetch(`/cgi-bin/luci/admin/uci/${action}${query}${more}`, { method: 'POST' });
      ui.showModal(null, [E('p', { class: 'spinning', id: 'applying' }, [_('Starting configuration apply…')])]);
      const answer = await post(isChecked ? 'apply_rollback' : 'apply_unchecked');
      if (!answer.ok) return void ui.showModal(null, [E('p', { class: 'alert-message warning' }, [await answer.text()])]);
      const { token = '' } = answer.status === 200 ? await answer.json() : {};
      for (let isDone = false; !isDone; ) {
        isDone = await post('confirm', `&confirm=${token}`).then((response) => response.ok, () => false);
        if (!isDone) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      location.reload();
    },
  },
};

class View {
  static extend(members) {
    return Object.assign(new View(), members);
  }

  handleSave() {
    return Promise.all([...document.querySelectorAll('#maincontent .cbi-map')].map((node) => node.instance.save()));
  }

  async handleSaveApply(event, mode) {
    await this.handleSave(event);
    return ui.changes.apply(mode !== '1');
  }

  handleReset() {
    return Promise.all([...document.querySelectorAll('#maincontent .cbi-map')].map((node) => node.instance.reset()));
  }

  async show() {
    dom.content(document.getElementById('view'), await this.render(await this.load()));
    const button = (look, label, handler) => E('button', { class: `btn cbi-button cbi-button-${look}`, click: ui.createHandlerFn(this, handler) }, [label]);
    dom.append(document.getElementById('view'), E('div', { class: 'cbi-page-actions' }, [
      button('apply important', _('Save & Apply'), 'handleSaveApply'), ' ', button('save', _('Save'), 'handleSave'), ' ', button('reset', _('Reset'), 'handleReset'),
    ]));
  }
}

/** A module's class: the loader makes the one object of it that others get. */
class BaseClass {
  static extend(members) {
    return class extends this {
      constructor() {
        super();
        Object.assign(this, members);
      }
    };
  }
}

Object.assign(L.modules, { dom, rpc, uci: new Uci(), ui, view: View, baseclass: BaseClass });

const PRAGMA = /^'require (\S+)(?: as ([a-zA-Z_]\w*))?';$/gm;

/** Runs a script as LuCI does: its pragmas name the modules that become its variables. */
async function run(name) {
  const answer = await fetch(`/luci-static/resources/${name.replaceAll('.', '/')}.js`);
  if (!answer.ok) throw new Error(`no module ${name}`);
  const source = await answer.text();
  const wanted = [...source.matchAll(PRAGMA)].map(([, module, alias]) => [module, alias ?? module.replaceAll(/\W/g, '_')]);
  const modules = await Promise.all(wanted.map(([module]) => L.require(module)));
  return new Function(...wanted.map(([, alias]) => alias), source)(...modules);
}

const loading = {};

/** The one object of a module, loaded once. */
L.require = (name) =>
  (loading[name] ??= name in L.modules
    ? Promise.resolve(L.modules[name])
    : run(name).then((type) => {
        if (!(type?.prototype instanceof BaseClass)) throw new TypeError(`"${name}" factory yields invalid constructor`);
        return new type();
      }));

L.instantiateView = async (name) => {
  const view = await run(`view.${name}`);
  await view.show();
};
