import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { patience, populate } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(async (parley) => {
  await populate(parley);
  const asker = await parley.register('asker', { name: 'Ada' });
  return asker;
});

interface Told {
  title: string;
  body: string;
  tag: string;
  isClosed: boolean;
}

/** What runs in the page: text, as what compiles this file adds helpers that a page does not have. */
const browserThatKeeps = `(permission) => {
  const state = { told: [], asked: 0, isFocused: true };
  class Fake {
    constructor(title, options) {
      Object.assign(this, { title, isClosed: false }, options);
      state.told.push(this);
    }
    close() {
      this.isClosed = true;
    }
  }
  Fake.permission = 'default';
  Fake.requestPermission = async () => {
    state.asked++;
    Fake.permission = permission;
    return permission;
  };
  Object.assign(globalThis, { Notification: Fake, notes: state });
  document.hasFocus = () => state.isFocused;
}`;

/** A page whose browser keeps what it is asked to tell. */
async function open(answer: 'granted' | 'denied'): Promise<{ page: Page; told: () => Promise<Told[]>; asked: () => Promise<number> }> {
  const { page } = await on.chromium.open(`${on.site.url}/sign-in`);
  await page.addInitScript(`(${browserThatKeeps})('${answer}')`);
  await page.goto(`${on.site.url}/p/default/messages`);
  await page.getByText('Can the preview show totals?').waitFor();
  return {
    page,
    told: () => page.evaluate(() => JSON.parse(JSON.stringify((globalThis as unknown as { notes: { told: unknown[] } }).notes.told))),
    asked: () => page.evaluate(() => (globalThis as unknown as { notes: { asked: number } }).notes.asked),
  };
}

const look = (page: Page, isFocused: boolean) =>
  page.evaluate((value) => void ((globalThis as unknown as { notes: { isFocused: boolean } }).notes.isFocused = value), isFocused);
const ask = (content: string) => on.parley.call<{ question_id: string }>('POST', '/questions', { content }, on.world);

/** The badge of the questions shows that they have come. */
const waitFor = (page: Page, count: number) => page.getByRole('link', { name: `Questions ${count} waiting for you` }).waitFor();

describe('Browser notifications', () => {
  it('are asked for when a person turns them on, and tell of a question while they look elsewhere', { timeout: patience }, async () => {
    const { page, told, asked } = await open('granted');
    await look(page, false);
    await ask('First?');
    await waitFor(page, 2);
    assert.deepEqual([await asked(), await told()], [0, []]);

    const toggle = page.getByRole('switch', { name: 'Browser notifications' });
    assert.equal(await toggle.getAttribute('aria-checked'), 'false');
    await toggle.click();
    await page.getByText('Your browser will tell you').waitFor();
    assert.equal(await toggle.getAttribute('aria-checked'), 'true');
    assert.equal(await asked(), 1);

    const { question_id } = await ask('Second?\nI need one word.');
    await waitFor(page, 3);
    const [note, ...others] = await told();
    assert.deepEqual(others, []);
    assert.deepEqual([note!.title, note!.body, note!.tag], ['Ada asks you', 'Second?', `question-${question_id}`]);

    await page.evaluate(() => (globalThis as unknown as { notes: { told: { onclick: () => void }[] } }).notes.told[0]!.onclick());
    await page.waitForURL(new RegExp(`/questions/${question_id}`));

    await look(page, true);
    const third = await ask('Third?');
    await waitFor(page, 4);
    assert.equal((await told()).length, 1);

    await look(page, false);
    const fourth = await ask('Fourth?');
    await waitFor(page, 5);
    assert.equal((await told()).length, 2);
    await on.parley.call('POST', `/questions/${fourth.question_id}/answer`, { answer: 'Yes.' });
    await on.parley.call('POST', `/questions/${third.question_id}/answer`, { answer: 'Yes.' });
    await waitFor(page, 3);
    assert.deepEqual(
      (await told()).map(({ isClosed }) => isClosed),
      [true, true],
    );

    await toggle.click();
    assert.equal(await toggle.getAttribute('aria-checked'), 'false');
    await page.context().close();
  });

  it('tell of a storm', { timeout: patience }, async () => {
    await on.parley.call('PUT', '/projects/default', { name: 'default', settings: { loop_limit: 1 } });
    const { page, told } = await open('granted');
    await page.getByRole('switch', { name: 'Browser notifications' }).click();
    await page.getByText('Your browser will tell you').waitFor();
    await look(page, false);
    const first = await on.parley.send('pm', 'fe', 'Thanks!');
    const second = await on.parley.send('fe', 'pm', 'No, thank you!', { reply_to: first.message_id });
    await on.parley.send('pm', 'fe', 'No, thank you!', { reply_to: second.message_id });
    // A storm is among what is stuck.
    await page.waitForFunction(() => (globalThis as unknown as { notes: { told: unknown[] } }).notes.told.length > 0);
    assert.match((await told())[0]!.title, /(Priya and Fen|Fen and Priya) are held as a storm/);
    await page.context().close();
  });

  it('stay off where the browser allows none, with the reason', { timeout: patience }, async () => {
    const { page } = await open('denied');
    await page.getByRole('switch', { name: 'Browser notifications' }).click();
    await page.getByText('Your browser allows no notifications from here').waitFor();
    assert.equal(await page.getByRole('switch', { name: 'Browser notifications' }).getAttribute('aria-checked'), 'false');
    await page.context().close();
  });
});

describe("The tab's icon", () => {
  it('is a file of the server, and has a dot while somebody waits for a person', { timeout: patience }, async () => {
    const iconOf = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href');
    const { page } = await on.chromium.open(`${on.site.url}/sign-in`);
    assert.equal(await iconOf(page), '/favicon.svg');
    const answer = await page.request.get(`${on.site.url}/favicon.svg`);
    assert.deepEqual([answer.status(), answer.headers()['content-type']], [200, 'image/svg+xml']);
    await page.goto(`${on.site.url}/p/default/now`);
    await page.locator('link[rel="icon"][href^="data:image/svg+xml,"][href*="circle"]').waitFor({ state: 'attached' });
    const { items } = await on.parley.call<{ items: { question_id: string }[] }>('GET', '/questions?status=open');
    for (const { question_id } of items) await on.parley.call('POST', `/questions/${question_id}/answer`, { answer: 'invoice' });
    await page.locator('link[rel="icon"][href$="/favicon.svg"]').waitFor({ state: 'attached' });
    await page.context().close();
  });
});
