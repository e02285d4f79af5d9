import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { faultsOf, overflowOf } from './harness/browser.ts';
import { patience } from './harness/parley.ts';
import { stage } from './harness/stage.ts';
import { storm } from './harness/storms.ts';

const on = stage(async (parley) => {
  for (const [id, name] of [
    ['odile', 'Odile'],
    ['lior', 'Lior'],
    ['ada', 'Ada'],
    ['ben', 'Ben'],
    ['cas', 'Cas'],
    ['dov', 'Dov'],
  ] as const)
    await parley.register(id, { name });
});

const open = (path: string) => on.open(path);
const card = (page: Page) => page.getByRole('region', { name: /^Storm of / });
const statusOf = async (thread: string) => {
  const { items } = await on.parley.call<{ items: { thread_id: string; status: string }[] }>('GET', '/storms?limit=50');
  return items.find(({ thread_id }) => thread_id === thread)!.status;
};

describe('A storm', () => {
  it(
    'shows who, how often, what began it, the zigzag, and their last words; and a person decides for them',
    { timeout: 2 * patience },
    async () => {
      const { thread } = await storm(on.parley, 'odile', 'lior');
      const page = await open(`threads/${thread}`);
      await card(page)
        .getByText(/answered each other \d+ times/)
        .waitFor();
      await card(page).getByText('Began with: “Thank you for the preview!”').waitFor();
      await card(page).getByRole('list', { name: 'Their last words' }).getByText('Thank you, 2!').waitFor();
      const line = card(page).getByRole('img').locator('polyline');
      await page.waitForFunction(() => (document.querySelector('polyline')?.getAttribute('points') ?? '').split(' ').length >= 4);
      assert.equal(await line.count(), 1);
      for (const [width, isDark] of [
        [1440, true],
        [1024, false],
        [390, true],
      ] as const) {
        await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
        await page.setViewportSize({ width, height: 844 });
        await card(page).getByRole('button', { name: 'Pause both' }).waitFor();
        assert.deepEqual(await faultsOf(page), [], `${width}`);
        assert.equal(await overflowOf(page), 0);
      }

      await card(page).getByRole('button', { name: 'Decide for them…' }).click();
      const words = card(page).getByRole('textbox', { name: /^What you decide, for/ });
      await words.press('Escape');
      await card(page).getByRole('button', { name: 'Decide for them…' }).click();
      await words.fill('Eight pixels. Done.');
      await card(page)
        .getByRole('button', { name: /^Tell both, and let 1 go on/ })
        .click();
      await card(page).waitFor({ state: 'detached' });
      await page.getByRole('log').getByText('Eight pixels. Done.').waitFor();
      assert.equal(await statusOf(thread), 'released');
      await page.context().close();
    },
  );

  it('may go on, after both were paused and may work again', { timeout: 2 * patience }, async () => {
    const { thread } = await storm(on.parley, 'ada', 'ben');
    const page = await open(`threads/${thread}`);
    await card(page).getByRole('button', { name: 'Pause both' }).click();
    await card(page).getByRole('button', { name: 'Resume both' }).waitFor();
    assert.equal((await on.parley.call<{ paused: boolean }>('GET', '/agents/ada')).paused, true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await card(page).getByRole('button', { name: 'Pause both' }).waitFor();
    assert.equal((await on.parley.call<{ paused: boolean }>('GET', '/agents/ben')).paused, false);
    await card(page).getByRole('button', { name: 'Let 1 go on' }).click();
    await card(page).waitFor({ state: 'detached' });
    assert.equal(await statusOf(thread), 'released');
    await page.context().close();
  });

  it('is found from the log, and is cancelled only after asking', { timeout: 2 * patience }, async () => {
    const { thread } = await storm(on.parley, 'cas', 'dov');
    await on.parley.send('ada', 'ben', 'something else');
    const page = await open('messages');
    await page.getByText(/1 reply of .* is held/).waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('link', { name: 'Look and decide' }).click();
    await card(page).getByRole('button', { name: 'Cancel 1' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel 1 held reply?' });
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await statusOf(thread), 'open');
    await card(page).getByRole('button', { name: 'Cancel 1' }).click();
    await dialog.getByRole('button', { name: 'Cancel 1' }).click();
    await dialog.waitFor({ state: 'detached' });
    await card(page).waitFor({ state: 'detached' });
    assert.equal(await statusOf(thread), 'cancelled');
    await page.context().close();
  });

  it('is only shown to an observer', { timeout: patience }, async () => {
    const { thread } = await storm(on.parley, 'odile', 'ben');
    await on.asObserver(async () => {
      const page = await open(`threads/${thread}`);
      await card(page).getByText('Began with').waitFor();
      assert.equal(await card(page).getByRole('button').count(), 0);
      await page.context().close();
    });
  });
});
