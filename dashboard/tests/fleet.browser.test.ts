import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf, overflowOf } from './harness/browser.ts';
import { Parley, patience, populate } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;

before(async () => {
  parley = await Parley.start();
  await populate(parley);
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const open = async (path: string): Promise<Page> => (await chromium.open(`${site.url}/p/default/${path}`)).page;
const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
const isPaused = async (agent: string) => (await parley.call<{ paused: boolean }>('GET', `/agents/${agent}`)).paused;

describe('A row of the fleet', () => {
  it('offers to write to its agent and to pause it, under the pointer', { timeout: patience }, async () => {
    const page = await open('fleet');
    await row(page, 'Fen').hover();
    await page.getByRole('button', { name: 'Message Fen' }).click();
    await page.getByRole('dialog', { name: 'New message' }).getByText('Fen').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await row(page, 'Fen').hover();
    await page.getByRole('button', { name: 'Pause Fen' }).click();
    await page.getByText('Fen is paused; its messages wait').waitFor();
    await row(page, 'Fen').getByText('Paused').waitFor();
    assert.equal(await isPaused('fe'), true);
    await row(page, 'Fen').hover();
    await page.getByRole('button', { name: 'Resume Fen' }).click();
    await page.getByText('Fen goes on').waitFor();
    assert.equal(await isPaused('fe'), false);
    // None of this has left the page.
    assert.match(page.url(), /\/fleet$/);
    await page.context().close();
  });

  it('leads to what else there is of its agent', { timeout: patience }, async () => {
    const page = await open('fleet');
    await row(page, 'Bram').getByRole('button', { name: 'More for Bram' }).click();
    await page.getByRole('menuitem', { name: 'Its tasks' }).click();
    await page.waitForURL(/fleet\/be\/tasks$/);
    await page.context().close();
  });

  it('is looked at beside the others with Space, and is left with Escape', { timeout: patience }, async () => {
    const page = await open('fleet?q=Bram');
    await row(page, 'Bram').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Space');
    await page.waitForURL(/a=be/);
    const beside = page.getByRole('complementary', { name: 'Agent' });
    await beside.getByText('Can the preview show totals?').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.keyboard.press('Escape');
    await beside.waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${site.url}/p/default/fleet?a=be`);
    await page.getByRole('main', { name: 'Agent' }).getByText('Can the preview show totals?').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    assert.equal(await overflowOf(page), 0);
    await page.context().close();
  });

  it('is folded away with its squad', { timeout: patience }, async () => {
    const page = await open('fleet');
    await row(page, 'Fen').waitFor();
    await page.getByRole('button', { name: 'Exports' }).click();
    await row(page, 'Fen').waitFor({ state: 'detached' });
    await row(page, 'ci').waitFor();
    await page.context().close();
  });
});

describe('The whole fleet', () => {
  it('is paused only after asking, and goes on', { timeout: patience }, async () => {
    const page = await open('fleet');
    await page.getByRole('button', { name: 'Pause all' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Messages to all 4 agents wait').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    const pause = async () => (await parley.call<{ pause: unknown }>('GET', '/projects/default')).pause;
    assert.equal(await pause(), null);
    await page.getByRole('button', { name: 'Pause all' }).click();
    await dialog.getByRole('button', { name: 'Pause 4 agents' }).click();
    await page.getByRole('button', { name: 'Resume all' }).waitFor();
    assert.notEqual(await pause(), null);
    await page.getByRole('button', { name: 'Resume all' }).click();
    await page.getByRole('button', { name: 'Pause all' }).waitFor();
    assert.equal(await pause(), null);
    await page.context().close();
  });

  it('grows by agents that register: the page says how', { timeout: patience }, async () => {
    const page = await open('fleet');
    await page.getByRole('button', { name: 'Add an agent' }).click();
    await page.getByRole('dialog').getByText('parley register ada --role backend_developer').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('button', { name: 'Done' }).click();
    await parley.register('ada', { name: 'Ada' });
    await row(page, 'Ada').waitFor();
    await page.context().close();
  });

  it('says which filter leaves nobody, and takes it away', { timeout: patience }, async () => {
    const page = await open('fleet?q=cobol');
    await page.getByText('No agent matches “cobol”').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await row(page, 'Bram').waitFor();
    await page.context().close();
  });
});

describe('An agent', () => {
  for (const [tab, shows] of [
    ['inbox', 'Can the preview show totals?'],
    ['sent', 'On it.'],
    ['received', 'Can the preview show totals?'],
    ['tasks', 'It has no task'],
    ['files', 'src/export/**'],
    ['memory', 'export/vat/decision'],
    ['replay', 'On it.'],
  ] as const)
    it(`has ${tab}, in both themes and all widths, without a fault`, { timeout: 2 * patience }, async () => {
      const { page, complaints } = await chromium.open(`${site.url}/p/default/fleet/be/${tab}`);
      for (const [width, isDark] of [
        [1440, false],
        [1024, true],
        [390, false],
        [320, true],
      ] as const) {
        await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
        await page.setViewportSize({ width, height: 844 });
        await page.getByText(shows).filter({ visible: true }).first().waitFor();
        assert.equal(await overflowOf(page), 0, `${width} px wide`);
        if (width > 320) assert.deepEqual(await faultsOf(page), [], `${width} px`);
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
    });

  it('is played again from what it said and heard, of an hour or a day', { timeout: patience }, async () => {
    const page = await open('fleet/be/replay');
    const said = page.getByRole('region', { name: 'Said up to here' });
    await said.getByText('On it.').waitFor();
    await page.keyboard.press('Home');
    await said.getByText('Nobody has said anything yet.').waitFor();
    await page.keyboard.press('End');
    await said.getByText('On it.').waitFor();
    await page.getByRole('button', { name: /Range/ }).click();
    await page.getByRole('menuitemradio', { name: 'Yesterday' }).click();
    await page.getByText('Nothing was said').waitFor();
    await page.waitForURL(/until=/);
    await page.context().close();
  });
});
