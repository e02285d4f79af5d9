import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Chromium, faultsOf } from './harness/browser.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site } from './harness/site.ts';

interface Entry {
  value: unknown;
  version: number;
  expires_at: string | null;
  access_control: unknown;
}

let parley: Parley;
let site: Site;
let chromium: Chromium;
let bram: string;

before(async () => {
  parley = await Parley.start();
  bram = await parley.register('be', { name: 'Bram', role: 'backend_developer' });
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const set = (key: string, value: unknown, more: Record<string, unknown> = {}) =>
  parley.call<Entry>('POST', '/memory', { key, value, ...more }, bram);
const get = (key: string) => parley.call<Entry>('GET', `/memory/key?named=${encodeURIComponent(key)}`);
const open = async (query = '') => (await chromium.open(`${site.url}/p/default/memory${query}`)).page;
const value = (page: Page) => page.getByRole('region', { name: 'Value' });
const field = (page: Page) => page.getByLabel('Value, as JSON');
const item = (page: Page, name: string) => page.getByRole('treeitem', { name });

describe('The tree', () => {
  it('opens level by level, and grows while one looks', { timeout: patience }, async () => {
    await set('tree/a/one', 1);
    await set('tree/a/two', 2);
    await set('tree/b', 3);
    const page = await open('?prefix=tree/');
    await page.getByRole('treeitem', { name: 'a 2 keys' }).click();
    await item(page, 'one').click();
    await value(page).getByText('1', { exact: true }).last().waitFor();
    assert.match(page.url(), /key=tree/);

    await set('tree/a/three', 'new');
    await page.getByRole('treeitem', { name: 'a 3 keys' }).waitFor();
    await item(page, 'three').waitFor();
    await parley.call('DELETE', `/memory/key?named=${encodeURIComponent('tree/a/three')}`);
    await page.getByRole('treeitem', { name: 'a 2 keys' }).waitFor();
    await page.context().close();
  });

  it('works with the keyboard alone', { timeout: patience }, async () => {
    await set('keyboard/x/deep', { found: true });
    const page = await open('?prefix=keyboard/');
    await item(page, 'keyboard 1 key').focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await value(page).getByText('"found"').waitFor();
    await page.context().close();
  });

  it('says which prefix has no key', { timeout: patience }, async () => {
    const page = await open('?prefix=nowhere/');
    await page.getByText('No key begins like this').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });
});

describe('A key', () => {
  it('shows what has changed, each version, and the next one as it comes', { timeout: patience }, async () => {
    const first = await set('watched', { final: false });
    const second = await set('watched', { final: false, by: 'be' }, { access_control: { write: ['be'] } });
    const page = await open('?key=watched');
    await page.getByText(`green: changed since version ${first.version}`).waitFor();
    assert.deepEqual(await value(page).getByText('changed:').locator('..').allTextContents(), ['changed: "by": "be"']);
    await page.getByRole('button', { name: `version ${first.version}` }).click();
    await page.getByText('This is an older version.').waitFor();
    await page.getByRole('button', { name: 'Show the newest' }).click();

    const third = await set('watched', { final: true, by: 'be' });
    await page.getByText(`green: changed since version ${second.version}`).waitFor();
    await page.getByRole('button', { name: `version ${third.version}` }).waitFor();
    await page.context().close();
  });

  it('folds', { timeout: patience }, async () => {
    await set('folded', { list: [{ a: [1, { b: 2 }] }], last: 0 });
    const page = await open('?key=folded');
    await value(page).getByText('"b"').waitFor();
    await page.getByRole('button', { name: 'Line 2' }).click();
    await value(page).getByText('lines folded').waitFor();
    assert.equal(await value(page).getByText('"b"').count(), 0);
    await value(page).getByText('"last"').waitFor();
    await page.context().close();
  });

  it('is saved only as JSON, and keeps its expiry and who may write it', { timeout: patience }, async () => {
    const before = await set('edited', { open: true }, { ttl_seconds: 5000, access_control: { write: ['be'] } });
    const page = await open('?key=edited');
    await page.getByRole('button', { name: 'Edit' }).click();
    await field(page).fill('{"open": nope}');
    await page.getByText('This is not JSON').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Save' }).isDisabled(), true);
    await field(page).fill('{"open": 12345678901234567890}');
    await page.getByText('does not keep 12345678901234567890 exactly').waitFor();
    await field(page).fill('{"open": false}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved as version').waitFor();
    await value(page).getByText('false').waitFor();

    const stored = await get('edited');
    assert.deepEqual(stored.value, { open: false });
    assert.deepEqual(stored.access_control, before.access_control);
    assert.ok(Math.abs(Date.parse(stored.expires_at!) - Date.parse(before.expires_at!)) < 60_000);
    await page.context().close();
  });

  it('that two have changed shows both; mine is kept if I say so', { timeout: patience }, async () => {
    await set('contested', { text: 'begin' });
    const page = await open('?key=contested');
    await page.getByRole('button', { name: 'Edit' }).click();
    await field(page).fill('{"text": "mine"}');
    await set('contested', { text: 'theirs' });
    await page.getByText('Bram has changed this meanwhile').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    const difference = page.getByRole('region', { name: 'Difference between theirs and yours' });
    await difference.getByText('"theirs"').waitFor();
    await difference.getByText('"mine"').waitFor();
    assert.deepEqual((await get('contested')).value, { text: 'theirs' });
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await value(page).getByText('"mine"').waitFor();
    assert.deepEqual((await get('contested')).value, { text: 'mine' });
    await page.context().close();
  });

  it('that two have changed is theirs again if I say so, or edited on', { timeout: patience }, async () => {
    await set('given', { text: 'begin' });
    const page = await open('?key=given');
    await page.getByRole('button', { name: 'Edit' }).click();
    await field(page).fill('{"text": "mine"}');
    await set('given', { text: 'theirs' });
    await page.getByText('Bram has changed this meanwhile').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Edit mine' }).click();
    assert.equal(await field(page).inputValue(), '{"text": "mine"}');
    await set('given', { text: 'theirs again' });
    await page.getByText('Bram has changed this meanwhile').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Take theirs' }).click();
    await value(page).getByText('"theirs again"').waitFor();
    await page.context().close();
  });

  it('keeps what was typed while one looks at another key', { timeout: patience }, async () => {
    await set('draft/first', 1);
    await set('draft/second', 2);
    const page = await open('?prefix=draft/&key=draft/first');
    await page.getByRole('button', { name: 'Edit' }).click();
    await field(page).fill('"half');
    await item(page, 'second').click();
    await value(page).getByText('2', { exact: true }).last().waitFor();
    await item(page, 'first').click();
    assert.equal(await field(page).inputValue(), '"half');
    await page.context().close();
  });
});

describe('Keys', () => {
  it('are created once, and deleted after a question', { timeout: patience }, async () => {
    await set('made/taken', 1);
    const page = await open('?prefix=made/');
    await item(page, 'taken').waitFor();
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Key', { exact: true }).fill('made/taken');
    await field(page).fill('{"n": 2}');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('This key exists.').waitFor();
    assert.equal((await get('made/taken')).value, 1);
    await page.getByLabel('Key', { exact: true }).fill('made/new');
    await page.getByRole('button', { name: 'Create' }).click();
    await value(page).getByText('"n"').waitFor();

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete key' }).click();
    await page.getByText('Key deleted').waitFor();
    await item(page, 'new').waitFor({ state: 'detached' });
    await assert.rejects(get('made/new'), /404/);
    await page.context().close();
  });

  it('are found in the palette', { timeout: patience }, async () => {
    await set('sought/after', { here: 1 });
    const page = await open();
    await page.getByRole('tree').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).fill('/sought');
    await page.getByRole('option', { name: 'sought/after' }).click();
    await value(page).getByText('"here"').waitFor();
    await page.context().close();
  });

  it('cannot be changed by an observer', { timeout: patience }, async () => {
    await set('seen', { by: 'all' });
    const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer', project_id: 'default' });
    const visitor = site.visitor;
    site.visitor = { kind: 'observer', name: 'Olga', token };
    try {
      const page = await open('?key=seen');
      await value(page).getByText('"by"').waitFor();
      await page.keyboard.press('e');
      for (const name of ['Edit', 'New key', 'More']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0);
      assert.equal(await field(page).count(), 0);
      await page.context().close();
    } finally {
      site.visitor = visitor;
    }
  });
});
