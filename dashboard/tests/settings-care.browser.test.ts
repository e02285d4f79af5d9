import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf, overflowOf } from './harness/browser.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;

before(async () => {
  parley = await Parley.start();
  await parley.register('be', { name: 'Bram', role: 'backend_developer' });
  await parley.register('fe', { name: 'Fen', role: 'frontend_developer' });
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const open = async (tab: string): Promise<Page> => (await chromium.open(`${site.url}/settings/${tab}`)).page;
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

describe('Budgets', () => {
  it('are set, spent, raised, and removed', { timeout: patience }, async () => {
    const page = await open('budgets');
    await page.getByText('Nobody has a budget').waitFor();
    await button(page, 'New budget').click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('select').nth(1).selectOption('be');
    await dialog.getByLabel('Messages').fill('0');
    await dialog.getByRole('button', { name: 'Save' }).click();
    // The server's word, at its field; what was typed stays.
    await dialog.getByRole('status').first().waitFor();
    await dialog.getByLabel('Messages').fill('2');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('0 of 2 messages').waitFor();

    const send = async () => {
      const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'agent', project_id: 'default', agent_id: 'be' });
      return parley.call('POST', '/messages', { to: 'fe', content: 'again' }, token);
    };
    await send();
    await send();
    await page.getByText('Spent', { exact: true }).waitFor();
    await assert.rejects(send(), /budget_spent/);
    await page.getByText('2 of 2 messages').waitFor();

    await button(page, 'Change the budget of Bram').click();
    await dialog.getByLabel('Messages').fill('10');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 of 10 messages').waitFor();
    await send();
    await button(page, 'Remove the budget of Bram').click();
    await dialog.getByRole('button', { name: 'Remove budget' }).click();
    await page.getByText('Nobody has a budget').waitFor();
    assert.equal((await parley.call<{ items: unknown[] }>('GET', '/budgets')).items.length, 0);
    await page.context().close();
  });
});

describe('Inbound hooks', () => {
  it('are made with a secret that is shown once and signs posts, changed, and deleted', { timeout: patience }, async () => {
    const page = await open('inbound');
    await page.getByText('No system posts here').waitFor();
    await button(page, 'New hook').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('CI');
    await dialog.getByRole('textbox', { name: /^To/ }).fill('be, fe');
    await dialog.getByLabel('Message type').fill('build_result');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const once = page.getByRole('dialog', { name: 'The hook’s secret' });
    const secret = await once.locator('code').innerText();
    await once.getByRole('button', { name: 'I have it' }).click();
    const address = new URL(await page.locator('li code').first().innerText());

    const body = '{"job": 88}';
    const time = String(Math.floor(Date.now() / 1000));
    const signature = `sha256=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
    const answer = await fetch(new URL(address.pathname + address.search, parley.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-parley-timestamp': time, 'x-parley-signature': signature },
      body,
    });
    assert.ok(answer.ok, await answer.text());
    await page.getByRole('link', { name: 'Its messages' }).click();
    await page.waitForURL(/sender=inbound/);
    await page.getByRole('grid').getByRole('row').filter({ hasText: 'CI' }).first().waitFor();

    await page.goto(`${site.url}/settings/inbound`);
    await button(page, 'Edit CI').click();
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('Build server');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Build server').waitFor();
    await button(page, 'Delete Build server').click();
    await dialog.getByRole('button', { name: 'Delete hook' }).click();
    await page.getByText('No system posts here').waitFor();
    await page.context().close();
  });
});

describe('The audit', () => {
  it('tells who did what, the newest first, and is searched', { timeout: patience }, async () => {
    await parley.call('POST', '/agents/be/pause', {});
    await parley.call('POST', '/agents/be/resume', {});
    const page = await open('audit');
    await page.getByText('Agent resumed').first().waitFor();
    const rows = await page.locator('main li').allInnerTexts();
    const index = (words: string) => rows.findIndex((row) => row.includes(words));
    assert.ok(index('Agent resumed') < index('Agent paused'), rows.join('\n'));
    assert.match(rows[0]!, /by admin, token first-admin/);
    await page.getByRole('search').getByRole('textbox').fill('paused');
    await page.waitForURL(/q=paused/);
    await page.getByText('Agent resumed').waitFor({ state: 'detached' });
    await page.getByText('Agent paused').waitFor();
    await page.getByRole('search').getByRole('textbox').fill('nothing like it');
    await page.getByText('Nothing says “nothing like it”').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText('Agent resumed').first().waitFor();
    await page.context().close();
  });
});

describe('Each of them', () => {
  for (const [tab, shows] of [
    ['budgets', 'A budget stops agents'],
    ['inbound', 'An inbound hook is an address'],
    ['audit', 'Agent registered'],
  ] as const)
    it(`${tab}: has no fault in both themes and all widths, and is only read by an observer`, { timeout: 2 * patience }, async () => {
      const { page, complaints } = await chromium.open(`${site.url}/settings/${tab}`);
      for (const [width, isDark] of [
        [1440, false],
        [1024, true],
        [390, false],
        [320, true],
      ] as const) {
        await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
        await page.setViewportSize({ width, height: 844 });
        await page.getByText(shows).first().waitFor();
        assert.equal(await overflowOf(page), 0, `${width} px wide`);
        if (width > 320) assert.deepEqual(await faultsOf(page), [], `${width} px`);
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
      const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer', project_id: 'default' });
      const visitor = site.visitor;
      site.visitor = { kind: 'observer', name: 'Olga', token };
      try {
        const other = await open(tab);
        await other.getByText(shows).first().waitFor();
        const acting = other.locator('main').getByRole('button', { name: /^(New|Edit|Change|Delete|Remove)/ });
        assert.equal(await acting.count(), 0);
        await other.context().close();
      } finally {
        site.visitor = visitor;
      }
    });
});
