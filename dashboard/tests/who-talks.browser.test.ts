import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultsOf } from './harness/browser.ts';
import { patience, populate } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(populate);

const open = async (path: string, width = 1440) => (await on.chromium.open(`${on.site.url}/p/default/${path}`, { width })).page;

describe('Who talks', () => {
  it('is reached by keys and from the fleet, and lights up the one who is chosen', { timeout: patience }, async () => {
    const page = await open('fleet');
    await page.getByRole('link', { name: 'Graph' }).click();
    await page.getByRole('heading', { name: 'Who talks', level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.getByRole('heading', { name: 'Who talks', level: 1 }).waitFor();
    // After a change of page, the heading gets the focus: not in the middle of what follows.
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');

    const main = page.getByRole('main');
    const bram = main.getByRole('button', { name: 'Bram, Asks you' });
    await bram.press('Enter');
    await page.waitForURL(/agent=be/);
    assert.equal(await bram.getAttribute('aria-pressed'), 'true');
    const words = page.getByRole('complementary', { name: 'In words' });
    await words.getByRole('heading', { name: 'Bram' }).waitFor();
    await words.getByRole('link', { name: '1 message from Fen to Bram' }).click();
    await page.waitForURL(/\/messages\?sender=fe&recipient=be&since=/);
    await page.getByText('Can the preview show totals?').waitFor();
    await page.goBack();
    await words.getByRole('heading', { name: 'Bram' }).waitFor();
    await page.keyboard.press('Escape');
    await words.getByText('talks with', { exact: false }).first().waitFor();
    assert.equal(new URL(page.url()).search, '');
    await page.context().close();
  });

  it('counts what is sent while one looks', { timeout: patience }, async () => {
    const page = await open('map?agent=ci');
    const words = page.getByRole('complementary', { name: 'In words' });
    await words.getByText('Priya').first().waitFor();
    await on.parley.sendMany('ci', 'fe', 7);
    await words.getByRole('link', { name: '7 messages from ci to Fen' }).waitFor();
    await page.context().close();
  });

  it('shows the same as a matrix whose numbers lead to the messages', { timeout: patience }, async () => {
    const page = await open('map');
    await page.getByRole('button', { name: 'Matrix' }).click();
    await page.waitForURL(/view=matrix/);
    await page.getByRole('link', { name: '1 from Fen to Bram' }).click();
    await page.getByText('Can the preview show totals?').waitFor();
    await page.context().close();
  });

  it('is a list on a phone', { timeout: patience }, async () => {
    const page = await open('map', 390);
    await page.getByRole('button', { name: 'Bram talks with', exact: false }).click();
    await page.getByRole('heading', { name: 'Bram' }).waitFor();
    assert.equal(await page.locator('main svg path').filter({ visible: true }).count(), 0);
    await page.getByRole('button', { name: 'Everyone' }).click();
    await page.getByRole('button', { name: 'Fen talks with', exact: false }).waitFor();
    await page.context().close();
  });

  it('sits everyone in the same place tomorrow', { timeout: patience }, async () => {
    const placesOf = async () => {
      const page = await open('map');
      await page.getByRole('main').getByRole('button', { name: 'Bram' }).waitFor();
      const places = await page
        .locator('main button[aria-pressed][title]')
        .evaluateAll((seats) => seats.map((seat) => [seat.textContent, (seat as HTMLElement).style.left, (seat as HTMLElement).style.top]));
      await page.context().close();
      return places;
    };
    const first = await placesOf();
    await on.parley.send('fe', 'ci', 'One more.');
    assert.deepEqual(await placesOf(), first);
  });

  it('has a storm in red, and words for it', { timeout: 2 * patience }, async () => {
    await on.parley.call('PUT', '/projects/default', { name: 'default', settings: { loop_limit: 1 } });
    const first = await on.parley.send('pm', 'fe', 'Thanks!');
    const second = await on.parley.send('fe', 'pm', 'No, thank you!', { reply_to: first.message_id });
    await on.parley.send('pm', 'fe', 'No, thank you!', { reply_to: second.message_id });
    const page = await open('map');
    await page.getByText(/(Priya and Fen|Fen and Priya) are held as a storm/).waitFor();
    await page.locator('main path.stroke-bad-solid').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });

  it('has squads in place of more than 40 agents, and opens one at a time', { timeout: 2 * patience }, async () => {
    for (let index = 0; index < 45; index++) await on.parley.register(`x${index}`, { name: `Extra ${index}` });
    const member = (index: number) => ({ agent_id: `x${index}` });
    await on.parley.call('POST', '/squads', {
      squad_id: 'one',
      name: 'One',
      members: Array.from({ length: 20 }, (_, index) => member(index)),
    });
    await on.parley.send('x1', 'x30', 'Hello from one squad');
    const page = await open('map');
    const main = page.getByRole('main');
    await page.getByText('1 message with In no squad').waitFor();
    await main.getByRole('button', { name: 'One, 20 agents' }).click();
    await page.waitForURL(/squad=one/);
    await main.getByRole('button', { name: 'Extra 19' }).waitFor();
    await main.getByRole('button', { name: 'Exports, 3 agents' }).waitFor();
    await main.getByRole('button', { name: 'Exports, 3 agents' }).click();
    await main.getByRole('button', { name: 'Fen' }).waitFor();
    await main.getByRole('button', { name: 'One, 20 agents' }).waitFor();
    assert.equal(await main.getByRole('button', { name: 'Extra 19' }).count(), 0);
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });
});

describe('Before anybody talks', () => {
  it('the page says what to do', { timeout: patience }, async () => {
    await on.parley.call('POST', '/projects', { project_id: 'empty', name: 'Empty' });
    const { page } = await on.chromium.open(`${on.site.url}/p/empty/map`);
    await page.getByText('No agent has come in yet').waitFor();
    await page.context().close();
  });
});
