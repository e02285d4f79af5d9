import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
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
  const { items } = await parley.call<{ items: { message: { message_id: string }; lease_id: string }[] }>('POST', '/agents/be/claim', {
    max: 1,
  });
  for (const { message, lease_id } of items) await parley.call('POST', `/messages/${message.message_id}/ack?agent_id=be`, { lease_id });
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const open = async (path: string) => (await chromium.open(`${site.url}/p/default/${path}`)).page;
const figure = (page: Page, name: string) => page.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) });

describe('Analytics', () => {
  it('draws under the strict policy, and each part of a bar leads to its messages', { timeout: patience }, async () => {
    const { page, complaints } = await chromium.open(`${site.url}/p/default/now`);
    await page.getByText('One question waits for you').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    const card = page.getByRole('region', { name: 'Messages by type' });
    const part = card.locator('a[href*="type=task_assignment"]').last();
    await part.waitFor();
    await page.locator('.recharts-line-dot').first().waitFor();
    assert.deepEqual(complaints, []);
    await part.click();
    await page.waitForURL(/\/messages\?type=task_assignment&since=.*&until=/);
    await page.getByText('Next up: the').first().waitFor();
    assert.equal(await page.getByText('Can the preview show totals?').count(), 0);
    await page.context().close();
  });

  it('has a table for each chart, whose numbers lead to the messages', { timeout: patience }, async () => {
    const page = await open('analytics');
    await page.getByRole('button', { name: 'Messages by type as a table' }).click();
    await page.getByRole('button', { name: 'Send to acknowledgment as a table' }).click();
    const card = page.getByRole('region', { name: 'Messages by type' });
    await card.getByRole('columnheader', { name: 'Questions, answers' }).waitFor();
    assert.equal(await card.locator('svg.recharts-surface').count(), 0);
    assert.deepEqual(await faultsOf(page), []);
    await card.getByRole('row').last().getByRole('link').first().click();
    await page.waitForURL(/\/messages\?type=[a-z_,]+&since=/);
    await page.context().close();
  });

  it('says how much was sent in a time, by one agent and of one type', { timeout: patience }, async () => {
    await parley.sendMany('ci', 'fe', 30);
    const page = await open('analytics?range=1h&agent=ci');
    await figure(page, 'Sent').getByRole('link', { name: '31' }).waitFor();
    await page.getByRole('button', { name: 'Type: All types' }).click();
    await page.getByRole('menuitemradio', { name: 'text' }).click();
    await page.waitForURL(/agent=ci&type=text/);
    await figure(page, 'Sent').getByRole('link', { name: '31' }).click();
    await page.waitForURL(/\/messages\?sender=ci&type=text&since=/);
    await page.getByText('number 30').waitFor();
    await page.goBack();
    await page.getByRole('button', { name: '7 d' }).click();
    await page.waitForURL(/range=7d/);
    await page.getByText('each hour').waitFor();
    await page.context().close();
  });

  it('shows what died in red, with the way to it', { timeout: patience }, async () => {
    const page = await open('analytics');
    const died = figure(page, 'Acknowledged').getByRole('link', { name: /[1-9]\d* dead/ });
    await died.click();
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
    await page.context().close();
  });

  it('gives all of it as JSON and each table as CSV', { timeout: patience }, async () => {
    await parley.register('formula', { name: '=1+1' });
    await parley.send('formula', 'fe', 'Hello');
    const page = await open('analytics');
    const save = async (name: string): Promise<[string, string]> => {
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name }).click()]);
      return [download.suggestedFilename(), await readFile((await download.path())!, 'utf8')];
    };
    const [name, json] = await save('All of it, as JSON');
    assert.equal(name, 'default-statistics-6h.json');
    const all = JSON.parse(json) as { types: unknown[]; timeline: unknown[]; pairs: { from: string; to: string; count: number }[] };
    assert.equal(all.pairs.find(({ from, to }) => from === 'fe' && to === 'be')?.count, 1);
    assert.ok(all.types.length > 2 && all.timeline.length > 70);
    const [, pairs] = await save('Pairs, as CSV');
    assert.match(pairs, /^from,to,count,acknowledged,ack_ms,last_at\r\n/);
    assert.match(pairs, /\r\nfe,be,1,/);
    const [, agents] = await save('Agents, as CSV');
    assert.match(agents, /\r\nformula,1,0,0,,/);
    await page.context().close();
  });

  it('shows health with what it is made of, as the server judges it', { timeout: patience }, async () => {
    const page = await open('now');
    const json = (body: unknown) => ({ contentType: 'application/json', body: JSON.stringify(body) });
    const none = { sent: 1, received: 0, acknowledged: 0, ack_ms: null, first_at: null, last_at: null };
    await page.route(/\/stats\/agents/, (route) => route.fulfill(json({ items: [{ agent_id: 'be', ...none, bars: [] }], next: null })));
    const parts = [{ name: 'lost', value: 0.02, limit: 0.05, points: 18, max_points: 30 }];
    await page.route(/\/stats\/health/, (route) => route.fulfill(json({ score: 88, parts })));
    await page.goto(`${site.url}/p/default/analytics`);
    await figure(page, 'Health').getByText('88').waitFor();
    await figure(page, 'Health').getByText('lost 2 %').waitFor();
    await page.getByRole('region', { name: 'Health' }).getByRole('cell', { name: '18 of 30' }).waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });

  it('is there for an observer too', { timeout: patience }, async () => {
    const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer', project_id: 'default' });
    const visitor = site.visitor;
    site.visitor = { kind: 'observer', name: 'Olga', token };
    try {
      const { page, complaints } = await chromium.open(`${site.url}/p/default/analytics`);
      await page.getByRole('region', { name: 'Routing' }).waitFor();
      await page.getByRole('region', { name: 'Types' }).getByRole('rowheader', { name: 'task_assignment' }).waitFor();
      await page.goto(`${site.url}/p/default/map?agent=be`);
      await page.getByRole('heading', { name: 'Bram' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Message', exact: true }).count(), 0);
      assert.deepEqual(complaints, []);
      await page.context().close();
    } finally {
      site.visitor = visitor;
    }
  });
});

describe('Before anything was sent', () => {
  it('the page says so', { timeout: patience }, async () => {
    await parley.call('POST', '/projects', { project_id: 'empty', name: 'Empty' });
    const { page } = await chromium.open(`${site.url}/p/empty/analytics`);
    await page.getByText('Nothing was sent yet').waitFor();
    await page.context().close();
  });
});
