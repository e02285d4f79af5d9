import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf } from './harness/browser.ts';
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

async function open(): Promise<Page> {
  const { page } = await chromium.open(`${site.url}/p/default/now`);
  await page.getByRole('region', { name: 'Stuck' }).waitFor();
  return page;
}

const stuck = (page: Page, text: RegExp) => page.getByRole('region', { name: 'Stuck' }).getByRole('listitem').filter({ hasText: text });

describe('Now', () => {
  it('shows what the server says is stuck, as it comes and goes', { timeout: 2 * patience }, async () => {
    const page = await open();
    await stuck(page, /ci\s*(is a dead letter|are dead letters)/).waitFor();

    const token = await parley.register('worker', { name: 'Wil' });
    await parley.call('PUT', '/agents/worker/status', { status: 'error', note: 'The disk is full.' }, token);
    await stuck(page, /Wil\s*reports an error/).waitFor();
    await stuck(page, /The disk is full\./).waitFor();
    await parley.call('PUT', '/agents/worker/status', { status: 'online' }, token);
    await stuck(page, /Wil\s*reports an error/).waitFor({ state: 'detached' });

    const { workflow_id } = await parley.call<{ workflow_id: string }>(
      'POST',
      '/workflows',
      { title: 'Release', steps: [{ step: 'smoke', agent: 'worker', action: 'Run the smoke tests.' }] },
      token,
    );
    await parley.call('POST', `/workflows/${workflow_id}/steps/smoke/fail`, { error: 'It times out.' }, parley.token);
    const failed = stuck(page, /Release: step\s*smoke\s*failed/);
    await failed.getByText('It times out.').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await failed.getByRole('button', { name: 'Retry step' }).click();
    await failed.waitFor({ state: 'detached' });
    await page.close();
  });

  it('puts something off, shows it elsewhere, and takes it back', { timeout: 2 * patience }, async () => {
    const page = await open();
    const dead = stuck(page, /dead letter/);
    await dead.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Snooze for 1 hour' }).click();
    await dead.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Snoozed 1' }).click();
    await page.waitForURL(/snoozed=true/);
    const put = page.getByRole('region', { name: 'Snoozed' }).getByRole('listitem');
    await put.getByText(/has dead letters/).waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await put.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Show it again' }).click();
    await dead.waitFor();

    await dead.getByRole('button', { name: /Requeue \d/ }).click();
    await dead.waitFor({ state: 'detached' });
    await page.close();
  });
});
