import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { faultsOf } from './harness/browser.ts';
import { patience, populate } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(async (parley) => {
  await populate(parley);
  await parley.call('PUT', '/projects/default', {
    name: 'default',
    settings: { mailbox_limit: 1_000_000, rate_limit_per_second: 100_000, rate_limit_burst: 100_000 },
  });
  await parley.sendMany('pm', 'fe', 120, 'early');
});

const open = async (path: string): Promise<Page> => {
  const { page } = await on.chromium.open(`${on.site.url}/p/default/${path}`);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  return page;
};
const row = (page: Page, text: string) => page.locator('[role=row]', { hasText: new RegExp(`${text}(\\D|$)`) });
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
const isOn = (page: Page) => page.getByRole('button', { name: /^Follow/ }).getAttribute('aria-pressed');

describe('Saved views', () => {
  it('are saved under a name, chosen, changed, renamed, and deleted; and stand in the address', { timeout: 2 * patience }, async () => {
    const page = await open('messages');
    await row(page, 'early 120').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Save view' }).count(), 0);
    await page.keyboard.press('/');
    await page.keyboard.type('type:question from:fe');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByRole('textbox', { name: /^Name/ }).fill('Questions of Fen');
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('view') === 'Questions of Fen');

    await page.getByRole('button', { name: 'Remove the filter type question' }).click();
    await page.getByRole('button', { name: 'Update view' }).click();
    await page.getByRole('button', { name: 'Update view' }).waitFor({ state: 'detached' });

    await page.goto(`${on.site.url}/p/default/messages`);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Questions of Fen' }).click();
    await page.waitForURL((url) => url.searchParams.get('sender') === 'fe' && !url.searchParams.has('type'));

    await page.getByRole('button', { name: 'Questions of Fen' }).click();
    await page.getByRole('menuitem', { name: 'Rename it' }).click();
    await page.getByRole('textbox', { name: /^Name/ }).fill('All of Fen');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'All of Fen' }).click();
    await page.getByRole('menuitem', { name: 'Delete it' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'All of Fen' }).waitFor();
    // In another browser, the address selects the same.
    const other = await open(new URL(page.url()).pathname.replace('/p/default/', '') + new URL(page.url()).search);
    await row(other, 'Can the preview show totals\\?').waitFor();
    await other.getByRole('button', { name: 'Remove the filter sender Fen' }).waitFor();
    await other.context().close();
    await page.context().close();
  });
});

describe('Following', () => {
  it(
    'ends when a row is selected, or the list is scrolled up by key or wheel; F and the pill begin it again',
    { timeout: 2 * patience },
    async () => {
      const page = await open('messages');
      await row(page, 'early 120').waitFor();
      assert.equal(await isOn(page), 'true');
      await row(page, 'early 119').click();
      await page.waitForURL(/[?&]m=/);
      assert.equal(await isOn(page), 'false');
      await page.keyboard.press('Escape');
      await page.keyboard.press('f');
      assert.equal(await isOn(page), 'true');

      await page.keyboard.press('End');
      assert.equal(await isOn(page), 'true');
      await page.keyboard.press('ArrowUp');
      assert.equal(await isOn(page), 'false');

      await on.parley.send('pm', 'fe', 'something newer');
      await page.getByRole('button', { name: '1 newer' }).click();
      await row(page, 'something newer').waitFor();
      assert.equal(await isOn(page), 'true');

      await page.getByRole('grid', { name: 'Messages' }).hover();
      await page.mouse.wheel(0, -400);
      await page.getByRole('button', { name: /^Follow\b/, pressed: false }).waitFor();
      await page.context().close();
    },
  );

  it('says after a break how many came meanwhile, and leads to the first of them', { timeout: 3 * patience }, async () => {
    const page = await open('messages');
    await row(page, 'something newer').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    on.site.cut(true);
    await page.getByText('Not live.').waitFor();
    await on.parley.sendMany('pm', 'fe', 5000, 'meanwhile');
    on.site.cut(false);
    await page.getByText('5,000 messages came meanwhile').waitFor({ timeout: 2 * patience });
    await page.getByRole('button', { name: 'To the first of them' }).click();
    await row(page, 'meanwhile 1').waitFor();
    assert.equal(await isOn(page), 'false');
    await page.getByText('came meanwhile').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('shows what is new since the person left', { timeout: patience }, async () => {
    const page = await open('messages');
    await row(page, 'meanwhile 5000').waitFor();
    await page.goto(`${on.site.url}/p/default/fleet`);
    await page.getByText('Bram').first().waitFor();
    await page.evaluate(() => {
      const left = JSON.parse(localStorage.getItem('parley.left.default')!) as { at: number };
      localStorage.setItem('parley.left.default', JSON.stringify({ ...left, at: left.at - 600_000 }));
    });
    await on.parley.send('be', 'fe', 'said while nobody looked');
    await page.goto(`${on.site.url}/p/default/messages`);
    await row(page, 'said while nobody looked').waitFor();
    const line = await page.getByText('new since you left').boundingBox();
    const news = await row(page, 'said while nobody looked').boundingBox();
    const old = await row(page, 'meanwhile 5000').boundingBox();
    assert.equal(old!.y + old!.height <= line!.y + 1 && line!.y + line!.height <= news!.y + 1, true, JSON.stringify({ old, line, news }));
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });
});

describe('With keys', () => {
  it('messages are selected, one or a range, and copied', { timeout: patience }, async () => {
    const page = await open('messages?sender=pm');
    await row(page, 'meanwhile 5000').waitFor();
    for (const key of ['End', 'k', 'x', 'k', 'k', 'Shift+X']) await page.keyboard.press(key);
    await page.getByText('3 messages selected').waitFor();
    assert.equal(await page.locator('[role=row][aria-selected=true]').count(), 3);
    await page.getByRole('button', { name: 'Copy as text' }).click();
    await page.getByText('3 messages copied').waitFor();
    assert.match(await copied(page), /Priya to Fen: meanwhile 4997\n.*meanwhile 4998\n.*meanwhile 4999$/);
    await page.keyboard.press('x');
    await page.getByText('2 messages selected').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('2 messages selected').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('a link is copied, a message is answered and reacted to', { timeout: patience }, async () => {
    const page = await open('messages?sender=pm');
    await row(page, 'meanwhile 5000').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('y');
    await page.getByText('Link copied').waitFor();
    const { items } = await on.parley.call<{ items: { message_id: string }[] }>('GET', '/messages?limit=1&sender=pm');
    assert.equal(await copied(page), `${on.site.url}/p/default/messages/${items[0]!.message_id}`);

    await page.keyboard.press('r');
    await page.waitForURL(/[?&]m=/);
    const field = page.getByRole('complementary', { name: 'Message' }).getByRole('textbox', { name: 'Text' });
    await field.fill('Good.');
    await field.press('Control+Enter');
    await page.getByText('Sent', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('m='));

    await page.keyboard.press('*');
    await page.getByRole('menuitem', { name: '🎉' }).click();
    await row(page, 'meanwhile 5000').getByText('🎉').waitFor();
    await page.context().close();
  });
});

describe('A search', () => {
  it('has a list of its own, the newest first, with the words marked and keys', { timeout: patience }, async () => {
    const page = await open('messages');
    await page.getByRole('grid').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('totals');
    await page.keyboard.press('Enter');
    const grid = page.getByRole('grid', { name: 'Found messages' });
    await grid.locator('mark', { hasText: 'totals' }).first().waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('textbox', { name: 'Search in what was said' }).press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/[?&]m=/);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('m='));
    await page.context().close();
  });

  it('without a match says which time did it, and what matched before', { timeout: patience }, async () => {
    const page = await open('messages?q=totals&since=2030-01-01T00:00Z');
    await page.getByText('Nothing said “totals” since').waitFor();
    await page.getByText(/\d+ messages? did before/).waitFor();
    await page.getByRole('button', { name: /^Since / }).click();
    await page.getByRole('grid', { name: 'Found messages' }).locator('mark').first().waitFor();
    await page.context().close();
  });
});
