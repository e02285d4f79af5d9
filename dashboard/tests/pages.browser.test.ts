import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Chromium, faultsOf, overflowOf } from './harness/browser.ts';
import { release } from './harness/executions.ts';
import { Parley, patience, populate } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;
let world: Awaited<ReturnType<typeof populate>>;
let run: string;

before(async () => {
  parley = await Parley.start();
  world = await populate(parley);
  run = (await release(parley)).execution;
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const pages = (): Record<string, { path: string; shows: string }> => ({
  now: { path: 'now', shows: 'Two questions wait for you' },
  questions: { path: `questions/${world.question}`, shows: 'if nobody answers' },
  messages: { path: 'messages', shows: 'Can the preview show totals?' },
  'a message beside the log': { path: `messages?m=${world.message}`, shows: 'On it.' },
  'a message': { path: `messages/${world.message}`, shows: 'On disk' },
  threads: { path: `threads/${world.thread}`, shows: 'Next up: the' },
  fleet: { path: 'fleet', shows: 'Bram' },
  squads: { path: 'fleet/squads', shows: 'Exports' },
  'held files': { path: 'fleet/files', shows: 'src/export/**' },
  'who talks': { path: 'map', shows: 'talks with' },
  'who talks, as a matrix': { path: 'map?view=matrix&agent=be', shows: 'Talks with' },
  memory: { path: 'memory?key=export/vat/decision', shows: '"final"' },
  tasks: { path: 'tasks', shows: 'Write the totals' },
  executions: { path: 'executions', shows: 'Release 2.14' },
  'the steps of an execution': { path: `executions/${run}/graph`, shows: 'rollback-plan' },
  'a step of an execution': { path: `executions/${run}/graph?step=smoke-tests`, shows: 'Attempts' },
  'the log of an execution': { path: `executions/${run}/log`, shows: 'No line yet' },
  'the tasks of an execution': { path: `executions/${run}/tasks`, shows: 'No task belongs' },
  'dead letters': { path: 'dead-letters', shows: 'payload has no field' },
  analytics: { path: 'analytics', shows: 'Messages by type' },
  'an agent': { path: 'fleet/be', shows: 'Can the preview show totals?' },
});
const names = [
  'who talks',
  'who talks, as a matrix',
  'analytics',
  'executions',
  'the steps of an execution',
  'a step of an execution',
  'the log of an execution',
  'the tasks of an execution',
  'memory',
  'tasks',
  'dead letters',
  'now',
  'questions',
  'messages',
  'a message beside the log',
  'a message',
  'threads',
  'fleet',
  'squads',
  'held files',
  'an agent',
];

describe('Each page', () => {
  for (const name of names) {
    it(`${name}: shows what it should, in both themes and all widths, without a fault`, { timeout: 2 * patience }, async () => {
      const { path, shows } = pages()[name]!;
      const { page, complaints } = await chromium.open(`${site.url}/p/default/${path}`);
      for (const [width, isDark] of [
        [1440, false],
        [1440, true],
        [1024, false],
        [390, true],
        [320, false],
      ] as const) {
        await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
        await page.setViewportSize({ width, height: 844 });
        await page.getByText(shows).filter({ visible: true }).first().waitFor();
        assert.equal((await page.locator('h1').filter({ visible: true }).count()) >= 1, true);
        assert.equal(await overflowOf(page), 0, `${width} px wide`);
        if (width === 320) continue;
        assert.deepEqual(await faultsOf(page), [], `axe, ${width} px, ${isDark ? 'dark' : 'light'}`);
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }

  it('says that it is not there, for an address that is not', { timeout: patience }, async () => {
    const { page, complaints } = await chromium.open(`${site.url}/p/default/nowhere`);
    await page.getByText('There is nothing here').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});

describe('What agents wrote', () => {
  it('is text, whatever it tries', { timeout: patience }, async () => {
    const { page, complaints } = await chromium.open(`${site.url}/p/default/messages/${world.hostile}`);
    await page.getByText('<script>').first().waitFor();
    assert.equal(await page.evaluate(() => (globalThis as { hacked?: number }).hacked), undefined);
    assert.deepEqual(await page.locator('a[href^="javascript:"], img, script:not([src])').count(), 0);
    await page.getByText('U+202E').first().waitFor();
    assert.equal(await overflowOf(page), 0);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});

describe('Without a sign-in', () => {
  it('a page says how to sign in', { timeout: patience }, async () => {
    const visitor = site.visitor;
    site.visitor = null;
    try {
      const { page } = await chromium.open(`${site.url}/p/default/messages`);
      await page.getByRole('heading', { name: 'Sign in to Parley' }).waitFor();
      await page.getByText('parley dashboard').waitFor();
      assert.deepEqual(await faultsOf(page), []);
      await page.context().close();
    } finally {
      site.visitor = visitor;
    }
  });

  it('an observer sees everything and can act on nothing', { timeout: patience }, async () => {
    const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer', project_id: 'default' });
    const visitor = site.visitor;
    site.visitor = { kind: 'observer', name: 'Olga', token };
    try {
      const { page, complaints } = await chromium.open(`${site.url}/p/default/questions/${world.question}`);
      await page.getByText('Read only').waitFor();
      await page.getByText('Per invoice').first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'Per line' }).isDisabled(), true);
      await page.keyboard.press('2');
      assert.equal(await page.getByText('Answering').count(), 0);
      await page.goto(`${site.url}/p/default/threads/${world.thread}`);
      await page.getByText('Next up: the').first().waitFor();
      assert.equal(await page.getByLabel('Write a message').count(), 0);
      assert.deepEqual(complaints, []);
      await page.context().close();
    } finally {
      site.visitor = visitor;
    }
  });
});
