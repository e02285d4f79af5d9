import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf, overflowOf } from './harness/browser.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;
let bram: string;

before(async () => {
  parley = await Parley.start();
  bram = await parley.register('be', { name: 'Bram', role: 'backend_developer', capabilities: ['python'] });
  await parley.register('fe', { name: 'Fen', role: 'frontend_developer' });
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

interface Task {
  task_id: string;
  status: string;
  agent_id: string | null;
  fence: number;
  error: string | null;
  result: unknown;
}

const create = async (title: string, more: object = {}) => (await parley.call<Task>('POST', '/tasks', { title, ...more })).task_id;
const read = (id: string) => parley.call<Task>('GET', `/tasks/${id}`);
const start = async (id: string) => {
  const { fence } = await read(id);
  await parley.call('POST', `/tasks/${id}/start`, { fence }, bram);
};
const open = async (path = 'tasks', size: { width?: number; height?: number } = {}) =>
  (await chromium.open(`${site.url}/p/default/${path}`, size)).page;
const column = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const card = (page: Page, title: string) => page.locator('li', { hasText: title });

/** Presses on a card and carries it over a column, without letting it go. */
async function carry(page: Page, title: string, to: string): Promise<void> {
  const from = (await card(page, title).boundingBox())!;
  await page.mouse.move(from.x + 40, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 30, { steps: 3 });
  const over = (await column(page, to).boundingBox())!;
  await page.mouse.move(over.x + over.width / 2, over.y + 60, { steps: 5 });
}

describe('A card', () => {
  it('is carried to another column, each of which says what would happen there', { timeout: patience }, async () => {
    const id = await create('Narrow the scopes', { agent_id: 'be' });
    const page = await open();
    await column(page, 'Assigned').getByText('Narrow the scopes').waitFor();
    await carry(page, 'Narrow the scopes', 'Pending');
    await column(page, 'Pending').getByText('Take it back from Bram').waitFor();
    assert.equal(await column(page, 'In progress').locator('[data-hint]').innerText(), 'Only Bram can begin it');
    assert.equal(await column(page, 'Done').locator('[data-hint]').innerText(), 'Complete it by hand');
    assert.equal(await column(page, 'Failed').locator('[data-hint]').innerText(), 'Fail it, with a reason');
    assert.equal((await read(id)).status, 'assigned');
    await page.mouse.up();
    await column(page, 'Pending').getByText('Narrow the scopes').waitFor();
    assert.deepEqual([(await read(id)).status, (await read(id)).agent_id], ['pending', null]);
    // It was carried, not opened.
    assert.equal(new URL(page.url()).searchParams.get('t'), null);

    await page.getByRole('button', { name: 'Undo' }).click();
    await column(page, 'Assigned').getByText('Narrow the scopes').waitFor();
    assert.equal((await read(id)).agent_id, 'be');
    await page.context().close();
  });

  it('goes back where it was if it cannot go there, and the page says why', { timeout: patience }, async () => {
    const id = await create('Begin it yourself', { agent_id: 'be' });
    const page = await open();
    await column(page, 'Assigned').getByText('Begin it yourself').waitFor();
    await carry(page, 'Begin it yourself', 'In progress');
    await page.mouse.up();
    await page.getByRole('status').getByText('Only Bram can begin it').waitFor();
    await column(page, 'Assigned').getByText('Begin it yourself').waitFor();
    assert.equal((await read(id)).status, 'assigned');

    await carry(page, 'Begin it yourself', 'Pending');
    await page.keyboard.press('Escape');
    await page.locator('[data-hint]').first().waitFor({ state: 'detached' });
    await page.mouse.up();
    assert.equal((await read(id)).status, 'assigned');
    await page.context().close();
  });

  it('is given to somebody whom one chooses', { timeout: patience }, async () => {
    const id = await create('Check the plan', { required_capabilities: ['python'] });
    const page = await open();
    await column(page, 'Pending').getByText('Check the plan').waitFor();
    await carry(page, 'Check the plan', 'Assigned');
    await page.mouse.up();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('It needs python.').waitFor();
    // Only those who can do it.
    assert.equal(await dialog.getByRole('radio').count(), 2);
    await dialog.getByLabel('Bram').check();
    await dialog.getByRole('button', { name: 'Assign' }).click();
    await column(page, 'Assigned').getByText('Check the plan').waitFor();
    assert.equal((await read(id)).agent_id, 'be');
    await page.context().close();
  });
});

describe('With keys alone', () => {
  it('one goes from card to card and from column to column, and moves what has the focus', { timeout: patience }, async () => {
    const id = await create('Write it by hand', { agent_id: 'be', priority: 3 });
    await start(id);
    const page = await open('tasks?q=by%20hand');
    await column(page, 'In progress').getByText('Write it by hand').waitFor();
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.textContent === 'Write it by hand');
    await page.keyboard.press('Shift+L');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('its own result is refused').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await dialog.getByLabel('Result').fill('{"sum": 1}');
    await dialog.getByRole('button', { name: 'Complete it' }).click();
    await column(page, 'Done').getByText('Write it by hand').waitFor();
    const { status, result } = await read(id);
    assert.deepEqual([status, result], ['completed', { sum: 1 }]);
    await page.context().close();
  });

  it('all moves are in one menu, and those that cannot be made say why', { timeout: patience }, async () => {
    const id = await create('Bump the dependency', { agent_id: 'be' });
    const page = await open('tasks?q=bump');
    await column(page, 'Assigned').getByText('Bump the dependency').waitFor();
    await page.keyboard.press('l');
    await page.waitForFunction(() => document.activeElement?.textContent === 'Bump the dependency');
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: 'Take it back from Bram' }).waitFor();
    assert.equal(await page.getByRole('menuitem', { name: 'Only Bram can begin it' }).getAttribute('aria-disabled'), 'true');
    await page.getByRole('menuitem', { name: 'Fail it, with a reason' }).click();
    const dialog = page.getByRole('dialog');
    assert.equal(await dialog.getByRole('button', { name: 'Fail it' }).isDisabled(), true);
    await dialog.getByLabel('Reason').fill('lockfile conflict');
    await dialog.getByRole('button', { name: 'Fail it' }).click();
    await column(page, 'Failed').getByText('lockfile conflict').waitFor();
    assert.deepEqual([(await read(id)).status, (await read(id)).error], ['failed', 'lockfile conflict']);
    await page.context().close();
  });
});

describe('What the server decides', () => {
  it('is shown: of two people, the later one is told what the first has done', { timeout: patience }, async () => {
    const id = await create('Two at once', { agent_id: 'be' });
    const page = await open('tasks?q=two');
    await column(page, 'Assigned').getByText('Two at once').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('by hand?').waitFor();
    await parley.call('PUT', `/tasks/${id}`, { status: 'cancelled', error: 'not needed' });
    await dialog.getByRole('button', { name: 'Complete it' }).click();
    await dialog.getByRole('alert').getByText('It has ended and cannot be changed.').waitFor();
    assert.equal((await read(id)).status, 'cancelled');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Two at once').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Canceled' }).click();
    await column(page, 'Canceled').getByText('Two at once').waitFor();
    await page.context().close();
  });
});

describe('A task', () => {
  it('is read beside the board, with who had it, and gives the focus back', { timeout: patience }, async () => {
    const first = await create('Build the totals');
    const id = await create('Show the preview', { description: 'With a **dash**.', depends_on: [first] });
    const page = await open(`tasks`);
    await page.getByRole('button', { name: 'Show the preview', exact: true }).click();
    const beside = page.getByRole('complementary', { name: 'Task' });
    await beside.getByRole('link', { name: 'Build the totals' }).waitFor();
    await beside.getByText('dash').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('t'), id);
    await page.keyboard.press('Escape');
    await beside.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.textContent === 'Show the preview');
    await page.context().close();
  });

  it('stands in a list as well, without a fault in both themes and all widths', { timeout: 2 * patience }, async () => {
    const id = await create('In a row', { agent_id: 'be' });
    const { page, complaints } = await chromium.open(`${site.url}/p/default/tasks`);
    await page.getByRole('button', { name: 'List' }).click();
    await page.waitForURL(/view=list/);
    await page.getByRole('row').filter({ hasText: 'In a row' }).getByText('Assigned').waitFor();
    for (const [width, isDark] of [
      [1440, false],
      [1440, true],
      [1024, false],
      [390, true],
      [320, false],
    ] as const)
      for (const path of ['tasks?view=list', `tasks?t=${id}`]) {
        await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
        await page.setViewportSize({ width, height: 844 });
        await page.goto(`${site.url}/p/default/${path}`);
        await page.getByText('In a row').filter({ visible: true }).first().waitFor();
        assert.equal(await overflowOf(page), 0, `${path}, ${width} px wide`);
        if (width > 320) assert.deepEqual(await faultsOf(page), [], `${path}, ${width} px, ${isDark ? 'dark' : 'light'}`);
      }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it('waits for an answer only if its own question is open', { timeout: patience }, async () => {
    const asked = await create('Needs a decision', { agent_id: 'be' });
    const other = await create('Needs none', { agent_id: 'be' });
    await start(asked);
    await start(other);
    await parley.call('POST', '/questions', { content: 'Per line?', options: ['yes', 'no'], task_id: asked }, bram);
    const page = await open('tasks?q=needs');
    await card(page, 'Needs a decision').getByText('Waits for your answer').waitFor();
    await card(page, 'Needs none').waitFor();
    assert.equal(await page.getByText('Waits for your answer').count(), 1);
    await page.context().close();
  });

  it('cannot be moved by who only looks', { timeout: patience }, async () => {
    await create('Only to look at', { agent_id: 'be' });
    const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer', project_id: 'default' });
    const visitor = site.visitor;
    site.visitor = { kind: 'observer', name: 'Olga', token };
    try {
      const page = await open('tasks?q=look');
      await column(page, 'Assigned').getByText('Only to look at').waitFor();
      await carry(page, 'Only to look at', 'Pending');
      assert.equal(await page.locator('[data-hint]').count(), 0);
      await page.mouse.up();
      await page.getByRole('button', { name: 'More for Only to look at' }).click();
      await page.getByRole('menuitem', { name: 'Open', exact: true }).waitFor();
      assert.equal(await page.getByRole('menuitem', { name: /Take it back/ }).count(), 0);
      assert.equal(await page.getByRole('button', { name: 'New task' }).count(), 0);
      await page.context().close();
    } finally {
      site.visitor = visitor;
    }
  });
});
