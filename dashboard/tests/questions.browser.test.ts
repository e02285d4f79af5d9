import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultsOf } from './harness/browser.ts';
import { patience, populate } from './harness/parley.ts';
import { stage } from './harness/stage.ts';

const on = stage(async (parley) => {
  await populate(parley);
  const asker = await parley.register('ada', { name: 'Ada', role: 'data' });
  return asker;
});

interface Question {
  question_id: string;
  status: string;
  answer: string | null;
  note: string | null;
}

const open = (path: string) => on.open(path);
const ask = (content: string, more: Record<string, unknown> = {}) =>
  on.parley.call<Question>('POST', '/questions', { content, options: ['SQLite', 'PostgreSQL'], ...more }, on.world);
const read = (id: string) => on.parley.call<Question>('GET', `/questions/${id}`);

describe('A question', () => {
  it('shows the note of who asks, who waits, and the ladder', { timeout: patience }, async () => {
    const { question_id } = await ask('Which database?', {
      note: 'The schema works with both.',
      default: 'SQLite',
      deadline: new Date(Date.now() + 3_600_000).toISOString(),
      escalation: ['human', 'pm'],
      escalate_after_seconds: 600,
    });
    const page = await open(`questions/${question_id}`);
    await page.getByText('The schema works with both.').waitFor();
    const about = page.getByRole('complementary', { name: 'About this question' });
    await about.getByText('You were asked').waitFor();
    await about.getByText('Priya is asked too').waitFor();
    await about.getByText('Taken as “SQLite”').waitFor();
    await page.getByText('Ada reads it at once, with an operator’s authority').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    await page.context().close();
  });

  it('is answered with a digit and one’s own words beside, of which the undo bar gives five seconds', { timeout: patience }, async () => {
    const { question_id } = await ask('Keep the old address?');
    const page = await open(`questions/${question_id}`);
    await page.getByRole('heading', { name: 'Keep the old address?' }).waitFor();
    await page.keyboard.press('r');
    await page.keyboard.type('But only for a year.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await page.getByRole('button', { name: 'Send now' }).waitFor();
    assert.equal((await read(question_id)).status, 'open');
    await page.getByText('by an operator').first().waitFor();
    const { status, answer, note } = await read(question_id);
    assert.deepEqual([status, answer, note], ['answered', 'PostgreSQL', 'But only for a year.']);
    await page.context().close();
  });

  it('with options stays open when a person only says something to who asked', { timeout: patience }, async () => {
    const { question_id } = await ask('Ship it today?');
    const page = await open(`questions/${question_id}`);
    const field = page.getByRole('textbox', { name: 'In your own words' });
    await field.fill('What does the smoke test say?');
    await page.getByText('; the question stays open').waitFor();
    await field.press('Control+Enter');
    await page.getByText('Said to Ada. The question stays open.').waitFor();
    assert.equal(await field.inputValue(), '');
    assert.equal((await read(question_id)).status, 'open');
    const { items } = await on.parley.call<{ items: { to: string; content: string }[] }>('GET', '/messages?limit=1&sender=human');
    assert.deepEqual([items[0]!.to, items[0]!.content], ['ada', 'What does the smoke test say?']);
    await page.context().close();
  });
});

describe('A task', () => {
  it('waits for an answer only if the question is about it', { timeout: patience }, async () => {
    const create = async (title: string) => {
      const { task_id } = await on.parley.call<{ task_id: string }>('POST', '/tasks', { title });
      await on.parley.call('POST', `/tasks/${task_id}/assign`, { agent_id: 'ada' });
      return task_id;
    };
    await create('Migrate the archive');
    const asking = await create('Choose the archive’s store');
    await ask('Where to?', { task_id: asking });
    const page = await open('tasks');
    const cardOf = (title: string) => page.getByRole('listitem').filter({ hasText: title });
    await cardOf('Choose the archive’s store').getByText('Waits for your answer').waitFor();
    assert.equal(await cardOf('Migrate the archive').getByText('Waits for your answer').count(), 0);
    await page.context().close();
  });
});
