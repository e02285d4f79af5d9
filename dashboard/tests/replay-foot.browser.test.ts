import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf, overflowOf } from './harness/browser.ts';
import { release } from './harness/executions.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;
let run: string;
let thread = '';
const said: { seq: number; content: string; people: string[] }[] = [];

before(async () => {
  parley = await Parley.start();
  await parley.call('PUT', '/projects/default', { name: 'default', settings: { max_attempts: 1 } });
  const { execution, step } = await release(parley);
  run = execution;
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
  for (const [from, to, content] of [
    ['wren', 'noor', 'Start the smoke tests.'],
    ['noor', 'wren', 'They run.'],
    ['ines', 'juno', 'Is the scan green?'],
    ['noor', 'wren', 'One is red.'],
    ['wren', 'noor', 'Which one?'],
  ] as const) {
    const isInThread = from !== 'ines';
    const sent = await parley.send(from, to, content, {
      execution_id: run,
      ...(isInThread && thread ? { conversation_thread_id: thread } : {}),
    });
    if (isInThread) thread = sent.conversation_thread_id;
    said.push({ seq: sent.seq, content, people: [from, to] });
  }
  // One that dies: only the server's own count knows of it.
  await parley.send('wren', 'builder', 'Build it once more.', { execution_id: run });
  const { items } = await parley.call<{ items: { message: { message_id: string }; lease_id: string }[] }>('POST', '/agents/builder/claim', {
    max: 20,
  });
  for (const { message, lease_id } of items)
    await parley.call('POST', `/messages/${message.message_id}/nack?agent_id=builder`, { lease_id, reason: 'no disk' });
  await step('smoke-tests', 'fail', { error: '“download as PDF” timed out' });
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const open = async (path: string, size: { width?: number; height?: number; isDark?: boolean } = {}): Promise<Page> =>
  (await chromium.open(`${site.url}/p/default/${path}`, size)).page;
const list = (page: Page) => page.getByRole('region', { name: 'Said up to here' });
const texts = (page: Page) => list(page).locator('li button > span:last-child').allInnerTexts();

describe('The foot of the replay', () => {
  it('marks where questions were asked and where something failed', { timeout: patience }, async () => {
    const page = await open(`executions/${run}/replay`);
    await list(page).getByText('Which one?').waitFor();
    await page.locator('[data-mark=failure]').first().waitFor();
    // All of it took moments: marks that fall into one bar are one, and failures stand above questions.
    assert.ok((await page.locator('[data-mark]').count()) >= 1);
    await page.getByRole('slider', { name: 'Place in the recording' }).waitFor();
    await page.context().close();
  });

  it('zooms with keys and buttons, keeps the moment in sight, and says what of the whole is seen', { timeout: patience }, async () => {
    const page = await open(`executions/${run}/replay?at=${said[1]!.seq}`);
    await page.locator(`[data-seq="${said[1]!.seq}"][aria-current=true]`).waitFor();
    const lanes = page.getByRole('region', { name: 'Lanes' });
    const width = () => lanes.evaluate((box) => box.scrollWidth);
    const before = await width();
    assert.equal(await page.locator('[data-view]').count(), 0);
    await page.keyboard.press('+');
    await page.waitForURL(/zoom=2/);
    await page.getByRole('button', { name: /Zoom in/ }).click();
    await page.waitForURL(/zoom=4/);
    await page.waitForFunction((old) => document.querySelector('[aria-label=Lanes]')!.scrollWidth > 3 * old, before);
    await page.locator('[data-view]').waitFor();
    const isSeen = () =>
      lanes.evaluate((box) => {
        const head = [...box.querySelectorAll('div')].find(({ className }) => className.includes('w-0.5 bg-accent'))!;
        const { left } = head.getBoundingClientRect();
        const own = box.getBoundingClientRect();
        return left >= own.left && left <= own.right;
      });
    assert.equal(await isSeen(), true);
    await page.keyboard.press('Home');
    assert.equal(await isSeen(), true);
    assert.equal(await overflowOf(page), 0);
    assert.deepEqual(await faultsOf(page), []);
    await page.keyboard.press('-');
    await page.keyboard.press('-');
    await page.waitForURL((url) => !url.searchParams.has('zoom'));
    assert.equal(await page.getByRole('button', { name: /Zoom out/ }).isDisabled(), true);
    assert.equal(await width(), before);
    await page.context().close();
  });

  it('keeps speed, fold, and moment in the address', { timeout: patience }, async () => {
    const page = await open(`executions/${run}/replay?at=${said[2]!.seq}&speed=20&fold=off&zoom=2`);
    await page.locator(`[data-seq="${said[2]!.seq}"][aria-current=true]`).waitFor();
    assert.equal(await page.getByRole('button', { name: '20×' }).getAttribute('aria-pressed'), 'true');
    assert.equal(await page.getByRole('switch', { name: 'Fold silence' }).isChecked(), false);
    await page.getByText('Fold silence').click();
    await page.waitForURL((url) => !url.searchParams.has('fold'));
    await page.keyboard.press(',');
    await page.waitForURL((url) => !url.searchParams.has('speed'));
    await page.context().close();
  });

  it('plays on a phone, below the conversation', { timeout: patience }, async () => {
    const page = await open(`executions/${run}/replay?at=${said[0]!.seq}`, { width: 390, height: 844, isDark: true });
    await page.getByText('Start the smoke tests.').waitFor();
    assert.equal(await page.getByRole('region', { name: 'Lanes' }).isVisible(), false);
    await page.getByRole('button', { name: 'One message on (Right)' }).click();
    await page.getByText('They run.').waitFor();
    await page.getByRole('button', { name: 'Go to the end' }).click();
    await page.getByText('Which one?').waitFor();
    assert.equal(await overflowOf(page), 0);
    await page.context().close();
  });
});

describe('What is played', () => {
  it('equals the log at three places, for a thread, an agent, and a range of time', { timeout: 2 * patience }, async () => {
    const from = new Date(Date.now() - 600_000).toISOString();
    for (const [path, accepts] of [
      [`replay?thread=${thread}`, (people: string[]) => !people.includes('ines')],
      ['replay?agent=noor', (people: string[]) => people.includes('noor')],
      [`replay?from=${from}`, () => true],
    ] as const)
      for (const place of [0, 2, 4]) {
        const expected = said.slice(0, place + 1).filter(({ people }) => accepts(people));
        const page = await open(`${path}&at=${said[place]!.seq}`);
        await page.locator(`[data-seq="${expected.at(-1)!.seq}"][aria-current=true]`).waitFor();
        const shown = (await texts(page)).filter((text) => said.some(({ content }) => content === text));
        assert.deepEqual(
          shown,
          expected.map(({ content }) => content),
          `${path} at ${place}`,
        );
        await page.context().close();
      }
  });
});
