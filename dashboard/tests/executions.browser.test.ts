import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Chromium } from './harness/browser.ts';
import { release } from './harness/executions.ts';
import { Parley, patience } from './harness/parley.ts';
import { Site } from './harness/site.ts';

let parley: Parley;
let site: Site;
let chromium: Chromium;

before(async () => {
  parley = await Parley.start();
  site = await Site.open(parley.url, { kind: 'admin', name: 'Rosa', token: parley.token });
  chromium = await Chromium.launch();
});
after(async () => {
  await chromium?.close();
  await site?.close();
  await parley?.stop();
});

const open = async (path: string) => (await chromium.open(`${site.url}/p/default/${path}`)).page;
const status = async (execution: string) => (await parley.call<{ status: string }>('GET', `/executions/${execution}`)).status;

describe('Executions', () => {
  it('are listed with where they stand, filtered, and opened with keys', { timeout: patience }, async () => {
    const { execution_id } = await parley.call<{ execution_id: string }>('POST', '/executions', { title: 'Login page' });
    await parley.call('PATCH', `/executions/${execution_id}`, { status: 'in_progress', progress: 40, current_phase: 'implementation' });
    const page = await open('executions');
    const row = page.locator('[role=row]', { hasText: 'Login page' });
    await row.getByText('40 %').waitFor();
    await parley.call('PATCH', `/executions/${execution_id}`, { progress: 60 });
    await row.getByText('60 %').waitFor();

    await page.goto(`${site.url}/p/default/executions?status=failed`);
    await page.getByText('No execution matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await row.waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(execution_id));
    await page.getByRole('heading', { name: 'Login page' }).waitFor();
    await page.context().close();
  });

  it('show the steps of a workflow as they move, and one of them beside', { timeout: patience }, async () => {
    const { execution, step } = await release(parley);
    const page = await open(`executions/${execution}/graph`);
    const node = (name: string, state: string) => page.getByRole('button', { name: new RegExp(`^${state} ?${name}`) });
    await node('build', 'done').waitFor();
    await node('migrate', 'needs you').getByText('waits for your answer').waitFor();
    await node('production', 'waits').waitFor();
    const place = await node('scan', 'running').boundingBox();
    await step('scan', 'complete', { result: { findings: 0 } });
    await node('scan', 'done').waitFor();
    assert.deepEqual(await node('scan', 'done').boundingBox(), place);

    await node('smoke-tests', 'running').click();
    const beside = page.getByRole('complementary', { name: 'Step smoke-tests' });
    await beside.getByText('"build": 4811').waitFor();
    await beside.getByText('production').waitFor();
    await page.keyboard.press('Escape');
    await beside.waitFor({ state: 'detached' });
    assert.equal(await node('smoke-tests', 'running').evaluate((element) => element === document.activeElement), true);
    await page.context().close();
  });

  it('are retried from the step that failed', { timeout: patience }, async () => {
    const { execution, workflow, step } = await release(parley);
    await step('smoke-tests', 'fail', { error: 'the download timed out' });
    const page = await open(`executions/${execution}/graph?step=smoke-tests`);
    const beside = page.getByRole('complementary', { name: 'Step smoke-tests' });
    await beside.getByText('the download timed out').first().waitFor();
    await beside.getByRole('button', { name: 'Retry' }).waitFor();
    await page.keyboard.press('r');
    await page.getByText('Run 2 goes on').waitFor();
    const { execution_id, run } = await parley.call<{ execution_id: string; run: number }>('GET', `/workflows/${workflow}`);
    assert.equal(run, 2);
    await page.waitForURL(new RegExp(execution_id));
    await page.getByRole('button', { name: /^running ?smoke-tests/ }).waitFor();
    await page.context().close();
  });

  it('have a step completed by hand, with a result that must be JSON', { timeout: patience }, async () => {
    const { execution, workflow } = await release(parley);
    const page = await open(`executions/${execution}/graph?step=scan`);
    await page.getByRole('button', { name: 'Complete by hand' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Result, as JSON').fill('{findings');
    await dialog.getByRole('button', { name: 'Complete it' }).click();
    await dialog.getByText('This is not JSON').waitFor();
    await dialog.getByLabel('Result, as JSON').fill('{"findings": 3}');
    await dialog.getByRole('button', { name: 'Complete it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^done ?scan/ }).waitFor();
    const { steps } = await parley.call<{ steps: { step: string; result: unknown }[] }>('GET', `/workflows/${workflow}`);
    assert.deepEqual(steps.find((one) => one.step === 'scan')!.result, { findings: 3 });
    await page.context().close();
  });

  it('are canceled after a question, with their workflow', { timeout: patience }, async () => {
    const { execution } = await release(parley);
    const page = await open(`executions/${execution}/graph`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel Release 2.14?' });
    await dialog.getByText('4 steps of 7 have not ended').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await status(execution), 'in_progress');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByLabel('Why').fill('No longer wanted');
    await dialog.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('Canceled', { exact: true }).waitFor();
    assert.equal(await status(execution), 'cancelled');
    await page.context().close();
  });

  it('have their log lines, live and by level', { timeout: patience }, async () => {
    const { execution_id } = await parley.call<{ execution_id: string }>('POST', '/executions', { title: 'Logged' });
    const log = (level: string, message: string) => parley.call('POST', `/executions/${execution_id}/logs`, { level, message });
    await log('info', 'Contract agreed.');
    await log('warning', 'Slow disk.');
    const page = await open(`executions/${execution_id}/log`);
    await page.getByText('Contract agreed.').waitFor();
    await log('error', '<b>Disk full.</b>');
    await page.getByText('<b>Disk full.</b>').waitFor();
    await page.getByRole('button', { name: /Warning and above/ }).click();
    await page.getByText('Contract agreed.').waitFor({ state: 'detached' });
    assert.equal(await page.getByText('Slow disk.').count(), 1);
    await parley.call('POST', `/executions/${execution_id}/complete`, {});
    await page.getByText('It has ended; nothing will be added').waitFor();
    await page.context().close();
  });

  it('have the tasks and the memory of those who take part', { timeout: patience }, async () => {
    await parley.register('ada', { name: 'Ada' });
    const ben = await parley.register('ben', { name: 'Ben' });
    const { execution_id } = await parley.call<{ execution_id: string }>('POST', '/executions', { title: 'Shared' });
    const { task_id } = await parley.call<{ task_id: string }>('POST', '/tasks', { title: 'Write the totals' });
    await parley.call('POST', '/tasks', { title: 'Something else' });
    await parley.send('ada', 'ben', 'Please take the totals.', { execution_id, task_id });
    await parley.call('POST', '/memory', { key: 'totals/rule', value: { per: 'invoice' } }, ben);
    const page = await open(`executions/${execution_id}/tasks`);
    await page.getByText('Write the totals').waitFor();
    assert.equal(await page.getByText('Something else').count(), 0);
    await page.getByRole('link', { name: 'Memory' }).last().click();
    await page.getByText('totals/rule').waitFor();
    await page.context().close();
  });

  it('give an observer nothing to act with', { timeout: patience }, async () => {
    const { execution } = await release(parley);
    const { token } = await parley.call<{ token: string }>('POST', '/tokens', { kind: 'observer', project_id: 'default' });
    const visitor = site.visitor;
    site.visitor = { kind: 'observer', name: 'Olga', token };
    try {
      const page = await open(`executions/${execution}/graph?step=scan`);
      await page.getByRole('complementary', { name: 'Step scan' }).waitFor();
      await page.getByText('Read only').waitFor();
      for (const name of ['Cancel', 'Complete by hand', 'Retry']) assert.equal(await page.getByRole('button', { name }).count(), 0);
      await page.context().close();
    } finally {
      site.visitor = visitor;
    }
  });
});
