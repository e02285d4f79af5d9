import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf, overflowOf } from './harness/browser.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;
let deploy: string;

before(async () => {
  parley = await Parley.start();
  await parley.call('PUT', '/projects/default', {
    name: 'default',
    settings: { max_attempts: 1, rate_limit_per_second: 100_000, rate_limit_burst: 100_000 },
  });
  await parley.register('wren', { name: 'Wren', role: 'release_manager' });
  await parley.register('noor', { name: 'Noor', role: 'qa' });
  deploy = await parley.register('deploy', { name: 'deploy-hook', type: 'script' });
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

interface Stored {
  message_id: string;
  content: string;
  payload: unknown;
  sender_id: string;
  conversation_thread_id: string;
}

/** Sends messages to a reader who gives each of them back with a reason. */
async function die(to: string, texts: readonly string[], payload?: unknown): Promise<void> {
  for (const text of texts) await parley.send('wren', to, text, payload === undefined ? {} : { payload });
  for (;;) {
    const { items } = await parley.call<{ items: { message: { message_id: string }; lease_id: string }[] }>('POST', `/agents/${to}/claim`, {
      max: 100,
    });
    if (items.length === 0) return;
    for (const { message, lease_id } of items)
      await parley.call('POST', `/messages/${message.message_id}/nack?agent_id=${to}`, { lease_id, reason: '502 Bad Gateway' });
  }
}

const countDead = async () => (await parley.call<{ items: unknown[] }>('GET', '/dead-letters?limit=500')).items.length;
const waiting = async (agent: string) =>
  (await parley.call<{ items: { message: Stored }[] }>('GET', `/agents/${agent}/inbox?max=200`)).items.map(({ message }) => message);
const open = async (path = 'dead-letters'): Promise<Page> => (await chromium.open(`${site.url}/p/default/${path}`)).page;
const choose = (page: Page, text: string) => page.getByRole('checkbox', { name: `Select: ${text}` }).check();
const purgeAll = () => parley.call('POST', '/dead-letters/purge', {});

describe('Dead letters', () => {
  it('say how their reader is now, and call none connected that reports an error', { timeout: patience }, async () => {
    await die('deploy', ['Deploy it']);
    const agent = parley.call('PUT', '/agents/deploy/status', { status: 'error' }, deploy);
    await agent;
    const page = await open();
    const group = page.getByRole('region', { name: 'Refused by its reader' });
    await group.getByText('deploy-hook reports an error').waitFor();
    assert.equal(await page.getByText('is connected now').count(), 0);
    await parley.call('PUT', '/agents/deploy/status', { status: 'online' }, deploy);
    await group.getByText('deploy-hook is connected now').waitFor();
    await purgeAll();
    await page.context().close();
  });

  it('are mended and sent again with E: once, in the same thread, as from whoever sent them', { timeout: patience }, async () => {
    await die('deploy', ['Warm the caches'], { environment: 'staging' });
    const page = await open();
    await page.getByText('Warm the caches').waitFor();
    await page.keyboard.press('j');
    const beside = page.getByRole('complementary', { name: 'Dead letter' });
    await beside.getByRole('region', { name: 'What happened' }).getByText('502 Bad Gateway').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Payload').fill('{ "environment": ');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByText('This is not JSON').waitFor();
    assert.equal(await countDead(), 1);
    await dialog.getByLabel('Payload').fill('{ "environment": "production" }');
    await dialog.getByLabel('Text').fill('Warm all caches');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Sent. It is no longer a dead letter.').waitFor();
    await page.getByText('No dead letter').waitFor();
    const [sent, ...more] = await waiting('deploy');
    assert.deepEqual([sent!.content, sent!.payload, sent!.sender_id], ['Warm all caches', { environment: 'production' }, 'wren']);
    assert.equal(more.length, 0);
    assert.equal(await countDead(), 0);
    await parley.call('POST', `/messages/${sent!.message_id}/ack?agent_id=deploy`, {});
    await page.context().close();
  });

  it('that are selected are sent to another, and requeued where they came from', { timeout: patience }, async () => {
    await die('deploy', ['one', 'two', 'three']);
    const page = await open();
    await choose(page, 'one');
    await choose(page, 'two');
    await page.getByText('2 selected').waitFor();
    await page.getByRole('button', { name: 'Send to another' }).click();
    const dialog = page.getByRole('dialog');
    const field = dialog.getByRole('combobox', { name: 'To' });
    await field.fill('noor');
    await field.press('Enter');
    await dialog.getByRole('button', { name: 'Send 2' }).click();
    await page.getByText('2 messages sent').waitFor();
    await page.getByText('three').waitFor();
    assert.deepEqual((await waiting('noor')).map(({ content }) => content).sort(), ['one', 'two']);
    assert.equal(await countDead(), 1);

    await choose(page, 'three');
    await page.keyboard.press('q');
    await page.getByText('No dead letter').waitFor();
    assert.deepEqual(
      (await waiting('deploy')).map(({ content }) => content),
      ['three'],
    );
    await page.context().close();
    for (const { message_id } of await waiting('deploy')) await parley.call('POST', `/messages/${message_id}/ack?agent_id=deploy`, {});
  });

  it('are purged only after asking, and more than a hundred only once their number is typed', { timeout: 2 * patience }, async () => {
    await die(
      'deploy',
      Array.from({ length: 101 }, (_, index) => `number ${index + 1}`),
    );
    const page = await open();
    await page.getByRole('checkbox', { name: 'Select all: Refused by its reader' }).check();
    await page.getByText('101 selected').waitFor();
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('dialog', { name: 'Purge 101 dead letters?' });
    const sure = dialog.getByRole('button', { name: 'Purge 101' });
    assert.equal(await sure.isDisabled(), true);
    await dialog.getByLabel('Type 101 to go on').fill('100');
    assert.equal(await sure.isDisabled(), true);
    await dialog.getByLabel('Type 101 to go on').fill('101');
    await sure.click();
    await page.getByText('101 messages purged').waitFor();
    assert.equal(await countDead(), 0);
    await page.context().close();
  });

  it('are filtered by reader and type, and say so if none is left', { timeout: patience }, async () => {
    await die('deploy', ['reload the hook']);
    await die('noor', ['check the page']);
    const page = await open('dead-letters?agent=noor');
    await page.getByText('check the page').waitFor();
    assert.equal(await page.getByText('reload the hook').count(), 0);
    await page.goto(`${site.url}/p/default/dead-letters?agent=wren`);
    await page.getByText('None of this kind').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByText('reload the hook').waitFor();
    await page.context().close();
  });

  it('are read in place of the list on a phone', { timeout: patience }, async () => {
    const { items } = await parley.call<{ items: { delivery: { delivery_id: string } }[] }>('GET', '/dead-letters');
    const { page, complaints } = await chromium.open(`${site.url}/p/default/dead-letters?d=${items[0]!.delivery.delivery_id}`, {
      width: 390,
      height: 844,
      isDark: true,
    });
    await page.getByRole('main', { name: 'Dead letter' }).getByText('What happened').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await overflowOf(page), 0);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('region', { name: 'Refused by its reader' }).waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});
