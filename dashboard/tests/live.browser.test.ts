import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { faultsOf } from './harness/browser.ts';
import { patience, populate } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(async (parley) => {
  const world = await populate(parley);
  await parley.call('PUT', '/projects/default', {
    name: 'default',
    settings: { mailbox_limit: 1_000_000, rate_limit_per_second: 100_000, rate_limit_burst: 100_000 },
  });
  return world;
});

const open = (path: string) => on.open(path);

/** Where a row stands in the window. */
const topOf = (page: Page, text: string) =>
  page
    .locator('[role=row]', { hasText: new RegExp(`${text}$|${text}\\D`) })
    .first()
    .evaluate((row) => row.getBoundingClientRect().top);

describe('The log', () => {
  it('follows its end; and once it stands still, no row moves while thousands arrive', { timeout: 3 * patience }, async () => {
    await on.parley.sendMany('pm', 'fe', 300, 'early');
    const page = await open('messages');
    await page.getByText('early 300').waitFor();
    await on.parley.send('pm', 'fe', 'one more at the end');
    await page.getByText('one more at the end').waitFor();

    await page.keyboard.press('f');
    const before = await topOf(page, 'early 295');
    await on.parley.sendMany('pm', 'fe', 2000, 'late');
    await page.getByRole('button', { name: '2,000 newer' }).waitFor();
    assert.equal(await topOf(page, 'early 295'), before);
    assert.equal(await page.getByText('late 2000').count(), 0);

    await page.getByRole('button', { name: '2,000 newer' }).click();
    await page.getByText('late 2000').waitFor();
    await page.context().close();
  });

  it('has every message once, in order, after the network was gone', { timeout: 3 * patience }, async () => {
    const page = await open('messages');
    await page.getByRole('grid').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    on.site.cut(true);
    await page.getByText('Not live.').waitFor();
    await on.parley.sendMany('pm', 'fe', 30, 'missed');
    // Pressed while the network is still gone: once it is back, the next try may come first and take the button away.
    await page.getByRole('button', { name: 'Try now' }).click();
    assert.equal(await page.getByText('Not live.').count(), 1);
    on.site.cut(false);
    await page.getByText('missed 30').waitFor({ timeout: patience });
    await page.getByText('Not live.').waitFor({ state: 'detached' });
    const texts = await page.locator('[role=row]', { hasText: 'missed' }).allInnerTexts();
    const numbers = texts.map((text) => Number(/missed (\d+)/.exec(text)![1]));
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    assert.equal(new Set(numbers).size, numbers.length);
    assert.equal(numbers.at(-1), 30);
    await page.context().close();
  });

  it('is filtered by what is typed, and the filter is in the address', { timeout: patience }, async () => {
    const page = await open('messages');
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('type:question from:fe');
    await page.keyboard.press('Enter');
    await page.waitForURL(/type=question/);
    await page.getByText('Can the preview show totals?').waitFor();
    assert.equal(await page.locator('[role=row][aria-selected]').count(), 1);
    await page.getByRole('button', { name: /Remove the filter type/ }).click();
    await page.waitForURL((url) => !url.search.includes('type='));
    assert.match(page.url(), /sender=fe/);
    await page.context().close();
  });

  it('is read with keys alone, and gives the focus back', { timeout: patience }, async () => {
    const page = await open('messages?type=task_assignment');
    await page.getByText('Next up: the').waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`m=${on.world.message}`));
    await page.getByRole('complementary', { name: 'Message' }).getByText('On disk').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('m='));
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'grid');
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.waitForURL(/\/fleet/);
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    await page.context().close();
  });

  it('is searched from anywhere with the palette', { timeout: patience }, async () => {
    const page = await open('fleet');
    await page.getByText('Exports').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).fill('totals?');
    await page.getByRole('group', { name: 'Said' }).getByText('Can the preview show totals?').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('combobox').fill('@fen');
    await page.getByRole('option', { name: /Fen/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/fleet\/fe$/);
    await page.context().close();
  });

  it('shows a delivery as it is acknowledged', { timeout: patience }, async () => {
    const page = await open('messages?type=receipt_test');
    const { message_id } = await on.parley.send('pm', 'ci', 'has it been read?', { message_type: 'receipt_test' });
    const row = page.locator('[role=row]', { hasText: 'has it been read?' });
    await row.getByText('Queued').waitFor({ state: 'attached' });
    await on.parley.call('POST', `/messages/${message_id}/ack?agent_id=ci`, {});
    await row.getByText('Acknowledged').waitFor({ state: 'attached' });
    await page.context().close();
  });
});

describe('Taking part', () => {
  it('a message is written in a thread and sent once', { timeout: patience }, async () => {
    const page = await open(`threads/${on.world.thread}`);
    const field = page.getByRole('textbox', { name: 'Text' });
    await field.fill('A dash will do.');
    await field.press('Control+Enter');
    await page.getByRole('log').getByText('A dash will do.').waitFor();
    const { items } = await on.parley.call<{ items: { content: string; authority: string; sender_id: string }[] }>(
      'GET',
      `/messages?thread=${on.world.thread}&limit=50`,
    );
    const own = items.filter(({ content }) => content === 'A dash will do.');
    assert.deepEqual(
      own.map(({ sender_id, authority }) => [sender_id, authority]),
      [['human', 'operator']],
    );
    assert.equal(await field.inputValue(), '');
    await page.context().close();
  });

  it('a digit answers a question, Z takes it back, and Enter sends it at once', { timeout: patience }, async () => {
    const page = await open(`questions/${on.world.question}`);
    await page.getByText('if nobody answers').first().waitFor();
    await page.keyboard.press('1');
    await page.getByText('Answering').filter({ visible: true }).first().waitFor();
    await page.keyboard.press('z');
    await page.getByRole('button', { name: 'Send now' }).waitFor({ state: 'detached' });
    assert.equal((await on.parley.call<{ status: string }>('GET', `/questions/${on.world.question}`)).status, 'open');

    await page.keyboard.press('2');
    await page.getByRole('button', { name: 'Send now' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('by an operator').first().waitFor();
    const { status, answer } = await on.parley.call<{ status: string; answer: string }>('GET', `/questions/${on.world.question}`);
    assert.deepEqual([status, answer], ['answered', 'line']);
    await page.context().close();
  });

  it('a dead letter is selected and requeued with keys', { timeout: patience }, async () => {
    const page = await open('dead-letters');
    await page.getByText('Refused by its reader').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('q');
    await page.getByText('1 message requeued').waitFor();
    await page.getByText('No dead letter').waitFor();
    await page.context().close();
  });

  it('a task is created and assigned', { timeout: patience }, async () => {
    const page = await open('tasks');
    await page.getByText('Nobody with cobol is online').waitFor();
    await page.keyboard.press('n');
    await page.getByLabel('Title').fill('Check the preview');
    await page.getByLabel('Agent').selectOption('fe');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('region', { name: 'Assigned' }).getByText('Check the preview').waitFor();
    await page.context().close();
  });

  it('an agent is paused with a key, and the pause taken back', { timeout: patience }, async () => {
    const page = await open('fleet/be');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await page.keyboard.press('Shift+P');
    await page.getByText('Bram is paused; its messages wait').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    assert.equal((await on.parley.call<{ paused: boolean }>('GET', '/agents/be')).paused, false);
    await page.context().close();
  });
});
