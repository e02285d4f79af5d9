import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { faultsOf, overflowOf } from './harness/browser.ts';
import { patience, populate } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(async (parley) => {
  const world = await populate(parley);
  await parley.call('PUT', '/schemas/coordination', {
    schema: { type: 'object', required: ['build'], properties: { build: { type: 'integer' } } },
  });
  return world;
});

interface Sent {
  message_id: string;
  content: string | null;
  to: string | string[];
  message_type: string;
  intent: string;
  priority: number;
  payload: unknown;
  conversation_thread_id: string;
}

const open = async (path: string, width = 1440): Promise<Page> =>
  (await on.chromium.open(`${on.site.url}/p/default/${path}`, { width, height: width < 500 ? 844 : 900 })).page;
const newest = async () => (await on.parley.call<{ items: Sent[] }>('GET', '/messages?limit=1&sender=human')).items[0]!;

describe('A new message', () => {
  it('tells what the server would do with it, once typing stops', { timeout: patience }, async () => {
    const page = await open('messages');
    await page.getByText('Can the preview show totals?').waitFor();
    await page.keyboard.press('c');
    const to = page.getByRole('combobox', { name: 'To' });
    await to.fill('capability:cobol');
    await to.press('Enter');
    await page.getByText('Nobody has the capability cobol.').waitFor();
    const before = (await newest())?.message_id;

    await page.getByRole('textbox', { name: 'Text' }).fill('Who can read this?');
    await page.getByText("No agent in this project has the capability 'cobol'").waitFor();
    await page.getByRole('textbox', { name: 'Text' }).fill('');
    await page.getByText('Nobody has the capability cobol.').waitFor();
    assert.equal((await newest())?.message_id, before);
    await page.context().close();
  });

  it('goes to any address, completed, with how many it reaches and who is away', { timeout: 2 * patience }, async () => {
    const page = await open('messages');
    await page.getByText('Can the preview show totals?').waitFor();
    await page.keyboard.press('c');
    const to = page.getByRole('combobox', { name: 'To' });
    await to.fill('squad:e');
    await page.getByRole('option', { name: /squad:exports.*3 agents/ }).waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await to.press('Enter');
    await page.getByText('3 get it.').waitFor();
    await page.getByText('Away or paused: Priya, Bram, Fen. It waits for them.').waitFor();

    await page.getByRole('button', { name: 'Add a recipient' }).click();
    await to.fill('capability:cobol');
    await to.press('Enter');
    await page.getByText('Nobody has the capability cobol.').waitFor();
    await page.getByRole('button', { name: 'Add a recipient' }).click();
    await to.press('Backspace');
    await page.getByText('Nobody has the capability cobol.').waitFor({ state: 'detached' });

    await page.getByRole('textbox', { name: 'Text' }).fill('Is there a plan?');
    await page.getByRole('button', { name: /^Type: text/ }).click();
    await page.getByRole('menuitemradio', { name: 'question' }).click();
    await page.getByRole('button', { name: 'Reply: reply expected' }).waitFor();
    await page.getByRole('button', { name: 'Send to 3' }).click();
    await page.getByText('Sent to 3').waitFor();
    const { content, to: sentTo, message_type, intent } = await newest();
    assert.deepEqual([content, sentTo, message_type, intent], ['Is there a plan?', 'squad:exports', 'question', 'request']);
    await page.context().close();
  });

  it('may have a payload, checked against the schema of its type, and a delay', { timeout: 2 * patience }, async () => {
    const page = await open('messages');
    await page.getByText('Can the preview show totals?').waitFor();
    await page.keyboard.press('c');
    await page.getByRole('combobox', { name: 'To' }).fill('Bram');
    await page.getByRole('combobox', { name: 'To' }).press('Enter');
    await page.getByRole('button', { name: /^Type: text/ }).click();
    await page.getByRole('menuitemradio', { name: 'coordination' }).click();
    await page.getByRole('button', { name: 'Payload, delay, expiry' }).click();
    const payload = page.getByRole('textbox', { name: 'Payload, as JSON' });
    const send = page.getByRole('button', { name: 'Send', exact: true });
    await payload.fill('{"build": ');
    await page.getByText('This is not JSON').waitFor();
    await payload.fill('{"build": "4812"}');
    await page.getByText('/build must be an integer.').waitFor();
    assert.equal(await send.isDisabled(), true);
    assert.deepEqual(await faultsOf(page), []);
    await payload.fill('{"build": 4812}');
    await page.getByText('It matches the schema of coordination.').waitFor();
    await page.getByLabel('Deliver').selectOption('in 10 minutes');
    await page.getByText('Bram gets it at that time.').waitFor();
    await send.click();
    await page.getByText('Sent', { exact: true }).waitFor();
    const { message_id, content, payload: sent } = await newest();
    assert.deepEqual([content, sent], [null, { build: 4812 }]);
    const { deliveries } = await on.parley.call<{ deliveries: { state: string }[] }>('GET', `/messages/${message_id}/trace`);
    assert.deepEqual(
      deliveries.map(({ state }) => state),
      ['scheduled'],
    );
    await page.context().close();
  });

  it('that is not sent stays as a draft, also on a phone', { timeout: patience }, async () => {
    const page = await open('now', 390);
    await page.getByRole('button', { name: 'Compose' }).click();
    await page.getByRole('combobox', { name: 'To' }).fill('fe');
    await page.getByRole('combobox', { name: 'To' }).press('Enter');
    await page.getByRole('textbox', { name: 'Text' }).fill('Half a thought');
    assert.equal(await overflowOf(page), 0);
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('button', { name: 'Keep as draft' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'Compose' }).click();
    assert.equal(await page.getByRole('textbox', { name: 'Text' }).inputValue(), 'Half a thought');
    await page.getByRole('button', { name: 'Remove Fen' }).waitFor();
    await page.context().close();
  });
});

describe('A message in a thread', () => {
  it('says what will happen, and keeps its draft with the thread', { timeout: patience }, async () => {
    const page = await open(`threads/${on.world.thread}`);
    const form = page.getByRole('form', { name: 'Write a message' });
    await form.getByText('reads this when back').waitFor();
    await form.getByRole('textbox', { name: 'Text' }).fill('A dash will do.');
    await page.goto(`${on.site.url}/p/default/fleet`);
    await page.getByText('Bram').first().waitFor();
    await page.goto(`${on.site.url}/p/default/threads/${on.world.thread}`);
    assert.equal(await form.getByRole('textbox', { name: 'Text' }).inputValue(), 'A dash will do.');
    await form.getByRole('textbox', { name: 'Text' }).press('Control+Enter');
    await page.getByRole('log').getByText('A dash will do.').waitFor();
    assert.equal((await newest()).conversation_thread_id, on.world.thread);
    await page.reload();
    await form.waitFor();
    assert.equal(await form.getByRole('textbox', { name: 'Text' }).inputValue(), '');
    await page.context().close();
  });
});
