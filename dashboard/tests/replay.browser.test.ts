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
/** What the server said of three moments, when they were the present. */
const moments: Moment[] = [];

interface Moment {
  seq: number;
  said: string[];
  board: string[];
  working: string[];
}

before(async () => {
  parley = await Parley.start();
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
  await play();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const words: Record<string, string> = { pending: 'waits', assigned: 'waits', in_progress: 'running', completed: 'done', failed: 'failed' };

/** A small run, of which three moments are kept as they are. */
async function play(): Promise<void> {
  const bram = await parley.register('bram', { name: 'Bram', role: 'backend_developer' });
  const fen = await parley.register('fen', { name: 'Fen', role: 'frontend_developer' });
  const { execution_id } = await parley.call<{ execution_id: string }>('POST', '/executions', { title: 'E-Invoice export' });
  run = execution_id;
  const { task_id: totals } = await parley.call<{ task_id: string }>('POST', '/tasks', { title: 'Write the totals', agent_id: 'bram' });
  const { task_id: preview } = await parley.call<{ task_id: string }>('POST', '/tasks', { title: 'Show the preview', agent_id: 'fen' });
  const tasks = { bram: { id: totals, token: bram }, fen: { id: preview, token: fen } };
  const say = (from: string, to: string, content: string, task_id = totals) =>
    parley.send(from, to, content, { execution_id: run, task_id });
  const status = (who: 'bram' | 'fen', activity: string) =>
    parley.call('PUT', `/agents/${who}/status`, { status: 'online', activity }, tasks[who].token);
  const move = async (who: 'bram' | 'fen', verb: string, body: object = {}) => {
    const { fence } = await parley.call<{ fence: number }>('GET', `/tasks/${tasks[who].id}`);
    await parley.call('POST', `/tasks/${tasks[who].id}/${verb}`, { fence, ...body }, tasks[who].token);
  };
  const keep = async (seq: number) => {
    const { items } = await parley.call<{ items: { content: string }[] }>('GET', `/messages?execution=${run}&limit=200`);
    const board = await parley.call<{ items: { title: string; status: string }[] }>('GET', '/tasks?limit=200');
    const fleet = await parley.call<{ items: { name: string; activity: string }[] }>('GET', '/agents?limit=200');
    moments.push({
      seq,
      said: items.map(({ content }) => content).reverse(),
      board: board.items.map(({ title, status }) => `${words[status]} ${title}`).sort(),
      working: fleet.items
        .filter(({ activity }) => activity === 'working')
        .map(({ name }) => name)
        .sort(),
    });
  };

  await say('bram', 'fen', 'I begin with the totals.');
  await status('bram', 'working');
  await move('bram', 'accept');
  await move('bram', 'start');
  await keep((await say('fen', 'bram', 'I wait for them.', preview)).seq);
  await status('fen', 'working');
  await status('bram', 'idle');
  await move('bram', 'complete', { result: { sum: 1 } });
  await move('fen', 'accept');
  await move('fen', 'start');
  await say('bram', 'fen', 'The totals are done.');
  await keep((await say('fen', 'bram', '<b>Thanks.</b>', preview)).seq);
  await move('fen', 'fail', { error: 'no template' });
  await status('fen', 'idle');
  await parley.call('DELETE', `/messages/${(await say('bram', 'fen', 'Never mind this.')).message_id}`);
  await keep((await say('fen', 'bram', 'The template is missing.', preview)).seq);
  moments[2]!.said = moments[2]!.said.map((text) => text ?? 'deleted');
}

const open = async (path: string) => (await chromium.open(`${site.url}/p/default/${path}`)).page;
const said = (page: Page) => page.getByRole('region', { name: 'Said up to here' }).locator('li');

async function shownOn(page: Page): Promise<Omit<Moment, 'seq'>> {
  const rows = await said(page).locator('button > span:last-child').allInnerTexts();
  const board = await page.getByRole('list', { name: 'Steps and tasks' }).locator('li').allInnerTexts();
  const lanes = await page.getByRole('region', { name: 'Lanes' }).locator('li').allInnerTexts();
  return {
    said: rows,
    board: board
      .map((text) =>
        text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean)
          .slice(0, 2)
          .join(' '),
      )
      .sort(),
    working: lanes
      .filter((text) => text.includes('working'))
      .map((text) => text.split('\n').find((line) => /^[A-Z][a-z]{2}/.test(line))!)
      .sort(),
  };
}

describe('Replay', () => {
  it('equals the log at three places', { timeout: 2 * patience }, async () => {
    assert.equal(moments.length, 3);
    for (const { seq, ...expected } of moments) {
      const page = await open(`executions/${run}/replay?at=${seq}`);
      await page.getByText(`${expected.said.length} of 6`).waitFor();
      await page.locator(`[data-seq="${seq}"][aria-current=true]`).waitFor();
      assert.deepEqual(await shownOn(page), expected, `at ${seq}`);
      await page.getByText('Nothing can be done here until you go live').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0);
      await page.context().close();
    }
  });

  it('goes from message to message with keys, and back to the present', { timeout: patience }, async () => {
    const page = await open(`executions/${run}/replay?at=${moments[0]!.seq}`);
    await page.getByText('2 of 6').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText('3 of 6').waitFor();
    await page.waitForURL((url) => url.searchParams.get('at') !== String(moments[0]!.seq));
    await page.keyboard.press('ArrowLeft');
    await page.getByText('2 of 6').waitFor();
    await page.keyboard.press('Home');
    await page.getByText('0 of 6').waitFor();
    await page.keyboard.press('.');
    await page.waitForURL(/speed=20/);
    await page.keyboard.press('End');
    await page.getByText('6 of 6').waitFor();
    await page.getByText('until you go live').waitFor({ state: 'detached' });
    await page.waitForURL((url) => !url.searchParams.has('at'));
    await page.context().close();
  });

  it('plays by itself to the end, and is live then', { timeout: 2 * patience }, async () => {
    const page = await open(`executions/${run}/replay?speed=100`);
    await page.getByText('6 of 6').waitFor();
    await page.keyboard.press('Home');
    await page.getByText('0 of 6').waitFor();
    await page.keyboard.press('Space');
    await page.getByText('6 of 6').waitFor({ timeout: patience });
    await page.getByText('until you go live').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    await page.context().close();
  });

  it('goes on with what is said meanwhile, and stands still where one looks', { timeout: patience }, async () => {
    const { execution } = await release(parley);
    await parley.send('wren', 'noor', 'first word', { execution_id: execution });
    const page = await open(`executions/${execution}`);
    await said(page).getByText('first word').waitFor();
    await parley.send('noor', 'wren', 'second word', { execution_id: execution });
    await said(page).getByText('second word').waitFor();
    await page.keyboard.press('ArrowLeft');
    await said(page).getByText('second word').waitFor({ state: 'detached' });
    const total = page.getByRole('heading', { name: 'Said up to here' });
    const before = await total.innerText();
    await parley.send('noor', 'wren', 'third word', { execution_id: execution });
    // The count of all grows; what is shown does not.
    await page.waitForFunction((old) => document.querySelector('h2')?.textContent !== old.replace('\n', ''), before);
    assert.equal(await said(page).getByText('third word').count(), 0);
    await page.context().close();
  });

  it('plays a thread, and a range of time', { timeout: patience }, async () => {
    const { conversation_thread_id } = await parley.send('bram', 'fen', 'a thread of its own');
    await parley.send('fen', 'bram', 'and an answer', { conversation_thread_id });
    const page = await open(`replay?thread=${conversation_thread_id}`);
    await said(page).getByText('and an answer').waitFor();
    await page.getByText('2 of 2').waitFor();
    await page.goto(`${site.url}/p/default/replay`);
    await said(page).getByText('The template is missing.').waitFor();
    const later = new Date(Date.now() - 7_200_000).toISOString();
    const long = new Date(Date.now() - 10_800_000).toISOString();
    await page.goto(`${site.url}/p/default/replay?from=${long}&until=${later}`);
    await page.getByText('Nothing was said').waitFor();
    await page.context().close();
  });

  it('draws thousands of marks on a canvas', { timeout: 2 * patience }, async () => {
    await parley.call('PUT', '/projects/default', {
      name: 'default',
      settings: { mailbox_limit: 1_000_000, rate_limit_per_second: 100_000, rate_limit_burst: 100_000 },
    });
    const { execution_id } = await parley.call<{ execution_id: string }>('POST', '/executions', { title: 'Many' });
    for (let from = 0; from < 2200; from += 440)
      await parley.call('POST', '/messages/batch', {
        items: Array.from({ length: 440 }, (_, index) => ({
          sender_id: index % 2 ? 'bram' : 'fen',
          to: index % 2 ? 'fen' : 'bram',
          content: `number ${from + index + 1}`,
          execution_id,
        })),
      });
    const page = await open(`executions/${execution_id}`);
    await page.getByText('2,200 of 2,200').waitFor({ timeout: patience });
    assert.equal(await page.locator('canvas').count(), 1);
    assert.equal(await page.locator('[data-arrow]').count(), 0);
    await page.keyboard.press('Home');
    await page.getByText('0 of 2,200').waitFor();
    await page.context().close();
  });

  it('has no fault in both themes and all widths', { timeout: 2 * patience }, async () => {
    const { page, complaints } = await chromium.open(`${site.url}/p/default/executions/${run}/replay?at=${moments[1]!.seq}`);
    for (const [width, isDark] of [
      [1440, false],
      [1440, true],
      [1024, false],
      [390, true],
      [320, false],
    ] as const) {
      await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
      await page.setViewportSize({ width, height: 844 });
      await said(page).getByText('The totals are done.').waitFor();
      assert.equal(await overflowOf(page), 0, `${width} px wide`);
      if (width === 320) continue;
      assert.deepEqual(await faultsOf(page), [], `axe, ${width} px, ${isDark ? 'dark' : 'light'}`);
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});
