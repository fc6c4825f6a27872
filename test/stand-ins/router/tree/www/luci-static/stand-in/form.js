// SPDX-License-Identifier: MIT
// Stands in for LuCI's form.js: Map, NamedSection, GridSection and the widgets of the page, with LuCI's
// class names, ids and rules of when a value is written or removed.
'use strict';

(() => {
  const { dom, uci, ui } = L.modules;
  const isEqual = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  const button = (look, label, click) => E('button', { class: `btn cbi-button ${look}`, title: label, click }, [label]);

  class Map {
    constructor(config, title, description) {
      Object.assign(this, { config, title, description, children: [], data: uci, readonly: null });
    }

    section(type, ...args) {
      const section = new type(this, ...args);
      this.children.push(section);
      return section;
    }

    async load() {
      await uci.load(this.config);
      for (const section of this.children) await section.load();
    }

    async render() {
      await this.load();
      return this.renderContents();
    }

    async renderContents() {
      this.root ??= E('div', { id: `cbi-${this.config}`, class: 'cbi-map' });
      this.root.instance = this;
      const sections = this.children.map((section) => section.render());
      dom.content(this.root, [
        this.title ? E('h2', { name: 'content' }, this.title) : null,
        this.description ? E('div', { class: 'cbi-map-descr' }, this.description) : null,
        ...sections,
      ]);
      return this.root;
    }

    reset() {
      return this.renderContents();
    }

    async parse() {
      for (const section of this.children) await section.parse();
    }

    async save(callback, isSilent) {
      try {
        await this.parse();
        await callback?.();
        await uci.save();
        await this.load();
      } catch (error) {
        if (!isSilent) {
          ui.showModal(_('Save error'), [E('p', {}, [error.message]), E('div', { class: 'right' }, [button('', _('Dismiss'), ui.hideModal)])]);
        }
        throw error;
      }
      return this.renderContents();
    }
  }

  class Section {
    constructor(map, sectiontype, title, description) {
      Object.assign(this, { map, config: map.config, sectiontype, title, description, children: [], tabs: [], anonymous: false });
    }

    tab(name, title) {
      this.tabs.push({ name, title });
    }

    option(type, ...args) {
      const option = new type(this.map, this, ...args);
      this.children.push(option);
      return option;
    }

    taboption(tab, type, ...args) {
      return Object.assign(this.option(type, ...args), { tab });
    }

    async load() {
      for (const id of this.cfgsections()) {
        for (const option of this.children) option.cfgvalue(id, await option.load(id));
      }
    }

    heading() {
      return [
        this.title ? E('h3', {}, this.title) : null,
        this.description ? E('div', { class: 'cbi-section-descr' }, this.description) : null,
      ];
    }
  }

  class NamedSection extends Section {
    constructor(map, id, ...args) {
      super(map, ...args);
      this.section = id;
    }

    cfgsections() {
      return [this.section];
    }

    async parse() {
      for (const option of this.children) await option.parse(this.section);
    }

    render() {
      const node = E('div', { class: `cbi-section-node${this.tabs.length > 0 ? ' cbi-section-node-tabbed' : ''}` });
      const panes = this.tabs.map(({ name, title }) => E('div', { 'data-tab': name, 'data-tab-title': title }));
      const menu = E('ul', { class: 'cbi-tabmenu' });
      const show = (pane) => panes.forEach((other, i) => {
        other.style.display = other === pane ? '' : 'none';
        menu.children[i].className = other === pane ? 'cbi-tab' : 'cbi-tab-disabled';
      });
      for (const pane of panes) {
        menu.appendChild(E('li', {}, [E('a', { href: '#', click: (event) => { event.preventDefault(); show(pane); } }, [pane.dataset.tabTitle])]));
        node.appendChild(pane);
      }
      for (const option of this.children) {
        (panes.find((pane) => pane.dataset.tab === option.tab) ?? node).appendChild(option.render(this.section));
      }
      if (panes.length > 0) show(panes[0]);
      return E('div', { class: 'cbi-section' }, [...this.heading(), panes.length > 0 ? menu : null, node]);
    }
  }

  class GridSection extends Section {
    cfgsections() {
      return uci.sections(this.config, this.sectiontype).map((section) => section['.name']);
    }

    /** The cells of a grid are no fields. */
    async parse() {}

    render() {
      const shown = this.children.filter((option) => !option.modalonly);
      const table = E('table', { class: 'table cbi-section-table' }, [
        E('tr', { class: 'tr cbi-section-table-titles named' }, [
          E('th', { class: 'th' }, [_('Name')]), ...shown.map((option) => E('th', { class: 'th' }, option.title)), E('th', { class: 'th cbi-section-actions' }),
        ]),
        ...this.cfgsections().map((id) => this.renderRow(id, shown)),
      ]);
      return E('div', { id: `cbi-${this.config}-${this.sectiontype}`, class: 'cbi-section cbi-tblsection' }, [...this.heading(), table, this.renderSectionAdd()]);
    }

    renderRow(id, shown) {
      const row = E('tr', { id: `cbi-${this.config}-${id}`, class: 'tr cbi-section-table-row', 'data-sid': id, 'data-title': id, draggable: 'true' }, [
        E('td', { class: 'td' }, [E('strong', {}, [id])]),
        ...shown.map((option) => E('td', { class: 'td cbi-value-field', 'data-name': option.option, 'data-title': option.title }, option.textvalue(id) ?? E('em', _('none')))),
        E('td', { class: 'td cbi-section-actions' }, [
          E('button', { class: 'btn cbi-button drag-handle', title: _('Drag to reorder') }, ['☰']), ' ',
          button('cbi-button-edit', _('Edit'), ui.createHandlerFn(this, 'renderMoreOptionsModal', id)), ' ',
          button('cbi-button-remove', _('Delete'), ui.createHandlerFn(this, 'handleRemove', id)),
        ]),
      ]);
      row.addEventListener('dragstart', (event) => event.dataTransfer.setData('text/plain', id));
      row.addEventListener('dragover', (event) => event.preventDefault());
      row.addEventListener('drop', (event) => {
        event.preventDefault();
        const moved = event.dataTransfer.getData('text/plain');
        const isAfter = event.offsetY > row.offsetHeight / 2;
        if (moved === id) return;
        uci.move(this.config, moved, id, isAfter);
        row[isAfter ? 'after' : 'before'](row.parentNode.querySelector(`[data-sid="${moved}"]`));
      });
      return row;
    }

    renderSectionAdd() {
      const input = E('input', { type: 'text', class: 'cbi-section-create-name' });
      const add = button('cbi-button-add', this.addbtntitle ?? _('Add'), ui.createHandlerFn(this, (event) => {
        if (!input.classList.contains('cbi-input-invalid')) return this.handleAdd(event, input.value);
      }));
      add.disabled = true;
      ui.addValidator(input, 'string', true, (value) => {
        add.disabled = value === '';
        return true;
      }, 'blur', 'keyup');
      return E('div', { class: 'cbi-section-create' }, [E('div', {}, [input]), add]);
    }

    handleAdd(event, name) {
      this.map.addedSection = uci.add(this.config, this.sectiontype, name);
      return this.renderMoreOptionsModal(name);
    }

    async handleRemove(id) {
      uci.remove(this.config, id);
      return this.map.save(null, true);
    }

    async renderMoreOptionsModal(id) {
      const map = new Map(this.config);
      const section = map.section(NamedSection, id, this.sectiontype);
      for (const option of this.children) {
        const { map: _map, section: _section, data: _data, ...own } = option;
        Object.assign(section.option(option.constructor, option.option, option.title, option.description), own);
      }
      const close = () => {
        ui.hideModal();
        delete this.map.addedSection;
      };
      const node = await map.render();
      ui.showModal(this.modaltitle(id), [node, E('div', { class: 'right' }, [
        button('', _('Dismiss'), () => {
          if (this.map.addedSection != null) uci.remove(this.config, this.map.addedSection);
          close();
        }), ' ',
        button('cbi-button-positive important', _('Save'), ui.createHandlerFn(this, async () => {
          await map.save(null, true);
          await this.map.load();
          await this.map.reset();
          close();
        })),
      ])], 'cbi-modal');
    }
  }

  class Value {
    constructor(map, section, option, title, description) {
      Object.assign(this, { map, section, option, title: title ?? '', description: description ?? '', rmempty: true, optional: false, default: null, data: {}, keylist: [], vallist: [] });
    }

    value(key, label) {
      this.keylist.push(String(key));
      this.vallist.push(label ?? key);
    }

    load(id) {
      return uci.get(this.map.config, id, this.option);
    }

    cfgvalue(id, ...set) {
      if (set.length > 0) this.data[id] = set[0];
      return this.data[id];
    }

    validate() {
      return true;
    }

    textvalue(id) {
      const value = this.cfgvalue(id) ?? this.default;
      return value == null ? null : '%h'.format(Array.isArray(value) ? value.join(' ') : value);
    }

    cbid(id) {
      return `cbid.${this.map.config}.${id}.${this.option}`;
    }

    widget(id) {
      return this.map.root.querySelector(`[id="${this.cbid(id)}"]`);
    }

    fields(id) {
      return [...this.widget(id).querySelectorAll('input, select')].filter((field) => field.validateNow);
    }

    /** `undefined` while the field is not drawn. */
    formvalue(id) {
      return this.widget(id)?.querySelector('input, select').value;
    }

    getUIElement(id) {
      return { getValue: () => this.formvalue(id), setValue: (value) => this.setFormValue(id, value) };
    }

    setFormValue(id, value) {
      this.widget(id).querySelector('input, select').value = value ?? '';
    }

    render(id) {
      return E('div', { class: 'cbi-value', id: `cbi-${this.map.config}-${id}-${this.option}`, 'data-name': this.option }, [
        E('label', { class: 'cbi-value-title' }, this.title),
        E('div', { class: 'cbi-value-field' }, [
          this.renderWidget(id, 0, this.cfgvalue(id)),
          this.description ? E('div', { class: 'cbi-value-description' }, this.description) : null,
        ]),
      ]);
    }

    validated(field, id) {
      ui.addValidator(field, this.datatype, this.optional || this.rmempty, (value) => this.validate(id, value), 'blur', 'keyup');
      return field;
    }

    renderWidget(id, index, cfgvalue) {
      const input = E('input', { type: this.password ? 'password' : 'text', class: 'cbi-input-text', placeholder: this.placeholder, value: cfgvalue ?? this.default });
      const reveal = this.password ? button('', '∗', () => { input.type = input.type === 'text' ? 'password' : 'text'; }) : null;
      return E('div', { id: this.cbid(id), class: this.password ? 'control-group' : null }, [this.validated(input, id), reveal]);
    }

    async parse(id) {
      const problem = this.fields(id).map((field) => field.validateNow()).find((found) => found !== null);
      if (problem !== undefined) throw new TypeError(`${_('Option "%s" contains an invalid input value.').format(this.title)} ${problem}`);
      const value = this.formvalue(id);
      if (value == null || value.length === 0 || (value === this.default && (this.optional || this.rmempty))) {
        if (!this.rmempty && !this.optional) throw new TypeError(_('Option "%s" must not be empty.').format(this.title));
        this.remove(id);
      } else if (this.forcewrite || !isEqual(this.cfgvalue(id), value)) {
        this.write(id, value);
      }
    }

    write(id, value) {
      uci.set(this.map.config, id, this.option, value);
    }

    remove(id) {
      uci.unset(this.map.config, id, this.option);
    }
  }

  class Flag extends Value {
    constructor(...args) {
      super(...args);
      this.default = '0';
    }

    renderWidget(id, index, cfgvalue) {
      const box = E('input', { type: 'checkbox', disabled: this.readonly ? '' : null });
      box.checked = (cfgvalue ?? this.default) === '1';
      return E('div', { id: this.cbid(id), class: 'cbi-checkbox' }, [box]);
    }

    formvalue(id) {
      const box = this.widget(id)?.querySelector('input');
      return box && (box.checked ? '1' : '0');
    }

    setFormValue(id, value) {
      this.widget(id).querySelector('input').checked = value === '1';
    }

    async parse(id) {
      const value = this.formvalue(id);
      if (value === this.default && (this.optional || this.rmempty)) this.remove(id);
      else this.write(id, value);
    }
  }

  class ListValue extends Value {
    renderWidget(id, index, cfgvalue) {
      const select = E('select', { class: 'cbi-input-select' }, this.keylist.map((key, i) => E('option', { value: key }, [this.vallist[i]])));
      select.value = cfgvalue ?? this.default;
      return E('div', { id: this.cbid(id) }, [select]);
    }
  }

  class DynamicList extends Value {
    renderWidget(id, index, cfgvalue) {
      const last = E('div', { class: 'add-item' });
      const list = E('div', { id: this.cbid(id), class: 'cbi-dynlist' }, [last]);
      const add = (value) => {
        if ([...list.querySelectorAll('.item > input')].some((field) => field.value === value)) return;
        const item = E('div', { class: 'item', click: () => { item.remove(); this.changed(list); } }, [
          E('span', {}, [this.vallist[this.keylist.indexOf(value)] ?? value]), E('input', { type: 'hidden', value }),
        ]);
        list.insertBefore(item, last);
        this.changed(list);
      };
      const input = this.validated(E('input', { type: 'text', class: this.keylist.length > 0 ? 'create-item-input' : 'cbi-input-text', placeholder: this.placeholder }), id);
      const take = () => {
        if (input.validateNow() !== null || input.value === '') return;
        add(input.value);
        input.value = '';
      };
      input.addEventListener('keydown', (event) => {
        if (event.key === 'Enter') take();
      });
      if (this.keylist.length === 0) {
        dom.append(last, [input, button('cbi-button-add', '+', take)]);
      } else {
        const choices = E('ul', {}, [
          ...this.keylist.map((key, i) => E('li', { 'data-value': key, click: () => add(key) }, [this.vallist[i]])),
          E('li', { click: (event) => event.stopPropagation() }, [input]),
        ]);
        const dropdown = E('div', { class: 'cbi-dropdown', tabindex: '0', click: () => dropdown.toggleAttribute('open') }, [
          E('span', {}, [_('-- Please choose --')]), choices,
        ]);
        last.appendChild(dropdown);
      }
      for (const value of L.toArray(cfgvalue ?? this.default)) add(value);
      list.setItems = (values) => {
        for (const item of list.querySelectorAll('.item')) item.remove();
        for (const value of values) add(value);
        this.changed(list);
      };
      return list;
    }

    setFormValue(id, values) {
      this.widget(id).setItems(L.toArray(values));
    }

    changed(list) {
      list.dispatchEvent(new CustomEvent('cbi-dynlist-change', { bubbles: true }));
    }

    formvalue(id) {
      const widget = this.widget(id);
      if (widget === null) return undefined;
      const values = [...widget.querySelectorAll('.item > input')].map((field) => field.value);
      const typed = widget.querySelector('.add-item input').value;
      return typed.trim() === '' || values.includes(typed) ? values : [...values, typed];
    }
  }

  L.modules.form = { Map, NamedSection, GridSection, Value, Flag, ListValue, DynamicList };
})();
