import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf, overflowOf } from './harness/browser.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site, type Visitor } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;

before(async () => {
  parley = await Parley.start();
  await parley.register('be', { name: 'Bram', role: 'backend_developer' });
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const open = async (tab: string) => (await chromium.open(`${site.url}/settings/${tab}`)).page;
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
const inDialog = (page: Page, name: string) => dialog(page).getByRole('button', { name, exact: true });

/** Looks at the site as somebody else. */
async function as(visitor: Visitor, look: () => Promise<void>): Promise<void> {
  const before = site.visitor;
  site.visitor = visitor;
  try {
    await look();
  } finally {
    site.visitor = before;
  }
}

describe('The settings', () => {
  const shows = {
    tokens: 'first-admin',
    projects: 'Nothing crosses',
    routing: 'There is no rule',
    schemas: 'status_update',
    webhooks: 'No system gets the events',
    storms: 'No storm yet',
    keys: 'Single keys do something',
    about: 'The OpenAPI document',
  };
  for (const [tab, text] of Object.entries(shows))
    it(`${tab}: shows what it should, in both themes and all widths, without a fault`, { timeout: 2 * patience }, async () => {
      const { page, complaints } = await chromium.open(`${site.url}/settings/${tab}`);
      for (const [width, isDark] of [
        [1440, false],
        [1024, true],
        [390, false],
        [390, true],
        [320, false],
      ] as const) {
        await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
        await page.setViewportSize({ width, height: 844 });
        await page.getByText(text).first().waitFor();
        assert.equal(await overflowOf(page), 0, `${width} px wide`);
        if (width !== 320) assert.deepEqual(await faultsOf(page), [], `axe, ${width} px, ${isDark ? 'dark' : 'light'}`);
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
    });

  it('are a key away, and lead back to the project', { timeout: patience }, async () => {
    const { page } = await chromium.open(`${site.url}/p/default/fleet`);
    await page.getByRole('link', { name: 'Settings' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.getByRole('link', { name: 'About' }).click();
    await page.getByText('The OpenAPI document').waitFor();
    await page.getByRole('link', { name: 'Memory' }).click();
    await page.waitForURL('**/p/default/memory');
    await page.context().close();
  });

  it('are read by an observer, who changes nothing', { timeout: 2 * patience }, async () => {
    const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer' });
    await as({ kind: 'observer', name: 'Olga', token }, async () => {
      for (const [tab, text] of Object.entries(shows)) {
        const page = await open(tab);
        await page.getByText(text).first().waitFor();
        assert.equal(
          await page
            .locator('main')
            .getByRole('button', { name: /^(New|Edit|Delete|Revoke|Enable|Resume|Move)/ })
            .count(),
          0,
          tab,
        );
        await page.context().close();
      }
    });
  });

  it('leave to an operator the webhooks, not the tokens and rules', { timeout: patience }, async () => {
    await parley.register('olaf', { name: 'Olaf', type: 'human' });
    const { token } = await parley.call<{ token: string }>('POST', '/tokens', {
      kind: 'operator',
      project_id: 'default',
      agent_id: 'olaf',
    });
    await as({ kind: 'operator' as 'admin', name: 'Olaf', token }, async () => {
      const page = await open('webhooks');
      await button(page, 'New webhook').waitFor();
      await page.getByRole('link', { name: 'Tokens' }).click();
      await page.getByText('first-join').waitFor();
      assert.equal(await button(page, 'New token').count(), 0);
      assert.equal(await page.getByRole('button', { name: /^Revoke/ }).count(), 0);
      await page.context().close();
    });
  });
});

describe('Tokens', () => {
  it('are shown once, work, and stop working when they are revoked', { timeout: patience }, async () => {
    const page = await open('tokens');
    await button(page, 'New token').click();
    await dialog(page).getByLabel('Kind').selectOption('observer');
    await inDialog(page, 'Create').click();
    const secret = dialog(page).getByText(/^parley_observer_/);
    await secret.waitFor();
    const token = await secret.innerText();
    assert.deepEqual(await faultsOf(page), []);
    await parley.call('GET', '/agents', undefined, token);
    await inDialog(page, 'I have it').click();
    assert.equal(await page.getByText(token).count(), 0);

    const { items } = await parley.call<{ items: { token_id: string; kind: string; project_id: string | null }[] }>('GET', '/tokens');
    const { token_id } = items.find(({ kind, project_id }) => kind === 'observer' && project_id === 'default')!;
    await button(page, `Revoke ${token_id}`).click();
    await inDialog(page, 'Revoke').click();
    // What lies behind an open dialog has no role.
    await dialog(page).waitFor({ state: 'detached' });
    await button(page, `Revoke ${token_id}`).waitFor({ state: 'detached' });
    await assert.rejects(parley.call('GET', '/agents', undefined, token), /401/);
    await page.context().close();
  });
});

describe('Projects', () => {
  it('are created, set, and deleted by typing their id', { timeout: patience }, async () => {
    const page = await open('projects');
    await button(page, 'New project').click();
    await dialog(page).getByLabel('Id').fill('no spaces');
    await inDialog(page, 'Create').click();
    await dialog(page).getByRole('alert').waitFor();
    await dialog(page).getByLabel('Id').fill('shop');
    await inDialog(page, 'Create').click();
    await button(page, 'Edit shop').click();
    await dialog(page).getByLabel('Attempts until').fill('many');
    assert.equal(await inDialog(page, 'Save').isDisabled(), true);
    await dialog(page).getByLabel('Attempts until').fill('7');
    await inDialog(page, 'Save').click();
    await page.getByText('max_attempts 7').waitFor();
    const { settings } = await parley.call<{ settings: Record<string, unknown> }>('GET', '/projects/shop');
    assert.equal(settings['max_attempts'], 7);

    await button(page, 'Delete shop').click();
    assert.equal(await inDialog(page, 'Delete project').isDisabled(), true);
    await dialog(page).getByLabel('Type shop').fill('shop');
    await inDialog(page, 'Delete project').click();
    await button(page, 'Edit shop').waitFor({ state: 'detached' });
    await assert.rejects(parley.call('GET', '/projects/shop'), /404/);
    await page.context().close();
  });
});

describe('Routing rules', () => {
  it('are written, moved, explained, and deleted', { timeout: 2 * patience }, async () => {
    await parley.call('PUT', '/routing/rules', { rules: [{ name: 'first', when: { types: ['status'] }, priority: 3 }] });
    const page = await open('routing');
    await page.getByText('A message that is of type status: is at least high.').waitFor();
    await button(page, 'New rule').click();
    await dialog(page).getByLabel('Name').fill('database');
    await dialog(page).getByLabel('Matches').fill('(');
    await dialog(page).getByLabel('Says one of these words').fill('postgres, migration');
    await dialog(page).getByLabel('Send it to').fill('be');
    await inDialog(page, 'Save').click();
    await dialog(page).getByText('is not a regular expression').first().waitFor();
    await dialog(page).getByLabel('Matches').fill('');
    await dialog(page).getByLabel('Add this metadata').fill('{"team": "data"}');
    assert.deepEqual(await faultsOf(page), []);
    await inDialog(page, 'Save').click();
    await button(page, 'Move database up').click();
    await page.waitForFunction(() => /database[\s\S]*first/.test(document.querySelector('main')!.textContent!));
    const { rules } = await parley.call<{ rules: unknown[] }>('GET', '/routing/rules');
    assert.deepEqual(rules[0], { name: 'database', when: { words: ['postgres', 'migration'] }, to: 'be', metadata: { team: 'data' } });

    await page.getByLabel('To', { exact: true }).fill('human');
    await page.getByLabel('Text').fill('Is postgres down?');
    await button(page, 'Explain').click();
    await page.getByText('which is Bram').waitFor();
    await page.getByText('does not apply').waitFor();
    assert.deepEqual(await faultsOf(page), []);

    await button(page, 'Delete database').click();
    await inDialog(page, 'Delete rule').click();
    await button(page, 'Edit database').waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('that somebody else has changed meanwhile are not overwritten', { timeout: patience }, async () => {
    await parley.call('PUT', '/routing/rules', { rules: [{ name: 'mine', priority: 3 }] });
    const page = await open('routing');
    await button(page, 'Edit mine').click();
    await parley.call('PUT', '/routing/rules', {
      rules: [
        { name: 'mine', priority: 3 },
        { name: 'theirs', priority: 4 },
      ],
    });
    await dialog(page).getByLabel('Send it to').fill('be');
    await page.getByText('theirs').waitFor();
    await inDialog(page, 'Save').click();
    await button(page, 'Delete theirs').waitFor();
    const { rules } = await parley.call<{ rules: { name: string }[] }>('GET', '/routing/rules');
    assert.deepEqual(
      rules.map(({ name }) => name),
      ['mine', 'theirs'],
    );
    await page.context().close();
  });
});

describe('Schemas', () => {
  it('are registered, enabled, shown, and deleted', { timeout: patience }, async () => {
    const page = await open('schemas');
    await button(page, 'New schema').click();
    await dialog(page).getByLabel('Message type').fill('deploy');
    await dialog(page).getByLabel('JSON Schema').fill('{"type": "nothing"}');
    await inDialog(page, 'Save').click();
    await dialog(page).getByRole('alert').waitFor();
    await dialog(page).getByLabel('JSON Schema').fill('{"type": "object", "required": ["service"]}');
    await inDialog(page, 'Save').click();
    await button(page, 'Show deploy').click();
    await dialog(page).getByText('"service"').waitFor();
    await button(page, 'Close').click();
    await assert.rejects(parley.send('be', 'human', 'Go', { message_type: 'deploy', payload: {} }), /schema_mismatch/);

    await button(page, 'Enable status_update').click();
    await button(page, 'Delete status_update').waitFor();
    await button(page, 'Delete deploy').click();
    await inDialog(page, 'Delete schema').click();
    await button(page, 'Show deploy').waitFor({ state: 'detached' });
    await page.context().close();
  });
});

describe('Webhooks', () => {
  it('are created with a secret that is shown once, changed, and deleted', { timeout: patience }, async () => {
    const page = await open('webhooks');
    await button(page, 'New webhook').click();
    await dialog(page).getByLabel('URL').fill('http://127.0.0.1/inside');
    await inDialog(page, 'Save').click();
    await dialog(page).getByRole('alert').waitFor();
    await dialog(page).getByLabel('URL').fill('https://hooks.example/parley');
    await dialog(page).getByLabel('Events').fill('task_*, build.>');
    await inDialog(page, 'Save').click();
    await dialog(page)
      .getByText(/^parley_webhook_/)
      .waitFor();
    await inDialog(page, 'I have it').click();
    await page.getByText('task_*, build.>').waitFor();
    await button(page, 'Edit https://hooks.example/parley').click();
    await dialog(page).getByLabel('Description').fill('Build server');
    await inDialog(page, 'Save').click();
    await page.getByText('Build server.').waitFor();
    assert.equal(await dialog(page).count(), 0);
    await button(page, 'Delete https://hooks.example/parley').click();
    await inDialog(page, 'Delete webhook').click();
    await page.getByText('No system gets the events').waitFor();
    await page.context().close();
  });
});

describe('Storms', () => {
  it('are decided here, and stay in the list as they ended', { timeout: patience }, async () => {
    await parley.call('PUT', '/projects/default', { name: 'default', settings: { loop_limit: 3 } });
    await parley.register('fe', { name: 'Fen' });
    let last = await parley.send('be', 'fe', 'Thank you!');
    for (let turn = 0; turn < 4; turn++)
      last = await parley.send(turn % 2 ? 'be' : 'fe', turn % 2 ? 'fe' : 'be', 'Thank you!', { reply_to: last.message_id });
    const page = await open('storms');
    await page.getByText('They answer each other in a loop').waitFor();
    await page.getByRole('button', { name: /^Cancel \d/ }).click();
    await page
      .getByText(/cancelled/)
      .first()
      .waitFor();
    await page.getByText('They answer each other in a loop').waitFor({ state: 'detached' });
    await page.context().close();
  });
});

describe('Keys and look', () => {
  it('turn single keys off, and make rows 8 pixels higher, also after a reload', { timeout: patience }, async () => {
    const page = await open('keys');
    await page.getByText('Single keys do something').click();
    await page.getByText('Comfortable', { exact: true }).click();
    await page.getByText('Dark', { exact: true }).click();
    await page.goto(`${site.url}/p/default/messages`);
    await page.getByRole('row').nth(1).waitFor();
    const { height, isDark } = await page.evaluate(() => ({
      height: document.querySelectorAll('[role=row]')[1]!.getBoundingClientRect().height,
      isDark: document.documentElement.classList.contains('dark'),
    }));
    assert.deepEqual({ height, isDark }, { height: 40, isDark: true });
    await page.keyboard.press('?');
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    assert.match(page.url(), /messages/);
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor();
    await page.context().close();
  });
});
