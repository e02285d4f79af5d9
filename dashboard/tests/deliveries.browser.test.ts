import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patience } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(async (parley) => {
  for (const name of ['Ada', 'Ben', 'Cleo']) await parley.register(name.toLowerCase(), { name });
  await parley.call('POST', '/squads', {
    squad_id: 'all',
    name: 'All',
    members: [{ agent_id: 'ada' }, { agent_id: 'ben' }, { agent_id: 'cleo' }],
  });
});

describe('Where messages are', () => {
  it('comes with the list of them, and not one by one', { timeout: patience }, async () => {
    await on.parley.sendMany('ada', 'ben', 40);
    const { page } = await on.chromium.open('about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${on.site.url}/p/default/messages`);
    const row = page.locator('[role=row]', { hasText: 'number 40' });
    await row.getByText('Queued').waitFor({ state: 'attached' });
    assert.equal((await page.locator('[role=row]').getByText('Queued').count()) > 20, true);
    assert.deepEqual(
      asked.filter((path) => path.endsWith('/trace')),
      [],
    );
    await page.context().close();
  });

  it('moves by receipts, and names who of several has not read it', { timeout: patience }, async () => {
    const { message_id } = await on.parley.send('ada', 'squad:all', 'to all of you');
    const one = await on.parley.send('ada', 'ben', 'to you alone');
    const { page } = await on.chromium.open(`${on.site.url}/p/default/messages`);
    const row = (text: string) => page.locator('[role=row]', { hasText: text });
    await row('to all of you').getByText('not yet by').waitFor({ state: 'attached' });
    await on.parley.call('POST', `/messages/${message_id}/ack?agent_id=ben`, {});
    await row('to all of you').getByText(', not yet by Cleo').waitFor({ state: 'attached' });
    await row('to all of you').getByText('1/2').waitFor();
    await on.parley.call('POST', `/messages/${one.message_id}/ack?agent_id=ben`, {});
    await row('to you alone').getByText('Acknowledged').waitFor({ state: 'attached' });
    await page.context().close();
  });
});
