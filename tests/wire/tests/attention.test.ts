import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { closeAll } from '../harness/open.ts';
import { isOnPostgres, startPostgres } from '../harness/postgres.ts';
import { TestProject } from '../harness/project.ts';
import type { Rest } from '../harness/rest.ts';
import { Server, startServer } from '../harness/server.ts';
import { assertFields, time } from '../harness/shapes.ts';
import type { AgentSocket } from '../harness/socket.ts';
import { TurnedClock } from '../harness/turned-clock.ts';
import type { Change } from '../harness/wire.ts';

const server = await startServer();

interface Item {
  attention_id: string;
  kind: string;
  severity: string;
  since: string;
  count: number;
  subject: Record<string, unknown>;
  evidence: Record<string, unknown>;
  snoozed_until: string | null;
}

interface List {
  items: Item[];
  checked_at: string;
  checks: { kind: string; looked_at: number; more: boolean }[];
}

const fields = ['attention_id', 'kind', 'severity', 'since', 'count', 'subject', 'evidence', 'snoozed_until'];

const soon = (hours = 1) => new Date(Date.now() + hours * 3_600_000).toISOString();

async function list(api: Rest, query: Record<string, string> = {}): Promise<Item[]> {
  return (await api.get('attention', query)).as<List>(200).items;
}

const ids = (items: Item[]) => items.map(({ attention_id }) => attention_id);

/** Follows the feed: what is there first, then what is told of an item. */
async function follow(socket: AgentSocket, filter = {}): Promise<{ state: Item[]; told: (op: string, id: string) => Promise<Item> }> {
  const { subscription } = await socket.ok<{ subscription: string }>('subscribe', { feeds: { attention: filter }, snapshot: true });
  const state: Item[] = [];
  for (let done = false; !done;) {
    const part = await socket.event<{ items: Item[]; done: boolean }>('snapshot');
    state.push(...part.items);
    done = part.done;
  }
  const told = async (op: string, id: string) =>
    (
      await socket.event<Change<Item>>(
        'change',
        (data) => data.subscription === subscription && data.op === op && data.item.attention_id === id,
      )
    ).item;
  return { state, told };
}

describe('What needs attention', { concurrency: 4 }, () => {
  it('is listed with its evidence, followed live, snoozed, and gone when somebody has seen to it', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const olga = await project.operator();
    const empty = (await olga.rest.get('attention')).as<List>(200);
    assert.deepEqual(empty.items, []);
    assert.match(empty.checked_at, time);
    assert.deepEqual([...new Set(empty.checks.map(({ more }) => more))], [false]);
    assert.equal(empty.checks.find(({ kind }) => kind === 'agent_error')!.looked_at, 3);

    const person = await olga.connect();
    const { state, told } = await follow(person);
    assert.deepEqual(state, []);
    const { question_id } = (await ada.rest.post('questions', { content: 'Which one?' })).as<{ question_id: string }>();
    const id = `question:${question_id}`;
    const item = await told('put', id);
    assertFields(item, fields);
    assert.deepEqual(
      [item.kind, item.severity, item.subject, item.evidence['text']],
      ['question', 'person', { agent_id: 'ada', question_id, ...rest(item.subject) }, 'Which one?'],
    );
    assert.deepEqual(ids(await list(olga.rest)), [id]);

    const until = soon();
    const snoozed = (await olga.rest.put(`attention/${id}/snooze`, { until })).as<Item>(200);
    assert.equal(Date.parse(snoozed.snoozed_until!), Date.parse(until));
    assert.equal((await told('delete', id)).snoozed_until, snoozed.snoozed_until);
    assert.deepEqual(await list(olga.rest), []);
    assert.deepEqual(ids(await list(olga.rest, { snoozed: 'true' })), [id]);
    (await olga.rest.delete(`attention/${id}/snooze`)).isEmpty();
    assert.equal((await told('put', id)).snoozed_until, null);

    (await olga.rest.post(`questions/${question_id}/answer`, { answer: 'That one.' })).succeeds();
    await told('delete', id);
    assert.deepEqual(await list(olga.rest), []);
    (await olga.rest.put(`attention/${id}/snooze`, { until })).problem(404, 'not_found');
  });

  it('tells a person of an agent that reports an error, until it is well again', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const person = await (await project.operator()).connect();
    const { told } = await follow(person, { kind: 'agent_error', agent: 'ada' });
    for (const { id, rest } of [bob, ada])
      (await rest.put(`agents/${id}/status`, { status: 'error', note: 'The disk is full.' })).succeeds();
    assert.equal((await told('put', 'agent_error:ada')).evidence['text'], 'The disk is full.');
    assert.deepEqual(ids(await list(project.admin)).toSorted(), ['agent_error:ada', 'agent_error:bob']);
    (await ada.rest.put('agents/ada/status', { status: 'online' })).succeeds();
    await told('delete', 'agent_error:ada');
  });

  it('is refused to agents, and snoozed only by those who may, with times that make sense', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { question_id } = (await ada.rest.post('questions', { content: 'Which one?' })).as<{ question_id: string }>();
    const snooze = `attention/question:${question_id}/snooze`;
    (await ada.rest.get('attention')).problem(403, 'forbidden');
    await (await ada.connect()).refused('subscribe', { feeds: { attention: {} }, snapshot: true }, 403, 'forbidden');
    (await (await project.observer()).put(snooze, { until: soon() })).problem(403, 'forbidden');
    (await project.admin.get('attention', { kind: 'weather' })).problem(400, 'invalid_request');
    for (const until of [undefined, null, 'tomorrow', soon(-1), soon(31 * 24)])
      (await project.admin.put(snooze, { until })).problem(400, 'invalid_request');
    (await project.admin.put('attention/weather:today/snooze', { until: soon() })).problem(404, 'not_found');
    (await project.admin.delete('attention/weather:today/snooze')).problem(404, 'not_found');
  });

  it('comes again as a whole after a break, whatever place is named', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const olga = await project.operator();
    const place = (await (await olga.connect()).ok<{ place: string }>('subscribe', { feeds: { attention: {} } })).place;
    const { question_id } = (await ada.rest.post('questions', { content: 'Which one?' })).as<{ question_id: string }>();
    const again = await olga.connect();
    await again.ok('subscribe', { feeds: { attention: {} }, after: place });
    const part = await again.event<{ items: Item[] }>('snapshot');
    assert.deepEqual(ids(part.items), [`question:${question_id}`]);
  });
});

describe('Mail for an agent that has gone silent', { skip: process.env['PARLEY_URL'] !== undefined }, () => {
  after(closeAll);

  it('needs attention after ten minutes, unless it is snoozed, which survives a restart, or until the agent is back', async () => {
    const clock = await TurnedClock.make();
    await clock.turn('-11m');
    const postgres = isOnPostgres ? await startPostgres(clock.variables) : undefined;
    const start = (folder?: string) => Server.start(folder, clock.variables, undefined, postgres);
    let own = await start();
    try {
      const before = await TestProject.create(own);
      const [ada, bob] = await before.pair();
      await ada.tell('bob', 'Are you there?');
      await ada.tell('bob', 'Hello?');
      assert.deepEqual(await list(before.admin), []);
      const { token } = await before.operator();
      await own.stop();
      await clock.turn('+0');

      own = await start(own.dataFolder);
      const api = (bearer: string) => own.rest(bearer, { project_id: before.id });
      const people = api(token);
      const id = 'mailbox_waiting:bob';
      const [item] = await list(people);
      assert.deepEqual([item!.attention_id, item!.count, item!.subject, item!.evidence['online']], [id, 2, { agent_id: 'bob' }, false]);
      (await people.put(`attention/${id}/snooze`, { until: soon() })).succeeds();
      await own.kill();

      own = await start(own.dataFolder);
      assert.deepEqual(await list(api(token)), []);
      assert.deepEqual(ids(await list(api(token), { snoozed: 'true' })), [id]);
      assert.equal((await api(bob.token).post('agents/bob/claim', {})).as<{ items: unknown[] }>(200).items.length, 2);
      assert.deepEqual(await list(api(token), { snoozed: 'true' }), []);
    } finally {
      await own.remove();
      postgres?.stop();
      await clock.remove();
    }
  });
});

/** The ids of a question's surroundings, which differ from test to test. */
function rest({ thread_id }: Record<string, unknown>): Record<string, unknown> {
  return thread_id === undefined ? {} : { thread_id };
}
