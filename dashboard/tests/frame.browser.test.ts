import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultsOf, overflowOf } from './harness/browser.ts';
import { patience, populate } from './harness/parley.ts';
import { stage } from './harness/stage.ts';
import { storm } from './harness/storms.ts';

const on = stage(populate);

describe('On a phone', () => {
  it('More has what has no tab: pages, settings, notifications, theme, and sign-out', { timeout: patience }, async () => {
    const { page, complaints } = await on.chromium.open(`${on.site.url}/p/default/messages`, { width: 390, height: 844 });
    await page.getByText('Can the preview show totals?').waitFor();
    await page.getByRole('button', { name: 'More' }).click();
    const more = page.getByRole('navigation', { name: 'Pages' }).filter({ visible: true });
    for (const name of ['Threads', 'Who talks', 'Dead letters', 'Settings']) await more.getByRole('link', { name }).waitFor();
    assert.equal(await more.getByRole('switch', { name: /Browser notifications/ }).getAttribute('aria-checked'), 'false');
    await more.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.equal(await overflowOf(page), 0);
    assert.deepEqual(await faultsOf(page), []);

    await more.getByRole('button', { name: /^Theme/ }).click();
    await more.getByRole('button', { name: /^Theme/ }).click();
    assert.equal(await page.evaluate(() => document.documentElement.classList.contains('dark')), true);
    await more.getByRole('link', { name: 'Threads' }).click();
    await page.waitForURL(/\/threads/);
    assert.equal(await more.getByRole('link', { name: 'Who talks' }).count(), 0);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});

describe('On a small window', () => {
  it('rows of the log stand close to each other, and what a thread is about is behind a button', { timeout: patience }, async () => {
    const { page } = await on.chromium.open(`${on.site.url}/p/default/messages`, { width: 390, height: 844 });
    await page.getByText('Can the preview show totals?').waitFor();
    const gaps = () =>
      page.locator('[role=rowgroup] [role=row]').evaluateAll((rows) => {
        const boxes = rows.map((row) => row.getBoundingClientRect()).filter(({ height }) => height > 0);
        return boxes.slice(1).map(({ top }, index) => Math.round(top - boxes[index]!.bottom));
      });
    // One more, once the cards stand: a change of what stands between them must not forget their heights.
    await storm(on.parley, 'pm', 'fe');
    await page.getByText(/reply of .* is held/).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[role=row][aria-selected]').length > 6);
    assert.deepEqual([...new Set(await gaps())], [0]);
    await page.goto(`${on.site.url}/p/default/threads/${on.world.thread}`);
    await page.getByRole('button', { name: 'About this thread' }).click();
    const dialog = page.getByRole('dialog', { name: 'About this thread' });
    await dialog.getByText('People and agents').waitFor();
    await dialog.getByText('VAT rounding: per invoice or per line?').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });
});

describe('The side bar', () => {
  it('names the person in full sight, and has the sign-out behind the name', { timeout: patience }, async () => {
    const { page } = await on.chromium.open(`${on.site.url}/p/default/messages`);
    const own = page.getByRole('button', { name: /^Rosa ?, admin$/ });
    const name = own.getByTitle('admin: Rosa');
    assert.equal(await name.evaluate((element) => element.scrollWidth <= element.clientWidth), true);
    await own.click();
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Project default' }).press('Enter');
    await page.getByRole('menuitem', { name: 'default' }).waitFor();
    await page.context().close();
  });
});
