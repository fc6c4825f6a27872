// SPDX-License-Identifier: MIT
// What a person does on Services > SSO Login. Only ids and class names that LuCI itself has too.
import type { Locator, Page } from 'playwright-core';

export const SETTINGS_PATH = '/cgi-bin/luci/admin/services/sso';

export class SettingsPage {
  readonly page: Page;
  private readonly base: string;

  constructor(page: Page, base: string) {
    this.page = page;
    this.base = base;
  }

  async open(): Promise<void> {
    await this.page.goto(this.base + SETTINGS_PATH);
    await this.ready();
  }

  /** The page is complete when the last of its parts is: the sessions. */
  async ready(): Promise<void> {
    await this.page.waitForSelector('#luci-sso-sessions table, #luci-sso-sessions em');
  }

  private widget(section: string, option: string): Locator {
    return this.page.locator(`[id="cbid.luci-sso.${section}.${option}"]`);
  }

  field(option: string): Locator {
    return this.widget('default', option).locator('input:not([type=hidden]), select').first();
  }

  async fill(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [option, value] of Object.entries(values)) await this.field(option).fill(value);
  }

  async showTab(title: string): Promise<void> {
    await this.page.click(`.cbi-tabmenu a:text-is("${title}")`);
  }

  /** The warning beside a field, '' when there is none. */
  async hint(option: string): Promise<string> {
    const node = this.page.locator(`[data-hint="${option}"]`);
    return (await node.isVisible()) ? node.innerText() : '';
  }

  async testConnection(): Promise<{ rows: string[]; summary: string }> {
    await this.page.click('#luci-sso-test > button');
    const summary = this.page.locator('#luci-sso-test .alert-message');
    await summary.waitFor();
    // What passed is folded.
    const setOpen = (isOpen: boolean): Promise<void> =>
      this.page.locator('#luci-sso-test details').evaluateAll((nodes, open) => {
        for (const node of nodes) (node as HTMLDetailsElement).open = open;
      }, isOpen);
    await setOpen(true);
    const rows = await this.page.locator('#luci-sso-test tr').allInnerTexts();
    await setOpen(false);
    return { rows, summary: await summary.innerText() };
  }

  /** Name -> cells of the grid, in its order. */
  async roles(): Promise<Record<string, string[]>> {
    const roles: Record<string, string[]> = {};
    for (const row of await this.page.locator('#cbi-luci-sso-role tr[data-sid]').all()) {
      const cells = await row.locator('td[data-name]').allInnerTexts();
      roles[String(await row.getAttribute('data-sid'))] = cells.map((text) => text.trim());
    }
    return roles;
  }

  async typeRoleName(name: string): Promise<{ mayAdd: boolean; problem: string | null }> {
    const input = this.page.locator('.cbi-section-create-name');
    await input.fill('');
    await input.pressSequentially(name);
    await input.blur();
    return {
      mayAdd: await this.page.locator('.cbi-section-create .cbi-button-add').isEnabled(),
      problem: await input.getAttribute('data-tooltip'),
    };
  }

  async addRole(name: string, lists: Readonly<Record<string, readonly string[]>>): Promise<void> {
    await this.typeRoleName(name);
    await this.page.click('.cbi-section-create .cbi-button-add');
    await this.fillRole(name, lists);
  }

  async editRole(name: string, lists: Readonly<Record<string, readonly string[]>>): Promise<void> {
    await this.openRole(name);
    await this.fillRole(name, lists);
  }

  async openRole(name: string): Promise<void> {
    await this.page.click(`tr[data-sid="${name}"] .cbi-button-edit`);
    await this.page.waitForSelector('.modal .cbi-map');
  }

  async dismiss(): Promise<void> {
    await this.page.click('.modal .btn:text-is("Dismiss")');
  }

  /** What the drop-down of a list offers. */
  async choices(role: string, option: string): Promise<string[]> {
    return this.widget(role, option)
      .locator('li[data-value]')
      .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-value') ?? ''));
  }

  async fillRole(role: string, lists: Readonly<Record<string, readonly string[]>>): Promise<void> {
    await this.page.waitForSelector('.modal .cbi-map');
    for (const [option, values] of Object.entries(lists)) {
      for (const value of values) await this.addItem(role, option, value);
    }
    await this.page.click('.modal .cbi-button-positive');
    await this.page.waitForSelector('body:not(.modal-overlay-active)');
  }

  /** '', 'full', 'read' or 'lists'. */
  async chooseAccess(role: string, value: string): Promise<void> {
    await this.widget(role, '_access').locator('select').selectOption(value);
  }

  /** What the open role's line says: what it opens, what is wrong. */
  async opens(): Promise<string[]> {
    await this.page.waitForFunction(() => document.querySelector('.modal .luci-sso-opens')?.textContent !== '');
    return this.page.locator('.modal .luci-sso-opens > *').allInnerTexts();
  }

  async addItem(role: string, option: string, value: string): Promise<void> {
    const widget = this.widget(role, option);
    if (!(await widget.isVisible())) await this.chooseAccess(role, 'lists');
    const dropdown = widget.locator('.cbi-dropdown');
    if ((await dropdown.count()) === 0) {
      const input = widget.locator('.add-item input[type=text]');
      await input.fill(value);
      await input.press('Enter');
      return;
    }
    if ((await dropdown.getAttribute('open')) === null) await dropdown.click();
    const choice = widget.locator('li[data-value]').and(this.page.locator(`[data-value="${value}"]`));
    if ((await choice.count()) > 0) return choice.click();
    await widget.locator('.create-item-input').fill(value);
    await widget.locator('.create-item-input').press('Enter');
  }

  async deleteRole(name: string): Promise<void> {
    await this.page.click(`tr[data-sid="${name}"] .cbi-button-remove`);
    await this.page.waitForSelector(`tr[data-sid="${name}"]`, { state: 'detached' });
  }

  /** Drags a role above another one. */
  async moveAbove(name: string, other: string): Promise<void> {
    await this.page
      .locator(`tr[data-sid="${name}"] .drag-handle`)
      .dragTo(this.page.locator(`tr[data-sid="${other}"]`), { targetPosition: { x: 60, y: 3 } });
  }

  /** Save & Apply, until the page is there again. */
  async saveAndApply(): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), this.page.locator('.cbi-page-actions .cbi-button-apply').first().click()]);
    await this.ready();
  }

  async sessions(): Promise<string[]> {
    const rows = await this.page.locator('#luci-sso-sessions tr:not(.table-titles)').all();
    return Promise.all(rows.map(async (row) => (await row.locator('td').allInnerTexts()).slice(0, 2).join(' | ')));
  }

  async endSession(user: string): Promise<void> {
    await this.page.locator('#luci-sso-sessions tr').filter({ hasText: user }).locator('button').first().click();
    await this.page.click('.modal .important');
  }
}
