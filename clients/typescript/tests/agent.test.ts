import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Agent, AgentError, ConfigurationError, ConnectionError, ParleyError, TimeoutError } from '@parley/client';
import { binary } from '../../../tests/wire/harness/server.ts';
import { eventually, patience, within } from '../../../tests/wire/harness/deadline.ts';
import { run } from '../../../tests/wire/harness/tools.ts';
import { first, World } from './harness/world.ts';

const world = await World.create({ PARLEY_TASK_LEASE_SECONDS: '3' });
const own = () => ({ dataFolder: world.server.dataFolder, configFolder: world.configFolder });

describe('An agent on the machine of its server', () => {
  it('registers by its name, keeps its token for its user alone, and comes back with it', async () => {
    const ada = await Agent.connect({ ...own(), name: 'Ada Lovelace', capabilities: ['math'] });
    assert.equal(ada.agentId, 'Ada-Lovelace');
    const [file] = (await readdir(join(world.configFolder, 'agents'))).filter((name) => name.startsWith('Ada_Lovelace'));
    const path = join(world.configFolder, 'agents', file!);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await ada.close();

    const before = await readFile(path, 'utf8');
    const again = await Agent.connect({ ...own(), name: 'Ada Lovelace', capabilities: ['math', 'looms'] });
    assert.equal(await readFile(path, 'utf8'), before);
    assert.deepEqual((await again.agents.get(again.agentId)).capabilities.sort(), ['looms', 'math']);
    await again.close();
  });

  it('shares its token with the command line', async () => {
    const bob = await Agent.connect({ ...own(), agentId: 'bob' });
    const env = {
      ...process.env,
      PARLEY_BIN: undefined,
      PARLEY_DATA: world.server.dataFolder,
      XDG_CONFIG_HOME: join(world.configFolder, '..', 'none'),
    };
    // The command line looks in XDG_CONFIG_HOME/parley; the file is the same.
    const home = join(world.configFolder, 'home');
    await run('mkdir', ['-p', join(home, 'parley')]);
    await run('ln', ['-sfn', join(world.configFolder, 'agents'), join(home, 'parley', 'agents')]);
    const said = await run(binary, ['send', 'bob', 'from the command line', '--as', 'bob', '--json'], {
      env: { ...env, XDG_CONFIG_HOME: home },
    });
    assert.equal(said.code, 0, said.output);
    const [message] = await first(1, bob.messages());
    assert.deepEqual([message!.content, message!.message.sender_id], ['from the command line', 'bob']);
    await message!.ack({ confirm: true });
    await bob.close();
  });

  it('gets another token when its own was revoked', async () => {
    const eve = await Agent.connect({ ...own(), agentId: 'eve' });
    await eve.close();
    const [file] = (await readdir(join(world.configFolder, 'agents'))).filter((name) => name.startsWith('eve-'));
    const path = join(world.configFolder, 'agents', file!);
    await world.parley().agents.delete('eve');
    const again = await Agent.connect({ ...own(), agentId: 'eve' });
    assert.equal(again.agentId, 'eve');
    assert.match(await readFile(path, 'utf8'), /^eve\nparley_agent_/);
    await again.close();
  });

  it('is told what to do if its token is missing', async () => {
    await (await world.agent('taken')).close();
    await assert.rejects(Agent.connect({ ...own(), agentId: 'taken' }), (error) => {
      assert.ok(error instanceof ParleyError);
      assert.deepEqual([error.code, error.status], ['conflict', 409]);
      assert.match(error.message, /parley token create --kind agent/);
      return true;
    });
    await assert.rejects(Agent.connect({ dataFolder: '/nowhere', agentId: 'x' }), ConfigurationError);
    await assert.rejects(Agent.connect({ ...own() }), /needs an id or a name/);
    await assert.rejects(Agent.connect({ url: 'http://127.0.0.1:1', token: 'parley_agent_x', agentId: 'x' }), ConnectionError);
  });

  it('does not give the tokens of a folder to another server', async () => {
    const other = await World.create();
    await assert.rejects(
      Agent.connect({ url: 'http://localhost:1', dataFolder: other.server.dataFolder, configFolder: other.configFolder, agentId: 'spy' }),
      (error) => error instanceof ConfigurationError && /No token/.test(error.message),
    );
  });
});

describe('A request', () => {
  it('ends with the reply, an agent’s error, a timeout, or a refusal, each told apart', { timeout: patience }, async () => {
    const project = await world.project();
    const [asker, doer] = [await world.agent('asker', { project }), await world.agent('doer', { project })];
    doer.onMessage({}, async (message) => {
      if (message.content === 'do') await message.reply({ content: 'done', payload: { n: 1 } });
      if (message.content === 'fail') await message.reply({ content: 'I cannot', outcome: 'error' });
    });
    const reply = await asker.request('doer', 'do');
    assert.deepEqual([reply.content, reply.payload, reply.intent], ['done', { n: 1 }, 'inform']);
    await assert.rejects(asker.request('doer', 'fail'), (error) => error instanceof AgentError && error.reply.content === 'I cannot');
    await assert.rejects(
      asker.request('doer', 'say nothing', { timeout: 200 }),
      (error) => error instanceof TimeoutError && error.status === 504,
    );
    await assert.rejects(asker.request('nobody', 'do'), (error) => error instanceof ParleyError && error.code === 'unknown_recipient');
    await assert.rejects(asker.history.request({ to: 'doer', content: 'fail' }), AgentError);
    await assert.rejects(asker.history.request({ to: 'doer', content: '...' }, { timeout: 200 }), TimeoutError);
    const stop = AbortSignal.timeout(100);
    await assert.rejects(asker.request('doer', 'say nothing', { signal: stop }), (error) => error === stop.reason);
  });
});

describe('Messages', () => {
  it('come in order, only those that the filter takes, and stay until they are settled', { timeout: patience }, async () => {
    const project = await world.project({ retry_delay_seconds: 1 });
    const [ada, ben] = [await world.agent('ada', { project }), await world.agent('ben', { project })];
    const sent = await Promise.all(
      Array.from({ length: 300 }, (_, n) => ada.send({ to: 'ben', content: String(n), message_type: n % 3 ? 'odd' : 'third' })),
    );
    assert.equal(new Set(sent.map(({ message_id }) => message_id)).size, 300);

    const got: string[] = [];
    for await (const message of ben.messages({ types: ['third'], senders: ['ada'], priorities: [2] })) {
      got.push(message.content!);
      await message.ack();
      if (got.length === 100) break;
    }
    assert.deepEqual(
      got,
      Array.from({ length: 100 }, (_, n) => String(3 * n)),
    );

    await ben.filter();
    const [one] = await first(1, ben.messages());
    assert.equal(one!.attempt, 1);
    await one!.nack({ delay: 0, reason: 'not now' });
    const again = await first(200, ben.messages());
    assert.deepEqual(
      again.filter((message) => message.attempt === 2).map(({ content }) => content),
      [one!.content],
    );
    for (const message of again) await message.ack();
    await ben.flush();
    const { mailbox } = await ada.agents.get('ben');
    assert.deepEqual([mailbox.queued, mailbox.in_flight], [0, 0]);
  });

  it('are never more out than the window, and are extended, surfaced, and answered', { timeout: patience }, async () => {
    const project = await world.project();
    const [ada, ben] = [await world.agent('ada', { project }), await world.agent('ben', { project, window: 2 })];
    for (const n of [1, 2, 3]) await ada.send('ben', String(n));
    const messages = ben.messages();
    const [one, two] = [(await messages.next()).value!, (await messages.next()).value!];
    const { queued, in_flight, dead } = (await ada.agents.get('ben')).mailbox;
    assert.deepEqual([queued, in_flight, dead], [1, 2, 0]);
    await one.extend(3_600_000);
    await one.surfaced();
    await one.reply({ content: 'wait', settle: false });
    await two.reply('done');
    const three = (await messages.next()).value!;
    assert.equal(three.content, '3');
    await one.ack({ confirm: true });
    const trace = await ben.history.trace(one.message.message_id);
    assert.equal(trace.deliveries[0]!.state, 'acknowledged');
    assert.ok(trace.deliveries[0]!.surfaced_at);
    assert.deepEqual(
      (await first(2, ada.messages())).map(({ content }) => content),
      ['wait', 'done'],
    );
  });

  it('are given back if their handler throws, and an acknowledgment that is refused is told', { timeout: patience }, async () => {
    const project = await world.project({ retry_delay_seconds: 1 });
    const [ada, ben] = [await world.agent('ada', { project }), await world.agent('ben', { project })];
    const attempts: number[] = [];
    const done = new Promise<void>((resolve) =>
      ben.onMessage({}, (message) => {
        attempts.push(message.attempt);
        if (message.attempt < 2) throw new Error('Not yet.');
        resolve();
      }),
    );
    const { message_id } = await ada.send('ben', 'try');
    await within('the second attempt', done);
    assert.deepEqual(attempts, [1, 2]);
    await ben.flush();
    assert.equal((await ada.history.trace(message_id)).deliveries[0]!.state, 'acknowledged');

    const cat = await world.agent('cat', { project });
    const refused = new Promise<string>((resolve) => cat.onAckRefused(({ problem }) => resolve(problem.code)));
    await ada.send('cat', 'soon gone');
    const [message] = await first(1, cat.messages());
    await world.parley({ project }).rest.post('/messages/{message_id}/nack', {
      path: { message_id: message!.message.message_id },
      query: { agent_id: 'cat' },
      body: { lease_id: message!.leaseId!, delay_seconds: 60 },
    });
    await message!.ack();
    assert.equal(await within('the refusal', refused), 'lease_lost');
  });
});

describe('Work', () => {
  it('on a task keeps its lease while the handler runs, and ends it with the result or the error', { timeout: patience }, async () => {
    const project = await world.project();
    const [boss, worker] = [await world.agent('boss', { project }), await world.agent('worker', { project })];
    worker.onTaskAssigned(async (task, signal) => {
      assert.equal(task.status, 'in_progress');
      if (task.title === 'long') {
        // Renewed twice: longer than its first lease.
        for (let renewed = 0, { lease_until } = task; renewed < 2; renewed++) {
          const before = lease_until;
          ({ lease_until } = await eventually(
            'the lease to be renewed',
            () => boss.tasks.get(task.task_id),
            (now) => now.lease_until !== before,
          ));
        }
      }
      assert.equal(signal.aborted, false);
      if (task.title === 'bad') throw new Error('It broke.');
      return { title: task.title };
    });
    const ended = async (title: string) => {
      const { task_id } = await boss.tasks.create({ title });
      await boss.tasks.assign(task_id, 'worker');
      return eventually(
        `the end of ${title}`,
        () => boss.tasks.get(task_id),
        ({ status }) => ['completed', 'failed'].includes(status),
      );
    };
    const long = await ended('long');
    assert.deepEqual([long.status, long.result, long.fence], ['completed', { title: 'long' }, 1]);
    const bad = await ended('bad');
    assert.deepEqual([bad.status, bad.error], ['failed', 'It broke.']);
  });

  it('on a task that was taken away is aborted, and its result is dropped', { timeout: patience }, async () => {
    const project = await world.project();
    const [boss, worker] = [await world.agent('boss', { project }), await world.agent('worker', { project })];
    let begun: () => void;
    const begins = new Promise<void>((resolve) => (begun = resolve));
    const aborted = new Promise<void>((resolve) =>
      worker.onTaskAssigned(async (_, signal) => {
        begun();
        await new Promise<void>((stop) => signal.addEventListener('abort', () => stop()));
        resolve();
        return 'late';
      }),
    );
    const { task_id } = await boss.tasks.create({ title: 'T' });
    await boss.tasks.assign(task_id, 'worker');
    await within('the task to begin', begins);
    await world.parley({ project }).tasks.unassign(task_id);
    await within('the handler to be told', aborted);
    const task = await boss.tasks.get(task_id);
    assert.deepEqual([task.status, task.result], ['pending', null]);
  });

  it('on the steps of a workflow completes it', { timeout: patience }, async () => {
    const project = await world.project();
    const [boss, worker] = [await world.agent('boss', { project }), await world.agent('worker', { project })];
    worker.onWorkflowStep((step) => ({ did: step.action, from: step.input }));
    const { workflow_id } = await boss.workflows.start({
      steps: [
        { step: 'one', agent: 'worker', action: 'begin' },
        { step: 'two', agent: 'worker', action: 'finish', depends_on: ['one'], input: '${one/did}' },
      ],
    });
    const ended = await eventually(
      'the workflow',
      () => boss.workflows.get(workflow_id),
      ({ status }) => status !== 'running',
    );
    assert.equal(ended.status, 'completed');
    assert.deepEqual(
      ended.steps!.map(({ result }) => result),
      [
        { did: 'begin', from: null },
        { did: 'finish', from: 'begin' },
      ],
    );
  });

  it('of a question waits for the person', { timeout: patience }, async () => {
    const project = await world.project();
    const agent = await world.agent('asker', { project });
    const admin = world.parley({ project });
    const answered = agent.questions.ask({ content: 'Deploy?', options: [{ value: 'yes' }, { value: 'no' }] });
    const [open] = (
      await eventually(
        'the question',
        () => admin.questions.list({ status: ['open'] as never }),
        ({ items }) => items.length === 1,
      )
    ).items;
    await admin.questions.answer(open!.question_id, 'yes', 'Go on.');
    const { answer, note } = await answered;
    assert.deepEqual([answer, note], ['yes', 'Go on.']);
  });
});
