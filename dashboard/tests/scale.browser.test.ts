import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium } from './harness/browser.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;

before(async () => {
  parley = await Parley.start();
  await parley.call('PUT', '/projects/default', {
    name: 'default',
    settings: { mailbox_limit: 1_000_000, rate_limit_per_second: 100_000, rate_limit_burst: 100_000 },
  });
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const open = async (path: string): Promise<Page> => (await chromium.open(`${site.url}/p/default/${path}`)).page;
const elements = (page: Page) => page.locator('#root *').count();

describe('However much there is', () => {
  it('200 agents stand in the fleet, with few elements each', { timeout: 2 * patience }, async () => {
    for (let from = 0; from < 200; from += 20)
      await Promise.all(Array.from({ length: 20 }, (_, index) => parley.register(`agent-${from + index}`, { role: 'backend_developer' })));
    const page = await open('fleet');
    await page.getByText('200 agents, ').waitFor();
    await page.getByText('agent-199', { exact: true }).first().waitFor();
    const count = await elements(page);
    assert.ok(count < 200 * 60, `${count} elements`);
    await page.keyboard.press('j');
    await page.getByRole('searchbox').or(page.getByLabel('Name, role, capability')).fill('agent-137');
    await page.getByText('agent-199', { exact: true }).waitFor({ state: 'detached' });
    await page.goto(`${site.url}/p/default/now`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.ok((await elements(page)) < 200 * 12 + 1000);
    await page.context().close();
  });

  it('a thread of 10,000 messages draws those that are near', { timeout: 3 * patience }, async () => {
    const first = await parley.send('agent-0', 'agent-1', 'word 1');
    for (let from = 1; from < 10_000; from += 500)
      await parley.call('POST', '/messages/batch', {
        items: Array.from({ length: Math.min(500, 10_000 - from) }, (_, index) => ({
          sender_id: 'agent-0',
          to: 'agent-1',
          content: `word ${from + index + 1}`,
          conversation_thread_id: first.conversation_thread_id,
        })),
      });
    const page = await open(`threads/${first.conversation_thread_id}`);
    await page.getByRole('log').getByText('word 10000', { exact: true }).waitFor({ timeout: patience });
    const count = await elements(page);
    assert.ok(count < 12_000, `${count} elements`);
    await page.context().close();
  });

  it('a workflow of 1,000 steps is drawn where one looks', { timeout: 3 * patience }, async () => {
    const steps = Array.from({ length: 1000 }, (_, index) => ({
      step: `step-${index}`,
      agent: `agent-${index % 200}`,
      action: 'Do it.',
      ...(index >= 10 ? { depends_on: [`step-${index - 10}`] } : {}),
    }));
    const { workflow_id } = await parley.call<{ workflow_id: string }>('POST', '/workflows', { title: 'Long', steps });
    const { execution_id } = await parley.call<{ execution_id: string }>('GET', `/workflows/${workflow_id}`);
    const page = await open(`executions/${execution_id}/graph`);
    await page.getByText('step-0', { exact: true }).first().waitFor({ timeout: patience });
    const count = await elements(page);
    assert.ok(count < 12_000, `${count} elements`);
    const drawn = await page.locator('[data-step]').count();
    assert.ok(drawn < 500, `${drawn} steps`);
    // What comes into sight is drawn then.
    assert.equal(await page.getByText('step-999', { exact: true }).count(), 0);
    await page.getByRole('region', { name: '1000 steps' }).evaluate((box) => box.scrollTo(box.scrollWidth, box.scrollHeight));
    await page.getByText('step-999', { exact: true }).waitFor();
    await page.context().close();
  });
});
